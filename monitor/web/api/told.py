"""What the API answers with of what was told: digests, their lines, and deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.models import Delivery, Digest, DigestItem


@dataclass(frozen=True, slots=True)
class DeliveryJson:
    """A delivery and its state: pending, sending, sent, failed or unknown."""

    id: int
    digest: int
    channel: str
    recipient: str
    state: str
    attempts: int
    detail: str
    changed: datetime

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryJson":
        """The delivery."""
        return cls(
            delivery.id or 0,
            delivery.digest_id,
            delivery.channel,
            delivery.recipient,
            delivery.state,
            delivery.attempts,
            delivery.detail,
            delivery.changed_at,
        )


@dataclass(frozen=True, slots=True)
class ItemJson:
    """One line of a digest."""

    section: str
    topic: str
    story: int
    article: int
    headline: str
    url: str
    score: float


@dataclass(frozen=True, slots=True)
class DigestJson:
    """A digest as it was composed; `items` are None in a list of digests."""

    id: int
    name: str
    slot: str
    title: str
    topics: Sequence[str]
    first_line: str
    composed: datetime
    deliveries: Sequence[DeliveryJson]
    items: Sequence[ItemJson] | None

    @classmethod
    def of(
        cls, digest: Digest, deliveries: Sequence[Delivery], items: Sequence[DigestItem] | None = None
    ) -> "DigestJson":
        """The digest."""
        return cls(
            digest.id or 0,
            digest.name,
            digest.slot,
            digest.title,
            digest.topics,
            digest.first_line,
            digest.composed_at,
            [DeliveryJson.of(each) for each in deliveries],
            None if items is None else [_item(each) for each in items],
        )


def _item(item: DigestItem) -> ItemJson:
    return ItemJson(
        item.section, item.topic, item.story_id, item.article_id, item.headline, item.url, round(item.score, 4)
    )
