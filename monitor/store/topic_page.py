"""What the page of a topic asks: how its scores are spread, and how much there was day by day. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from monitor.models import Article, Assessment, Feedback
from monitor.store.bulk import table


@dataclass(frozen=True, slots=True)
class Scored:
    """What a topic thinks of one article: its story (None before it has one), when it was published, the score."""

    story: int | None
    published: datetime
    score: float
    relevant: bool


def scored_since(session: Session, topic: str, *, since: datetime, until: datetime) -> list[Scored]:
    """The articles published from `since` up to `until` that a topic judged, reprints apart."""
    articles, judged = table(Article).c, table(Assessment).c
    query = (
        select(articles.story_id, articles.published, judged.score, judged.relevant)
        .join(table(Assessment), judged.article_id == articles.id)
        .where(
            judged.topic == topic,
            articles.published >= since,
            articles.published <= until,
            articles.duplicate_of.is_(None),
        )
    )
    return [Scored(*row) for row in session.connection().execute(query)]


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
