"""Verdicts: recorded, and asked for where they would help most."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.models import Article, Feedback
from monitor.pipeline.context import clock, opened_database
from monitor.store.articles import article_by_url, articles_of
from monitor.store.topics import borderline, keep_feedback
from monitor.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Question:
    """An article that a verdict is asked for, and why."""

    id: str
    title: str
    url: str
    score: float
    why: str

    @property
    def row(self) -> tuple[object, ...]:
        """The row of a table."""
        return (round(self.score, 3), self.title, self.url, self.why)

    def to_json(self) -> dict[str, Any]:
        """One question of `monitor ask --json`."""
        return {"id": self.id, "title": self.title, "url": self.url, "score": self.score, "why": self.why}


def record(settings: Settings, url: str, topic: str, *, relevant: bool) -> Article:
    """Keep a verdict on the article at an address, and return the article.

    Raises ConfigurationError for a topic that is not there and an address that is not kept, AddressError for none.
    """
    settings.topic(topic)
    with opened_database(settings) as database, database.writing() as session:
        article = article_by_url(session, canonical_url(url))
        if article is None:
            message = f"{url}: no such article is kept; `monitor search` finds those that are"
            raise ConfigurationError(message)
        fields = {"topic": topic, "article_id": article.id, "relevant": relevant, "made_at": clock()}
        keep_feedback(session, Feedback.model_validate(fields))
    return article


def questions(settings: Settings, topic: str, count: int) -> list[Question]:
    """The articles nearest to the threshold that nobody judged yet, of one topic or of the first.

    Raises ConfigurationError for a topic that is not there, or where there is none.
    """
    names = [settings.topic(topic).name] if topic else [each.name for each in settings.topics][:1]
    if not names:
        message = "config/topics holds no topic; make one with `monitor new-topic NAME article.txt`"
        raise ConfigurationError(message)
    with opened_database(settings) as database, database.reading() as session:
        near = borderline(session, names[0], limit=count)
        articles = {article.id: article for article in articles_of(session, [each.article_id for each in near])}
    return [
        Question(
            str(each.article_id),
            articles[each.article_id].title,
            articles[each.article_id].canonical_url,
            each.score,
            _border(each.score, each.threshold),
        )
        for each in near
        if each.article_id in articles
    ]


def questions_of_file(seeds: Sequence[str], articles: Path, labels: Path | None, count: int) -> list[Question]:
    """The same over a file of articles, with no store. Raises ConfigurationError for a file that cannot be read."""
    from monitor.pipeline import scoring

    request = scoring.Request(tuple(seeds), articles, None, labels, "balanced", None, None)
    judged = scoring.score(request)
    given = scoring.verdicts_of(request)
    open_ones = [each for each in judged if each.id not in given]
    nearest = sorted(open_ones, key=lambda each: (abs(each.score - each.threshold), each.id))[:count]
    return [Question(each.id, "", "", each.score, _border(each.score, each.threshold)) for each in nearest]


def _border(score: float, threshold: float) -> str:
    side = "just above" if score >= threshold else "just below"
    return f"at the border: {score:.2f} is {side} the threshold {threshold:.2f}"
