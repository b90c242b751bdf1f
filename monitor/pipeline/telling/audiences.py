"""Whom a digest tells, and what each gets: a message of what they were not told, and the note that they were.

What composes and renders is imported where a message is made: whoever asks for the audiences alone needs none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from monitor.config import Settings
from monitor.deliver import message_id, recipients
from monitor.digest.material import Figures, SourceNews
from monitor.digest.settings import DigestSettings
from monitor.models import Delivery, DeliveryState, Digest, DigestItem, SourceTold, Told, audience
from monitor.pipeline.telling.readers import reader_of
from monitor.store.outbox import unsubscribed

if TYPE_CHECKING:
    from monitor.digest.compose import Composition


@dataclass(frozen=True, slots=True)
class Audience:
    """One channel and recipient of a digest; `key` is what told rows are kept under."""

    channel: str
    recipient: str
    key: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What is to be kept with a digest: a delivery for each audience that is sent it, and what these are told."""

    deliveries: tuple[Delivery, ...]
    told: tuple[Told | SourceTold, ...]


def audiences_of(settings: Settings, session: Session, digest: DigestSettings) -> tuple[Audience, ...]:
    """Whom a digest tells: every recipient of its channels who has not had enough."""
    found = [
        Audience(channel, recipient, audience(digest.name, channel, recipient))
        for channel in digest.channels
        for recipient in filter(None, recipients(settings.channel(channel)))
    ]
    gone = unsubscribed(session, [each.key for each in found])
    return tuple(each for each in found if each.key not in gone)


def posted(
    settings: Settings,
    digest: DigestSettings,
    made: "Composition",
    audiences: Sequence[Audience],
    known: Mapping[str, Mapping[int, int]],
    news: Mapping[str, Sequence[SourceNews]],
) -> Posting:
    """What each audience gets of a composition, by its key.

    `known` is the revision of each story that it was last told, `news` what is news to it of sources.
    """
    from monitor.digest.compose import for_audience, worth_telling

    deliveries: list[Delivery] = []
    telling: list[Told | SourceTold] = []
    for each in audiences:
        revisions, sources = known.get(each.key, {}), news.get(each.key, ())
        items, own = for_audience(made.items, revisions), _as_known(made.digest, revisions, sources)
        if worth_telling(own, items):
            deliveries.append(_delivery(settings, digest, each, own, items))
            telling += [_told(each, item, own.composed_at) for item in items]
            telling += [_told_of_source(each, said, own.composed_at) for said in sources]
    return Posting(tuple(deliveries), tuple(telling))


def _as_known(digest: Digest, revisions: Mapping[int, int], sources: Sequence[SourceNews]) -> Digest:
    """The digest with those of the alerts alone that the audience was told, and with what is news to it of sources."""
    figures = Figures.of(digest)
    alerted = tuple(each for each in figures.alerted if revisions.get(each.story_id, 0) >= each.revision)
    own = replace(figures, alerted=alerted).naming(sources)
    return digest.model_copy(update={"figures": own.to_json()})


def _delivery(
    settings: Settings, digest: DigestSettings, to: Audience, made: Digest, items: Sequence[DigestItem]
) -> Delivery:
    from monitor.digest.render import render

    reader = reader_of(settings, to.channel, to.key, made.composed_at)
    message = render(made, items, digest, reader)
    channel = settings.channel(to.channel)
    return Delivery.model_validate(
        {
            "digest_id": 0,
            "channel": to.channel,
            "recipient": to.recipient,
            "state": DeliveryState.PENDING,
            "message_id": message_id(digest.name, made.slot, to.channel, to.recipient, channel.from_address),
            "subject": message.subject,
            "html": message.html,
            "text": message.brief if channel.kind == "apprise" else message.text,
            "blocks": [dict(block) for block in (message.entries if channel.kind == "feed" else message.blocks)],
            "unsubscribe_url": reader.unsubscribe,
            "created_at": made.composed_at,
            "changed_at": made.composed_at,
        }
    )


def _told(to: Audience, item: DigestItem, now: datetime) -> Told:
    return Told.model_validate(
        {
            "audience": to.key,
            "story_id": item.story_id,
            "revision": item.revision,
            "delivery_id": 0,
            "told_at": now,
        }
    )


def _told_of_source(to: Audience, said: SourceNews, now: datetime) -> SourceTold:
    return SourceTold.model_validate(
        {
            "audience": to.key,
            "source": said.source,
            "state": said.state,
            "since": said.since or now,
            "delivery_id": 0,
            "told_at": now,
        }
    )
