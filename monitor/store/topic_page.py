"""What the page of a topic asks: how its scores are spread, and how much there was day by day. Nothing here writes.

Of a topic's judgements of weeks only what is shown is read, as plain values: there may be a hundred thousand.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlmodel import Session

from monitor.models import Article, Assessment, Feedback
from monitor.store.bulk import among, table


def scores_since(session: Session, topic: str, *, since: datetime, until: datetime) -> list[tuple[int | None, float]]:
    """Story (None before it has one) and score of what a topic judged of those published then, reprints apart.

    That a reprint is one is asked of the row and not in the question: SQLite would begin with everything that is none.
    """
    articles, judged = table(Article).c, table(Assessment).c
    query = (
        select(articles.duplicate_of, articles.story_id, judged.score)
        .join(table(Assessment), judged.article_id == articles.id)
        .where(judged.topic == topic, articles.published >= since, articles.published <= until)
    )
    return [(story, score) for original, story, score in session.connection().execute(query) if original is None]


def taken_since(session: Session, topic: str, *, since: datetime, until: datetime) -> list[datetime]:
    """When each article was published that a topic took of those published then, reprints apart."""
    articles, judged = table(Article).c, table(Assessment).c
    query = (
        select(articles.duplicate_of, articles.published)
        .join(table(Assessment), judged.article_id == articles.id)
        .where(
            judged.topic == topic,
            judged.relevant.is_(True),
            judged.article_id >= (_first_since(session, since) or 0),
            articles.published >= since,
            articles.published <= until,
        )
    )
    return [published for original, published in session.connection().execute(query) if original is None]


def published_by_hour(session: Session, *, since: datetime, until: datetime) -> dict[datetime, int]:
    """How many articles were published in each hour (UTC) in which any was, whatever a topic made of them."""
    published = table(Article).c.published
    if session.get_bind().dialect.name == "sqlite":
        hour = func.strftime("%Y-%m-%d %H", published)
    else:
        hour = func.to_char(func.timezone("UTC", published), "YYYY-MM-DD HH24")
    query = select(hour, func.count()).where(published >= since, published <= until).group_by(hour)
    return {
        datetime.strptime(str(name), "%Y-%m-%d %H").replace(tzinfo=UTC): int(number)
        for name, number in session.connection().execute(query)
    }


def decisions(session: Session, topic: str, article_ids: Collection[int]) -> dict[int, bool]:
    """Whether a topic took each of the articles that it judged."""
    judged = table(Assessment).c
    query = select(judged.article_id, judged.relevant)
    rows = session.connection().execute(
        query.where(judged.topic == topic, among(session, judged.article_id, article_ids))
    )
    return {int(article): bool(relevant) for article, relevant in rows}


def latest_threshold(session: Session, topic: str) -> float | None:
    """The threshold by which a topic decided last; None before it has judged anything."""
    judged = table(Assessment).c
    query = select(judged.threshold).where(judged.topic == topic).order_by(judged.assessed_at.desc()).limit(1)
    return session.connection().execute(query).scalar_one_or_none()


def verdict_count(session: Session, topic: str) -> int:
    """How many articles have a verdict for a topic."""
    given = table(Feedback).c
    query = select(func.count(given.article_id.distinct())).where(given.topic == topic)
    return int(session.connection().execute(query).scalar_one())


def _first_since(session: Session, since: datetime) -> int | None:
    """The least id of what was published from then on; counted too, so that the index of moments is what is read."""
    articles = table(Article).c
    query = select(func.count(), func.min(articles.id)).where(articles.published >= since)
    first: int | None = session.connection().execute(query).one()[1]
    return first
