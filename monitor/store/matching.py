"""Which articles match words and filters, the latest of them, and how well each answers: by FTS5 and by tsvector.

Words and facets stand in one full-text index (`monitor.store.search` fills it), so that a question for one source's or
one month's articles costs what these are, and not what all are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import (
    ColumnElement,
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
from sqlmodel import Session

from monitor.models import Article, Assessment
from monitor.store.bulk import among, table
from monitor.store.facets import facet, periods

# Of the articles that match, so many of the latest are ranked. News is read from the latest on, and ranking all that
# hold a common word would cost more with every year kept. Where older ones came in late, which are the latest differs
# between the engines (docs/decisions/0016).
RANKED = 1_000
# Where a topic has to have judged them, fewer: of what is relevant, a few in a hundred, so many are met late.
RANKED_OF_TOPIC = 300

# A span of which every article may be counted to know between which ids they are: milliseconds with a million kept.
SHORT = timedelta(days=62)

# Where PostgreSQL expects to fetch more than so many articles, some milliseconds, it looks in the last days first: in
# as many as should hold what is ranked and a margin, and in four times as many where they do not.
FETCHED = 3_000
MARGIN = 1.25
WIDER = 4

# A word in the title counts for so many in the text, on both engines (PostgreSQL: weight B is 0.4, D is 0.1).
TITLE_WEIGHT = 4.0

FTS = name_table("article_search", column("rowid", Integer))
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


def matches(session: Session, wanted: Sequence[str], asked: Filters) -> Select[tuple[int, float]]:
    """The `id` and `rank` of the latest articles that hold all the terms `wanted`, as many as are ranked."""
    return (_sqlite_matches if on_sqlite(session) else _postgresql_matches)(session, wanted, asked)


def on_sqlite(session: Session) -> bool:
    """Whether the index is FTS5's."""
    return session.get_bind().dialect.name == "sqlite"


def _sqlite_matches(session: Session, wanted: Sequence[str], asked: Filters) -> Select[tuple[int, float]]:
    """Ids and ranks of the latest articles that match. Neither terms nor facets hold quotes.

    Words are looked for in every column: to leave the facets out would make counting a common word three times dearer,
    and nobody looks for one of those.
    """
    query = " AND ".join(
        [*(f'"{term}"' for term in wanted)]
        + ["facets : (" + " OR ".join(f'"{each}"' for each in any_of) + ")" for any_of in asked.facets]
    )
    rank: Label[float] = literal_column(f"-bm25(article_search, {TITLE_WEIGHT}, 1.0, 0.0)").label("rank")
    return (
        select(FTS.c.rowid.label("id"), rank)
        .where(text("article_search MATCH :words").bindparams(words=query), *_conditions(session, asked))
        .order_by(FTS.c.rowid.desc())
        .limit(asked.most_ranked)
    )


def _postgresql_matches(session: Session, wanted: Sequence[str], asked: Filters) -> Select[tuple[int, float]]:
    """The same; a rank is divided by the logarithm of the length (normalisation 1), as bm25 does in its way."""
    query: ColumnElement[object] = _phrase(wanted[0])
    for term in wanted[1:]:
        query = query.op("&&")(_phrase(term))
    all_of = query
    for any_of in asked.facets:
        all_of = all_of.op("&&")(_one_of(any_of))
    identity, rank = VECTORS.c.article_id, func.ts_rank(VECTORS.c.words, query, 1).label("rank")
    return select(identity.label("id"), rank).where(among(session, identity, _latest(session, all_of, asked)))


def _latest(session: Session, all_of: ColumnElement[object], asked: Filters) -> Sequence[int]:
    """The ids of the latest articles that match, as many as are ranked.

    PostgreSQL's index answers a query whole, in no order, and what it finds has to be fetched to be put in order. So
    what much is expected of is looked for in the last days, and in ever more of them, until these hold enough.
    """
    identity, conditions = VECTORS.c.article_id, _conditions(session, asked)
    for within in chain(_lately(session, all_of, asked, conditions), [all_of]):
        matching = select(identity).where(VECTORS.c.words.op("@@")(within), *conditions)
        latest = matching.order_by((identity + 0).desc()).limit(asked.most_ranked)  # a sum is in no index
        found = session.connection().execute(latest).scalars().all()
        if len(found) == asked.most_ranked:
            break
    return found


def _lately(
    session: Session, all_of: ColumnElement[object], asked: Filters, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[ColumnElement[object]]:
    """The query within the days in which enough is expected to match, then within ever more; none for what is rare.

    Articles get their ids as time goes on, so that so many ids before the last one are so many articles.
    """
    ask, articles = session.connection().execute, table(Article).c
    holding = VECTORS.c.words.op("@@")(all_of)
    if (matching := _expected(session, holding)) <= FETCHED:
        return
    kept = _expected(session)
    if conditions:
        matching = _expected(session, holding, *conditions)
    until = [articles.published < asked.until] if asked.until else []
    last = ask(
        select(articles.id, articles.published).where(*until).order_by(articles.published.desc()).limit(1)
    ).first()
    needed = MARGIN * asked.most_ranked * kept / matching
    while last and needed < kept:
        before = select(articles.published).where(articles.id <= last.id - int(needed)).order_by(articles.id.desc())
        since = ask(before.limit(1)).scalar()
        if since is None or (asked.since and since <= asked.since):
            return
        yield all_of.op("&&")(_one_of(periods(min(since, last.published), last.published)))
        needed *= WIDER


def _expected(session: Session, *conditions: ColumnElement[bool]) -> float:
    """How many indexed articles fulfil the conditions, by PostgreSQL's own estimate: at least one."""
    connection = session.connection()
    asked = select(VECTORS.c.article_id).where(*conditions).compile(connection)
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked}", asked.params).scalar_one()
    return max(float(plan[0]["Plan"]["Plan Rows"]), 1.0)


def _one_of(facets: Sequence[str]) -> ColumnElement[str]:
    from sqlalchemy.dialects.postgresql import TSQUERY  # noqa: PLC0415 - 50 ms that SQLite can do without

    return cast(literal(" | ".join(f"'{each}'" for each in facets)), TSQUERY)


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
