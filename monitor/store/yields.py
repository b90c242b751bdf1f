"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from monitor.models import Article, Entry, EntryState
from monitor.store.bulk import table
from monitor.store.sampling import scattered

NO_ARTICLE = ""
"""In the place of a grade: the entry was given up, or must not be read."""
# At forty of a source's entries a share is known to within 0.08 (one deviation, at the worst), where a difference of
# 0.3 is remarked on.
_OF_EACH = 40
_ENDED = (EntryState.STORED, EntryState.FAILED, EntryState.REFUSED)
# Asked for by what they are not: most entries have ended, and an index of states would be taken for that of moments.
_NOT_ENDED = tuple(state.value for state in EntryState if state not in _ENDED)


@dataclass(frozen=True, slots=True)
class Yield:
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before."""

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


def yields(session: Session, since: datetime, lately: datetime) -> dict[str, Yield]:
    """By source, what came of the entries first seen from `since` on; those from `lately` on apart.

    Of either forty of each source are looked at where it has more, spread evenly: shares are what is asked for, and a
    source that lists little is told of as well as one that lists much.
    """
    found: dict[str, Yield] = {}
    for source, grade, number in _counted(session, table(Entry).c.first_seen >= lately):
        found.setdefault(source, Yield()).lately[grade] = number
    earlier = and_(table(Entry).c.first_seen >= since, table(Entry).c.first_seen < lately)
    for source, grade, number in _counted(session, earlier):
        found.setdefault(source, Yield()).before[grade] = number
    return found


def _counted(session: Session, when: ColumnElement[bool]) -> Iterator[tuple[str, str, int]]:
    """How many entries of each source came to each grade, of those first seen then."""
    entries, articles = table(Entry).c, table(Article).c
    place = func.row_number().over(partition_by=entries.source, order_by=scattered(entries.id))
    ended = (
        select(entries.source, entries.article_id, place.label("place"))
        .where(when, entries.state.not_in(_NOT_ENDED))
        .subquery()
    )
    query = (
        select(ended.c.source, articles.grade, func.count())
        .select_from(ended.outerjoin(table(Article), ended.c.article_id == articles.id))
        .where(ended.c.place <= _OF_EACH)
        .group_by(ended.c.source, articles.grade)
    )
    for source, grade, number in session.connection().execute(query):
        yield source, grade or NO_ARTICLE, number
