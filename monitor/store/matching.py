"""Which articles match words and filters, the latest of them, and how well each answers: by FTS5 and by tsvector.

Words and facets stand in one full-text index (`monitor.store.search` fills it), so that a question for one source's or
one month's articles costs what these are, and not what all are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from heapq import nlargest
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Text,
    UnaryExpression,
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
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session

from monitor.models import Article, Assessment
from monitor.store.bulk import table
from monitor.store.facets import facet, periods
from monitor.store.query import WordQuery

# Of the articles that match, so many of the latest are ranked. News is read from the latest on, and ranking all that
# hold a common word would cost more with every year kept. Where older ones came in late, which are the latest differs
# between the engines (docs/decisions/0016).
RANKED = 1_000
# Where a topic has to have judged them, fewer: of what is relevant, a few in a hundred, so many are met late. Fewer too
# where more than `FREQUENT` are expected to match, though eight for each that is shown: 300 of 10,000 reach back over
# eleven days of a year, and what is sought further back is sought by more words, or by its days.
RANKED_OF_MANY = 300
RANKED_FOR_EACH = 8
FREQUENT = 10_000

# A span of which every article may be counted to know between which ids they are: milliseconds with a million kept.
SHORT = timedelta(days=62)

# Where PostgreSQL expects to fetch more than so many articles, some milliseconds, it looks in the last days first: in
# as many as should hold what is ranked and a margin, and in four times as many where they do not. Unless these have
# more articles than it would fetch, so many times: 4,400 of a million are fetched in 10 ms, and the days in which the
# latest 1,000 of them lie, which have 280,000 articles, looked through in 33; of 47,000 in 57 and, with 26,000, in 6.
FETCHED = 3_000
MARGIN = 1.25
WIDER = 4
LOOKED_THROUGH = 8
LAST_OF_ALL = datetime.max.replace(tzinfo=UTC)

# A word in the title counts for so many in the text, on both engines (PostgreSQL: weight B is 0.4, D is 0.1).
TITLE_WEIGHT = 4.0

FTS = name_table("article_search", column("rowid", Integer))

# When a share of the articles was published, up to the last one before a moment, and how many ids they are a share of.
DAYS = text(
    "SELECT (SELECT published FROM article WHERE id <= last.id - CAST(last.span * CAST(:share AS float) AS integer)"
    " ORDER BY id DESC LIMIT 1) AS since, last.published, last.span"
    " FROM (SELECT id, published, id - (SELECT min(id) FROM article) AS span FROM article"
    " WHERE published < :until ORDER BY published DESC LIMIT 1) AS last"
)
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
        return RANKED_OF_MANY if self.topic or self.relevant else RANKED

    def most_of_frequent(self, limit: int) -> int:
        """The same where more match than are `FREQUENT`, and at most `limit` are shown."""
        return min(self.most_ranked, max(RANKED_OF_MANY, RANKED_FOR_EACH * limit))

    @property
    def is_short(self) -> bool:
        """Whether it asks for a few weeks: their articles have ids near one another, and those are soon found."""
        return self.since is not None and self.until is not None and self.until - self.since <= SHORT

    @property
    def asks_nothing(self) -> bool:
        """Whether no article can answer: it ends before it begins."""
        backwards = self.since is not None and self.until is not None and self.until <= self.since
        return backwards or not all(self.facets)  # no article has one of no facets

    @property
    def facets(self) -> list[list[str]]:
        """The facets of which an article must have one each."""
        return [
            *([[facet("source", self.source)]] if self.source else []),
            *([[facet("language", self.language)]] if self.language else []),
            *([periods(self.since, self.until)] if self.until is not None else []),
        ]


def best(session: Session, query: WordQuery, asked: Filters, limit: int) -> dict[int, float]:
    """The articles that answer a query best, by id, at most `limit`, with their ranks, the best first.

    They are the best of the latest that answer it: of as many as are ranked. The query wants a word.
    """
    return (_best_by_fts if on_sqlite(session) else _best_by_tsvector)(session, query, asked, limit)


def on_sqlite(session: Session) -> bool:
    """Whether the index is FTS5's."""
    return session.get_bind().dialect.name == "sqlite"


def _best_by_fts(session: Session, query: WordQuery, asked: Filters, limit: int) -> dict[int, float]:
    """The same by FTS5. Neither terms nor facets hold quotes.

    Words are looked for in every column: to leave the facets out would make counting a common word three times dearer,
    and nobody looks for one of those.
    """
    all_of = " AND ".join(
        [_any(group) for group in query.groups] + [f"facets : {_any(any_of)}" for any_of in asked.facets]
    )
    expression = f"({all_of}) NOT {_any(query.unwanted)}" if query.unwanted else all_of
    matching = [literal_column("article_search").bool_op("MATCH")(expression), *_conditions(session, asked)]
    rank: Label[float] = literal_column(f"-bm25(article_search, {TITLE_WEIGHT}, 1.0, 0.0)").label("rank")
    latest = select(FTS.c.rowid, rank).where(*matching).order_by(FTS.c.rowid.desc()).limit(asked.most_ranked)
    fewer = asked.most_of_frequent(limit)
    with session.connection().execute(latest) as matches:
        found = matches.tuples().fetchmany(fewer)
        if len(found) == fewer and not _are_frequent(session, fewer, found[-1][0]):
            found = [*found, *matches.tuples()]
    return {identity: rank for rank, identity in nlargest(limit, ((rank, identity) for identity, rank in found))}


def _any(terms: Sequence[str]) -> str:
    """One of some terms, as FTS5 asks for it."""
    return "(" + " OR ".join(f'"{term}"' for term in terms) + ")"


def _are_frequent(session: Session, number: int, first: int) -> bool:
    """Whether more match than are frequent, if so many of the latest do from the id of the first of them on.

    FTS5 knows how many match when it has gone through all of them, and ranks them one by one, as it is asked to.
    """
    articles = table(Article).c
    ends = (select(end(articles.id)).scalar_subquery() for end in (func.min, func.max))
    oldest, latest = session.connection().execute(select(*ends)).one()
    return bool((latest - first) * FREQUENT < number * (latest - oldest))


def _best_by_tsvector(session: Session, query: WordQuery, asked: Filters, limit: int) -> dict[int, float]:
    """The same by PostgreSQL; a rank is divided by the logarithm of the length (normalisation 1), as bm25 does.

    Its index answers a query whole, in no order, and what it finds has to be fetched to be put in order. So what much
    is expected of is looked for in the last days, and in ever more of them, until these hold enough.
    """
    wanted = _all_of(*map(_any_phrase, query.groups))
    all_of = _all_of(wanted, *map(_one_of, asked.facets))
    if query.unwanted:
        all_of = all_of.op("&&")(UnaryExpression(_any_phrase(query.unwanted), operator=custom_op("!!")))
    identity, vector, conditions = VECTORS.c.article_id, VECTORS.c.words, _conditions(session, asked)
    expected = _expected(session, vector.op("@@")(all_of))
    most = asked.most_of_frequent(limit) if expected > FREQUENT else asked.most_ranked
    found: Sequence[tuple[int, float, int]] = []
    for within in chain(_lately(session, all_of, asked, conditions, expected, most), [all_of]):
        matching = select(identity.label("id"), vector).where(vector.op("@@")(within), *conditions)
        latest = matching.order_by((identity + 0).desc()).limit(most).subquery().c  # a sum is in no index
        rank = func.ts_rank(latest.words, wanted, 1).label("rank")
        ranked = select(latest.id, rank, func.count().over()).order_by(rank.desc(), latest.id.desc()).limit(limit)
        found = session.connection().execute(ranked).tuples().all()
        if found and found[0][2] == most:
            break
    return {identity: float(rank) for identity, rank, _ in found}


def _lately(
    session: Session,
    all_of: ColumnElement[object],
    asked: Filters,
    conditions: Sequence[ColumnElement[bool]],
    expected: float,
    most: int,
) -> Iterator[ColumnElement[object]]:
    """The query within the days in which enough is expected to match, then within ever more; none for what is rare.

    Articles get their ids as time goes on, so that so many ids before the last one are so many articles.
    """
    if expected <= FETCHED:
        return
    matching = _expected(session, VECTORS.c.words.op("@@")(all_of), *conditions) if conditions else expected
    share = MARGIN * most / matching
    while share < 1:
        days = session.connection().execute(DAYS, {"share": share, "until": asked.until or LAST_OF_ALL}).first()
        if days is None or days.since is None or (asked.since and days.since <= asked.since):
            return
        if share * days.span > LOOKED_THROUGH * expected:
            return
        yield all_of.op("&&")(_one_of(periods(min(days.since, days.published), days.published)))
        share *= WIDER


def _expected(session: Session, *conditions: ColumnElement[bool]) -> float:
    """How many indexed articles fulfil the conditions, by PostgreSQL's own estimate: at least one."""
    connection = session.connection()
    asked = select(VECTORS.c.article_id).where(*conditions).compile(connection)
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked}", asked.params).scalar_one()
    return max(float(plan[0]["Plan"]["Plan Rows"]), 1.0)


def _one_of(facets: Sequence[str]) -> ColumnElement[Any]:
    from sqlalchemy.dialects.postgresql import TSQUERY  # noqa: PLC0415 - 50 ms that SQLite can do without

    return cast(literal(" | ".join(f"'{each}'" for each in facets)), TSQUERY)


def _all_of(*queries: ColumnElement[object]) -> ColumnElement[object]:
    return reduce(lambda one, other: one.op("&&")(other), queries)


def _any_phrase(terms: Sequence[str]) -> ColumnElement[object]:
    """One of some terms, as a tsquery."""
    return reduce(lambda one, other: one.op("||")(other), map(_phrase, terms)).self_group()


def _phrase(term: str) -> ColumnElement[object]:
    return func.phraseto_tsquery(literal_column("'news'"), cast(literal(term), Text))


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """What facets cannot say: a moment within a month, and what a topic thinks."""
    identity = FTS.c.rowid if on_sqlite(session) else VECTORS.c.article_id
    articles, assessments = table(Article).c, table(Assessment).c
    conditions: list[ColumnElement[bool]] = []
    within = [articles.published >= filters.since] if filters.since is not None else []
    within += [articles.published < filters.until] if filters.until is not None else []
    if within:
        conditions.append(exists().where(articles.id == identity, *within))
    if filters.is_short and on_sqlite(session):
        ids = select(func.count(), func.min(articles.id), func.max(articles.id)).where(*within)
        _, first, last = session.connection().execute(ids).one()
        conditions.append(identity.between(first or 0, last or 0))
    asked = [assessments.topic == filters.topic] if filters.topic else []
    asked += [assessments.relevant.is_(True)] if filters.relevant else []
    if filters.relevant and on_sqlite(session):
        # As a list, from the index of what was taken, which begins with topics, so that one is named, or any: SQLite
        # would look at whole rows. The sum keeps it from asking the full-text index once for each of the list.
        asked += [] if filters.topic else [assessments.topic > ""]
        conditions.append((identity + 0).in_(select(assessments.article_id).where(*asked)))
    elif asked:
        conditions.append(exists().where(assessments.article_id == identity, *asked))
    return conditions
