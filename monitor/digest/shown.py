"""What a digest shows, in cleaned words and checked addresses: templates, blocks and entries take it as it is."""

from dataclasses import dataclass
from datetime import datetime

from monitor.digest.wording import more_sources


@dataclass(frozen=True, slots=True)
class Link:
    """A text, and where it leads: "" for nowhere."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of one article, each in its quotation marks, and whose they are: None for the story's own source."""

    sentences: tuple[str, ...]
    source: Link | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a story is here: the facet of the brief, its nearest sentence, the heaviest terms, a guard that decided."""

    facet: str
    seed_sentence: str
    terms: tuple[str, ...]
    rule: str
    neighbour: str

    @property
    def short(self) -> str:
        """The facet as a line has room for it: what stands before its colon."""
        return self.facet.partition(":")[0].strip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a reader says that an article is relevant, or is not; `ballot` is what a button carries, "" for none."""

    yes: str
    no: str
    ballot: str = ""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day of an arc: "Mon 23 Nov", its first report, and how many reports came in besides."""

    date: str
    headline: Link
    source: str
    more: int

    @property
    def others(self) -> str:
        """How many more there were, as it follows the source."""
        return f" and {self.more:,} more" if self.more else ""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a page says otherwise than when it was told of, both wordings in their quotation marks.

    `kind` is "corrected" (`before` gave way to `after`), "withdrawn" (`before` stands there no more) or "gone" (the
    page itself, whose headline `before` is).
    """

    kind: str
    before: str
    after: str
    source: Link

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in plain words, a wording a line."""
        if self.kind == "corrected":
            return (f"Corrected by {self.source.text}: {self.after}", f"Before: {self.before}")
        withdrawn = "The page was withdrawn by its publisher," if self.kind == "gone" else "Withdrawn by"
        return (f"{withdrawn} {self.source.text}: {self.before}",)


@dataclass(frozen=True, slots=True)
class ShownStory:
    """One story. `score` is "0.82", `meter` its five dots; `topic` is "" where the digest has only one.

    `foreign` is "in French" where it is not English, `verdict` None where there is no page to answer on. `key` is what
    names it wherever it is told again; `published_at` is the moment that `published` puts into words. `told_as` is, of
    an update, the headline under which the reader knows the story, "" where that is the same.
    """

    headline: str
    url: str
    language: str
    foreign: str
    source: str
    published: str
    score: str
    meter: str
    topic: str
    changes: tuple[ShownChange, ...]
    passages: tuple[Passage, ...]
    why: Why
    also_in: tuple[Link, ...]
    also_more: int
    reprints: int
    days: tuple[ShownDay, ...]
    verdict: Verdict | None
    key: str
    published_at: datetime
    told_as: str = ""

    @property
    def known_as(self) -> str:
        """What an update says of the story that it belongs to, as a line of plain text; "" where nothing need be."""
        return f"Told before as “{self.told_as}”" if self.told_as else ""


@dataclass(frozen=True, slots=True)
class ShownNews:
    """A source that broke, recovered, fails or is not well, as `label` says.

    `key` names its trouble, whichever digest tells of it.
    """

    source: str
    label: str
    broken: bool
    since: str
    cause: str
    remedy: str
    key: str

    @property
    def sentence(self) -> str:
        """All but what to do, in plain words."""
        since = f", since {self.since}" if self.since else ""
        return f"{self.label}: {self.source}{since}." + (f" {self.cause}." if self.cause else "")


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """An article that a verdict is asked on: by `verdict`, or where there is no page to answer on, by `command`."""

    headline: Link
    language: str
    source: str
    why: str
    verdict: Verdict | None
    command: str


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """A story told at once before, and when."""

    headline: Link
    language: str
    source: str
    at: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole digest for one audience; `more` counts what was found beyond what is shown."""

    name: str
    title: str
    date: str
    first_line: str
    subject: str
    preheader: str
    arcs: tuple[ShownStory, ...]
    top: tuple[ShownStory, ...]
    updates: tuple[ShownStory, ...]
    also: tuple[ShownStory, ...]
    more: int
    alerted: tuple[ShownAlert, ...]
    asked: tuple[ShownQuestion, ...]
    news: tuple[ShownNews, ...]
    news_more: int
    drift: tuple[str, ...]
    seen: str
    nearest: Link | None
    nearest_score: str
    composed: str
    heartbeat: bool
    unsubscribe: str

    @property
    def by_command(self) -> bool:
        """Whether questions are answered on the command line."""
        return any(question.command for question in self.asked)

    @property
    def unnamed(self) -> str:
        """How many sources more there are to say something of; "" for none."""
        return more_sources(self.news_more) if self.news_more else ""

    @property
    def in_full(self) -> tuple[ShownStory, ...]:
        """The stories told in full, in the order of reading."""
        return (*self.arcs, *self.top, *self.updates)
