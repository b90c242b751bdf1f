"""Convolutions along a sequence in fewer products than they have taps, exactly but for rounding.

Several neighbouring outputs of a convolution are a product of polynomials, which can be had by evaluating both at as
many points as it has coefficients, multiplying there, and interpolating (Toom 1963, Cook 1966; turned round for filters
by Winograd 1980). With matrices for coefficients the products are what costs: eight outputs of a kernel of five need 12
of them, not 40. In float32 the twelve points below lose some 1e-6 of a vector of unit length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

# Small and their reciprocals, by turns: large powers are what loses precision. The last point is infinity.
_POINTS = (0, 1, -1, 2, -2, 1 / 2, -1 / 2, 3 / 2, -3 / 2, 2 / 3, -2 / 3)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """A kernel made ready; `left` taps lie before the row that an output belongs to.

    `kernel` is the kernel at each point (point, in, out); `evaluate` brings rows to the points, `combine` the products
    back to `step` rows.
    """

    left: int
    step: int
    kernel: Floats32
    evaluate: Floats32
    combine: Floats32

    @classmethod
    def of(cls, kernel: Floats32, left: int, step: int) -> "Convolution":
        """A kernel of shape (taps, in, out), `step` outputs at a time: at most 12 taps and outputs together less 1."""
        points = step + len(kernel) - 1
        evaluate = np.linalg.inv(_powers(points, points)).T
        sizes = np.abs(evaluate).max(axis=1, keepdims=True)  # rows of one size lose least
        return cls(
            left,
            step,
            np.tensordot((_powers(points, len(kernel)) * sizes).astype(np.float32), kernel, 1),
            np.ascontiguousarray(evaluate / sizes, dtype=np.float32),
            np.ascontiguousarray(_powers(points, step).T, dtype=np.float32),
        )

    def at(self, rows: Floats32, places: NDArray[np.intp]) -> Floats32:
        """The outputs at some rows; before `left` and behind the last place there must be rows enough, of zeros."""
        count, channels = len(self.kernel), rows.shape[1]
        tiles = int(places[-1] - self.left) // self.step + 1
        stride, within = rows.strides
        windows = np.lib.stride_tricks.as_strided(
            rows, (count, tiles, channels), (stride, stride * self.step, within), writeable=False
        )
        evaluated = (self.evaluate @ windows.reshape(count, -1)).reshape(count, tiles, channels)
        products = np.matmul(evaluated, self.kernel)
        combined = (self.combine @ products.reshape(count, -1)).reshape(self.step, tiles, -1)
        tile, within_tile = np.divmod(places - self.left, self.step)
        return np.asarray(combined[within_tile, tile])


def _powers(points: int, count: int) -> NDArray[np.float64]:
    """A row of powers for each point, the last one infinity, where only the highest power counts."""
    finite: Sequence[float] = _POINTS[: points - 1]
    infinity = np.zeros((1, count))
    infinity[0, -1] = 1.0
    return np.vstack([np.vander(np.array(finite, dtype=np.float64), count, increasing=True), infinity])
