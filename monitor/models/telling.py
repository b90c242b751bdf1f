"""Kept of telling news: digests, their items, the outbox, and what each audience was told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.models.columns import UtcDateTime, json_field, moment_field, text_field

# What the slot of an instant alert begins with: no schedule's moment does, nor what is asked for by hand.
ALERT = "instant "


class Digest(SQLModel, table=True):
    """What is told at one slot: the scheduled instant, the trigger's id by hand, or story and revision at once.

    The last is an alert (`alert_slot`), which is no turn of the digest that it belongs to. `figures` holds the counts
    of its first line and the sources it reports on.
    """

    __table_args__ = (UniqueConstraint("name", "slot"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    slot: str
    title: str = ""
    form: str = "daily"
    topics: list[str] = json_field(list)
    first_line: str = text_field()
    figures: dict[str, Any] = json_field(dict)
    since: datetime | None = moment_field(nullable=True)
    composed_at: datetime = moment_field(index=True)


class DigestItem(SQLModel, table=True):
    """One line of a digest, with all that is shown of it. `section` is top, updates or also.

    It is for those audiences that were last told of the story's revision `told_revision`, 0 for those told never;
    `told_as` is the headline under which they were, "" where that is not known.
    `summary` holds {"sentence", "source", "url"}, with "joined" where one follows the one before it in its article;
    `changes` {"kind", "before", "after", "source", "url"}, what pages say otherwise than when they were told of (see
    `monitor.digest.changes`); `also_in` {"source", "title", "url"}; `arc`, where a weekly digest tells of a story that
    went on over several days, {"day", "title", "source", "url", "articles"}; all lists in order.
    """

    id: int | None = Field(default=None, primary_key=True)
    digest_id: int = Field(foreign_key="digest.id", index=True)
    position: int
    section: str
    topic: str
    story_id: int
    revision: int = 1
    told_revision: int = 0
    told_as: str = text_field()
    article_id: int
    headline: str = text_field()
    url: str = text_field()
    source: str = ""
    language: str = ""
    published: datetime = moment_field()
    score: float = 0.0
    summary: list[dict[str, str]] = json_field(list)
    changes: list[dict[str, str]] = json_field(list)
    also_in: list[dict[str, str]] = json_field(list)
    arc: list[dict[str, Any]] = json_field(list)
    reasons: dict[str, Any] = json_field(dict)
    reprints: int = 0


class DeliveryState(StrEnum):
    """Where a delivery stands. One found in sending at start was interrupted and becomes unknown."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Delivery(SQLModel, table=True):
    """Digest x channel x recipient, with the message as rendered, so that a retry sends the very same.

    `blocks` are what the channel's kind takes beside text and HTML: Slack's blocks, or a feed's entries.
    `unsubscribe_url` is where this recipient leaves by one click, "" where no page is there to be asked.
    """

    __table_args__ = (UniqueConstraint("digest_id", "channel", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    digest_id: int = Field(foreign_key="digest.id", index=True)
    channel: str
    recipient: str
    state: str = Field(default=DeliveryState.PENDING, index=True)
    message_id: str = Field(unique=True)
    subject: str = text_field()
    html: str = text_field()
    text: str = text_field()
    blocks: list[dict[str, Any]] = json_field(list)
    unsubscribe_url: str = text_field()
    attempts: int = 0
    next_attempt: datetime | None = moment_field(nullable=True)
    detail: str = text_field()
    created_at: datetime = moment_field()
    changed_at: datetime = moment_field()


class Told(SQLModel, table=True):
    """Audience x story x revision: written in the transaction of its delivery, so nothing is told twice."""

    audience: str = Field(primary_key=True)
    story_id: int = Field(primary_key=True, foreign_key="story.id")
    revision: int = Field(primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    told_at: datetime = moment_field()


class SourceTold(SQLModel, table=True):
    """Audience x source x what was said of it: written in the transaction of its delivery, as `Told` is.

    `state` is broken, recovered, failing, or in a word what is not well; `since` when that began, where nobody knows
    the moment it was told.
    """

    audience: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    told_at: datetime = moment_field()


class Unsubscribed(SQLModel, table=True):
    """An audience that wants no more; honoured when composing."""

    audience: str = Field(primary_key=True)
    since: datetime = moment_field()


def alert_slot(story_id: int, revision: int) -> str:
    """The slot at which one revision of a story is told at once."""
    return f"{ALERT}{story_id} {revision}"


def audience(digest: str, channel: str, recipient: str) -> str:
    """The key of an audience: a digest's name, a channel and a recipient, who together remember what they were told."""
    return f"{digest} {channel} {recipient}"
