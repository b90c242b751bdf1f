"""Convolutions in fewer products, beside those that take every tap."""

import numpy as np
import pytest

from monitor.relevance.convolution import Convolution


@pytest.mark.parametrize(("taps", "left", "step"), [(2, 0, 4), (3, 1, 6), (5, 2, 8), (5, 2, 1), (1, 0, 3)])
@pytest.mark.parametrize("count", [1, 7, 40])
def test_outputs_are_those_of_every_tap(taps: int, left: int, step: int, count: int) -> None:
    draw = np.random.default_rng(taps * 100 + count)
    kernel = draw.standard_normal((taps, 16, 8)).astype(np.float32)
    rows = np.zeros((left + count + taps + step, 16), dtype=np.float32)
    rows[left : left + count] = draw.standard_normal((count, 16))
    places = np.arange(left, left + count)
    found = Convolution.of(kernel, left, step).at(rows, places[::2])
    plain = np.array([sum(rows[at - left + tap] @ kernel[tap] for tap in range(taps)) for at in places[::2]])
    np.testing.assert_allclose(found, plain, atol=2e-4)
