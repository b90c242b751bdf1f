"""Convolutions in fewer products, beside those that take every tap."""

import numpy as np
import pytest

from monitor.relevance.convolution import Convolution, Room


@pytest.mark.parametrize(("taps", "step"), [(2, 4), (3, 6), (5, 8), (5, 1), (1, 3)])
@pytest.mark.parametrize("tiles", [1, 2, 40])
def test_outputs_are_those_of_every_tap(taps: int, step: int, tiles: int) -> None:
    draw = np.random.default_rng(taps * 100 + tiles)
    kernel = draw.standard_normal((taps, 16, 8)).astype(np.float32)
    count = tiles * step
    # Columns of something wider, as branches stand side by side, and rows behind that are nobody's.
    rows = draw.standard_normal((count + taps + 3, 40)).astype(np.float32)[:, 8:24]
    found = np.full((count, 20), np.nan, dtype=np.float32)
    room = Room()
    Convolution.of(kernel, step).fill(found[:, 4:12], rows, room)
    plain = np.array([sum(rows[at + tap] @ kernel[tap] for tap in range(taps)) for at in range(count)])
    np.testing.assert_allclose(found[:, 4:12], plain, atol=2e-4)
    assert np.isnan(found[:, :4]).all()
    assert np.isnan(found[:, 12:]).all()


def test_a_room_gives_the_same_memory_again() -> None:
    room = Room()
    first = room.floats("line", 4, 3)
    assert np.shares_memory(room.floats("line", 3, 2), first)
    assert room.floats("line", 3, 2).shape == (3, 2)
    assert not np.shares_memory(room.floats("other", 4, 3), first)
    assert room.floats("line", 40, 3).shape == (40, 3)
