"""Everything that is kept, article by article, in a stream: memory stays flat however much there is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.models import Article, Assessment, Story
from monitor.store.bulk import among, table
from monitor.store.stories import stories_of

# Articles in memory at a time.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Exported:
    """An article with its story, if it has one yet, and what each topic thinks of it, by the topics' names."""

    article: Article
    story: Story | None
    assessments: tuple[Assessment, ...]


def export(session: Session, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[Exported]:
    """Every article stored from `since` on and before `until`, in the order they were stored."""
    last = 0
    query = select(Article).order_by(col(Article.id)).limit(BATCH)
    if since is not None:
        query = query.where(col(Article.stored_at) >= since)
    if until is not None:
        query = query.where(col(Article.stored_at) < until)
    while articles := session.exec(query.where(col(Article.id) > last)).all():
        yield from _with_company(session, articles)
        last = articles[-1].id or 0


def _with_company(session: Session, articles: Sequence[Article]) -> Iterator[Exported]:
    stories = stories_of(session, [article.story_id for article in articles if article.story_id is not None])
    ids = [article.id for article in articles]
    thought: dict[int, list[Assessment]] = {}
    query = select(Assessment).where(among(session, table(Assessment).c.article_id, ids))
    for assessment in session.exec(query.order_by(Assessment.topic)):
        thought.setdefault(assessment.article_id, []).append(assessment)
    for article in articles:
        yield Exported(article, stories.get(article.story_id or 0), tuple(thought.get(article.id or 0, ())))
