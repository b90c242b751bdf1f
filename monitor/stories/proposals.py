"""Pairs of articles worth comparing, because one may repeat the other; whether it does, only their texts decide.

Two things propose a pair: signatures that agree in some places, and a declared canonical link, which is a claim that
anybody can make and that proves nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from monitor.stories.candidates import Candidate
from monitor.stories.fingerprint import PERMUTATIONS, signature, values_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Places of 128 in which two signatures must agree: a Jaccard similarity of some 0.05. Of copies made in this project's
# bench, those cut to 40% or with every fourth word replaced have 0.15 and more; unrelated texts agree nowhere.
_AGREEING = 6
# Articles looked up for one value: of a text that hundreds reprint, or that a site prints under everything, the first.
_MOST_HOLDERS = 100
# Articles that one is compared with, those first that share the rarest values: bounds the time any flood can take.
_MOST_PARTNERS = 20
# Articles looked up at once: bounds the memory of a product.
_BLOCK = 500


def by_claim(articles: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    """Pairs of places (earlier, later) of which one declares the other's address, or both one address, as original."""
    owners: dict[str, int] = {}
    for place, article in enumerate(articles):
        if article.canonical_url:
            owners.setdefault(article.canonical_url, place)
    for place, article in enumerate(articles):
        if article.declared_canonical:
            owner = owners.setdefault(article.declared_canonical, place)
            if owner != place:
                yield min(owner, place), max(owner, place)


def by_signature(articles: Sequence[Candidate], places: Sequence[int], since: int) -> "Iterator[tuple[int, int]]":
    """Pairs of places (earlier, later) whose signatures agree, both among `places`, the later from `since` on.

    Signatures that are missing, or of another make, are made anew.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    values = [_values(articles[place]) for place in places]
    held = _incidence(values)
    if held is None:
        return
    counts, weights = held
    first, rarity = _first_holders(counts), counts @ _diagonal(weights)
    for start in range(0, len(places), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(places)))
        rows = rows[np.array([places[row] >= since for row in rows.tolist()])]
        if len(rows):
            yield from _near(counts[rows], rarity[rows], first, rows, places)


def _near(
    counts: Any, rarity: Any, first: Any, rows: "NDArray[np.intp]", places: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """For each row the pairs with its most probable partners before it."""
    import numpy as np  # noqa: PLC0415

    agreeing = (counts @ first).tocoo()
    weighted = (rarity @ first).tocsr()
    good = (agreeing.data >= _AGREEING) & (agreeing.col != rows[agreeing.row])
    row, column = agreeing.row[good], agreeing.col[good]
    weight = np.asarray(weighted[row, column]).ravel() if len(row) else np.zeros(0)
    order = np.lexsort((column, -weight, row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    for one, other in zip(
        rows[row[rank < _MOST_PARTNERS]].tolist(), column[rank < _MOST_PARTNERS].tolist(), strict=True
    ):
        pair = places[one], places[other]
        yield min(pair), max(pair)


def _values(article: Candidate) -> "NDArray[np.uint64]":
    values = values_of(article.signature)
    return values if len(values) else values_of(signature(article.text))


def _incidence(values: "Sequence[NDArray[np.uint64]]") -> Any:
    """Which article (row) holds which value in which place (column), as 0 and 1, with the rarity of each column.

    None where nothing is held twice; values that one article holds alone are left out.
    """
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    full = [row for row, each in enumerate(values) if len(each)]
    if not full:
        return None
    keys = np.concatenate([values[row] for row in full]) * np.uint64(PERMUTATIONS)
    keys += np.tile(np.arange(PERMUTATIONS, dtype=np.uint64), len(full))
    rows = np.repeat(np.array(full), PERMUTATIONS)
    _, columns, holders = np.unique(keys, return_inverse=True, return_counts=True)
    several = holders > 1
    kept = several[columns]
    if not kept.any():
        return None
    renumbered = np.cumsum(several) - 1
    matrix = sparse.csr_matrix(
        (np.ones(int(kept.sum()), dtype=np.int32), (rows[kept], renumbered[columns[kept]])),
        shape=(len(values), int(several.sum())),
    )
    return matrix, np.log(len(values) / holders[several]) + 1.0


def _first_holders(counts: Any) -> Any:
    """The transposed incidence with the first holders of each value only."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    turned = counts.T.tocsr()
    turned.sort_indices()
    rank = np.arange(turned.nnz) - np.repeat(turned.indptr[:-1], np.diff(turned.indptr))
    kept = rank < _MOST_HOLDERS
    rows = np.repeat(np.arange(turned.shape[0]), np.diff(turned.indptr))[kept]
    return sparse.csr_matrix((turned.data[kept], (rows, turned.indices[kept])), shape=turned.shape)


def _diagonal(weights: "NDArray[np.float64]") -> Any:
    from scipy import sparse  # noqa: PLC0415

    return sparse.diags(weights).tocsr()
