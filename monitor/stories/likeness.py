"""How alike articles of one language are: by their words, as far as one names who and what the other is about.

Words weigh by TF-IDF over single terms and pairs of neighbours. Of twelve ways of grouping that were measured for this
project on two labelled collections, average linkage over such terms was the best whose bound held on both. Words alone
take two earthquakes, or two quarterly reports, for one event: so the likeness is lowered where the names and numbers of
one article's beginning are not found in the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.stories.wording import Wording
from monitor.text import document_share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# General language counts as this many articles beside those at hand, so that among a handful, whose subject all have
# in common, the words of that subject still weigh.
_GENERAL_ARTICLES = 100.0
# The share of an article's names, by weight, that the other must hold for words alone to count ...
_NAMED = 0.45
# ... and what is left of the likeness where it holds none.
_NAMELESS = 0.1
# Likeness that rests on this many terms counts half: two teasers share a name and a verb by chance.
_FEW = 3.0
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
    """The articles of one language, ready to be compared."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it
        from scipy import sparse  # noqa: PLC0415

        numbers, terms = _numbered(wordings)
        single = _counts(terms, len(numbers))
        weights = _rarity(single, _general_shares(wordings, numbers))
        double = _neighbours(terms, len(numbers))
        both = sparse.hstack([_weighted(single, weights), _weighted(double, _rarity(double, 0.0))]).tocsr()
        self._vectors = _scaled(both, np.sqrt(_row_sums(both.multiply(both))))
        self._turned = self._vectors.T.tocsr()
        self._presence = single.sign()
        named = [np.array([numbers[term] for term in each.names], dtype=np.int64) for each in wordings]
        names = _counts(named, len(numbers)).multiply(weights[None, :]).tocsr()
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
        named = np.minimum(1.0, (theirs + mine) / (2.0 * _NAMED))
        shared = _row_sums(self._presence[row].multiply(self._presence[column]))
        value = value * (_NAMELESS + (1.0 - _NAMELESS) * named * named) * shared / (shared + _FEW)
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


def _numbered(wordings: Sequence[Wording]) -> "tuple[dict[str, int], list[NDArray[np.int64]]]":
    """A number for each term, and the terms of each article in order, as numbers."""
    import numpy as np  # noqa: PLC0415

    numbers: dict[str, int] = {}
    terms = [
        np.array([numbers.setdefault(term, len(numbers)) for term in each.words.terms], dtype=np.int64)
        for each in wordings
    ]
    return numbers, terms


def _general_shares(wordings: Sequence[Wording], numbers: dict[str, int]) -> "NDArray[np.float64]":
    """The share of general articles that hold each term: that of all its forms seen here together, at most 1."""
    import numpy as np  # noqa: PLC0415

    forms: dict[str, str] = {}
    for each in wordings:
        forms.update(zip(each.words.surfaces, each.words.terms, strict=True))
    language = wordings[0].words.language if wordings else ""
    shares = np.zeros(len(numbers))
    for surface, term in forms.items():
        shares[numbers[term]] += document_share(surface, language)
    return np.minimum(shares, 1.0)


def _counts(terms: "Sequence[NDArray[np.int64]]", width: int) -> Any:
    """How often each article (row) holds each term (column)."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    rows = np.repeat(np.arange(len(terms)), [len(each) for each in terms])
    columns = np.concatenate(terms) if len(terms) else np.zeros(0, dtype=np.int64)
    counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(terms), width))
    counts.sum_duplicates()
    return counts


def _neighbours(terms: "Sequence[NDArray[np.int64]]", width: int) -> Any:
    """How often each article holds each pair of neighbouring terms, of those pairs that several articles hold."""
    import numpy as np  # noqa: PLC0415

    keys = [each[:-1] * width + each[1:] for each in terms]
    known, columns = np.unique(np.concatenate(keys), return_inverse=True)
    counts = _counts(np.split(columns, np.cumsum([len(each) for each in keys])[:-1]), len(known))
    return counts[:, np.flatnonzero(np.bincount(counts.indices, minlength=len(known)) > 1)]


def _rarity(counts: Any, shares: "NDArray[np.float64] | float") -> "NDArray[np.float64]":
    """How rare each term is among the articles at hand and in general: the logarithm of one in how many hold it."""
    import numpy as np  # noqa: PLC0415

    total = counts.shape[0] + _GENERAL_ARTICLES
    holders = np.bincount(counts.indices, minlength=counts.shape[1]) + _GENERAL_ARTICLES * shares
    rarity: NDArray[np.float64] = np.log(total / np.maximum(holders, 1.0))
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
