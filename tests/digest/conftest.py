"""Stories invented for these tests, and the pieces that a digest is made of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.digest.compose import Seen, StoryView
from monitor.digest.material import Alerted, Asked, Remarks
from monitor.digest.reader import Reader
from monitor.digest.settings import DigestSettings
from monitor.models import Article, Assessment, Story, Topic

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
TOPIC = Topic(name="harbours", title="Harbours and machines", seeds=("seeds/harbours.md",))


def _article(number: int, **changes: Any) -> Article:
    values = {
        "id": number,
        "canonical_url": f"https://paper{number}.example/story/{number}",
        "source": f"paper-{number}",
        "title": f"The harbour of Tannwick counts its ships by machine, part {number}",
        "text": (
            "The port authority of Tannwick has let a program count arriving ships since Monday. "
            "Two inspectors check every tenth count by hand and found one mistake in a week. "
            "The trade union says that nobody was asked before the machine came. "
            "A second harbour on the coast wants to follow in spring."
        ),
        "language": "en",
        "site": f"Paper {number}",
        "published": NOW - timedelta(hours=12 + number),
        "stored_at": NOW - timedelta(hours=11),
    }
    return Article.model_validate(values | changes)


def _assessment(article: Article, score: float, *, relevant: bool = True, topic: str = "harbours") -> Assessment:
    return Assessment.model_validate(
        {
            "topic": topic,
            "article_id": article.id,
            "score": score,
            "relevant": relevant,
            "threshold": 0.5,
            "reasons": {
                "facet": "Machines that count",
                "seed_sentence": "Machines that count: we want to know which ports let programs count ships.",
                "terms": [["harbour", 0.31], ["count", 0.22], ["program", 0.08]],
            },
            "assessed_at": NOW,
        }
    )


def _view(articles: Sequence[Article], scores: Sequence[float], **changes: Any) -> StoryView:
    number = articles[0].id
    story = {
        "id": number,
        "headline": articles[0].title,
        "lead_article_id": articles[0].id,
        "language": "en",
        "articles": len(articles),
        "sources": len(articles),
        "first_published": min(article.published for article in articles),
        "last_published": max(article.published for article in articles),
    } | changes.pop("story", {})
    assessments = {
        article.id: _assessment(article, score, relevant=score >= 0.5)
        for article, score in zip(articles, scores, strict=True)
    }
    values = {"topic": TOPIC, "assessments": assessments, "articles": tuple(articles)} | changes
    return StoryView(story=Story.model_validate(story), **values)


@pytest.fixture(name="now", scope="session")
def _now() -> datetime:
    return NOW


@pytest.fixture(name="make_article", scope="session")
def _make_article() -> Callable[..., Article]:
    return _article


@pytest.fixture(name="make_view", scope="session")
def _make_view() -> Callable[..., StoryView]:
    return _view


REMARKS = Remarks(
    asked=(
        Asked(41, "harbours", "A tug captain's diary", "https://paper.example/tug", "Paper 41", "en", "at the border"),
        Asked(42, "harbours", "Cake prices", "https://paper.example/cake?a=1&b='", "Paper 42", "en", "drawn", 0.0625),
    ),
    alerted=(
        Alerted(7, 1, "A crane fell in Kolm", "https://paper.example/kolm", "Paper 7", "en", NOW - timedelta(hours=5)),
    ),
    drift={"harbours": "12.0% of a week's articles were relevant, 3.0% of those before"},
)


def verdict(article_id: int, topic: str, probability: float, relevant: bool) -> str:
    ballot = f"{article_id}.{topic}.{probability}"
    return f"https://monitor.example/verdict?token={ballot}&verdict={'yes' if relevant else 'no'}"


@pytest.fixture(name="remarks", scope="session")
def _remarks() -> Remarks:
    return REMARKS


@pytest.fixture(name="reader", scope="session")
def _reader() -> Reader:
    return Reader(verdict, "https://monitor.example/unsubscribe?token=x")


@pytest.fixture(name="settings", scope="session")
def _settings() -> DigestSettings:
    return DigestSettings(name="morning", title="Harbours, every morning", timezone="Europe/London")


@pytest.fixture(name="seen", scope="session")
def _seen() -> Seen:
    return Seen(
        since=NOW - timedelta(days=1),
        articles=412,
        relevant_articles=31,
        nearest_miss="A lighthouse keeper retires",
        nearest_miss_url="https://paper.example/lighthouse",
        nearest_miss_score=0.47,
        nearest_miss_threshold=0.5,
        collects_ok=48,
        quiet_since=NOW - timedelta(days=1),
    )
