"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from monitor.models import Article, Entry, EntryState
from monitor.store.bulk import among, table
from monitor.store.sampling import one_of_so_many

NO_ARTICLE = ""
"""In the place of a grade: the entry was given up, or must not be read."""
# Of some forty of a source's entries a share is known to within 0.08 (one deviation, at the worst), where a difference
# of 0.3 is remarked on.
_OF_EACH = 40
_ENDED = (EntryState.STORED.value, EntryState.FAILED.value, EntryState.REFUSED.value)


@dataclass(frozen=True, slots=True)
class Yield:
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before."""

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


def yields(session: Session, sources: Collection[str], since: datetime, lately: datetime) -> dict[str, Yield]:
    """By source, what came of the entries of these first seen from `since` on; those from `lately` on apart.

    Of either some forty of each source are looked at where it has more, spread evenly: shares are what is asked for,
    and a source that lists little is told of as well as one that lists much.
    """
    found: dict[str, Yield] = {}
    first_seen = table(Entry).c.first_seen
    for source, grade, number in _counted(session, sources, first_seen >= lately):
        found.setdefault(source, Yield()).lately[grade] = number
    for source, grade, number in _counted(session, sources, and_(first_seen >= since, first_seen < lately)):
        found.setdefault(source, Yield()).before[grade] = number
    return found


def _counted(session: Session, sources: Collection[str], when: ColumnElement[bool]) -> Iterator[tuple[str, str, int]]:
    """How many entries of each source came to each grade, of those first seen then."""
    entries, articles = table(Entry).c, table(Article).c
    ended = (when, entries.state.in_(_ENDED))
    sizes = (
        select(entries.source, func.count().label("entries"))
        .where(among(session, entries.source, sources), *ended)
        .group_by(entries.source)
        .subquery()
    )
    query = (
        select(sizes.c.source, articles.grade, func.count())
        .join_from(sizes, table(Entry), entries.source == sizes.c.source)
        .outerjoin(table(Article), entries.article_id == articles.id)
        .where(*ended, one_of_so_many(entries.id, _OF_EACH, sizes.c.entries))
        .group_by(sizes.c.source, articles.grade)
    )
    for source, grade, number in session.connection().execute(query):
        yield source, grade or NO_ARTICLE, number
