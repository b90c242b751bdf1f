"""Slices: what is near in time stays together, and no slice is longer than a few windows."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from invented import candidate

from monitor.stories import StorySettings, rounds, slices
from monitor.stories.slices import LONGEST

SETTINGS = StorySettings(window=timedelta(days=3))
DAY = 24.0


def cut(*days: float) -> list[list[float]]:
    articles = [candidate(number, "Bridge", "", day * DAY) for number, day in enumerate(days)]
    start = articles[0].published - timedelta(days=days[0]) if articles else None
    return [[(each.published - start) / timedelta(days=1) for each in part] for part in slices(articles, SETTINGS)]


def test_what_lies_within_a_window_of_its_neighbour_stays_together() -> None:
    assert cut(4, 0, 2, 6) == [[0, 2, 4, 6]]


def test_a_straggler_is_a_slice_of_its_own() -> None:
    assert cut(0, 400, 401) == [[0], [400, 401]]
    assert cut(0, 3.01) == [[0], [3.01]]


def test_what_goes_on_and_on_is_cut_after_some_windows() -> None:
    assert cut(*range(0, 22, 2)) == [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18, 20]]


def test_of_nothing_there_is_no_slice() -> None:
    assert cut() == []


@given(st.lists(st.floats(0, 60), max_size=30))
def test_every_article_is_in_one_slice_and_slices_follow_one_another(days: list[float]) -> None:
    parts = cut(*days)
    flat = [day for part in parts for day in part]
    assert flat == sorted(flat)
    assert len(flat) == len(days)
    assert all(part and part[-1] - part[0] <= LONGEST * 3 + 1e-6 for part in parts)


def test_slices_that_nothing_joins_are_one_round_and_what_a_cut_parts_is_two() -> None:
    days = [0, 10, 11, 20, 22, 24, 26, 28, 30, 40]
    articles = [candidate(number, "Bridge", "", day * DAY) for number, day in enumerate(days)]
    start = articles[0].published
    found = [
        [[(each.published - start) // timedelta(days=1) for each in part] for part in parts]
        for parts in rounds(articles, SETTINGS)
    ]
    assert found == [[[0], [10, 11], [20, 22, 24, 26]], [[28, 30], [40]]]
    assert list(rounds([], SETTINGS)) == []


@given(st.lists(st.floats(0, 60), max_size=30))
def test_rounds_hold_the_slices_and_no_two_of_one_round_meet(days: list[float]) -> None:
    articles = [candidate(number, "Bridge", "", day * DAY) for number, day in enumerate(days)]
    found = list(rounds(articles, SETTINGS))
    assert [part for parts in found for part in parts] == list(slices(articles, SETTINGS))
    for parts in found:
        for earlier, later in pairwise(parts):
            assert later[0].published - earlier[-1].published > SETTINGS.window
