"""What the reading page asks of articles: questions only, answered with kept nouns side by side. Changes no row.

Texts are long, and a page that lists a hundred stories shows none of them: lists leave those columns unread, and
touching one raises. Whoever shows an article whole asks for that one. What was told of them is asked in `told.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from monitor.models import Article, Assessment, Feedback, Story
from monitor.store.bulk import among, table, unread

# Of what a topic left out so many times more is looked at as is asked for, to have enough when reprints are left away.
COPIES = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """An article as one topic judges it, with the reader's own verdict; its text is not read."""

    article: Article
    assessment: Assessment | None = None
    verdict: Feedback | None = None


@dataclass(frozen=True, slots=True)
class TopicStory:
    """A story as one topic sees it: all its articles, those published first first."""

    story: Story
    articles: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many articles are kept, how many of them a topic took, and the stories these belong to.

    `first` is the least id of those kept, 0 for none.
    """

    articles: int = 0
    relevant: int = 0
    stories: int = 0
    first: int = 0


def stories_of_topic(
    session: Session, topic: str, *, since: datetime, limit: int, beyond: int = 0, first: int = 0
) -> list[TopicStory]:
    """Stories with a relevant article published from `since` on, most relevant first, `limit` beyond the first ones.

    Whoever knows the least id of what was published then (`counts`) gives it as `first`: nothing older is looked at.
    """
    articles, assessments = table(Article).c, table(Assessment).c
    score = func.max(assessments.score)
    query = (
        select(articles.story_id)
        .join(table(Assessment), assessments.article_id == articles.id)
        .where(*_taken(topic, since, first))
        .group_by(articles.story_id)
        .having(articles.story_id.is_not(None))
        .order_by(score.desc(), articles.story_id.desc())
        .limit(limit)
        .offset(beyond)
    )
    ids = list(session.connection().execute(query).scalars())
    stories = {each.id: each for each in session.exec(select_rows(Story).where(among(session, table(Story).c.id, ids)))}
    members = _articles_of_stories(session, ids)
    judged = judged_articles(session, topic, [article for each in members.values() for article in each])
    return [
        TopicStory(stories[key], tuple(judged[article.id or 0] for article in members.get(key, ())))
        for key in ids
        if key in stories
    ]


def counts(session: Session, topic: str, *, since: datetime) -> Counts:
    """How much was published from `since` on, and what a topic took of it."""
    articles, assessments = table(Article).c, table(Assessment).c
    # Both at once: a database that is asked for a least id alone may walk through all of them.
    kept = select(func.count(), func.min(articles.id)).where(articles.published >= since)
    number, first = session.connection().execute(kept).one()
    query = (
        select(func.count(), func.count(articles.story_id.distinct()))
        .select_from(table(Assessment).join(table(Article), assessments.article_id == articles.id))
        .where(*_taken(topic, since, first or 0))
    )
    taken, stories = session.connection().execute(query).one()
    return Counts(number, taken, stories, first or 0)


def newer_stories(session: Session, topic: str, *, since: datetime, after: datetime) -> int:
    """How many stories have an article, published from `since` on, that a topic took after a moment.

    Of articles stored up to an hour before that moment: a collect takes minutes, and what is judged anew after a
    training is older.
    """
    articles, assessments = table(Article).c, table(Assessment).c
    stored = select(articles.id).where(articles.stored_at > after - timedelta(hours=1)).subquery()
    first = session.connection().execute(select(func.count(), func.min(stored.c.id)).select_from(stored)).one()[1]
    if first is None:
        return 0
    query = (
        select(func.count(articles.story_id.distinct()))
        .select_from(table(Article).join(table(Assessment), assessments.article_id == articles.id))
        .where(
            *_taken(topic, since, first),
            articles.stored_at > after - timedelta(hours=1),
            assessments.assessed_at > after,
        )
    )
    return int(session.connection().execute(query).scalar() or 0)


def nearest_misses(session: Session, topic: str, *, since: datetime, limit: int) -> list[Judged]:
    """The best-scored articles published from `since` on that a topic left out, reprints apart."""
    judgements = table(Assessment).c
    best = (
        select(judgements.article_id, judgements.score)
        .where(*_of_topic(topic, since), judgements.relevant.is_(False))
        .order_by(judgements.score.desc(), judgements.article_id.desc())
        .limit(limit * COPIES)
        .subquery()
    )
    query = (
        select_rows(Article)
        .join(best, best.c.article_id == col(Article.id))
        .where(col(Article.duplicate_of).is_(None))
        .order_by(best.c.score.desc(), col(Article.id).desc())
        .limit(limit)
        .options(*_LIGHT_ARTICLE)
    )
    articles = list(session.exec(query))
    judged = judged_articles(session, topic, articles)
    return [judged[article.id or 0] for article in articles]


def story_and_articles(session: Session, story_id: int) -> tuple[Story, tuple[Article, ...]] | None:
    """A story and its articles, those published first first; None where it is not kept."""
    found = session.get(Story, story_id)
    if found is None:
        return None
    return found, tuple(_articles_of_stories(session, [story_id]).get(story_id, ()))


def judged_articles(session: Session, topic: str, articles: Sequence[Article]) -> dict[int, Judged]:
    """Each of the articles, by id, with what a topic thinks of it and the verdict that counts."""
    ids = [article.id for article in articles if article.id is not None]
    query = select_rows(Assessment).where(
        Assessment.topic == topic, among(session, table(Assessment).c.article_id, ids)
    )
    assessments = {assessment.article_id: assessment for assessment in session.exec(query)}
    verdicts = verdicts_on(session, topic, ids)
    return {
        article.id: Judged(article, assessments.get(article.id), verdicts.get(article.id))
        for article in articles
        if article.id is not None
    }


def verdicts_on(session: Session, topic: str, article_ids: Collection[int]) -> dict[int, Feedback]:
    """The verdict that counts, the latest, on each of the articles for a topic."""
    query = (
        select_rows(Feedback)
        .where(Feedback.topic == topic, among(session, table(Feedback).c.article_id, article_ids))
        .order_by(col(Feedback.made_at), col(Feedback.id))
    )
    return {feedback.article_id: feedback for feedback in session.exec(query)}


def verdict(session: Session, feedback_id: int) -> Feedback | None:
    """The verdict of an id; None where it was taken back."""
    return session.get(Feedback, feedback_id)


def originals_of(session: Session, articles: Sequence[Article]) -> Mapping[int, Article]:
    """The articles of which the given ones are near-duplicates, by their own ids."""
    ids = {article.duplicate_of for article in articles if article.duplicate_of is not None}
    query = select_rows(Article).where(among(session, table(Article).c.id, ids)).options(*_LIGHT_ARTICLE)
    return {article.id: article for article in session.exec(query) if article.id is not None}


def answers(session: Session) -> bool:
    """Whether the database answers at all; raises where it does not."""
    statement: Select[Any] = select(1)
    return bool(session.connection().execute(statement).scalar() == 1)


def _taken(topic: str, since: datetime, first: int) -> tuple[Any, ...]:
    """The conditions that a topic took an article, joined to its assessment, published from `since` on.

    None of those has an id below `first`. Said of the assessment it leaves few of them to be looked at, however much is
    kept: ids are given out as time goes on, and a backfill only makes it leave more.
    """
    articles, assessments = table(Article).c, table(Assessment).c
    return (
        assessments.topic == topic,
        assessments.relevant.is_(True),
        assessments.article_id >= first,
        articles.published >= since,
    )


def _of_topic(topic: str, since: datetime) -> tuple[Any, ...]:
    """The conditions that a topic judged an article published from `since` on.

    As a list of ids, and not as a condition on a joined article: so both engines begin with the few articles of the
    last days. SQLite, which keeps no statistics of a database that was never tidied, would else read all of a topic.
    """
    articles, assessments = table(Article).c, table(Assessment).c
    return (
        assessments.topic == topic,
        assessments.article_id.in_(select(articles.id).where(articles.published >= since)),
    )


def _articles_of_stories(session: Session, story_ids: Collection[int]) -> dict[int, list[Article]]:
    query = (
        select_rows(Article)
        .where(among(session, table(Article).c.story_id, story_ids))
        .order_by(col(Article.published), col(Article.id))
        .options(*_LIGHT_ARTICLE)
    )
    found: dict[int, list[Article]] = {}
    for article in session.exec(query):
        found.setdefault(article.story_id or 0, []).append(article)
    return found


_LIGHT_ARTICLE = unread(Article, "text", "signature")
