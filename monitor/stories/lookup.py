"""Which of very many kept articles are worth comparing with new ones, for the event that both may tell of.

Articles are looked up by their heaviest terms, which stand at a known place in what is kept of them: no text is read,
and whole stories are proposed, for an article is as near to a story as to all of its articles on average. Whether it
belongs there, only its words decide (`likeness`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monitor.stories.wording import HEAVIEST, SKETCH, WEIGHTS

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
# Bits of a term by which those that no new article holds are left out, before any is searched for: a table of 1 MB.
_BITS = 20
# Articles looked up at once: bounds the memory of a product.
_BLOCK = 500


def nearby(new: Sequence[bytes], kept: Sequence[bytes], stories: Sequence[int]) -> "NDArray[np.intp]":
    """The places of the kept articles that belong to a story near one of the new articles, in order.

    All arguments but the new are parallel; an article is given as its packed wording, b"" where it has no words.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    if len(kept) <= EVERY:
        return np.arange(len(kept))
    (mine, my_weights), (theirs, their_weights) = _heaviest(new), _heaviest(kept)
    known = np.unique(mine[mine > 0])
    columns, found = _columns(theirs, known)
    holders = np.bincount(columns[found], minlength=len(known))
    telling = holders <= max(_HANDFUL, len(kept) // _COMMON)
    weights = np.where(telling, np.log((len(kept) + 1.0) / np.maximum(holders, 1)), 0.0)
    my_columns, mine_found = _columns(mine, known)
    rows = _vectors(my_columns, mine_found, my_weights, weights)
    others = _vectors(columns, found, their_weights, weights)
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    averages = _averages(others, numbers).T.tocsr()
    near = [_nearest((rows[start : start + _BLOCK] @ averages).tocoo()) for start in range(0, len(new), _BLOCK)]
    chosen = np.zeros(int(numbers.max()) + 1, dtype=np.bool_)
    chosen[np.concatenate(near)] = True
    return np.flatnonzero(chosen[numbers])


def _heaviest(packed: Sequence[bytes]) -> "tuple[NDArray[np.uint32], NDArray[np.float64]]":
    """The heaviest terms of each article (row), 0 where there are fewer, and their weights."""
    import numpy as np  # noqa: PLC0415

    terms = b"".join(each[SKETCH] if each else bytes(4 * HEAVIEST) for each in packed)
    weights = b"".join(each[WEIGHTS] if each else bytes(HEAVIEST) for each in packed)
    shape = (len(packed), HEAVIEST)
    return (
        np.frombuffer(terms, dtype="<u4").reshape(shape),
        np.frombuffer(weights, dtype=np.uint8).reshape(shape).astype(np.float64),
    )


def _columns(terms: "NDArray[np.uint32]", known: "NDArray[np.uint32]") -> "tuple[NDArray[np.intp], NDArray[np.bool_]]":
    """The place of each term among the known, which are sorted, and whether it is there."""
    import numpy as np  # noqa: PLC0415

    if not len(known):
        return np.zeros(terms.shape, dtype=np.intp), np.zeros(terms.shape, dtype=np.bool_)
    seen = np.zeros(1 << _BITS, dtype=np.bool_)
    seen[known >> (32 - _BITS)] = True
    likely = seen[terms >> (32 - _BITS)]
    columns = np.zeros(terms.shape, dtype=np.intp)
    columns[likely] = np.minimum(np.searchsorted(known, terms[likely]), len(known) - 1)
    return columns, likely & (known[columns] == terms)


def _vectors(
    columns: "NDArray[np.intp]",
    found: "NDArray[np.bool_]",
    own: "NDArray[np.float64]",
    weights: "NDArray[np.float64]",
) -> Any:
    """Each article (row) by its heaviest terms (columns); the length of a row counts those that are not known too."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    rarest = float(weights.max()) if len(weights) else 0.0
    values = own * np.where(found, weights[columns] if len(weights) else 0.0, rarest)
    lengths = np.sqrt((values * values).sum(axis=1, keepdims=True))
    values /= np.where(lengths > 0.0, lengths, 1.0)
    useful = found & (values > 0.0)
    rows = np.nonzero(useful)[0]
    return sparse.csr_matrix((values[useful], (rows, columns[useful])), shape=(len(own), len(weights)))


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
