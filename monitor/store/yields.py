"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from monitor.models import Entry, EntryState
from monitor.store.bulk import among, table

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
    came = (entries.source, entries.grade, entries.first_seen >= lately)
    query = (
        select(*came, func.count())
        .where(among(session, entries.source, sources), entries.first_seen >= since, entries.state.in_(_ENDED))
        .group_by(*came)
    )
    found: dict[str, Yield] = {}
    for source, grade, is_late, number in session.connection().execute(query):
        each = found.setdefault(source, Yield())
        (each.lately if is_late else each.before)[grade] = number
    return found
