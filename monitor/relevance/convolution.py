"""Convolutions along a sequence in fewer products than they have taps, exactly but for rounding.

Several neighbouring outputs of a convolution are a product of polynomials, which can be had by evaluating both at as
many points as it has coefficients, multiplying there, and interpolating (Toom 1963, Cook 1966; turned round for filters
by Winograd 1980). With matrices for coefficients the products are what costs: eight outputs of a kernel of five need 12
of them, not 40. In float32 the twelve points below lose some 1e-6 of a vector of unit length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

# Small and their reciprocals, by turns: large powers are what loses precision. The last point is infinity.
_POINTS = (0, 1, -1, 2, -2, 1 / 2, -1 / 2, 3 / 2, -3 / 2, 2 / 3, -2 / 3)


class Room:
    """Memory for what is worked out on the way, used again and again: of new memory the system clears every page."""

    def __init__(self) -> None:
        self._held: dict[str, Floats32] = {}

    def floats(self, name: str, *shape: int) -> Floats32:
        """An array of that shape, which holds anything, in the place of the one that had that name before."""
        size = prod(shape)
        held = self._held.get(name)
        if held is None or len(held) < size:
            held = self._held[name] = np.empty(size, dtype=np.float32)
        return held[:size].reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """A kernel made ready.

    `kernel` is the kernel at each point (point, in, out); `evaluate` brings rows to the points, `combine` the products
    back to `step` rows.
    """

    step: int
    kernel: Floats32
    evaluate: Floats32
    combine: Floats32

    @classmethod
    def of(cls, kernel: Floats32, step: int) -> "Convolution":
        """A kernel of shape (taps, in, out), `step` outputs at a time: at most 12 taps and outputs together less 1."""
        points = step + len(kernel) - 1
        evaluate = np.linalg.inv(_powers(points, points)).T
        sizes = np.abs(evaluate).max(axis=1, keepdims=True)  # rows of one size lose least
        return cls(
            step,
            np.tensordot((_powers(points, len(kernel)) * sizes).astype(np.float32), kernel, 1),
            np.ascontiguousarray(evaluate / sizes, dtype=np.float32),
            np.ascontiguousarray(_powers(points, step).T, dtype=np.float32),
        )

    def fill(self, found: Floats32, rows: Floats32, room: Room) -> None:
        """Fill `found`, whole steps of rows: each of its rows is the output of that row of `rows` and of those after.

        `rows` has at least as many more as the kernel's taps less 1. Neither need lie in memory without gaps.
        """
        count = len(self.kernel)
        windows = sliding_window_view(rows[: len(found) + count - self.step], count, axis=0)[:: self.step]
        tiles, channels, _ = windows.shape
        evaluated = room.floats("evaluated", count, tiles, channels)
        products = room.floats("products", count, tiles, self.kernel.shape[2])
        # Tile by tile and in place: to lay rows out for one large product of each took three times as long.
        np.matmul(self.evaluate, windows.transpose(0, 2, 1), out=evaluated.transpose(1, 0, 2))
        np.matmul(evaluated, self.kernel, out=products)
        np.matmul(self.combine, products.transpose(1, 0, 2), out=found.reshape(tiles, self.step, -1))


def _powers(points: int, count: int) -> NDArray[np.float64]:
    """A row of powers for each point, the last one infinity, where only the highest power counts."""
    finite: Sequence[float] = _POINTS[: points - 1]
    infinity = np.zeros((1, count))
    infinity[0, -1] = 1.0
    return np.vstack([np.vander(np.array(finite, dtype=np.float64), count, increasing=True), infinity])
