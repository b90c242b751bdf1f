"""The nouns. Values that pass through are frozen dataclasses; nouns that are kept are SQLModel tables.

Only `monitor.store` saves or changes a kept noun. A `table=True` class skips validation when it is constructed, so
kept nouns are made with `Model.model_validate({...})`, never by calling the class (a test checks). Every moment is
an aware datetime in UTC.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary, Text, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel

# ---------------------------------------------------------------------------------------------------------------
# Values that pass through


@dataclass(frozen=True, slots=True)
class Source:
    """A declared place that lists news.

    `kind` is auto, feed, sitemap, page or search; the url of a search holds `{query}`, filled from `query`.
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
    """What extraction found on a page; `language` is ISO 639-1 or "", `published` is None where the page names none."""

    title: str
    text: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    language: str = ""
    site: str = ""
    image: str = ""
    declared_canonical: str = ""
    grade: Grade = Grade.FULL


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

    `terms` are (term, share of the score in [0, 1]) heaviest first; `rule` names the guard that decided, or "";
    `neighbours` are titles of kept articles that connect it to the seed.
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
    """A digest rendered: one form for each kind of channel. `blocks` are Slack Block Kit blocks."""

    subject: str
    html: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    language: str = "en"


# ---------------------------------------------------------------------------------------------------------------
# Nouns that are kept


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: SQLite has no time zones of its own, PostgreSQL keeps them."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The moment in UTC; a naive one is refused, for nobody can know what it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without time zone cannot be kept: {value!r}"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The kept moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(*, index: bool = False, nullable: bool = False) -> Any:
    """A field for a moment; each call makes its own column, for a column belongs to one table."""
    return Field(default=None, sa_column=Column(UtcDateTime, index=index, nullable=nullable))


def _json(default: type[list[Any]] | type[dict[str, Any]]) -> Any:
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class EntryState(StrEnum):
    """Where an entry stands: waiting, kept as an article, to be asked later, given up, not to be asked, too old."""

    PENDING = "pending"
    STORED = "stored"
    DEFERRED = "deferred"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"


class FeedState(SQLModel, table=True):
    """What we know of a source between runs. `resolved_url` is the feed that discovery found, else ""."""

    source: str = Field(primary_key=True)
    url: str = ""
    resolved_url: str = ""
    title: str = ""
    kind: str = ""
    etag: str = ""
    last_modified: str = ""
    content_hash: str = ""
    last_polled: datetime | None = _moment(nullable=True)
    last_success: datetime | None = _moment(nullable=True)
    last_new: datetime | None = _moment(nullable=True)
    next_poll: datetime | None = _moment(nullable=True, index=True)
    failures: int = 0
    failing_since: datetime | None = _moment(nullable=True)
    error: str = _text()
    entries_seen: int = 0
    articles_stored: int = 0


class HostState(SQLModel, table=True):
    """What we know of a host between runs: its robots.txt and until when it asked to be left alone.

    `origin` is scheme://host[:port]; `robots_status` is the HTTP status of the robots.txt kept, 0 where none answered.
    """

    origin: str = Field(primary_key=True)
    robots: str = _text()
    robots_status: int = 0
    robots_expires: datetime | None = _moment(nullable=True)
    not_before: datetime | None = _moment(nullable=True)


class Entry(SQLModel, table=True):
    """One item a source listed. Kept as pending before its page is asked, so that a killed run loses nothing.

    `article_id` is the article that its page became: several entries may lead to one. It is no foreign key, for
    article points back at the entry it was made of.
    """

    id: int | None = Field(default=None, primary_key=True)
    canonical_url: str = Field(unique=True)
    url: str
    source: str = Field(index=True)
    title: str = _text()
    summary: str = _text()
    content: str = _text()
    authors: list[str] = _json(list)
    published: datetime | None = _moment(nullable=True)
    published_clamped: bool = False
    first_seen: datetime | None = _moment(nullable=True, index=True)
    state: str = Field(default=EntryState.PENDING, index=True)
    attempts: int = 0
    next_attempt: datetime | None = _moment(nullable=True, index=True)
    error: str = _text()
    article_id: int | None = Field(default=None, index=True)


class Sighting(SQLModel, table=True):
    """Source x entry: who listed it. One address listed by two sources belongs to the topics of both."""

    entry_id: int = Field(primary_key=True, foreign_key="entry.id")
    source: str = Field(primary_key=True)


class Article(SQLModel, table=True):
    """A document kept, one for each canonical URL.

    `published` is never null: where neither page nor feed states a date it is the time first seen, where the date
    lies in the future it is clamped to that and `published_clamped` is set. `duplicate_of` names the article of
    which this one is a near-duplicate; `signature` is its MinHash (see `monitor.stories`).
    """

    id: int | None = Field(default=None, primary_key=True)
    canonical_url: str = Field(unique=True)
    declared_canonical: str = Field(default="", index=True)
    entry_id: int | None = Field(default=None, foreign_key="entry.id", index=True)
    source: str = Field(index=True)
    title: str = _text()
    text: str = _text()
    authors: list[str] = _json(list)
    published: datetime = _moment(index=True)
    published_clamped: bool = False
    language: str = ""
    site: str = ""
    image: str = ""
    grade: str = Grade.FULL
    content_hash: str = Field(default="", index=True)
    signature: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    story_id: int | None = Field(default=None, foreign_key="story.id", index=True)
    duplicate_of: int | None = Field(default=None, foreign_key="article.id")
    stored_at: datetime = _moment(index=True)
    next_check: datetime | None = _moment(nullable=True, index=True)
    checks: int = 0
    etag: str = ""
    last_modified: str = ""


class Version(SQLModel, table=True):
    """Article x content hash: a text as it once stood."""

    __table_args__ = (UniqueConstraint("article_id", "content_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    content_hash: str
    title: str = _text()
    text: str = _text()
    first_seen: datetime = _moment()


class Story(SQLModel, table=True):
    """A group of articles on one event. `revision` grows when something new came in; `sources` are independent."""

    id: int | None = Field(default=None, primary_key=True)
    headline: str = _text()
    lead_article_id: int | None = None
    language: str = ""
    revision: int = 1
    articles: int = 0
    sources: int = 0
    first_published: datetime = _moment(index=True)
    last_published: datetime = _moment(index=True)


class Profile(SQLModel, table=True):
    """What the seeds of a topic say, as the model sees it; `version` is the hash of all that went into it."""

    __table_args__ = (UniqueConstraint("topic", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    version: str
    body: dict[str, Any] = _json(dict)
    made_at: datetime = _moment()


class Model(SQLModel, table=True):
    """What verdicts taught for a topic: skops bytes, their hash, and whether it earned its place."""

    __table_args__ = (UniqueConstraint("topic", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    version: str
    profile_version: str
    content: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    figures: dict[str, Any] = _json(dict)
    accepted: bool = False
    made_at: datetime = _moment()


class Assessment(SQLModel, table=True):
    """Topic x article: score in [0, 1], the decision at the threshold then in force, and why."""

    topic: str = Field(primary_key=True)
    article_id: int = Field(primary_key=True, foreign_key="article.id", index=True)
    score: float
    relevant: bool = Field(index=True)
    threshold: float = 0.5
    reasons: dict[str, Any] = _json(dict)
    profile_version: str = ""
    model_version: str = ""
    assessed_at: datetime = _moment(index=True)


class Digest(SQLModel, table=True):
    """What is told at one slot: the scheduled instant, the trigger's id by hand, or story and revision at once.

    `figures` holds the counts of its first line and the sources it reports on.
    """

    __table_args__ = (UniqueConstraint("name", "slot"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    slot: str
    title: str = ""
    form: str = "daily"
    topics: list[str] = _json(list)
    first_line: str = _text()
    figures: dict[str, Any] = _json(dict)
    since: datetime | None = _moment(nullable=True)
    composed_at: datetime = _moment(index=True)


class DigestItem(SQLModel, table=True):
    """One line of a digest, with all that is shown of it. `section` is top, updates, also or ask.

    `summary` holds {"sentence", "source", "url"}; `also_in` {"source", "title", "url"}; both lists in order.
    """

    id: int | None = Field(default=None, primary_key=True)
    digest_id: int = Field(foreign_key="digest.id", index=True)
    position: int
    section: str
    topic: str
    story_id: int
    revision: int = 1
    article_id: int
    headline: str = _text()
    url: str = _text()
    source: str = ""
    language: str = ""
    published: datetime = _moment()
    score: float = 0.0
    summary: list[dict[str, str]] = _json(list)
    also_in: list[dict[str, str]] = _json(list)
    reasons: dict[str, Any] = _json(dict)
    reprints: int = 0


class DeliveryState(StrEnum):
    """Where a delivery stands. One found in sending at start was interrupted and becomes unknown."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Delivery(SQLModel, table=True):
    """Digest x channel x recipient, with the message as rendered, so that a retry sends the very same."""

    __table_args__ = (UniqueConstraint("digest_id", "channel", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    digest_id: int = Field(foreign_key="digest.id", index=True)
    channel: str
    recipient: str
    state: str = Field(default=DeliveryState.PENDING, index=True)
    message_id: str = Field(unique=True)
    subject: str = _text()
    html: str = _text()
    text: str = _text()
    blocks: list[dict[str, Any]] = _json(list)
    attempts: int = 0
    next_attempt: datetime | None = _moment(nullable=True)
    detail: str = _text()
    created_at: datetime = _moment()
    changed_at: datetime = _moment()


class Told(SQLModel, table=True):
    """Audience x story x revision: written in the transaction of its delivery, so nothing is told twice."""

    audience: str = Field(primary_key=True)
    story_id: int = Field(primary_key=True, foreign_key="story.id")
    revision: int = Field(primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    told_at: datetime = _moment()


class Feedback(SQLModel, table=True):
    """A reader's verdict on an article for a topic; the latest counts.

    `probability` is the chance with which the article was drawn to be asked about, 0 where the reader chose it.
    """

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    relevant: bool
    origin: str = "command line"
    probability: float = 0.0
    made_at: datetime = _moment()


class Unsubscribed(SQLModel, table=True):
    """An audience that wants no more; honoured when composing."""

    audience: str = Field(primary_key=True)
    since: datetime = _moment()


class Run(SQLModel, table=True):
    """One collect, digest, train or maintain: when, and what came of it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    started: datetime = _moment(index=True)
    ended: datetime | None = _moment(nullable=True)
    succeeded: bool = False
    figures: dict[str, Any] = _json(dict)


class Lease(SQLModel, table=True):
    """Who runs a job that must not run twice at once, and until when that is believed."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = _moment()


def audience(digest: str, channel: str, recipient: str) -> str:
    """The key of an audience: a digest's name, a channel and a recipient, who together remember what they were told."""
    return f"{digest} {channel} {recipient}"
