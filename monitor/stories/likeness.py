"""How alike articles of one language are: by their words, as far as one names who and what the other is about.

Words weigh by TF-IDF over single terms and pairs of neighbours. Of twelve ways of grouping that were measured for this
project on two labelled collections, average linkage over such terms was the best whose bound held on both; sentence
vectors, alone or beside them, add nothing (bench/stories.py). Words alone take two earthquakes, or two quarterly
reports, for one event: so the likeness is lowered where the names and numbers of one article's beginning are not found
in the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.stories.wording import Wording, neighbours, share_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# General language counts as this many articles beside those at hand, so that among a handful, whose subject all have
# in common, the words of that subject still weigh. 10 and 1,000 are 0.01 worse on the bench.
_GENERAL_ARTICLES = 100.0
# The share of one article's names, by weight, that the other must hold for words alone to count ...
_NAMED = 0.5
# ... how fast the likeness falls below it, and what is left where it holds none. Chosen so that none of the like events
# invented for the tests come near each other (two central banks share all words but the names, and a fifth of those);
# without it the bench is 0.02 better, and takes the two for one.
_STEEP, _NAMELESS = 3.0, 0.1
# Likeness that rests on fewer terms counts less: two teasers share a name and a verb by chance.
_FEW = 10.0
# Articles compared at once, and the nearest that are looked at of each: bounds memory to some 100 MB, whatever comes.
_BLOCK = 128
_MOST_NEAR = 300


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Articles that are alike: `rows` and `columns` are places, `values` in [0, 1]."""

    rows: "NDArray[np.intp]"
    columns: "NDArray[np.intp]"
    values: "NDArray[np.float64]"


class Likeness:
    """The articles of one language, ready to be compared; `beside` are others, which only tell how rare a term is."""

    def __init__(self, wordings: Sequence[Wording], beside: Sequence[Wording] = ()) -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it
        from scipy import sparse  # noqa: PLC0415

        terms = [each.terms for each in wordings]
        known, columns = np.unique(_joined(terms), return_inverse=True)
        levels = np.full(len(known), 255, dtype=np.uint8)
        np.minimum.at(levels, columns, _joined([each.levels for each in wordings], np.uint8))
        others = [each.terms for each in beside]
        single = _counts(terms, columns, len(known))
        weights = _rarity(single, _holders(others, known), share_of(levels), len(beside))
        next_to = [neighbours(each) for each in terms]
        pairs, places = np.unique(_joined(next_to), return_inverse=True)
        double = _counts(next_to, places, len(pairs))
        several = np.flatnonzero(np.bincount(double.indices, minlength=len(pairs)) > 1)
        double, pairs = double[:, several], pairs[several]
        rarity = _rarity(double, _holders([neighbours(each) for each in others], pairs), 0.0, len(beside))
        both = sparse.hstack([_weighted(single, weights), _weighted(double, rarity)]).tocsr()
        self._vectors = _scaled(both, np.sqrt(_row_sums(both.multiply(both))))
        self._turned = self._vectors.T.tocsr()
        self._presence = single.sign()
        marks = _joined([each.names for each in wordings], np.bool_)
        named = [each.terms[each.names] for each in wordings]
        names = _counts(named, columns[marks], len(known)).sign().multiply(weights[None, :]).tocsr()
        totals = _row_sums(names)
        self._names, self._nameless = _scaled(names, totals), totals == 0.0

    def pairs(self, count: int, least: float) -> Pairs:
        """The pairs of one of the first `count` articles with any other whose likeness is `least` or more."""
        import numpy as np  # noqa: PLC0415

        blocks = [self._block(np.arange(start, min(start + _BLOCK, count)), least) for start in range(0, count, _BLOCK)]
        return Pairs(*(np.concatenate([block[at] for block in blocks]) for at in range(3)))

    def _block(self, rows: "NDArray[np.intp]", least: float) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
        import numpy as np  # noqa: PLC0415

        row, column, value = _nearest((self._vectors[rows] @ self._turned).tocoo(), rows, least)
        theirs = _row_sums(self._names[row].multiply(self._presence[column]))
        mine = _row_sums(self._names[column].multiply(self._presence[row]))
        theirs[self._nameless[row]] = 1.0
        mine[self._nameless[column]] = 1.0
        named = np.minimum(1.0, np.maximum(theirs, mine) / _NAMED) ** _STEEP
        shared = _row_sums(self._presence[row].multiply(self._presence[column]))
        value = value * (_NAMELESS + (1.0 - _NAMELESS) * named) * np.minimum(1.0, shared / _FEW)
        good = value >= least
        return row[good], column[good], value[good]


def _nearest(
    products: Any, rows: "NDArray[np.intp]", least: float
) -> "tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]":
    """Of each row the nearest others; `products` has a row for each of `rows`, and a column for each article."""
    import numpy as np  # noqa: PLC0415

    row = rows[products.row]
    good = (products.data >= least) & (products.col != row)
    row, column, value = row[good], products.col[good], products.data[good]
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    near = np.arange(len(row)) - np.searchsorted(row, row) < _MOST_NEAR
    return row[near], column[near], value[near]


def _joined(parts: "Sequence[NDArray[Any]]", kind: Any = None) -> "NDArray[Any]":
    """Arrays end to end; an empty one of a kind (numbers of 64 bits where none is named) where there are none."""
    import numpy as np  # noqa: PLC0415

    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind or np.uint64)


def _counts(parts: "Sequence[NDArray[Any]]", columns: "NDArray[np.intp]", width: int) -> Any:
    """How often each article (row) holds each term (column); `columns` are those of the terms of all, end to end."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    ends = np.concatenate([[0], np.cumsum([len(each) for each in parts], dtype=np.int64)])
    counts = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(parts), width))
    counts.sum_duplicates()
    return counts


def _holders(others: "Sequence[NDArray[Any]]", known: "NDArray[Any]") -> "NDArray[np.int64]":
    """How many of the others hold each of the sorted terms."""
    import numpy as np  # noqa: PLC0415

    if not len(others) or not len(known):
        return np.zeros(len(known), dtype=np.int64)
    terms = np.concatenate([np.unique(each) for each in others])
    places = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    return np.bincount(places[known[places] == terms], minlength=len(known))


def _rarity(
    counts: Any, elsewhere: "NDArray[np.int64]", shares: "NDArray[np.float64] | float", beside: int
) -> "NDArray[np.float64]":
    """How rare each term is among the articles at hand and in general: the logarithm of one in how many hold it."""
    import numpy as np  # noqa: PLC0415

    total = counts.shape[0] + beside + _GENERAL_ARTICLES
    holders = np.bincount(counts.indices, minlength=counts.shape[1]) + elsewhere + _GENERAL_ARTICLES * shares
    rarity: NDArray[np.float64] = np.log(total / np.clip(holders, 1.0, total))
    return rarity


def _weighted(counts: Any, weights: "NDArray[np.float64]") -> Any:
    """Counts, dampened and weighted."""
    import numpy as np  # noqa: PLC0415

    found = counts.copy()
    found.data = (1.0 + np.log(found.data)) * weights[found.indices]
    return found


def _row_sums(matrix: Any) -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415

    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _scaled(matrix: Any, lengths: "NDArray[np.float64]") -> Any:
    """The matrix with each row divided by its length."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    return sparse.diags(1.0 / np.where(lengths > 0.0, lengths, 1.0)).tocsr() @ matrix
