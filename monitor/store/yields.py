"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

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
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before."""

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


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
