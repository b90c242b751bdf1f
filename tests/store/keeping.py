"""Kept nouns as the tests of the store make them: whole, valid, and different only in what a test is about."""

from datetime import UTC, datetime
from typing import Any

from monitor.models import Article, Assessment, Delivery, Digest, DigestItem, Entry, Feedback, SourceTold, Told
from monitor.models import audience as audience_of
from monitor.store import Database, articles, stories, topics
from monitor.store.stories import Placed

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def entry(url: str, **changes: Any) -> Entry:
    address = f"https://news.example/{url}" if url else ""
    fields = {"canonical_url": address, "url": address, "source": "wire", "title": f"Title of {url}"}
    return Entry.model_validate(fields | changes)


def article(url: str, **changes: Any) -> Article:
    fields = {
        "canonical_url": f"https://news.example/{url}",
        "source": "wire",
        "title": f"Title of {url}",
        "text": f"The text of {url}.",
        "published": NOW,
        "stored_at": NOW,
        "language": "en",
        "content_hash": f"hash of {url}",
    }
    given = fields | changes
    return Article.model_validate({name: value for name, value in given.items() if value is not None})


def keep(database: Database, *made: Article) -> list[int]:
    """Keeps articles; returns their ids."""
    with database.writing() as session:
        return [kept.id for kept in articles.keep_articles(session, made) if kept.id is not None]


def place(database: Database, *placed: Placed, leads: tuple[int, ...] = ()) -> dict[int, int]:
    with database.writing() as session:
        return stories.keep_placements(session, placed, leads=leads)


def keep_story(database: Database, name: str, count: int = 1, **changes: Any) -> tuple[int, list[int]]:
    """Keeps a story of `count` articles; returns its id and theirs."""
    ids = keep(database, *(article(f"{name}-{number}", **changes) for number in range(count)))
    return place(database, *(Placed(identity, 1) for identity in ids))[ids[0]], ids


def assessment(article_id: int, **changes: Any) -> Assessment:
    fields = {
        "topic": "ai",
        "article_id": article_id,
        "score": 0.9,
        "relevant": True,
        "profile_version": "p1",
        "assessed_at": NOW,
    }
    return Assessment.model_validate(fields | changes)


def assess(database: Database, *made: Assessment) -> None:
    with database.writing() as session:
        topics.keep_assessments(session, made)


def verdict(article_id: int, **changes: Any) -> Feedback:
    fields = {"topic": "ai", "article_id": article_id, "relevant": True, "made_at": NOW}
    return Feedback.model_validate(fields | changes)


def digest(slot: str = "monday", **changes: Any) -> Digest:
    return Digest.model_validate({"name": "morning", "slot": slot, "composed_at": NOW} | changes)


def item(story_id: int, article_id: int, **changes: Any) -> DigestItem:
    fields = {
        "digest_id": 0,
        "position": 1,
        "section": "top",
        "topic": "ai",
        "story_id": story_id,
        "article_id": article_id,
        "published": NOW,
    }
    return DigestItem.model_validate(fields | changes)


def delivery(slot: str = "monday", recipient: str = "a@example.org", **changes: Any) -> Delivery:
    fields = {
        "digest_id": 0,
        "channel": "mail",
        "recipient": recipient,
        "message_id": f"<{slot}.{recipient}>",
        "subject": "News",
        "html": "<p>News</p>",
        "text": "News",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Delivery.model_validate(fields | changes)


def told(story_id: int, recipient: str = "a@example.org", **changes: Any) -> Told:
    fields = {
        "audience": audience_of("morning", "mail", recipient),
        "story_id": story_id,
        "revision": 1,
        "delivery_id": 0,
        "told_at": NOW,
    }
    return Told.model_validate(fields | changes)


def source_told(state: str = "broken", since: datetime = NOW, **changes: Any) -> SourceTold:
    fields = {"audience": audience_of("morning", "mail", "a@example.org"), "source": "wire", "delivery_id": 0}
    return SourceTold.model_validate(fields | {"state": state, "since": since, "told_at": since} | changes)
