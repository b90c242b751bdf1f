"""What a digest is made of, as the pipeline gathers it, and what is kept of it with the digest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from monitor.models import Article, Assessment, Digest, Story, Topic, Version


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as one topic judges it, for those audiences that were last told of its revision `told_revision`.

    0 means never told. Where audiences were told different revisions, the story comes in several views: what came into
    it with a later one is news to them. `assessments` is by article id; `relevant` in them is taken as it stands, so
    whoever applies a digest's own threshold does it before. `earlier` are the texts that those audiences were told of,
    by article, where it has another one now or is gone; `told` the sentences that were quoted to them and the
    addresses that were named; `told_as` the headline under which they were told last.
    """

    story: Story
    articles: tuple[Article, ...]
    assessments: Mapping[int, Assessment]
    topic: Topic
    told_revision: int = 0
    earlier: Mapping[int, Version] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    told_as: str = ""


BROKEN, RECOVERED, FAILING = "broken", "recovered", "failing"
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class SourceNews:
    """A source that newly broke, recovered, fails, or is not well though it answers: since when, why, and what to do.

    `state` is broken, recovered, failing, or in that last case in a word what is not well.
    """

    source: str
    state: str
    since: datetime | None = None
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An article that readers are asked a verdict on: none that was told to them.

    `why` says how it stands to the threshold, or that it was drawn; `probability` is the chance of the latter, else 0.
    """

    article_id: int
    topic: str
    title: str
    url: str
    source: str
    language: str = ""
    why: str = ""
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Alerted:
    """A story that an instant alert told since the digest was sent last, and when."""

    story_id: int
    revision: int
    headline: str
    url: str
    source: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What was looked at for a digest, so that a silence is never unexplained.

    `since` is when this digest had its turn last, told or not; `articles` were assessed since, `relevant_articles` of
    them relevant; `nearest_miss` is the title of the best-scored of the others. `collects_ok` counts the collects that
    succeeded since, `sources_failing` the sources that fail now, told of before or not, `sources_unwell` those that
    answer and are silent, or fail in part for a day. `quiet_since` is when the digest last told something, or, if it
    never did, when the monitor began; None where that is not known, and then no heartbeat is due. `topics` are the
    titles, by name, of the topics that were looked for.
    """

    since: datetime | None = None
    articles: int = 0
    relevant_articles: int = 0
    nearest_miss: str = ""
    nearest_miss_url: str = ""
    nearest_miss_score: float = 0.0
    nearest_miss_threshold: float = 0.0
    collects_ok: int = 1
    sources_failing: int = 0
    sources_unwell: int = 0
    quiet_since: datetime | None = None
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a digest says beside its stories and alarms, as `Figures` keeps it."""

    asked: tuple[Asked, ...] = ()
    alerted: tuple[Alerted, ...] = ()
    drift: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest keeps beside its items: what was seen, and which sources it reports on.

    `sources` are the first dozen of these, `unnamed` by state how many others there are (see `naming`). `alarms` are
    what it is told for though there be no story: "source", "collect" or "heartbeat". `asked` are what readers are asked
    about, `alerted` what was told at once before, `drift` by topic how its stream changed.
    """

    items: int = 0
    seen: Seen = field(default_factory=Seen)
    sources: tuple[SourceNews, ...] = ()
    unnamed: Mapping[str, int] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    alerted: tuple[Alerted, ...] = ()
    drift: Mapping[str, str] = field(default_factory=dict)

    @property
    def broke(self) -> int:
        """How many sources newly broke."""
        return sum(news.state == BROKEN for news in self.sources) + self.unnamed.get(BROKEN, 0)

    def naming(self, news: Iterable[SourceNews]) -> Self:
        """The same on these sources and no others: a dozen is named, what broke first, the others are counted.

        That a source newly broke is an alarm.
        """
        ranked = sorted(news, key=_precedence)
        alarms = ["source"] if any(each.state == BROKEN for each in ranked) else []
        return replace(
            self,
            sources=tuple(ranked[:_MOST_NAMED]),
            unnamed=dict(Counter(each.state for each in ranked[_MOST_NAMED:])),
            alarms=(*alarms, *(each for each in self.alarms if each != "source")),
        )

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def of(cls, digest: Digest) -> Self:
        """The figures that `to_json` wrote into a digest; what an older one lacks has its default."""
        kept = digest.figures
        return cls(
            items=int(kept.get("items", 0)),
            seen=Seen(**_known(Seen, kept.get("seen", {}))),
            sources=tuple(SourceNews(**_known(SourceNews, each)) for each in kept.get("sources", [])),
            unnamed={str(state): int(number) for state, number in kept.get("unnamed", {}).items()},
            alarms=tuple(map(str, kept.get("alarms", []))),
            asked=tuple(Asked(**_known(Asked, each)) for each in kept.get("asked", [])),
            alerted=tuple(Alerted(**_known(Alerted, each)) for each in kept.get("alerted", [])),
            drift={str(topic): str(warning) for topic, warning in kept.get("drift", {}).items()},
        )


_MOMENTS = frozenset({"since", "quiet_since", "at"})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _known(kind: type[Seen | SourceNews | Asked | Alerted], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The kept values that the class still knows, moments read back."""
    return {name: _read_back(name, kept[name]) for name in kind.__dataclass_fields__ if name in kept}


def _read_back(name: str, value: Any) -> Any:
    if name in _MOMENTS and value:
        return datetime.fromisoformat(value)
    return value


def _precedence(news: SourceNews) -> tuple[int, str, str]:
    """What broke, what recovered, what fails, what is not well; each by name."""
    order = (BROKEN, RECOVERED, FAILING)
    return (order.index(news.state) if news.state in order else len(order), news.source, news.state)
