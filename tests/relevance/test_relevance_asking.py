"""Whom to ask about what."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from relevance_topics import Newsroom, profile, topic

from monitor.relevance.asking import DRAWN_A_WEEK, Answer, Candidate, choose, draw_numbers, draw_rate, drawn, missed
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, words_of
from monitor.relevance.scorer import judge
from monitor.text import read


def candidates(newsroom: Newsroom) -> list[Candidate]:
    judged = judge(profile(), topic(), newsroom.items)
    return [
        Candidate(one.id, one.score, one.threshold, words_of(item))
        for one, item in zip(judged, newsroom.items, strict=True)
    ]


def test_the_border_is_asked_about_and_not_the_certain(newsroom: Newsroom) -> None:
    everything = candidates(newsroom)
    asked = choose(everything, 10)
    assert len({each.id for each in asked}) == 10
    distances = [abs(each.score - each.threshold) for each in asked]
    assert statistics.mean(distances) < 0.5 * statistics.mean(abs(each.score - each.threshold) for each in everything)


def test_the_same_thing_is_not_asked_twice_over() -> None:
    twins = [Candidate(f"twin{number}", 0.4, 0.5, read("turbines at sea in winter storms")) for number in range(5)]
    other = Candidate("other", 0.25, 0.5, read("a harbour strike over cranes and wages"))
    assert [each.id for each in choose([*twins, other], 2)] == ["twin0", "other"]
    judged = [read("turbines at sea in winter storms")]
    assert choose([*twins, other], 1, judged)[0].id == "other"


def test_equal_input_gives_equal_questions_in_any_order(newsroom: Newsroom) -> None:
    everything = candidates(newsroom)
    shuffled = list(everything)
    random.Random(1).shuffle(shuffled)
    assert choose(shuffled, 8) == choose(everything, 8)


def test_nothing_to_ask() -> None:
    assert choose([], 3) == []
    assert choose([Candidate("1", 0.5, 0.5, read(""))], 3)[0].id == "1"
    assert choose([Candidate("1", 0.5, 0.5, read("word"))], 0) == []


def test_ten_verdicts_asked_for_leave_the_rest_in_good_order(newsroom: Newsroom) -> None:
    asked = choose(candidates(newsroom), 10)
    verdicts = {
        each.id: newsroom.label("ai-competition", item) == "on"
        for each in asked
        for item in newsroom.items
        if item.id == each.id
    }
    rest = [
        (newsroom.labels[one.id] == "on" and one.id.startswith("ai-"), one.score)
        for one in judge(profile(), topic(), newsroom.items, Archive(verdicts=verdicts))
        if one.id not in verdicts
    ]
    assert average_precision([yes for yes, _ in rest], [score for _, score in rest]) >= 0.97


def test_some_eight_a_week_are_drawn_whatever_there_is() -> None:
    assert draw_rate(0) == draw_rate(DRAWN_A_WEEK) == 1.0
    assert draw_rate(9) == 0.5
    for rejected in (50, 700, 20_000):
        sample = drawn("chips", range(rejected), draw_rate(rejected))
        assert 1 <= len(sample) <= 3 * DRAWN_A_WEEK
        numbers = list(draw_numbers("chips", sample))
        assert numbers == sorted(numbers)


def test_a_draw_is_the_same_days_later_and_another_for_another_topic() -> None:
    ids = range(300)
    assert drawn("chips", ids, 0.1) == drawn("chips", ids[::-1], 0.1)
    assert drawn("chips", ids, 0.1) != drawn("wind", ids, 0.1)
    assert set(drawn("chips", ids, 0.05)) <= set(drawn("chips", ids, 0.1))


def test_what_is_missed_comes_out_right_on_average_and_its_interval_holds() -> None:
    """400 monitors that each reject 1,000 articles, of which 60 are relevant, sampled at two rates."""
    found, held = [], 0
    for monitor in range(400):
        ids = range(monitor * 1000, (monitor + 1) * 1000)
        answers = [
            Answer(each % 1000 < 60, rate)
            for half, rate in ((ids[::2], 0.125), (ids[1::2], 0.0625))
            for each in drawn("chips", half, rate)
        ]
        made = missed(answers, 1000, 140)
        assert made is not None
        found.append(made.missed.value)
        held += made.missed.low <= 60 <= made.missed.high
    assert statistics.mean(found) == pytest.approx(60, abs=3)
    assert held / 400 >= 0.93


def test_no_miss_in_five_answers_is_not_none_at_all() -> None:
    made = missed([Answer(False, 0.01)] * 5, 1000, 50)
    assert made is not None
    assert made.missed.value == 0.0
    assert made.missed.high > 400
    assert made.recall.value == 1.0
    assert made.recall.low < 0.15
    assert missed([], 1000, 50) is None


@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 1.0)), min_size=1, max_size=30), st.integers(0, 10_000))
def test_figures_stay_in_their_ranges(given_answers: list[tuple[bool, float]], rejected: int) -> None:
    made = missed([Answer(*each) for each in given_answers], rejected, 5)
    assert made is not None
    assert 0.0 <= made.missed.low <= made.missed.value <= made.missed.high <= rejected + 1e-6
    assert 0.0 <= made.recall.low <= made.recall.value <= made.recall.high <= 1.0
