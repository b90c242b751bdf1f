"""Which of millions of numbers are among some known ones, and which of those: by a table, for searching takes longer.

Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, section 6.4): multiplied by an odd number, known
ones are spread evenly over 64 bits and none is lost; sorted so, those of one bucket stand together.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MULTIPLIER = 11400714819323198485
# Buckets for each known number, at least: hardly any number is compared with more than one, and the table of what 1,000
# new articles hold stays in the processor's memory.
_ROOM = 4
# Values are counted in so many buckets, as a power of two, before they are told apart: 2 million, in 16 MB.
_COUNTED = 21


class HashIndex:
    """Known numbers, each with its column: from 0 to `columns` - 1, in an order that nothing but the numbers decide."""

    def __init__(self, known: "NDArray[np.uint64]") -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

        mixed = distinct(known * np.uint64(_MULTIPLIER))
        self.columns = len(mixed)
        bits = max(1, (_ROOM * self.columns).bit_length())
        self._shift = np.uint64(64 - bits)
        counts = np.bincount((mixed >> self._shift).astype(np.intp), minlength=1 << bits)
        # Of an empty bucket the start of the next one: what stands there is no number that would fall into it.
        self._starts = np.minimum(np.cumsum(counts) - counts, max(0, self.columns - 1)).astype(np.int32)
        self._mixed = mixed

    def find(self, numbers: "NDArray[np.uint64]") -> "tuple[NDArray[np.int32], NDArray[np.bool_]]":
        """The column of each number, and whether it is known; the column of one that is not says nothing."""
        import numpy as np  # noqa: PLC0415

        if not self.columns:
            return np.zeros(numbers.shape, dtype=np.int32), np.zeros(numbers.shape, dtype=np.bool_)
        mixed = numbers.ravel() * np.uint64(_MULTIPLIER)
        columns = self._starts.take(mixed >> self._shift, mode="clip")
        there = self._mixed.take(columns, mode="clip")
        found = there == mixed
        # Only what is more than the number that stands there may be one of the next: most numbers are done by now.
        left = np.flatnonzero(there < mixed)
        while len(left):
            columns[left] += 1
            left = left[columns[left] < self.columns]
            there, wanted = self._mixed[columns[left]], mixed[left]
            found[left] = there == wanted
            left = left[there < wanted]
        return np.minimum(columns, self.columns - 1).reshape(numbers.shape), found.reshape(numbers.shape)


def numbered(values: "NDArray[np.uint32]") -> "tuple[NDArray[np.uint32], NDArray[np.intp]]":
    """The distinct values, sorted, and the place of each value among them: as `numpy.unique` does, in half the time."""
    import numpy as np  # noqa: PLC0415

    known = distinct(values)
    index = HashIndex(known.astype(np.uint64))
    places = np.empty(index.columns, dtype=np.intp)
    places[index.find(known.astype(np.uint64))[0]] = np.arange(len(known))
    return known, places[index.find(values.astype(np.uint64))[0]]


def distinct(values: "NDArray[Any]") -> "NDArray[Any]":
    """The distinct values, sorted: as `numpy.unique` does, which since its version 2.3 hashes all of them first."""
    import numpy as np  # noqa: PLC0415

    ordered = np.sort(values)
    found: NDArray[Any] = ordered[np.append(ordered[1:] != ordered[:-1], np.True_)[: len(ordered)]]
    return found


def may_recur(values: "NDArray[np.uint64]") -> "NDArray[np.bool_]":
    """Which values may occur more than once: all that do, and those few that fall into a bucket with another one."""
    import numpy as np  # noqa: PLC0415

    buckets = ((values * np.uint64(_MULTIPLIER)) >> np.uint64(64 - _COUNTED)).astype(np.intp)
    again: NDArray[np.bool_] = (np.bincount(buckets, minlength=1 << _COUNTED) > 1).take(buckets)
    return again
