"""Bursts are days on which a subject is in the news out of proportion, and not days with much news."""

from monitor.relevance.bursts import Burst, bursts


def spans(relevant: list[int], judged: list[int]) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in bursts(relevant, judged)]


def test_a_week_of_much_on_the_subject_is_one_burst() -> None:
    relevant = [3] * 20 + [15, 18, 2, 16] + [3] * 20
    found = bursts(relevant, [100] * 44)
    assert [(each.first, each.last) for each in found] == [(20, 23)]
    assert found[0].weight > 10


def test_a_day_with_much_news_of_everything_is_none() -> None:
    assert spans([3] * 20 + [15] + [3] * 20, [100] * 20 + [500] + [100] * 20) == []


def test_one_odd_day_must_be_very_odd() -> None:
    assert spans([3] * 20 + [6] + [3] * 20, [100] * 41) == []
    assert spans([3] * 20 + [40] + [3] * 20, [100] * 41) == [(20, 20)]


def test_two_bursts_are_told_apart_and_one_may_begin_or_end_the_stream() -> None:
    assert spans([30, 30] + [2] * 30 + [30, 30], [100] * 34) == [(0, 1), (32, 33)]


def test_where_nothing_or_everything_is_relevant_there_is_none() -> None:
    assert bursts([], []) == ()
    assert bursts([0, 0], [5, 5]) == ()
    assert bursts([5, 5], [5, 5]) == ()
    assert bursts([0, 0, 0], [0, 0, 0]) == ()
    assert all(isinstance(each, Burst) for each in bursts([1, 0, 0], [1, 0, 1]))
