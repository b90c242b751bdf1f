"""What short articles mean, beside their words: two that tell one event in a few lines share hardly any.

Vectors of unit length come in, made by the sentence encoder that judges relevance; what they add to the likeness of two
articles goes out. Vectors tell a subject more than an event: so they count only as far as one of the two is short, and
only what lies above what an article has in common with those that are nearest to it, as in cross-domain similarity
local scaling (Conneau et al., Word translation without parallel data, 2018, section 2.3). Where many tell of one
subject, as oil prices from day to day, they are near to all of these, and to none more than to others.

On the bench, whose texts are cut to 350 characters for this, F1 rises from 0.748 to 0.799 over the halves developed on,
and from 0.839 to 0.866 on the half left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors = Callable[[Sequence[int]], Mapping[int, bytes]]
"""The vectors of articles, by id: numbers in half precision, equally many of each; those without one are left out."""

LONG = 120
"""Terms from which on words alone say whether two articles tell of one event."""
# How much the likeness of meanings counts beside that of words, and from where on, above that with the nearest. With
# 1.2 four wrong pairs of the probe's items, all of one subject, join where they come one by one, with 0.8 one does.
_WEIGHT, _LEAST = 0.8, 0.05
# How many are the nearest. They count as no less near than news on one subject, and where fewer are there the rest as
# near as that: two lawsuits that name the same firms, which come before all else, are not one event. With 30 short
# articles are grouped 0.01 better, and more that is wrong joins on the probe.
_NEAREST, _ON_ONE_SUBJECT = 20, 0.35
# Numbers in a block of products, which bounds memory to some 10 MB whatever comes.
_BLOCK = 2_000_000


def no_vectors(ids: Sequence[int]) -> Mapping[int, bytes]:
    """The vectors of articles where nothing makes any: none."""
    del ids
    return {}


class Meaning:
    """Articles of one language by their vectors (b"" where there is none), each with its number of terms.

    The first `count` are new and compared with all.
    """

    def __init__(self, vectors: Sequence[bytes], sizes: Sequence[int], count: int) -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

        known = np.array([bool(vector) for vector in vectors], dtype=np.bool_)
        self._vectors = np.zeros((len(vectors), max(map(len, vectors), default=0) // 2), dtype=np.float32)
        self._vectors[known] = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(np.count_nonzero(known), -1)
        self._short = np.where(known, np.clip(1.0 - np.array(sizes) / LONG, 0.0, 1.0), 0.0).astype(np.float32)
        self._known, self._count = known, count
        size = max(1, _BLOCK // max(1, len(vectors)))
        parts = [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
        self._nearness = np.concatenate([self._near(rows) for rows in parts]) if parts else np.zeros(0, np.float32)

    def added(self, rows: "NDArray[np.intp]") -> "NDArray[np.float32]":
        """What meaning adds to the likeness of some new articles with every other: 0 or more, of shape (rows, all)."""
        import numpy as np  # noqa: PLC0415

        found = self._vectors[rows] @ self._vectors.T
        mine = self._nearness[rows][:, None]
        found[:, self._count :] -= mine
        found[:, : self._count] -= (mine + self._nearness) / 2.0
        found -= _LEAST
        np.maximum(found, 0.0, out=found)
        found *= _WEIGHT * np.maximum(self._short[rows][:, None], self._short)
        found *= self._known[rows][:, None] & self._known
        found[np.arange(len(rows)), rows] = 0.0
        return found

    def _near(self, rows: "NDArray[np.intp]") -> "NDArray[np.float32]":
        """How near each of some new articles is to those nearest to it, on average."""
        import numpy as np  # noqa: PLC0415

        products = self._vectors[rows] @ self._vectors.T
        products[np.arange(len(rows)), rows] = 0.0
        there = min(_NEAREST, len(self._vectors) - 1)
        nearest = np.partition(products, -there, axis=1)[:, len(self._vectors) - there :]
        sums = nearest.sum(axis=1) + (_NEAREST - there) * _ON_ONE_SUBJECT
        return np.asarray(np.maximum(sums / _NEAREST, _ON_ONE_SUBJECT), dtype=np.float32)
