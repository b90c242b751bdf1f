"""What sources listed: kept before any page is asked, taken up again until each has come to an end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, or_, select, text, update
from sqlmodel import Session

from monitor.models import Article, Entry, EntryState, Sighting
from monitor.store.bulk import address_fits, among, batches, columns_of, ids_of, insert_new, rows_of, table, upsert
from monitor.store.conditions import WAITING
from monitor.store.polling import record_news

# Before this no page was on the web; a date so old is a misread one, and some calendars cannot even hold it.
EARLIEST_YEAR = 1000


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What came of an attempt at the entry `id`; `next_attempt` is None where there will be none."""

    id: int
    state: EntryState
    attempts: int
    error: str = ""
    next_attempt: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueEntry:
    """An entry to be fetched, as much as its turn depends on; `moment` is when it was published or else first seen.

    `promise` is the best score in [0, 1] that its title and summary got from any topic, None where none judged it.
    """

    id: int
    url: str
    moment: datetime
    promise: float | None = None


def keep_entries(session: Session, entries: Sequence[Entry], *, now: datetime, max_age: timedelta) -> int:
    """Keeps the entries that are not known yet, and for known and new ones which source listed them.

    New ones are pending; skipped where they were published more than `max_age` ago; stored at once where their address
    is that of an article already. A date in the future becomes `now` and is flagged, a missing one stays missing. A
    known one changes nothing else. Those without an address that can be kept are passed over, of several with one
    address the first counts. Returns how many were new. Of the sources whose states are kept, those that listed new
    ones that are not too old have their `last_new` set.
    """
    listed: dict[str, Entry] = {}
    for entry in entries:
        if address_fits(entry.canonical_url):
            listed.setdefault(entry.canonical_url, entry)
    ids = ids_of(session, Entry, "canonical_url", list(listed))
    unknown = [entry for address, entry in listed.items() if address not in ids]
    articles = _articles_at(session, [entry.canonical_url for entry in unknown])
    rows = rows_of(unknown, columns_of(Entry))
    for row in rows:
        row.update(_beginning(row, now, max_age, articles))
    made = insert_new(session, Entry, rows, key="canonical_url")
    ids |= made
    if missed := [address for address in listed if address not in ids]:  # another worker kept them just now
        ids |= ids_of(session, Entry, "canonical_url", missed)
    seen = {(ids[entry.canonical_url], entry.source) for entry in entries if entry.canonical_url in ids}
    upsert(session, Sighting, [{"entry_id": entry, "source": source} for entry, source in seen], replace=False)
    news = {row["canonical_url"] for row in rows if row["state"] != EntryState.SKIPPED.value} & made.keys()
    record_news(session, {entry.source for entry in entries if entry.canonical_url in news}, now)
    return len(made)


def _articles_at(session: Session, addresses: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Id and grade of the article at each of the addresses where one is kept."""
    ids = ids_of(session, Article, "canonical_url", addresses)
    columns = table(Article).c
    graded = select(columns.id, columns.grade).where(among(session, columns.id, ids.values()))
    grades = {row[0]: row[1] for row in session.connection().execute(graded)} if ids else {}
    return {address: (identity, grades.get(identity, "")) for address, identity in ids.items()}


def _beginning(
    row: Mapping[str, Any], now: datetime, max_age: timedelta, articles: Mapping[str, tuple[int, str]]
) -> dict[str, Any]:
    """How a new entry begins: its date put right, its state, and nothing tried yet."""
    published, clamped = date_in_reach(row["published"], now)
    article, grade = articles.get(row["canonical_url"], (None, ""))
    state = EntryState.PENDING
    if article is not None:
        state = EntryState.STORED
    elif published is not None and published < now - max_age:
        state = EntryState.SKIPPED
    return {
        "published": published,
        "published_clamped": clamped or bool(row["published_clamped"]),
        "first_seen": now,
        "state": state.value,
        "attempts": 0,
        "next_attempt": None,
        "error": "",
        "article_id": article,
        "grade": grade,
        "promise": None,
        "triaged_by": "",
        "probability": 0.0,
    }


def date_in_reach(published: datetime | None, now: datetime) -> tuple[datetime | None, bool]:
    """A date that can be true: one in the future becomes `now` (and True: clamped), an impossible one is none."""
    if published is None or published.year < EARLIEST_YEAR:
        return None, False
    if published > now:
        return now, True
    return published.astimezone(UTC), False


def due_entries(session: Session, *, now: datetime, sources: Collection[str] | None = None) -> list[DueEntry]:
    """Entries to be fetched now, those first seen longest ago first: pending, or deferred until a moment now past.

    Only such as one of `sources` listed, where these are named.
    """
    columns = table(Entry).c
    query = select(columns.id, columns.url, columns.published, columns.first_seen, columns.promise).where(
        text(WAITING), or_(columns.next_attempt.is_(None), columns.next_attempt <= now)
    )
    if sources is not None:
        listed = table(Sighting).c
        query = query.where(exists().where(listed.entry_id == columns.id, among(session, listed.source, sources)))
    found = session.connection().execute(query.order_by(columns.first_seen, columns.id))
    return [DueEntry(row.id, row.url, row.published or row.first_seen, row.promise) for row in found]


def entries_of(session: Session, entry_ids: Collection[int]) -> list[Entry]:
    """The entries of `entry_ids` that are kept, in that order."""
    found = {
        entry.id: entry for entry in session.scalars(select(Entry).where(among(session, table(Entry).c.id, entry_ids)))
    }
    return [found[identity] for identity in entry_ids if identity in found]


def change_entries(session: Session, changes: Sequence[EntryChange]) -> None:
    """Writes what came of attempts. An entry that was stored meanwhile stays so."""
    columns = table(Entry).c
    statement = (
        update(table(Entry))
        .where(columns.id == bindparam("of_id"), columns.state != EntryState.STORED.value)
        .values({name: bindparam(f"to_{name}") for name in ("state", "attempts", "error", "next_attempt")})
    )
    rows = [
        {
            "of_id": change.id,
            "to_state": change.state.value,
            "to_attempts": change.attempts,
            "to_error": change.error,
            "to_next_attempt": change.next_attempt,
        }
        for change in sorted(changes, key=lambda change: change.id)
    ]
    for batch in batches(rows):
        session.connection().execute(statement, list(batch))
