"""Kept of listing news: what we know of sources and hosts, the entries found there, and who listed which."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from monitor.models.columns import json_field, moment_field, text_field


class EntryState(StrEnum):
    """Where an entry stands: waiting, kept as an article, to be asked later, given up, not to be asked, too old.

    An unpromising one was left unread, for its title and summary gave no topic a reason to ask for its page.
    """

    PENDING = "pending"
    STORED = "stored"
    DEFERRED = "deferred"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"
    UNPROMISING = "unpromising"


class FeedState(SQLModel, table=True):
    """What we know of a source between runs. `resolved_url` is the feed that discovery found, else "".

    `error` tells what went wrong when it was asked last, "" for nothing; with `failures` 0 that was a part of it alone,
    such as one sitemap of an index. `cause` is the kind of it (`monitor.errors.Cause`, "" for none), `status` the HTTP
    status of the answer, 0 for none. `last_new` is when it last listed what no source had listed before,
    `last_fresh` when it last listed what it had not listed before itself;
    `articles_stored` counts the articles that it was the first to list, those let go since included.

    `last_full` is when it last sent its document whole, `listed` a mark of each entry of that, `rhythm` how often it
    has news (`monitor.pipeline.polling.learned_rhythm`). `refresh_seconds` and `lifetime_seconds` (0 for none: the
    document's own time to live, and HTTP's), `skip_hours` (UTC) and `skip_days` (Monday 0) say when not to ask.
    `rolled_off` counts how often nothing of what it had listed was left when it was asked again, `last_rolled_off` when
    last. `outages` are the times in which it failed, the latest ones (`monitor.pipeline.polling.outages`).
    """

    source: str = Field(primary_key=True)
    url: str = ""
    resolved_url: str = ""
    title: str = ""
    kind: str = ""
    etag: str = ""
    last_modified: str = ""
    content_hash: str = ""
    last_polled: datetime | None = moment_field(nullable=True)
    last_success: datetime | None = moment_field(nullable=True)
    last_new: datetime | None = moment_field(nullable=True)
    last_fresh: datetime | None = moment_field(nullable=True)
    next_poll: datetime | None = moment_field(nullable=True, index=True)
    failures: int = 0
    failing_since: datetime | None = moment_field(nullable=True)
    error: str = text_field()
    cause: str = ""
    status: int = 0
    entries_seen: int = 0
    articles_stored: int = 0
    last_full: datetime | None = moment_field(nullable=True)
    listed: list[str] = json_field(list)
    rhythm: dict[str, Any] = json_field(dict)
    refresh_seconds: int = 0
    lifetime_seconds: int = 0
    skip_hours: list[int] = json_field(list)
    skip_days: list[int] = json_field(list)
    rolled_off: int = 0
    last_rolled_off: datetime | None = moment_field(nullable=True)
    outages: list[dict[str, Any]] = json_field(list)


class HostState(SQLModel, table=True):
    """What we know of a host between runs: its robots.txt and until when it asked to be left alone.

    `origin` is scheme://host[:port]; `robots_status` is the HTTP status of the robots.txt kept, 0 where none answered.
    """

    origin: str = Field(primary_key=True)
    robots: str = text_field()
    robots_status: int = 0
    robots_expires: datetime | None = moment_field(nullable=True)
    not_before: datetime | None = moment_field(nullable=True)


class Entry(SQLModel, table=True):
    """One item a source listed. Kept as pending before its page is asked, so that a killed run loses nothing.

    `article_id` is the article that its page became: several entries may lead to one. It is no foreign key, for
    article points back at the entry it was made of. `grade` is that article's, "" while there is none. `site` is there
    only where the entry itself names one, as messages do, whose addresses (`mid:`) lead to no page and whose text is in
    `content`.

    `promise` is the best score in [0, 1] that its title and summary got from any topic, None where none judged it;
    `triaged_by` a mark of all that it was judged by, "" for nothing yet; `probability` the chance with which it was
    drawn to be read though no topic had reason to, 0 where it was not.
    """

    id: int | None = Field(default=None, primary_key=True)
    canonical_url: str = Field(unique=True)
    url: str
    source: str
    title: str = text_field()
    summary: str = text_field()
    content: str = text_field()
    authors: list[str] = json_field(list)
    site: str = ""
    published: datetime | None = moment_field(nullable=True)
    published_clamped: bool = False
    first_seen: datetime | None = moment_field(nullable=True, index=True)
    state: str = EntryState.PENDING
    attempts: int = 0
    next_attempt: datetime | None = moment_field(nullable=True)
    error: str = text_field()
    article_id: int | None = Field(default=None, index=True)
    grade: str = ""
    promise: float | None = None
    triaged_by: str = ""
    probability: float = 0.0


class Sighting(SQLModel, table=True):
    """Source x entry: who listed it. One address listed by two sources belongs to the topics of both."""

    entry_id: int = Field(primary_key=True, foreign_key="entry.id")
    source: str = Field(primary_key=True)
