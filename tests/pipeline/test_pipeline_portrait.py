"""A topic's portrait: what is counted, and by what."""

from datetime import date, timedelta

import pytest
from pipeline_house import NOW, TOPIC, House

from monitor.models import Article, Assessment, Feedback
from monitor.pipeline.topics.portrait import BINS, portrait, spread, volume
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.stories import Placed, keep_placements
from monitor.store.topic_page import decisions, published_by_hour, scores_since, taken_since
from monitor.store.topics import keep_assessments, keep_feedback


def test_a_story_counts_once_by_its_best_article() -> None:
    found = spread([(1, 0.3), (1, 0.9), (2, 0.6), (None, 0.1), (None, 1.0)], timedelta(days=4))
    assert found.days == 4
    assert sum(found.bins) == 5
    assert (found.bins[BINS - 1], found.bins[4]) == (1, 1)
    assert found.passing(0.0) == 4 / 4
    assert found.passing(0.5) == 3 / 4
    assert found.passing(0.6) == 3 / 4
    assert found.passing(0.61) == 2 / 4
    assert found.passing(1.0) == 1 / 4


@pytest.mark.parametrize("threshold", [0.07, 0.14, 0.29, 0.57, 0.58])
def test_a_score_at_the_threshold_passes(threshold: float) -> None:
    assert spread([(None, threshold)], timedelta(hours=1)).passing(threshold) == 1


def test_a_day_without_an_article_is_a_day_and_days_are_those_of_the_reader() -> None:
    first = NOW.replace(hour=23) - timedelta(days=3)
    found = volume([first], {first: 2, NOW.replace(minute=0): 1}, NOW, "UTC")
    assert [(day.day, day.published, day.relevant) for day in found] == [
        (date(2026, 11, NOW.day) - timedelta(days=3 - number), published, relevant)
        for number, (published, relevant) in enumerate([(2, 1), (0, 0), (0, 0), (1, 0)])
    ]
    assert len(volume([first], {first: 2}, NOW, "Europe/Berlin")) == 3
    assert volume([], {}, NOW, "UTC") == ()


def test_what_is_counted_is_the_same_on_both_databases(database: Database) -> None:
    with database.writing() as session:
        kept = keep_articles(
            session,
            [
                Article.model_validate(
                    {
                        "canonical_url": f"https://paper.example/{number}",
                        "source": "paper",
                        "published": NOW - timedelta(hours=20 * number),
                        "stored_at": NOW,
                    }
                )
                for number in range(4)
            ],
        )
        ids = [each.id or 0 for each in kept]
        keep_placements(session, [Placed(ids[0], 1), Placed(ids[1], 1, duplicate_of=ids[0]), Placed(ids[2], 2)])
        for article, score in zip(ids, (0.9, 0.8, 0.7, 0.1), strict=True):
            given = {"topic": TOPIC, "article_id": article, "score": score, "relevant": score > 0.5, "assessed_at": NOW}
            keep_assessments(session, [Assessment.model_validate(given)])
    since = NOW - timedelta(days=2)
    with database.reading() as session:
        assert sorted(score for _, score in scores_since(session, TOPIC, since=since, until=NOW)) == [0.7, 0.9]
        assert sorted(taken_since(session, TOPIC, since=since, until=NOW)) == [NOW - timedelta(hours=40), NOW]
        hours = published_by_hour(session, since=since, until=NOW)
        assert hours == {(NOW - timedelta(hours=20 * number)).replace(minute=0): 1 for number in range(3)}
        assert decisions(session, TOPIC, [*ids, 999]) == dict(zip(ids, (True, True, True, False), strict=True))


def test_the_portrait_of_a_topic_with_verdicts(house: House) -> None:
    taken, missed, other = house.keep("One", 0.8), house.keep("Two", 0.4), house.keep("Three", 0.7)
    with house.database() as database:
        with database.writing() as session:
            for article, relevant in ((taken, True), (missed, True), (other, False)):
                given = {"topic": TOPIC, "article_id": article, "relevant": relevant, "made_at": NOW}
                keep_feedback(session, Feedback.model_validate(given))
        settings = house.settings
        with database.reading() as session:
            found = portrait(settings, session, settings.topic(TOPIC), NOW, "UTC")
    measured = found.measured
    assert (measured.verdicts, measured.taken, measured.relevant) == (3, 2, 2)
    assert measured.precision is not None
    assert measured.recall is not None
    assert (measured.precision.value, measured.recall.value) == (0.5, 0.5)
    assert measured.precision.low < 0.2
    assert measured.precision.high > 0.8
    assert measured.drawn is None
    assert found.cut == 0.5
    assert found.facets
    assert found.profile_warning == ""


def test_a_seed_that_is_an_address_is_not_asked_by_a_page(house: House) -> None:
    house.topic(seeds=["http://127.0.0.1:9/"])
    with house.database() as database, database.reading() as session:
        found = portrait(house.settings, session, house.settings.topic(TOPIC), NOW, "UTC")
    assert found.facets == ()
    assert "at the next collect" in found.profile_warning
    assert found.measured.precision is None
