"""Entries before their pages are asked: which are to be judged by title and summary, what was decided, what it cost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, or_, select, text, update
from sqlmodel import Session

from monitor.models import BACKFILL, Assessment, Entry, EntryState, Sighting
from monitor.store.bulk import among, batches, table
from monitor.store.conditions import GRADES, UNREAD, WAITING


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry as it is judged before it is read: what its feeds say of it, and all sources that list it."""

    id: int
    url: str
    canonical_url: str
    source: str
    title: str
    text: str
    state: EntryState
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Triaged:
    """What was decided on the entry `id`; `reason` says why it is left unread, "" where it is not."""

    id: int
    state: EntryState
    promise: float | None
    probability: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Entries lately judged unpromising: how many are unread, and of those drawn and read, which were relevant.

    `found` counts the articles that were relevant, those drawn included.
    """

    left: int
    drawn: tuple[tuple[bool, float], ...]
    found: int


@dataclass(frozen=True, slots=True)
class Unasked:
    """An entry that was left unread: what its feed says of it, the score in [0, 1] that it promises, and why."""

    url: str
    title: str
    source: str
    first_seen: datetime
    promise: float
    reason: str


def untriaged(
    session: Session,
    triaged_by: str | None,
    *,
    now: datetime,
    since: datetime,
    sources: Collection[str] | None,
    limit: int,
) -> list[Listed]:
    """Entries that wait to be fetched now, and unpromising ones first seen from `since` on, not judged by this yet.

    With None for a mark those judged by it too. Only such as one of `sources` listed, where these are named; what a
    backfill lists is read whatever it promises. What waits comes first, then the first seen; at most `limit`.
    """
    columns, listed = table(Entry).c, table(Sighting).c
    asked = select(
        columns.id,
        columns.url,
        columns.canonical_url,
        columns.source,
        columns.title,
        columns.summary,
        columns.content,
        columns.state,
    ).where(columns.source != BACKFILL)
    if triaged_by is not None:
        asked = asked.where(columns.triaged_by != triaged_by)
    if sources is not None:
        seen = select(listed.entry_id).where(among(session, listed.source, sources))
        asked = asked.where(columns.id.in_(seen))
    # Two questions, each with an index of its own that holds little.
    waiting = asked.where(text(WAITING), or_(columns.next_attempt.is_(None), columns.next_attempt <= now))
    unread = asked.where(text(UNREAD), columns.first_seen >= since)
    found = list[Any]()
    for question in (waiting, unread):
        ordered = question.order_by(columns.first_seen, columns.id).limit(limit - len(found))
        found += session.connection().execute(ordered).all()
    known = select(listed.entry_id, listed.source).where(among(session, listed.entry_id, [row.id for row in found]))
    by: dict[int, set[str]] = {}
    for entry, source in session.connection().execute(known):
        by.setdefault(entry, set()).add(source)
    return [
        Listed(
            row.id,
            row.url,
            row.canonical_url,
            row.source,
            row.title,
            row.content or row.summary,
            EntryState(row.state),
            frozenset({row.source} | by.get(row.id, set())),
        )
        for row in found
    ]


def any_unjudged(session: Session, now: datetime) -> bool:
    """Whether an entry that waits to be fetched now was never judged by title and summary."""
    columns = table(Entry).c
    due = or_(columns.next_attempt.is_(None), columns.next_attempt <= now)
    waits = exists().where(text(WAITING), due, columns.triaged_by == "", columns.source != BACKFILL)
    return bool(session.connection().execute(select(waits)).scalar_one())


def keep_triaged(session: Session, decided: Sequence[Triaged], triaged_by: str) -> None:
    """Writes what was decided. An entry that was read, or given up, meanwhile stays as it is.

    One that comes to wait again begins anew; one that waits already keeps what its attempts came to.
    """
    columns = table(Entry).c
    left, was_left = EntryState.UNPROMISING.value, text(UNREAD)
    to_state: BindParameter[str] = bindparam("to_state")
    to_error: BindParameter[str] = bindparam("to_error")
    turned = or_(to_state == left, was_left)
    statement = (
        update(table(Entry))
        .where(columns.id == bindparam("of_id"), or_(text(WAITING), was_left))
        .values(
            state=case((turned, to_state), else_=columns.state),
            error=case((turned, to_error), else_=columns.error),
            promise=bindparam("to_promise"),
            probability=bindparam("to_probability"),
            triaged_by=triaged_by,
        )
    )
    rows = [
        {
            "of_id": each.id,
            "to_state": each.state.value,
            "to_error": each.reason,
            "to_promise": each.promise,
            "to_probability": each.probability,
        }
        for each in sorted(decided, key=lambda each: each.id)
    ]
    for batch in batches(rows):
        session.connection().execute(statement, list(batch))


def shares_relevant(
    session: Session, topic: str, sources: Collection[str], *, since: datetime
) -> dict[str, tuple[int, int]]:
    """By source, how many of its entries first seen from `since` on became relevant articles, of how many in all.

    In all are those that were read and those left unread: what a topic takes of the promising alone says nothing of a
    source.
    """
    entries, judged = table(Entry).c, table(Assessment).c
    taken = func.count(judged.article_id)
    together = and_(judged.article_id == entries.article_id, judged.topic == topic, judged.relevant.is_(True))
    ended = (EntryState.STORED.value, EntryState.UNPROMISING.value)
    query = (
        select(entries.source, taken, func.count())
        .select_from(table(Entry).outerjoin(table(Assessment), together))
        .where(
            among(session, entries.source, sources),
            entries.grade.in_(GRADES),
            entries.first_seen >= since,
            entries.state.in_(ended),
        )
        .group_by(entries.source)
    )
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(query)}


def unread_lately(session: Session, topic: str, sources: Collection[str] | None, *, since: datetime) -> Unread:
    """What a topic left unread of the entries first seen from `since` on, and what random draws of them hold.

    Only of those that one of `sources` listed, where these are named.
    """
    entries, judged = table(Entry).c, table(Assessment).c
    mine = _listed_by(session, sources, since)
    ask = session.connection().execute
    left = ask(select(func.count()).where(text(UNREAD), *mine)).scalar_one()
    together = and_(judged.article_id == entries.article_id, judged.topic == topic)
    both = table(Entry).join(table(Assessment), together)
    drawn = select(judged.relevant, entries.probability).select_from(both).where(entries.probability > 0, *mine)
    found = select(func.count(judged.article_id.distinct())).select_from(both).where(judged.relevant.is_(True), *mine)
    draws = tuple((bool(relevant), float(chance)) for relevant, chance in ask(drawn))
    return Unread(left, draws, ask(found).scalar_one())


def most_promising_unread(
    session: Session, sources: Collection[str] | None, *, since: datetime, limit: int
) -> list[Unasked]:
    """Of the entries left unread that were first seen from `since` on those that promise most, at most `limit`.

    Only such as one of `sources` listed, where these are named.
    """
    columns = table(Entry).c
    asked = (
        select(columns.url, columns.title, columns.source, columns.first_seen, columns.promise, columns.error)
        .where(text(UNREAD), *_listed_by(session, sources, since))
        .order_by(columns.promise.desc(), columns.id.desc())
        .limit(limit)
    )
    return [
        Unasked(row.url, row.title, row.source, row.first_seen, row.promise or 0.0, row.error)
        for row in session.connection().execute(asked)
    ]


def _listed_by(session: Session, sources: Collection[str] | None, since: datetime) -> list[ColumnElement[bool]]:
    """What holds of entries first seen from then on that one of the sources listed, or any where none is named."""
    entries, listed = table(Entry).c, table(Sighting).c
    mine: list[ColumnElement[bool]] = [entries.first_seen >= since]
    if sources is not None:
        mine.append(entries.id.in_(select(listed.entry_id).where(among(session, listed.source, sources))))
    return mine


def why_unread(session: Session, canonical_url: str) -> str:
    """Why no collect has read the page of an address that a source listed; "" where one did, or has yet to try."""
    columns = table(Entry).c
    query = select(columns.state, columns.error, columns.published, columns.first_seen)
    found = session.connection().execute(query.where(columns.canonical_url == canonical_url)).first()
    if found is None or found.state == EntryState.STORED.value:
        return ""
    if found.state == EntryState.SKIPPED.value:
        published, seen = f"{found.published:%Y-%m-%d}", f"{found.first_seen:%Y-%m-%d}"
        return f"it was published on {published}, more than collect.max_age before it was first seen on {seen}"
    return str(found.error)
