"""Figures, against values worked out by hand."""

import pytest

from monitor.relevance.evaluate import (
    average_precision,
    best_f1,
    bootstrap_interval,
    brier,
    f1_at,
    precision_at,
    precision_recall,
    r_precision,
    recall_at,
    reliability,
    share_of_best_f1,
)

RELEVANT = [True, False, True, False]
SCORES = [0.9, 0.8, 0.7, 0.1]


def test_by_hand() -> None:
    assert average_precision(RELEVANT, SCORES) == pytest.approx((1 + 2 / 3) / 2)
    assert r_precision(RELEVANT, SCORES) == 0.5
    assert precision_at(RELEVANT, SCORES, 3) == pytest.approx(2 / 3)
    assert recall_at(RELEVANT, SCORES, 1) == 0.5
    assert f1_at(RELEVANT, SCORES, 0.7) == pytest.approx(0.8)
    assert best_f1(RELEVANT, SCORES) == pytest.approx(0.8)


def test_nothing_relevant_or_nothing_at_all() -> None:
    for measure in (average_precision, r_precision, best_f1):
        assert measure([False, False], [0.2, 0.1]) == 0.0
        assert measure([], []) == 0.0
    assert recall_at([], [], 3) == precision_at([], [], 3) == f1_at([], [], 0.5) == 0.0
    assert bootstrap_interval(average_precision, [], []).high == 0.0


def test_an_interval_holds_its_value_and_repeats() -> None:
    relevant = [number % 3 == 0 for number in range(60)]
    scores = [1.0 / (1 + number % 7) for number in range(60)]
    interval = bootstrap_interval(average_precision, relevant, scores, rounds=200)
    assert interval.low <= interval.value <= interval.high
    assert interval == bootstrap_interval(average_precision, relevant, scores, rounds=200)


def test_calibration_by_hand() -> None:
    assert brier(RELEVANT, SCORES) == pytest.approx((0.01 + 0.64 + 0.09 + 0.01) / 4)
    low, middle, high = reliability(RELEVANT, SCORES)
    assert (low.low, low.articles, low.relevant.value) == (0.0, 1, 0.0)
    assert (middle.low, middle.high, middle.articles, middle.relevant.value) == (0.6, 0.8, 1, 1.0)
    assert (high.articles, high.mean_score, high.relevant.value) == (2, pytest.approx(0.85), 0.5)
    assert 0.0 < high.relevant.low < 0.5 < high.relevant.high < 1.0
    assert reliability([], []) == ()
    assert brier([], []) == 0.0


def test_the_chosen_threshold_beside_the_best() -> None:
    assert share_of_best_f1(RELEVANT, SCORES, 0.7) == pytest.approx(1.0)
    assert share_of_best_f1(RELEVANT, SCORES, 0.85) == pytest.approx((2 / 3) / 0.8)
    assert share_of_best_f1([False], [0.3], 0.1) == 0.0
    assert precision_recall(RELEVANT, SCORES) == ((0.5, 1.0), (1.0, pytest.approx(2 / 3)))
    assert precision_recall([False], [0.3]) == ()
