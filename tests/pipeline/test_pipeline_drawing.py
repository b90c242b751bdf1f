"""Questions, and the probability with which the answers were drawn."""

import statistics
from collections.abc import Iterator

import pytest
import time_machine
from pipeline_house import NOW, TOPIC, House

from monitor.models import Feedback
from monitor.pipeline.learning.drawing import Lottery, drawn_with
from monitor.pipeline.learning.feedback import questions, record
from monitor.store.articles import articles_of


@pytest.fixture
def stocked(house: House) -> Iterator[House]:
    """Twenty articles left out, the week before and this week, and a few taken; nothing moves the clock."""
    house.topic()
    house.sources(paper="https://paper.example/feed")
    house.clock.move(days=-7)
    for number in range(20):
        house.keep(f"old{number}", score=0.02)
    house.clock.move(days=7)
    for number in range(20):
        house.keep(f"new{number}", score=0.03)
    house.keep("border", score=0.45)
    house.keep("taken", score=0.9)
    with time_machine.travel(NOW, tick=False):
        yield house


def test_most_are_asked_to_learn_and_one_is_drawn(stocked: House) -> None:
    asked = questions(stocked.settings, TOPIC, 5)
    assert len({each.id for each in asked}) == 5
    assert asked[0].url.endswith("/border")
    assert [each.probability for each in asked] == [0.0, 0.0, 0.0, 0.0, 0.25]
    assert "one in 4" in asked[-1].why
    assert questions(stocked.settings, TOPIC, 5) == asked
    assert questions(stocked.settings, "", 1)[0].url.endswith("/border")


def test_an_answer_carries_the_probability_of_its_draw(stocked: House) -> None:
    drawn = questions(stocked.settings, TOPIC, 2)[-1]
    record(stocked.settings, drawn.url, TOPIC, relevant=True)
    record(stocked.settings, "https://paper.example/taken", TOPIC, relevant=True)
    first, second = stocked.rows(Feedback)
    assert (first.probability, second.probability) == (drawn.probability, 0.0)
    again = questions(stocked.settings, TOPIC, 2)[-1]
    assert again.id != drawn.id
    assert again.probability == drawn.probability


def test_an_answer_given_days_later_carries_the_same(stocked: House) -> None:
    drawn = questions(stocked.settings, TOPIC, 2)[-1]
    for number in range(30):
        stocked.keep(f"later{number}", score=0.01)
    with time_machine.travel(NOW.replace(day=29), tick=False):
        record(stocked.settings, drawn.url, TOPIC, relevant=False)
    assert stocked.rows(Feedback)[0].probability == drawn.probability


def test_what_a_draw_decides_on_is_never_asked_for_another_reason(stocked: House) -> None:
    asked = questions(stocked.settings, TOPIC, 40)
    chosen = [each for each in asked if not each.probability]
    assert chosen
    for each in chosen:
        record(stocked.settings, each.url, TOPIC, relevant=False)
    assert {row.probability for row in stocked.rows(Feedback)} == {0.0}


def test_each_draw_stands_for_as_many_as_its_probability_says(house: House) -> None:
    topics = [f"topic {number}" for number in range(60)]
    house.clock.move(days=-7)
    before = [house.store(f"old{number}") for number in range(40)]
    house.clock.move(days=7)
    lately = [house.store(f"new{number}") for number in range(20)]
    with house.database() as database, database.writing() as session:
        for topic in topics:
            for identity in (*before, *lately):
                house.judge(session, identity, 0.02, topic=topic)
            house.judge(session, lately[0], 0.9, topic=topic)
    with house.database() as database, database.reading() as session:
        lotteries = [Lottery(session, topic).draws(1000, NOW, [before[0]]) for topic in topics]
        (article,) = articles_of(session, [lately[1]])
        (copied,) = articles_of(session, [lately[2]])
        again = [drawn_with(session, topic, article) for topic in topics]
        copied.duplicate_of = lately[1]
        assert {drawn_with(session, topic, copied) for topic in topics} == {0.0}
    assert {draw.probability for draws in lotteries for draw in draws} == {0.125}
    asked = {draw.article_id for draws in lotteries for draw in draws}
    assert asked == set(before[1:]) | set(lately[1:])
    counts = [sum(1 / draw.probability for draw in draws) for draws in lotteries]
    # 58 were left out and not judged; the mean of 60 has a deviation of some 2.6.
    assert statistics.mean(counts) == pytest.approx(58, abs=8)
    assert [bool(each) for each in again] == [lately[1] in {draw.article_id for draw in draws} for draws in lotteries]
