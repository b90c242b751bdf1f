"""Which of very many kept articles are worth comparing with new ones, for the event that both may tell of.

Articles are looked up by their heaviest terms, which stand at a known place in what is kept of them: no text is read,
and whole stories are proposed, for an article is as near to a story as to all of its articles on average. Whether it
belongs there, only its words decide (`likeness`).
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from monitor.stories.hashing import HashIndex
from monitor.stories.wording import HEAVIEST, SKETCH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVERY = 2_000
"""So many kept articles are compared each, with nothing to look up; it takes less than half a second."""
# The cosine of heaviest terms, on average over a story, from which it is worth comparing: of 150 articles of the bench
# that had a story among 500, looked up so, as many found it as of all compared; from 0.1 on fewer.
_LEAST = 0.06
# Stories that an article is compared with, the nearest ones.
_MOST_STORIES = 2
# A term that more than one article in so many holds tells nothing apart, and costs most; a handful always may.
_COMMON, _HANDFUL = 50, 20
# Articles looked up at once: bounds the memory of a product; and made into vectors at once, which are twice as fast
# where all that a step needs stays in the processor's memory.
_BLOCK, _ROWS = 500, 4_000


def nearby(new: Sequence[bytes], kept: Sequence[bytes], stories: Sequence[int]) -> "NDArray[np.intp]":
    """The places of the kept articles that belong to a story near one of the new articles, in order.

    All arguments but the new are parallel; an article is given as its sketch (`SKETCH`), b"" where it has no words.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    if len(kept) <= EVERY:
        return np.arange(len(kept))
    mine = np.concatenate([terms for terms, _ in _heaviest(new)]).astype(np.uint64)
    known = HashIndex(mine[mine > 0])
    asked, held = ([_found(known, *each) for each in _heaviest(sketches)] for sketches in (new, kept))
    holders = np.zeros(known.columns + 1, dtype=np.int64)
    for columns, _ in held:
        holders += np.bincount(columns.ravel(), minlength=known.columns + 1)
    holders = holders[:-1]
    telling = holders <= max(_HANDFUL, len(kept) // _COMMON)
    weights = np.where(telling, np.log((len(kept) + 1.0) / np.maximum(holders, 1)), 0.0)
    rows, others = _vectors(asked, weights), _vectors(held, weights)
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    averages = _averages(others, numbers).T.tocsr()
    near = [_nearest((rows[start : start + _BLOCK] @ averages).tocoo()) for start in range(0, len(new), _BLOCK)]
    chosen = np.zeros(int(numbers.max()) + 1, dtype=np.bool_)
    chosen[np.concatenate(near)] = True
    return np.flatnonzero(chosen[numbers])


def _heaviest(sketches: Sequence[bytes]) -> "Iterator[tuple[NDArray[np.uint32], NDArray[np.uint8]]]":
    """The heaviest terms of each article (row), 0 where there are fewer, and their weights; some articles at a time."""
    import numpy as np  # noqa: PLC0415

    nothing = bytes(SKETCH.stop - SKETCH.start)
    for start in range(0, len(sketches), _ROWS):
        joined = b"".join([each or nothing for each in sketches[start : start + _ROWS]])
        rows = np.frombuffer(joined, dtype=np.uint8).reshape(-1, len(nothing))
        yield rows[:, : 4 * HEAVIEST].copy().view("<u4"), rows[:, 4 * HEAVIEST :]


def _found(
    known: HashIndex, terms: "NDArray[np.uint32]", own: "NDArray[np.uint8]"
) -> "tuple[NDArray[np.int32], NDArray[np.uint8]]":
    """The columns of the heaviest terms of articles, for those not known the one after the last; their weights."""
    import numpy as np  # noqa: PLC0415

    columns, found = known.find(terms.astype(np.uint64))
    return np.where(found, columns, np.int32(known.columns)), own


def _vectors(parts: "Sequence[tuple[NDArray[np.int32], NDArray[np.uint8]]]", weights: "NDArray[np.float64]") -> Any:
    """Each article (row) by its heaviest terms (columns); the length of a row counts those that are not known too."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    width, rarest = len(weights), float(weights.max()) if len(weights) else 0.0
    scale = np.append(weights, rarest)
    telling = np.append(weights > 0.0, np.False_)
    made: list[tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.intp]]] = []
    for columns, own in parts:
        values = own * scale.take(columns, mode="clip")
        lengths = np.sqrt((values * values).sum(axis=1, keepdims=True))
        values /= np.where(lengths > 0.0, lengths, 1.0)
        useful = np.flatnonzero(telling.take(columns.ravel(), mode="clip"))
        counts = np.bincount(useful // HEAVIEST, minlength=len(columns))
        made.append((values.ravel().take(useful), columns.ravel().take(useful), counts))
    values, columns, counts = (np.concatenate([part[at] for part in made]) for at in range(3))
    ends = np.concatenate([[0], np.cumsum(counts)])
    return sparse.csr_matrix((values, columns, ends), shape=(len(counts), width))


def _averages(vectors: Any, numbers: "NDArray[np.intp]") -> Any:
    """The average of the articles of each story (row); `numbers` are those of the articles' stories."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    shares = 1.0 / np.bincount(numbers)[numbers]
    members = sparse.csr_matrix((shares, (numbers, np.arange(len(numbers)))), shape=(numbers.max() + 1, len(numbers)))
    return members @ vectors


def _nearest(products: Any) -> "NDArray[np.intp]":
    """The stories nearest to each row, for all rows together."""
    import numpy as np  # noqa: PLC0415

    good = products.data >= _LEAST
    row, story, value = products.row[good], products.col[good], products.data[good]
    order = np.lexsort((story, -value, row))
    row, story = row[order], story[order]
    nearest: NDArray[np.intp] = story[np.arange(len(row)) - np.searchsorted(row, row) < _MOST_STORIES]
    return nearest
