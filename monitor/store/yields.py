"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from monitor.models import Article, Entry, EntryState
from monitor.store.bulk import table

NO_ARTICLE = ""
"""In the place of a grade: the entry was given up, or must not be read."""
_ENDED = tuple(state.value for state in (EntryState.STORED, EntryState.FAILED, EntryState.REFUSED))


@dataclass(frozen=True, slots=True)
class Yield:
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before."""

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


def yields(session: Session, since: datetime, lately: datetime) -> dict[str, Yield]:
    """By source, what came of the entries first seen from `since` on; those from `lately` on apart."""
    entries, articles = table(Entry).c, table(Article).c
    recent = (entries.first_seen >= lately).label("recent")
    query = (
        select(entries.source, recent, articles.grade, func.count().label("number"))
        .select_from(table(Entry).outerjoin(table(Article), entries.article_id == articles.id))
        .where(entries.first_seen >= since, entries.state.in_(_ENDED))
        .group_by(entries.source, recent, articles.grade)
    )
    found: dict[str, Yield] = {}
    for row in session.connection().execute(query):
        each = found.setdefault(row.source, Yield())
        (each.lately if row.recent else each.before)[row.grade or NO_ARTICLE] = row.number
    return found
