"""Which of millions of numbers are among some known ones, and which of those: by a table, for searching takes longer.

Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4): multiplied by an odd number, known
ones are spread evenly over 64 bits and none is lost; sorted so, those of one bucket stand together.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MULTIPLIER = 11400714819323198485
# Buckets for each known number, at least: hardly any number is compared with more than one, and the table of what 1,000
# new articles hold stays in the processor's memory.
_ROOM = 4


class HashIndex:
    """Known numbers, each with its column: from 0 to `columns` - 1, in an order that nothing but the numbers decide."""

    def __init__(self, known: "NDArray[np.uint64]") -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

        mixed = np.unique(known) * np.uint64(_MULTIPLIER)
        mixed.sort()
        self.columns = len(mixed)
        bits = max(1, (_ROOM * self.columns).bit_length())
        self._shift = np.uint64(64 - bits)
        counts = np.bincount((mixed >> self._shift).astype(np.intp), minlength=1 << bits)
        # Of an empty bucket the start of the next one: what stands there is no number that would fall into it.
        self._starts = np.minimum(np.cumsum(counts) - counts, max(0, self.columns - 1)).astype(np.int32)
        self._deepest = int(counts.max())
        self._mixed = mixed

    def find(self, numbers: "NDArray[np.uint64]") -> "tuple[NDArray[np.int32], NDArray[np.bool_]]":
        """The column of each number, and whether it is known; the column of one that is not says nothing."""
        import numpy as np  # noqa: PLC0415

        if not self.columns:
            return np.zeros(numbers.shape, dtype=np.int32), np.zeros(numbers.shape, dtype=np.bool_)
        mixed = numbers * np.uint64(_MULTIPLIER)
        columns = self._starts[mixed >> self._shift]
        found = self._mixed[columns] == mixed
        for step in range(1, self._deepest):
            left = np.nonzero(~found)
            further = np.minimum(columns[left] + step, self.columns - 1)
            hit = self._mixed[further] == mixed[left]
            at = tuple(axis[hit] for axis in left)
            columns[at], found[at] = further[hit], True
        return columns, found
