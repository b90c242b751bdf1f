"""What came of the entries of each source: how many became articles, of which grade, lately and before, and why not."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session

from monitor.models import Entry, EntryState
from monitor.store.bulk import among, table
from monitor.store.conditions import GRADES

NO_ARTICLE = ""
"""In the place of a grade: the entry was given up, or must not be read."""
_ENDED = (EntryState.STORED.value, EntryState.FAILED.value, EntryState.REFUSED.value)


@dataclass(frozen=True, slots=True)
class Yield:
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before.

    `reason` is why the latest of them whose page gave none has none, where that was asked for.
    """

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def reasons(session: Session, sources: Collection[str], since: datetime) -> dict[str, str]:
    """Why the latest entry of each source, of those first seen from `since` on whose page gave no article, has none."""
    entries = table(Entry).c
    latest = (
        select(func.max(entries.id))
        .where(
            among(session, entries.source, sources),
            entries.first_seen >= since,
            entries.state.in_(_ENDED),
            entries.error != "",
        )
        .group_by(entries.source)
    )
    rows = session.connection().execute(select(entries.source, entries.error).where(entries.id.in_(latest)))
    return {row[0]: row[1] for row in rows}


def sources_with(
    session: Session, sources: Collection[str], grades: Collection[str], since: datetime, least: int
) -> list[str]:
    """Those of the sources of whose entries, first seen from `since` on, at least so many are of one of the grades."""
    entries = table(Entry).c
    query = (
        select(entries.source)
        .where(
            among(session, entries.source, sources),
            entries.grade.in_(grades),
            entries.first_seen >= since,
            entries.state.in_(_ENDED),
        )
        .group_by(entries.source)
        .having(func.count() >= least)
    )
    return sorted(session.connection().execute(query).scalars())


def yields(session: Session, sources: Collection[str], since: datetime, lately: datetime) -> dict[str, Yield]:
    """By source, what came of the entries of these first seen from `since` on; those from `lately` on apart."""
    entries = table(Entry).c
    late = func.sum(case((entries.first_seen >= lately, 1), else_=0))
    query = (
        select(entries.source, entries.grade, func.count(), late)
        .where(
            among(session, entries.source, sources),
            entries.grade.in_(GRADES),
            entries.first_seen >= since,
            entries.state.in_(_ENDED),
        )
        .group_by(entries.source, entries.grade)
    )
    found: dict[str, Yield] = {}
    for source, grade, number, of_late in session.connection().execute(query):
        each = found.setdefault(source, Yield())
        each.lately.update({grade: of_late} if of_late else {})
        each.before.update({grade: number - of_late} if number > of_late else {})
    return found
