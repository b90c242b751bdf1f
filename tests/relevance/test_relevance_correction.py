"""Verdicts that correct what means the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.relevance.correction import correction

# Two of a kind, two of another, one of neither.
VECTORS = np.array([[1, 0, 0], [0.98, 0.2, 0], [0, 1, 0], [0.2, 0.98, 0], [0, 0, 1]], dtype=np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
MIDDLING = np.full(5, 4.5)


def test_no_verdict_corrects_nothing() -> None:
    assert correction(VECTORS, MIDDLING, {}).tolist() == [0.0] * 5


def test_a_dislike_lowers_what_is_like_it_and_a_like_raises() -> None:
    disliked = correction(VECTORS, MIDDLING, {0: False})
    assert disliked[0] < 0
    assert disliked[1] < disliked[2]
    both = correction(VECTORS, MIDDLING, {0: False, 2: True})
    assert both[1] < 0 < both[3]
    assert both[1] < both[4] < both[3]


def test_a_verdict_that_was_foreseen_changes_little() -> None:
    foreseen = correction(VECTORS, np.array([9.0, 4.5, 4.5, 4.5, 4.5]), {0: True})
    surprising = correction(VECTORS, np.array([0.0, 4.5, 4.5, 4.5, 4.5]), {0: True})
    assert abs(foreseen).max() < 0.2
    assert surprising[0] > 2.0


def test_a_verdict_against_what_was_all_but_certain_is_heard() -> None:
    certain = np.full(5, 12.0)
    disliked = correction(VECTORS, certain, {0: False, 1: False})
    assert disliked[0] < -5.0
    assert disliked[1] < -5.0
    hopeless = correction(VECTORS, np.full(5, -6.0), {2: True})
    assert hopeless[2] > 5.0


def test_contradicting_verdicts_on_twins_cancel_out() -> None:
    twins = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    changed = correction(twins, np.full(3, 4.5), {0: True, 1: False})
    assert changed == pytest.approx(np.zeros(3), abs=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.integers(0, 4), st.booleans()), st.lists(st.floats(-50, 50), min_size=5, max_size=5))
def test_any_verdicts_give_finite_corrections(verdicts: dict[int, bool], evidence: list[float]) -> None:
    assert np.isfinite(correction(VECTORS, np.array(evidence), verdicts)).all()
