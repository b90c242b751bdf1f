from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session

from monitor.models import Article, Assessment, Delivery, Digest, Feedback, Told
from monitor.store import Database, reading_page
from monitor.store.articles import keep_articles
from monitor.store.outbox import keep_digest
from monitor.store.stories import Placed, keep_placements
from monitor.store.told import delivery_counts, digest, digests, latest_deliveries, tellings
from monitor.store.topics import keep_assessments, keep_feedback


def _keep(session: Session, now: datetime, *rows: tuple[float, int, float, int | None]) -> list[int]:
    """Articles of (hours old, story, score for "t", number of the original); their ids."""
    kept = keep_articles(
        session,
        [
            Article.model_validate(
                {
                    "canonical_url": f"https://example.org/{number}",
                    "source": f"s{number}",
                    "title": f"Title {number}",
                    "text": "A text.",
                    "published": now - timedelta(hours=hours),
                    "stored_at": now,
                }
            )
            for number, (hours, *_) in enumerate(rows)
        ],
    )
    ids = [article.id or 0 for article in kept]
    places = [
        Placed(ids[number], story, duplicate_of=None if original is None else ids[original])
        for number, (_, story, _, original) in enumerate(rows)
    ]
    keep_placements(session, places)
    keep_assessments(
        session,
        [
            Assessment.model_validate(
                {"topic": "t", "article_id": ids[n], "score": row[2], "relevant": row[2] >= 0.5, "assessed_at": now}
            )
            for n, row in enumerate(rows)
        ],
    )
    return ids


def test_stories_come_whole_and_the_most_relevant_first(database: Database, now: datetime) -> None:
    with database.writing() as session:
        rows = ((1, 1, 0.6, None), (90, 1, 0.2, None), (2, 2, 0.9, None), (3, 3, 0.4, None), (99, 4, 1.0, None))
        ids = _keep(session, now, *rows)
        for relevant in (False, True):
            feedback = {"topic": "t", "article_id": ids[0], "relevant": relevant, "made_at": now}
            keep_feedback(session, Feedback.model_validate(feedback))
    since = now - timedelta(days=3)
    with database.reading() as session:
        found = reading_page.stories_of_topic(session, "t", since=since, limit=10)
        assert [[each.article.id for each in story.articles] for story in found] == [[ids[2]], [ids[1], ids[0]]]
        assert len(reading_page.stories_of_topic(session, "t", since=since, limit=1)) == 1
        assert reading_page.stories_of_topic(session, "t", since=since, limit=10, first=ids[0]) == found
        further = reading_page.stories_of_topic(session, "t", since=since, limit=1, beyond=1)
        assert [story.story.id for story in further] == [found[1].story.id]
        assert reading_page.stories_of_topic(session, "other", since=since, limit=10) == []
        assert reading_page.counts(session, "t", since=since) == reading_page.Counts(3, 2, 2, first=ids[0])
        assert reading_page.counts(session, "other", since=since) == reading_page.Counts(3, 0, 0, first=ids[0])
        missed = reading_page.nearest_misses(session, "t", since=since, limit=5)
        assert [each.article.id for each in missed] == [ids[3]]
    newest = found[1].articles[1]
    assert newest.assessment is not None
    assert newest.assessment.score == 0.6
    assert newest.verdict is not None
    assert newest.verdict.relevant
    assert found[0].articles[0].verdict is None


def test_lists_leave_texts_unread_and_say_so(database: Database, now: datetime) -> None:
    with database.writing() as session:
        _keep(session, now, (1, 1, 0.6, None))
    with database.reading() as session:
        (story,) = reading_page.stories_of_topic(session, "t", since=now - timedelta(days=1), limit=10)
        with pytest.raises(InvalidRequestError, match="text"):
            _ = story.articles[0].article.text


def test_a_story_is_found_with_its_articles_and_their_originals(database: Database, now: datetime) -> None:
    with database.writing() as session:
        ids = _keep(session, now, (2, 1, 0.6, None), (1, 1, 0.6, 0))
    with database.reading() as session:
        (listed,) = reading_page.stories_of_topic(session, "t", since=now - timedelta(days=1), limit=10)
        found = reading_page.story_and_articles(session, listed.story.id or 0)
        assert found is not None
        assert [article.id for article in found[1]] == ids
        assert [article.title for article in reading_page.originals_of(session, found[1]).values()] == ["Title 0"]
        assert reading_page.story_and_articles(session, 999) is None


def test_what_was_told_is_found_from_both_ends(database: Database, now: datetime) -> None:
    with database.writing() as session:
        _keep(session, now, (2, 1, 0.6, None))
    with database.reading() as session:
        (listed,) = reading_page.stories_of_topic(session, "t", since=now - timedelta(days=1), limit=10)
    story = listed.story.id or 0
    with database.writing() as session:
        for number in range(3):
            delivery = {
                "digest_id": 0,
                "channel": "desk",
                "recipient": "r",
                "state": "sent" if number else "failed",
                "message_id": f"{number}",
                "html": "long",
                "created_at": now,
                "changed_at": now,
            }
            told = {"audience": f"d{number} desk r", "story_id": story, "revision": 1, "delivery_id": 0, "told_at": now}
            composed = {"name": f"d{number}", "slot": "s", "composed_at": now}
            kept = keep_digest(
                session,
                Digest.model_validate(composed),
                [],
                [Delivery.model_validate(delivery)],
                [Told.model_validate(told)],
            )
            assert kept is not None
    with database.reading() as session:
        assert [each.digest.name for each in tellings(session, story)] == ["d0", "d1", "d2"]
        latest = digests(session, limit=2)
        assert [each.digest.name for each in latest] == ["d2", "d1"]
        assert [each.state for each in latest[0].deliveries] == ["sent"]
        older = digests(session, limit=2, before=latest[1].digest.id)
        assert [each.digest.name for each in older] == ["d0"]
        one = digest(session, latest[1].digest.id or 0)
        assert one is not None
        assert one.digest.name == "d1"
        assert digest(session, 999) is None
        assert len(latest_deliveries(session, limit=10)) == 3
        assert [each[1].name for each in latest_deliveries(session, limit=10, state="failed")] == ["d0"]
        assert delivery_counts(session) == {
            "pending": 0,
            "sending": 0,
            "sent": 2,
            "failed": 1,
            "unknown": 0,
        }
        assert reading_page.answers(session)
