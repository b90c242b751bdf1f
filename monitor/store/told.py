"""What the reading page asks of what was told: digests, their deliveries, and who was told of a story. Changes no row.

Rendered messages are long, and no list shows them: they are left unread, and touching one raises. Whoever shows a
message whole asks for that one.
"""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from monitor.models import Delivery, DeliveryState, Digest, Told
from monitor.store.bulk import among, table, unread

_LIGHT_DELIVERY = unread(Delivery, "html", "text", "blocks")


@dataclass(frozen=True, slots=True)
class Telling:
    """That an audience was told of a story: at which revision, by which delivery of which digest."""

    told: Told
    delivery: Delivery
    digest: Digest


@dataclass(frozen=True, slots=True)
class SentDigest:
    """A digest and its deliveries, whose messages are not read."""

    digest: Digest
    deliveries: tuple[Delivery, ...] = field(default=())


def tellings(session: Session, story_id: int) -> list[Telling]:
    """Who was told of a story, when and how, the first first."""
    query = (
        select_rows(Told, Delivery, Digest)
        .join(Delivery, col(Delivery.id) == col(Told.delivery_id))
        .join(Digest, col(Digest.id) == col(Delivery.digest_id))
        .where(Told.story_id == story_id)
        .order_by(col(Told.told_at), col(Told.revision), Told.audience)
        .options(*_LIGHT_DELIVERY)
    )
    return [Telling(*row) for row in session.exec(query)]


def digests(session: Session, *, limit: int, before: int | None = None) -> list[SentDigest]:
    """Digests, the latest first; of those kept earlier than the one whose id is `before`, where that is given."""
    query = select_rows(Digest)
    if before is not None:
        query = query.where(col(Digest.id) < before)
    found = list(session.exec(query.order_by(col(Digest.id).desc()).limit(limit)))
    ids = [each.id for each in found if each.id is not None]
    sent: dict[int, list[Delivery]] = {}
    deliveries = (
        select_rows(Delivery)
        .where(among(session, table(Delivery).c.digest_id, ids))
        .order_by(Delivery.channel, Delivery.recipient)
        .options(*_LIGHT_DELIVERY)
    )
    for delivery in session.exec(deliveries):
        sent.setdefault(delivery.digest_id, []).append(delivery)
    return [SentDigest(each, tuple(sent.get(each.id or 0, ()))) for each in found]


def digest(session: Session, digest_id: int) -> SentDigest | None:
    """The digest of an id, and its deliveries."""
    found = digests(session, limit=1, before=digest_id + 1)
    return found[0] if found and found[0].digest.id == digest_id else None


def latest_deliveries(session: Session, *, limit: int, state: str = "") -> list[tuple[Delivery, Digest]]:
    """Deliveries, or those in a state, each with its digest; the latest first."""
    query = select_rows(Delivery, Digest).join(Digest, col(Digest.id) == col(Delivery.digest_id))
    if state:
        query = query.where(Delivery.state == state)
    query = query.order_by(col(Delivery.id).desc()).limit(limit).options(*_LIGHT_DELIVERY)
    return [(delivery, digest) for delivery, digest in session.exec(query)]


def delivery_counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state, 0 where none is."""
    states = table(Delivery).c.state
    rows = session.connection().execute(select(states, func.count()).group_by(states))
    found = {str(row[0]): int(row[1]) for row in rows}
    return {str(state): found.get(str(state), 0) for state in DeliveryState}
