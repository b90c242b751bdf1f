"""The sample newsroom's data as values: who publishes, what they publish, and when, counted from the first run.

In: the files of `newsroom/` and one moment. Out: a frozen `Newsroom`. Nothing here is served, and nothing here is
random: the same first run always gives the same newsroom.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

_NEWSROOM = Path(__file__).with_name("newsroom")
_WEEKDAY = re.compile(r"\{weekday([+-]\d+)?\}")
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """An invented publisher; `newsroom/publishers.toml` says what each field may be."""

    name: str
    title: str
    tagline: str
    feed: str
    language: str
    layout: str
    tags: tuple[str, ...] = ()
    declared: str = "auto"
    tracking: str = ""
    full_text: bool = False
    credits_original: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """An article written for the newsroom; `newsroom/README.md` says what each field means.

    `label`, `event`, `wire` and `follow_up` are what tests know of it: no page and no feed says any of them, but for
    the original's address that some publishers print on a wire copy. `paragraphs` keep `## ` before a subheading.
    """

    publisher: str
    slug: str
    title: str
    author: str
    language: str
    published: datetime
    paragraphs: tuple[str, ...]
    label: str
    event: str = ""
    wire: str = ""
    follow_up: bool = False

    @property
    def key(self) -> str:
        """What `wire` names an article by: publisher and slug."""
        return f"{self.publisher}/{self.slug}"

    @property
    def summary(self) -> str:
        """Its first paragraph, as feeds print it."""
        return self.blocks[0][1]

    @property
    def blocks(self) -> tuple[tuple[str, str], ...]:
        """The text in order, each piece of it as ("heading" or "paragraph", words)."""
        return tuple(
            ("heading", block.removeprefix("## ")) if block.startswith("## ") else ("paragraph", block)
            for block in self.paragraphs
        )


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Every publisher in the order of its address, every article newest first, and the words around them."""

    first_run: datetime
    publishers: tuple[Publisher, ...]
    pieces: tuple[Piece, ...]
    phrases: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, first_run: datetime) -> Self:
        """The newsroom as it stands for whoever first ran the demo at `first_run` (aware; kept to the second)."""
        moment = first_run.astimezone(UTC).replace(microsecond=0)
        declared = tomllib.loads((_NEWSROOM / "publishers.toml").read_text(encoding="utf-8"))["publisher"]
        publishers = tuple(Publisher(**{**each, "tags": tuple(each["tags"])}) for each in declared)
        drafts = [_Draft.read(path) for path in sorted(_NEWSROOM.glob("*/*.md"))]
        starts = _first_reports(drafts, moment)
        pieces = [draft.piece(moment, starts.get(draft.event_day, draft.published(moment))) for draft in drafts]
        return cls(
            first_run=moment,
            publishers=publishers,
            pieces=tuple(sorted(pieces, key=lambda piece: (piece.published, piece.key), reverse=True)),
            phrases=MappingProxyType(tomllib.loads((_NEWSROOM / "phrases.toml").read_text(encoding="utf-8"))),
        )

    def publisher(self, name: str) -> Publisher:
        """The publisher of that name; KeyError where there is none."""
        return {each.name: each for each in self.publishers}[name]

    def piece(self, key: str) -> Piece:
        """The article of that key ("publisher/slug"); KeyError where there is none."""
        return {each.key: each for each in self.pieces}[key]

    def of(self, publisher: Publisher) -> tuple[Piece, ...]:
        """What a publisher published, newest first."""
        return tuple(piece for piece in self.pieces if piece.publisher == publisher.name)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An article as written: its date still an offset, its weekdays still open."""

    publisher: str
    slug: str
    front: Mapping[str, Any]
    body: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """The draft in a file: TOML between two lines of +++, then the text."""
        _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        return cls(path.parent.name, path.stem, tomllib.loads(front), body)

    @property
    def event_day(self) -> str:
        """The event whose first report names the weekday; a follow-up and an article that stands alone have none."""
        return "" if self.front.get("follow_up") else str(self.front["event"])

    def published(self, first_run: datetime) -> datetime:
        """When it appeared: some minutes off the offset, for a newsroom does not publish on the stroke of the hour.

        The minutes stay below an hour, so that a wire copy, an hour younger at least, never precedes its original.
        """
        minutes = sum(self.slug.encode()) % 50
        return first_run - timedelta(hours=float(self.front["offset_hours"]), minutes=minutes)

    def piece(self, first_run: datetime, event_day: datetime) -> Piece:
        """The article, dated."""

        def dated(text: str) -> str:
            return _WEEKDAY.sub(lambda match: _weekday(event_day, int(match[1] or 0), self.front["language"]), text)

        return Piece(
            publisher=self.publisher,
            slug=self.slug,
            title=dated(self.front["title"]),
            author=self.front["author"],
            language=self.front["language"],
            published=self.published(first_run),
            paragraphs=tuple(dated(block.strip()) for block in self.body.split("\n\n") if block.strip()),
            label=self.front["label"],
            event=self.front["event"],
            wire=self.front["wire"],
            follow_up=self.front.get("follow_up", False),
        )


def _first_reports(drafts: Iterable[_Draft], first_run: datetime) -> dict[str, datetime]:
    """When each event was first reported."""
    starts: dict[str, datetime] = {}
    for draft in drafts:
        if draft.event_day:
            moment = draft.published(first_run)
            starts[draft.event_day] = min(moment, starts.get(draft.event_day, moment))
    return starts


def _weekday(moment: datetime, days: int, language: str) -> str:
    return _WEEKDAYS[language][(moment.weekday() + days) % 7]
