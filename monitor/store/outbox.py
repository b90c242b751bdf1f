"""The outbox: what is to be told is written down whole before anything leaves, and nothing leaves twice by itself.

    keep_digest   digest, items, deliveries and who is told what, in one transaction
    claim         pending or failed and due -> sending: exactly one of those who ask is told yes
    settle        sending -> sent, failed (to be tried again at a moment, or never) or unknown
    interrupted   sending for so long that its sender is dead -> unknown: nobody can say whether it left
    reopen        by hand only: unknown, failed or sent -> pending, the same message with the same Message-ID

Claim within `Database.writing(durable=True)`: a claim that a power cut undid would send twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from monitor.models import (
    Delivery,
    DeliveryState,
    Digest,
    DigestItem,
    SourceTold,
    Told,
    Unsubscribed,
    audience,
)
from monitor.store.bulk import among, columns_of, insert_all, insertion, keepable, rows_of, table

# A sender that lives settles within its time-outs, ten minutes all together at most; a machine that slept, or a
# clock that was set, is given a margin. Whoever holds a lease that no other sender can hold may ask for zero.
INTERRUPTED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Kept:
    """A digest as it is in the outbox; `new` is False where its slot had been told before."""

    digest: Digest
    items: tuple[DigestItem, ...]
    deliveries: tuple[Delivery, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A delivery with the digest it belongs to."""

    delivery: Delivery
    digest: Digest


def keep_digest(
    session: Session,
    digest: Digest,
    items: Sequence[DigestItem],
    deliveries: Sequence[Delivery],
    told: Sequence[Told | SourceTold],
) -> Kept | None:
    """Keeps all of a digest, or nothing: what is told of it with it, so that a crash falls between, never within.

    The ids of the digest and of the deliveries need not be set: they are filled in, those of `told` by their audience.
    Where the slot was kept before, that is returned and nothing is written. None means that meanwhile some audience
    was told something of `told` by another digest: nothing is written, compose anew.
    """
    if (before := digest_at(session, digest.name, digest.slot)) is not None:
        return _read(session, before, new=False)
    with session.begin_nested() as attempt:
        digest_id = _insert_digest(session, digest)
        whole = digest_id is not None and _fill(session, digest_id, digest.name, (items, deliveries, told))
        if not whole:
            attempt.rollback()
    kept = digest_at(session, digest.name, digest.slot)
    return _read(session, kept, new=whole) if kept is not None else None


def claim(session: Session, delivery_id: int, now: datetime) -> bool:
    """Takes a delivery to send it: True for one caller only, however many ask at once."""
    columns = table(Delivery).c
    due = or_(columns.next_attempt.is_(None), columns.next_attempt <= now)
    waiting = or_(
        and_(columns.state == DeliveryState.PENDING.value, due),
        and_(columns.state == DeliveryState.FAILED.value, columns.next_attempt <= now),
    )
    values = {"state": DeliveryState.SENDING.value, "attempts": columns.attempts + 1, "changed_at": now}
    statement = update(table(Delivery)).where(columns.id == delivery_id, waiting).values(values)
    return session.connection().execute(statement).rowcount == 1


def settle(
    session: Session,
    delivery_id: int,
    state: DeliveryState,
    detail: str,
    *,
    next_attempt: datetime | None,
    now: datetime,
) -> bool:
    """Writes what came of sending; `next_attempt` is when a failed one is tried again, None: never by itself.

    One that was given up as interrupted meanwhile is settled too, for its sender knows. Returns whether it was.
    """
    columns = table(Delivery).c
    values = {"state": state.value, "detail": keepable(detail), "next_attempt": next_attempt, "changed_at": now}
    open_states = [DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value]
    statement = update(table(Delivery)).where(columns.id == delivery_id, columns.state.in_(open_states))
    return session.connection().execute(statement.values(values)).rowcount == 1


def interrupted(session: Session, now: datetime, *, older_than: timedelta = INTERRUPTED_AFTER) -> list[Delivery]:
    """Makes unknown what has been in sending for longer than `older_than`; returns those deliveries.

    Another run may be sending at this moment: that is why it takes a while, and why a lease shortens it. A claim from
    the future, left by a clock that was set back since, counts as old.
    """
    columns = table(Delivery).c
    old = or_(columns.changed_at <= now - older_than, columns.changed_at > now + older_than)
    statement = (
        update(table(Delivery))
        .where(columns.state == DeliveryState.SENDING.value, old)
        .values(
            state=DeliveryState.UNKNOWN.value,
            detail="interrupted while sending: it may have arrived",
            next_attempt=None,
            changed_at=now,
        )
        .returning(columns.id)
    )
    ids = session.connection().execute(statement).scalars().all()
    return _deliveries(session, ids)


def reopen(session: Session, delivery_id: int, now: datetime) -> bool:
    """Lets a delivery be sent again, by hand: one that is unknown, failed or sent. Returns whether it was one."""
    columns = table(Delivery).c
    ended = [DeliveryState.UNKNOWN.value, DeliveryState.FAILED.value, DeliveryState.SENT.value]
    statement = update(table(Delivery)).where(columns.id == delivery_id, columns.state.in_(ended))
    values = {"state": DeliveryState.PENDING.value, "next_attempt": None, "changed_at": now}
    return session.connection().execute(statement.values(values)).rowcount == 1


def due_deliveries(session: Session, now: datetime) -> list[Delivery]:
    """What waits to be sent, the oldest first: pending, or failed and due to be tried again."""
    query = select(Delivery).where(
        or_(
            and_(
                col(Delivery.state) == DeliveryState.PENDING.value,
                or_(col(Delivery.next_attempt).is_(None), col(Delivery.next_attempt) <= now),
            ),
            and_(col(Delivery.state) == DeliveryState.FAILED.value, col(Delivery.next_attempt) <= now),
        )
    )
    return list(session.exec(query.order_by(col(Delivery.created_at), col(Delivery.id))))


def deliveries(
    session: Session,
    *,
    states: Collection[DeliveryState] = (),
    digest: str = "",
    since: datetime | None = None,
    limit: int = 50,
) -> list[Posted]:
    """What is in the outbox, the latest first: of some states, of one digest, changed from `since` on."""
    query = select(Delivery, Digest).join(Digest, col(Digest.id) == col(Delivery.digest_id))
    if states:
        query = query.where(col(Delivery.state).in_([state.value for state in states]))
    if digest:
        query = query.where(Digest.name == digest)
    if since is not None:
        query = query.where(col(Delivery.changed_at) >= since)
    rows = session.exec(query.order_by(col(Delivery.created_at).desc(), col(Delivery.id).desc()).limit(limit))
    return [Posted(*row) for row in rows]


def delivery(session: Session, delivery_id: int) -> Delivery | None:
    """The delivery of an id."""
    return session.get(Delivery, delivery_id)


def deliveries_of(session: Session, digest_id: int) -> list[Delivery]:
    """The deliveries of a digest, in the order they were kept."""
    return list(session.exec(select(Delivery).where(Delivery.digest_id == digest_id).order_by(col(Delivery.id))))


def digest_at(session: Session, name: str, slot: str) -> Digest | None:
    """The digest of a name that was told at a slot."""
    return session.exec(select(Digest).where(Digest.name == name, Digest.slot == slot)).first()


def kept_at(session: Session, name: str, slot: str) -> Kept | None:
    """All of the digest that was told at a slot, None where none was."""
    found = digest_at(session, name, slot)
    return _read(session, found, new=False) if found else None


def unsubscribe(session: Session, who: str, now: datetime) -> None:
    """Writes that an audience (see `monitor.models.audience`) wants no more; the first moment counts."""
    statement = insertion(session.connection(), table(Unsubscribed)).values(audience=who, since=now)
    session.connection().execute(statement.on_conflict_do_nothing())


def unsubscribed(session: Session, audiences: Collection[str]) -> frozenset[str]:
    """Which of the audiences want no more."""
    column = table(Unsubscribed).c.audience
    return frozenset(session.exec(select(Unsubscribed.audience).where(among(session, column, audiences))))


def _insert_digest(session: Session, digest: Digest) -> int | None:
    """The new digest's id, None where another had the slot at that very moment."""
    connection = session.connection()
    statement = insertion(connection, table(Digest)).values(rows_of([digest], columns_of(Digest))[0])
    if_free = statement.on_conflict_do_nothing(index_elements=["name", "slot"])
    return connection.execute(if_free.returning(table(Digest).c.id)).scalar_one_or_none()


def _fill(
    session: Session,
    digest_id: int,
    name: str,
    content: tuple[Sequence[DigestItem], Sequence[Delivery], Sequence[Told | SourceTold]],
) -> bool:
    """Writes what belongs to a digest; whether none of it had been told before."""
    items, deliveries, told = content
    _insert_under(session, digest_id, items)
    posted = zip(deliveries, _insert_under(session, digest_id, deliveries), strict=True)
    by_audience = {audience(name, each.channel, each.recipient): key for each, key in posted}
    return _insert_told(session, told, by_audience)


def _insert_under(session: Session, digest_id: int, rows: Sequence[DigestItem] | Sequence[Delivery]) -> list[int]:
    if not rows:
        return []
    model = type(rows[0])
    return insert_all(session, model, [row | {"digest_id": digest_id} for row in rows_of(rows, columns_of(model))])


def _insert_told(session: Session, told: Sequence[Told | SourceTold], delivery_ids: dict[str, int]) -> bool:
    """Writes who is told what; whether none of it had been told before."""
    for model in (Told, SourceTold):
        into, columns = table(model), columns_of(model)
        keys = [column.name for column in into.primary_key.columns]
        rows = rows_of([each for each in told if isinstance(each, model)], columns)
        values = {tuple(row[key] for key in keys): row | {"delivery_id": delivery_ids[row["audience"]]} for row in rows}
        statement = insertion(session.connection(), into).on_conflict_do_nothing().returning(into.c.audience)
        written = [values[key] for key in sorted(values)]
        if written and len(session.connection().execute(statement, written).all()) < len(written):
            return False
    return True


def _read(session: Session, digest: Digest, *, new: bool) -> Kept:
    digest_id = digest.id or 0
    items = session.exec(
        select(DigestItem)
        .where(DigestItem.digest_id == digest_id)
        .order_by(col(DigestItem.position), col(DigestItem.id))
    )
    return Kept(digest, tuple(items), tuple(deliveries_of(session, digest_id)), new)


def _deliveries(session: Session, ids: Sequence[int]) -> list[Delivery]:
    """The deliveries of `ids` as they are in the database now."""
    query = select(Delivery).where(among(session, table(Delivery).c.id, ids)).order_by(col(Delivery.id))
    return list(session.exec(query.execution_options(populate_existing=True)))
