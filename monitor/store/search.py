"""Full text over what is kept: SQLite's FTS5 or PostgreSQL's tsvector, brought up to date off the path of a collect.

Triggers would make every insert 25 times dearer, so articles are indexed in bulk by `index_new`. The index holds no
text (the articles do): see the first migration. Beside its words stand an article's facets (`monitor.store.facets`), so
that a question for one source's or one month's articles costs what these are, and not what all are. Any text is a
query: words must all occur, what stands in quotes must occur as it stands, and no sign has another meaning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Label,
    Select,
    Text,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as name_table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session

from monitor.models import Article, Assessment
from monitor.store.bulk import among, batches, table
from monitor.store.facets import facet, facets_of, periods
from monitor.store.words import Snippet, fold, snippet, terms

# Articles that are folded and written at once: some megabytes.
BATCH = 500

# Of the articles that match, so many of the latest are ranked. News is read from the latest on, and ranking all that
# hold a common word would cost more with every year kept.
RANKED = 1_000
# Where a topic has to have judged them, fewer: of what is relevant, a few in a hundred, so many are met late.
RANKED_OF_TOPIC = 300

# A span of which every article may be counted to know between which ids they are: milliseconds with a million kept.
SHORT = timedelta(days=62)

# How far below the latest indexed article unindexed ones are looked for: ids are given out in the order in which
# transactions begin to write, and several may end in another.
REACH = 10_000

# A word in the title counts for so many in the text, on both engines (PostgreSQL: weight B is 0.4, D is 0.1).
TITLE_WEIGHT = 4.0

FTS = name_table("article_search", column("rowid", Integer))
FTS_DOCUMENTS = name_table("article_search_docsize", column("id", Integer))  # one row for each indexed article
VECTORS = name_table("article_search", column("article_id", Integer), column("words"))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be found; empty names and None leave a question open.

    With `relevant` what the topic took, or any topic where none is named.
    """

    source: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None
    topic: str = ""
    relevant: bool = False

    @property
    def most_ranked(self) -> int:
        """Of how many that match, the latest, the best are taken."""
        return RANKED_OF_TOPIC if self.topic or self.relevant else RANKED

    @property
    def is_short(self) -> bool:
        """Whether it asks for a few weeks: their articles have ids near one another, and those are soon found."""
        return self.since is not None and self.until is not None and self.until - self.since <= SHORT

    @property
    def asks_nothing(self) -> bool:
        """Whether it ends before it begins."""
        return self.since is not None and self.until is not None and self.until <= self.since


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found; the greater `rank` (of one search), the better it answers."""

    article: Article
    snippet: Snippet
    rank: float


def search(session: Session, words: str, *, filters: Filters | None = None, limit: int = 20) -> list[Hit]:
    """The articles that hold all the `words`, best first, at most `limit`; none for a query without any word."""
    wanted, asked = terms(words), filters or Filters()
    if not wanted or asked.asks_nothing or not all(_facets(asked)):  # no article has one of no facets
        return []
    matching = (_sqlite_matches if _on_sqlite(session) else _postgresql_matches)(session, wanted, asked)
    matches = matching.subquery()
    best = select(matches.c.id, matches.c.rank).order_by(matches.c.rank.desc(), matches.c.id.desc()).limit(limit)
    ranks = {row[0]: float(row[1]) for row in session.connection().execute(best)}
    articles = session.scalars(select(Article).where(among(session, table(Article).c.id, list(ranks))))
    by_id = {article.id: article for article in articles}
    return [Hit(by_id[key], snippet(by_id[key].text or by_id[key].title, wanted), rank) for key, rank in ranks.items()]


def index_new(session: Session, *, limit: int | None = None) -> int:
    """Indexes articles that are not indexed yet, at most `limit`; returns how many."""
    articles, known = table(Article).c, _indexed(session)
    latest = session.connection().execute(select(func.max(known))).scalar() or 0
    query = select(articles.id).where(articles.id > latest - REACH, ~exists().where(known == articles.id))
    ids = session.connection().execute(query.order_by(articles.id).limit(limit)).scalars().all()
    index(session, ids)
    return len(ids)


def index(session: Session, article_ids: Sequence[int]) -> None:
    """Indexes the articles named, as they are now. Those that are indexed must be forgotten first."""
    statement = _insertion(session)
    for ids in batches(article_ids, BATCH):
        if rows := _folded(session, ids):
            session.connection().execute(statement, rows)


def forget(session: Session, article_ids: Iterable[int]) -> None:
    """Takes the articles named out of the index; to be called while their texts are what was indexed."""
    known = _indexed(session)
    there = select(known).where(among(session, known, article_ids))
    for ids in batches(session.connection().execute(there).scalars().all(), BATCH):
        if _on_sqlite(session):
            command = text(
                "INSERT INTO article_search (article_search, rowid, title, text, facets) "
                "VALUES ('delete', :id, :title, :text, :facets)"
            )
            session.connection().execute(command, _folded(session, ids))
        else:
            gone = VECTORS.delete().where(among(session, VECTORS.c.article_id, ids))
            session.connection().execute(gone)


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _indexed(session: Session) -> ColumnElement[int]:
    """The column that holds the ids of indexed articles."""
    return FTS_DOCUMENTS.c.id if _on_sqlite(session) else VECTORS.c.article_id


def _folded(session: Session, ids: Sequence[int]) -> list[dict[str, object]]:
    articles = table(Article).c
    names = ("id", "title", "text", "source", "language", "published")
    query = select(*(articles[name] for name in names)).where(among(session, articles.id, ids))
    return [
        {"id": identity, "title": fold(title), "text": fold(body), "facets": " ".join(facets_of(*about))}
        for identity, title, body, *about in session.connection().execute(query)
    ]


def _insertion(session: Session) -> Executable:
    if _on_sqlite(session):
        return text("INSERT INTO article_search (rowid, title, text, facets) VALUES (:id, :title, :text, :facets)")
    return text(
        "INSERT INTO article_search (article_id, words) VALUES (:id, "
        "setweight(to_tsvector('news', CAST(:title AS text)), 'B') || to_tsvector('news', CAST(:text AS text)) || "
        "array_to_tsvector(string_to_array(CAST(:facets AS text), ' '))) "
        "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
    )


def _sqlite_matches(session: Session, wanted: Sequence[str], asked: Filters) -> Select[tuple[int, float]]:
    """Ids and ranks of the latest articles that match. Neither terms nor facets hold quotes.

    Words are looked for in every column: to leave the facets out would make counting a common word three times dearer,
    and nobody looks for one of those.
    """
    query = " AND ".join(
        [*(f'"{term}"' for term in wanted)]
        + ["facets : (" + " OR ".join(f'"{each}"' for each in any_of) + ")" for any_of in _facets(asked)]
    )
    rank: Label[float] = literal_column(f"-bm25(article_search, {TITLE_WEIGHT}, 1.0, 0.0)").label("rank")
    return (
        select(FTS.c.rowid.label("id"), rank)
        .where(text("article_search MATCH :words").bindparams(words=query), *_conditions(session, asked))
        .order_by(FTS.c.rowid.desc())
        .limit(asked.most_ranked)
    )


def _postgresql_matches(session: Session, wanted: Sequence[str], asked: Filters) -> Select[tuple[int, float]]:
    """The same; a rank is divided by the logarithm of the length (normalisation 1), as bm25 does in its way.

    The index answers a query whole, in no order. Where that is dear because much matches, articles are looked at from
    the latest on until enough do: PostgreSQL would choose by itself, but does not know what it costs to unpack a
    vector, and takes seconds for a rare word.
    """
    query: ColumnElement[object] = _phrase(wanted[0])
    for term in wanted[1:]:
        query = query.op("&&")(_phrase(term))
    all_of = query
    for any_of in _facets(asked):
        all_of = all_of.op("&&")(cast(literal(" | ".join(f"'{each}'" for each in any_of)), TSQUERY))
    identity, words = VECTORS.c.article_id, VECTORS.c.words
    matching = select(identity).where(words.op("@@")(all_of))
    order = identity if _many(session, matching) else identity + 0  # a sum is in no index
    latest = (
        matching.where(*_conditions(session, asked)).order_by(order.desc()).limit(asked.most_ranked).subquery("latest")
    )
    rank = func.ts_rank(words, query, 1).label("rank")
    return select(identity.label("id"), rank).where(identity.in_(select(latest.c.article_id)))


def _many(session: Session, matching: Select[tuple[int]]) -> bool:
    """Whether so much matches, by PostgreSQL's own estimate, that it is cheaper to look at articles one by one.

    To take one from the index costs some 2 microseconds, to look at one in turn 7 (measured with a million, by
    bench/pages.py): of `kept` articles `RANKED * kept / rows` have to be looked at.
    """
    connection = session.connection()
    asked = matching.compile(connection)
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked}", asked.params).scalar_one()
    rows = float(plan[0]["Plan"]["Plan Rows"])
    kept = connection.execute(
        text("SELECT reltuples FROM pg_class WHERE oid = 'article_search'::regclass")
    ).scalar_one()
    return rows * rows * 2 > RANKED * max(float(kept), 0.0) * 7


def _facets(filters: Filters) -> list[list[str]]:
    """The facets of which an article must have one each."""
    return [
        *([[facet("source", filters.source)]] if filters.source else []),
        *([[facet("language", filters.language)]] if filters.language else []),
        *([periods(filters.since, filters.until)] if filters.until is not None else []),
    ]


def _phrase(term: str) -> ColumnElement[object]:
    return func.phraseto_tsquery(literal_column("'news'"), cast(literal(term), Text))


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """What facets cannot say: a moment within a month, and what a topic thinks."""
    identity = FTS.c.rowid if _on_sqlite(session) else VECTORS.c.article_id
    articles, assessments = table(Article).c, table(Assessment).c
    conditions: list[ColumnElement[bool]] = []
    within = [articles.published >= filters.since] if filters.since is not None else []
    within += [articles.published < filters.until] if filters.until is not None else []
    if within:
        conditions.append(exists().where(articles.id == identity, *within))
    if filters.is_short and _on_sqlite(session):
        ids = select(func.count(), func.min(articles.id), func.max(articles.id)).where(*within)
        _, first, last = session.connection().execute(ids).one()
        conditions.append(identity.between(first or 0, last or 0))
    asked = [assessments.topic == filters.topic] if filters.topic else []
    asked += [assessments.relevant.is_(True)] if filters.relevant else []
    if filters.relevant and _on_sqlite(session):
        # As a list, from the index of what was taken, which begins with topics, so that one is named, or any: SQLite
        # would look at whole rows. The sum keeps it from asking the full-text index once for each of the list.
        asked += [] if filters.topic else [assessments.topic > ""]
        conditions.append((identity + 0).in_(select(assessments.article_id).where(*asked)))
    elif asked:
        conditions.append(exists().where(assessments.article_id == identity, *asked))
    return conditions
