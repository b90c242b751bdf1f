"""A stream that changes, and one that does not."""

import numpy as np
import pytest

from monitor.relevance.drift import CHANGED, Scored, drift, stability_index


def week(seed: int, a: float = 1.0, b: float = 9.0, count: int = 400) -> Scored:
    scores = np.random.default_rng(seed).beta(a, b, count)
    return Scored(scores.tolist(), int((scores >= 0.5).sum()), count)


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_that_stays_as_it_is_warns_of_nothing(seed: int) -> None:
    found = drift(week(seed), week(seed + 100, count=1600))
    assert found is not None
    assert found.warning == ""
    assert found.stability < 0.1


def test_more_on_the_subject_and_other_scores_are_told() -> None:
    found = drift(week(1, 3, 3), week(2, count=1600))
    assert found is not None
    assert found.stability > CHANGED
    assert "of a week's articles were relevant" in found.warning
    assert "stability index" in found.warning


def test_too_few_articles_say_nothing() -> None:
    assert drift(week(1, count=99), week(2)) is None
    assert drift(week(1), Scored([], 0, 0)) is None


def test_alike_is_nought_and_scores_all_equal_are_no_trouble() -> None:
    assert stability_index([0.1] * 200, [0.1] * 300) == pytest.approx(0.0, abs=0.01)
    assert stability_index(week(3).scores, week(3).scores) == pytest.approx(0.0)
