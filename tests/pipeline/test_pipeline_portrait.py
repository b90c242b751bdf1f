"""A topic's portrait: what is counted, and by what."""

from datetime import date, timedelta

import pytest
from pipeline_house import NOW, TOPIC, House

from monitor.models import Feedback
from monitor.pipeline.portrait import BINS, portrait, spread, volume
from monitor.store.topic_page import Scored
from monitor.store.topics import keep_feedback


def scored(score: float, story: int | None = None, days: float = 1.0, relevant: bool = False) -> Scored:
    return Scored(story, NOW - timedelta(days=days), score, relevant)


def test_a_story_counts_once_by_its_best_article() -> None:
    rows = [scored(0.3, story=1), scored(0.9, story=1), scored(0.6, story=2), scored(0.1), scored(1.0, days=4)]
    found = spread(rows, NOW)
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
    assert spread([scored(threshold)], NOW).passing(threshold) == 1


def test_a_day_without_an_article_is_a_day() -> None:
    rows = [scored(0.9, days=3, relevant=True), scored(0.1, days=0)]
    assert [(day.day, day.judged, day.relevant) for day in volume(rows, NOW, "UTC")] == [
        (date(2026, 11, NOW.day) - timedelta(days=3 - number), judged, relevant)
        for number, (judged, relevant) in enumerate([(1, 1), (0, 0), (0, 0), (1, 0)])
    ]
    assert volume([], NOW, "UTC") == ()


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
