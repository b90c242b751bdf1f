"""The values that pass through the stages: frozen, never kept as they are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

# The source of what a backfill reads from an archive; no declared one may be called so.
BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Source:
    """A declared place that lists news.

    `kind` is auto, feed, sitemap, page, search or newsletters; the url of a search holds `{query}`, filled from
    `query`, that of newsletters is a mailbox (`imaps://user@host/Folder`) or a folder of messages (`file:folder`).
    """

    name: str
    url: str
    kind: str = "auto"
    language: str = ""
    tags: tuple[str, ...] = ()
    paused: bool = False
    query: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a request: 200 with its decoded bytes, or 304 with none.

    Header names are lower case. `moved_to` is where every redirect on the way was permanent (301, 308), else "".
    """

    requested_url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched_at: datetime
    moved_to: str = ""

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed (304)."""
        return self.status == 304


class Grade(StrEnum):
    """How far the text of a document is to be trusted."""

    FULL = "full"
    TEASER = "teaser"
    PAYWALLED = "paywalled"
    LIVE = "live"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Document:
    """What extraction found on a page; `language` is ISO 639-1 or "", `published` is None where the page names none.

    `published_in_layout` says that `published` is a day found somewhere on the page, neither stated nor beside the
    headline: what lists the page knows better. `fuller_url` is the address of another form of the page that may hold
    more, "" where the text seems whole.
    """

    title: str
    text: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_in_layout: bool = False
    language: str = ""
    site: str = ""
    image: str = ""
    declared_canonical: str = ""
    grade: Grade = Grade.FULL
    fuller_url: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that a reader added to a topic, or muted; as written, matched without regard to case."""

    add: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """What a reader cares about: seeds, the sources to look in, and a threshold.

    `seeds` are paths relative to the root, or addresses; `threshold` is precise, balanced, inclusive, a number in
    [0, 1] written out, "recall 0.9" or "at most 2"; `terms` maps a language ("" for any) to its terms.
    """

    name: str
    title: str
    seeds: tuple[str, ...]
    sources: tuple[str, ...] = ("*",)
    threshold: str = "balanced"
    fetch: str = "all"
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    terms: Mapping[str, Terms] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an article was taken or left, in what a reader can check.

    `terms` are (term, share of the score in [0, 1]) heaviest first, figures last; `rule` names the guard that decided,
    or ""; `neighbours` are titles of kept articles that connect it to the seed.
    """

    facet: str = ""
    seed_sentence: str = ""
    article_sentence: str = ""
    terms: tuple[tuple[str, float], ...] = ()
    rule: str = ""
    neighbours: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The reasons that `to_json` wrote; unknown keys are dropped, so that older rows still read."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        if "terms" in known:
            known["terms"] = tuple((str(term), float(share)) for term, share in known["terms"])
        if "neighbours" in known:
            known["neighbours"] = tuple(known["neighbours"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Message:
    """A digest rendered: one form for each kind of channel.

    `blocks` are Slack Block Kit blocks, `brief` a text short enough for a chat, `entries` a feed's (see
    `monitor.digest.entries`).
    """

    subject: str
    html: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    brief: str = ""
    entries: tuple[Mapping[str, Any], ...] = ()
    language: str = "en"
