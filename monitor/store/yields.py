"""What came of the entries of each source: how many became articles, of which grade, lately and before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from monitor.models import Article, Entry, EntryState, FeedState
from monitor.store.bulk import among, table
from monitor.store.sampling import evenly

NO_ARTICLE = ""
"""In the place of a grade: the entry was given up, or must not be read."""
# At forty of a source's entries a share is known to within 0.08 (one deviation, at the worst), where a difference of
# 0.3 is remarked on; of few sources that list much, more are looked at.
_OF_EACH, _FEWEST = 40, 8_000
_ENDED = tuple(state.value for state in (EntryState.STORED, EntryState.FAILED, EntryState.REFUSED))


@dataclass(frozen=True, slots=True)
class Yield:
    """Entries of a source that came to an end, counted by the grade of their articles: lately, and before."""

    lately: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


def yields(session: Session, since: datetime, lately: datetime) -> dict[str, Yield]:
    """By source, what came of the entries first seen from `since` on; those from `lately` on apart.

    Of either, where there are many, some forty a source are looked at, spread evenly: shares are what is asked for.
    """
    most = max(_FEWEST, _OF_EACH * (session.scalar(select(func.count()).select_from(table(FeedState))) or 0))
    found: dict[str, Yield] = {}
    for source, grade, number in _counted(session, (table(Entry).c.first_seen >= lately,), most):
        found.setdefault(source, Yield()).lately[grade] = number
    earlier = (table(Entry).c.first_seen >= since, table(Entry).c.first_seen < lately)
    for source, grade, number in _counted(session, earlier, most):
        found.setdefault(source, Yield()).before[grade] = number
    return found


def _counted(session: Session, when: Sequence[ColumnElement[bool]], most: int) -> Iterator[tuple[str, str, int]]:
    """How many entries of each source came to each grade, of those first seen then."""
    entries, articles = table(Entry).c, table(Article).c
    looked_at = evenly(session, entries.id, when, most)
    query = (
        select(entries.source, articles.grade, func.count())
        .select_from(table(Entry).outerjoin(table(Article), entries.article_id == articles.id))
        .where(among(session, entries.id, looked_at), entries.state.in_(_ENDED))
        .group_by(entries.source, articles.grade)
    )
    for source, grade, number in session.connection().execute(query):
        yield source, grade or NO_ARTICLE, number
