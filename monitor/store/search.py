"""Full text over what is kept: SQLite's FTS5 or PostgreSQL's tsvector, brought up to date off the path of a collect.

Triggers would make every insert 25 times dearer, so articles are indexed in bulk by `index_new`. The index holds no
text (the articles do): see the first migration. Beside its words stand an article's facets (`monitor.store.facets`), so
that a question for one source's or one month's articles costs what these are, and not what all are. What a text asks
for is in `monitor.store.query`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    column,
    exists,
    func,
    select,
    text,
)
from sqlalchemy import table as name_table
from sqlmodel import Session

from monitor.models import Article
from monitor.store.bulk import among, batches, table
from monitor.store.facets import facets_of
from monitor.store.matching import VECTORS, Filters, best, on_sqlite
from monitor.store.query import query_of
from monitor.store.words import Snippet, fold, snippet

# Articles that are folded and written at once: some megabytes.
BATCH = 500

FTS_DOCUMENTS = name_table("article_search_docsize", column("id", Integer))  # one row for each indexed article

# How far below the latest indexed article unindexed ones are looked for first: ids are given out in the order in which
# transactions begin to write, and several may end in another.
REACH = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found; the greater `rank` (of one search), the better it answers."""

    article: Article
    snippet: Snippet
    rank: float


def search(session: Session, words: str, *, filters: Filters | None = None, limit: int = 20) -> list[Hit]:
    """The articles that answer the `words`, best first, at most `limit`; none for a query that wants no word."""
    query, asked = query_of(words), filters or Filters()
    if not query.groups or asked.asks_nothing:
        return []
    ranks = best(session, query, asked, limit)
    articles = session.scalars(select(Article).where(among(session, table(Article).c.id, list(ranks))))
    by_id = {article.id: article for article in articles}
    return [
        Hit(by_id[key], snippet(by_id[key].text or by_id[key].title, query.terms), rank) for key, rank in ranks.items()
    ]


def index_new(session: Session, *, limit: int | None = None) -> int:
    """Indexes articles that are not indexed yet, at most `limit`; returns how many: fewer where that was the last."""
    ids = _unindexed(session, limit)
    index(session, ids)
    return len(ids)


def left_to_index(session: Session) -> int:
    """How many of the articles that are kept are not indexed yet."""
    indexed, kept = _counts(session)
    return kept - indexed


def index(session: Session, article_ids: Sequence[int]) -> None:
    """Indexes the articles named, as they are now. Those that are indexed must be forgotten first.

    On PostgreSQL nobody changes or forgets them until the transaction ends, so that no old words come in late.
    """
    statement = _insertion(session)
    for ids in batches(article_ids, BATCH):
        if rows := _folded(session, ids):
            session.connection().execute(statement, rows)


def forget(session: Session, article_ids: Iterable[int]) -> Sequence[int]:
    """Takes the articles named out of the index, while their texts are what was indexed; returns those that were in.

    On PostgreSQL whoever indexes any of them now is waited for, and waits in turn until the transaction ends.
    """
    known, articles = _indexed(session), table(Article).c
    if not on_sqlite(session):
        held = select(articles.id).where(among(session, articles.id, article_ids)).order_by(articles.id)
        session.connection().execute(held.with_for_update(key_share=True))
    there = select(known).where(among(session, known, article_ids)).order_by(known)
    indexed = session.connection().execute(there).scalars().all()
    for ids in batches(indexed, BATCH):
        if on_sqlite(session):
            command = text(
                "INSERT INTO article_search (article_search, rowid, title, text, facets) "
                "VALUES ('delete', :id, :title, :text, :facets)"
            )
            session.connection().execute(command, _folded(session, ids))
        else:
            gone = VECTORS.delete().where(among(session, VECTORS.c.article_id, ids))
            session.connection().execute(gone)
    return indexed


def _unindexed(session: Session, limit: int | None) -> Sequence[int]:
    """The ids of articles that are not indexed, at most `limit`: near the latest that is, the lowest first.

    Only where none is left there are both counted (with a million kept 2 ms on SQLite, 120 on PostgreSQL, at load 7 and
    9), and all looked at if some lie further below: on SQLite about a second.
    """
    ask, articles, known = session.connection().execute, table(Article).c, _indexed(session)
    missing = select(articles.id).where(~exists().where(known == articles.id)).limit(limit)
    latest = ask(select(func.max(known))).scalar() or 0
    near = ask(missing.where(articles.id > latest - REACH).order_by(articles.id)).scalars().all()
    if len(near) == limit:
        return near
    indexed, kept = _counts(session)
    if indexed + len(near) >= kept:
        return near
    return ask(missing.order_by(articles.id + 0)).scalars().all()  # a sum leads SQLite through an index, not all texts


def _counts(session: Session) -> tuple[int, int]:
    """How many articles are indexed, and how many are kept."""
    counted = (FTS_DOCUMENTS if on_sqlite(session) else VECTORS, table(Article))
    counts = (select(func.count()).select_from(each).scalar_subquery() for each in counted)
    indexed, kept = session.connection().execute(select(*counts)).one()
    return indexed, kept


def _indexed(session: Session) -> ColumnElement[int]:
    """The column that holds the ids of indexed articles."""
    return FTS_DOCUMENTS.c.id if on_sqlite(session) else VECTORS.c.article_id


def _folded(session: Session, ids: Sequence[int]) -> list[dict[str, object]]:
    articles = table(Article).c
    names = ("id", "title", "text", "source", "language", "published")
    query = select(*(articles[name] for name in names)).where(among(session, articles.id, ids)).order_by(articles.id)
    return [
        {"id": identity, "title": fold(title), "text": fold(body), "facets": " ".join(facets_of(*about))}
        for identity, title, body, *about in session.connection().execute(query.with_for_update(read=True))
    ]


def _insertion(session: Session) -> Executable:
    if on_sqlite(session):
        return text("INSERT INTO article_search (rowid, title, text, facets) VALUES (:id, :title, :text, :facets)")
    return text(
        "INSERT INTO article_search (article_id, words) VALUES (:id, "
        "setweight(to_tsvector('news', CAST(:title AS text)), 'B') || to_tsvector('news', CAST(:text AS text)) || "
        "array_to_tsvector(string_to_array(CAST(:facets AS text), ' '))) "
        "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
    )
