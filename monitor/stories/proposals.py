"""Pairs of articles worth comparing, because one may repeat the other; whether it does, only their texts decide.

Two things propose a pair: signatures that agree in some places, and a declared canonical link, which is a claim that
anybody can make and that proves nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from monitor.stories.candidates import Candidate
from monitor.stories.fingerprint import MINHASH_BYTES, MOST_CHARACTERS, PERMUTATIONS
from monitor.stories.hashing import HashIndex
from monitor.stories.wording import MOST_WORDED, neighbours, text_wording

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Places of 128 in which two signatures must agree: a Jaccard similarity of some 0.05. Of copies made in this project's
# bench, those cut to 40% or with every fourth word replaced have 0.15 and more; unrelated texts agree nowhere.
_AGREEING = 6
LEAST_SHARE = 0.25
"""The share of the shorter of two texts that stands in the other where they are one text."""
# The share of pairs of neighbouring terms below which two texts are not compared: where a quarter of the runs of four
# words is shared, more than a quarter of these are, for they are shorter.
_LEAST_NEIGHBOURS = 0.2
# Articles looked up for one value: of a text that hundreds reprint, or that a site prints under everything, the first.
_MOST_HOLDERS = 100
# Articles that one is compared with, those first that share the rarest values: bounds the time any flood can take.
_MOST_PARTNERS = 20
# Articles looked up at once: bounds the memory of a product.
_BLOCK = 500
# Fibonacci hashing, as in `hashing`, of numbers of 32 bits into a table of so many bits.
_MULTIPLIER = 2654435769
_BITS = 22
# Signatures hashed at once, 1 MB: what stays in the processor's memory is hashed six times as fast.
_ROWS = 2_000
# Parts the places of a signature in that table: odd, and far from the multiplier.
_SPREAD = 2246822519


def by_claim(articles: Sequence[Candidate], since: int) -> Iterator[tuple[int, int]]:
    """Pairs of places (earlier, later) of which one declares the other's address, or both one address, as original.

    Only addresses that an article from `since` on has or declares are looked at.
    """
    asked = {address for each in articles[since:] for address in (each.canonical_url, each.declared_canonical)} - {""}
    owners: dict[str, int] = {}
    for place, article in enumerate(articles):
        if article.canonical_url in asked:
            owners.setdefault(article.canonical_url, place)
    for place, article in enumerate(articles):
        if article.declared_canonical in asked:
            owner = owners.setdefault(article.declared_canonical, place)
            if owner != place:
                yield min(owner, place), max(owner, place)


def by_signature(articles: Sequence[Candidate], places: Sequence[int], since: int) -> Iterator[tuple[int, int]]:
    """Pairs of places (earlier, later) whose signatures agree, both among `places`, the later from `since` on.

    An article without a signature is in no pair.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    signatures = [articles[place].signature for place in places]
    wordings = _Neighbours(signatures)
    is_new = np.array(places) >= since
    held = _incidence(signatures, is_new)
    if held is None:
        return
    counts, weights = held
    first, rarity = _first_holders(counts), _diagonal(weights)
    new = np.flatnonzero(is_new)
    lengths = np.minimum(np.fromiter(map(len, [articles[place].text for place in places]), np.int64), MOST_CHARACTERS)
    for start in range(0, len(new), _BLOCK):
        rows = new[start : start + _BLOCK]
        for one, other in _near(counts[rows], counts[rows] @ rarity, first, rows, lengths):
            if max(lengths[one], lengths[other]) > MOST_WORDED or wordings.share(one, other) >= _LEAST_NEIGHBOURS:
                pair = places[one], places[other]
                yield min(pair), max(pair)


class _Neighbours:
    """The pairs of neighbouring terms of each text, read from what is kept of it when first asked for."""

    def __init__(self, signatures: Sequence[bytes]) -> None:
        self._signatures = signatures
        self._read: dict[int, NDArray[np.uint64]] = {}

    def share(self, one: int, other: int) -> float:
        """How much of the text that has fewer pairs stands in the other, in [0, 1]."""
        import numpy as np  # noqa: PLC0415

        fewer, more = sorted((self._of(one), self._of(other)), key=len)
        if not len(fewer):
            return 0.0
        places = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
        return float(np.count_nonzero(more[places] == fewer)) / len(fewer)

    def _of(self, row: int) -> "NDArray[np.uint64]":
        import numpy as np  # noqa: PLC0415

        if row not in self._read:
            pairs = np.sort(neighbours(text_wording(self._signatures[row][MINHASH_BYTES:]).terms))
            self._read[row] = pairs[np.append(pairs[1:] != pairs[:-1], np.True_)[: len(pairs)]]
        return self._read[row]


def _near(
    counts: Any, rarity: Any, first: Any, rows: "NDArray[np.intp]", lengths: "NDArray[np.int64]"
) -> Iterable[tuple[int, int]]:
    """Each row with its most probable partners, as numbers of rows."""
    import numpy as np  # noqa: PLC0415

    agreeing = (counts @ first).tocoo()
    weighted = (rarity @ first).tocsr()
    good = (agreeing.data >= _AGREEING) & (agreeing.col != rows[agreeing.row])
    good &= _may_share(agreeing.data, lengths[rows[agreeing.row]], lengths[agreeing.col])
    row, column = agreeing.row[good], agreeing.col[good]
    weight = np.asarray(weighted[row, column]).ravel() if len(row) else np.zeros(0)
    order = np.lexsort((column, -weight, row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    best = rank < _MOST_PARTNERS
    yield from zip(rows[row[best]].tolist(), column[best].tolist(), strict=True)


def _may_share(
    agreeing: "NDArray[np.int32]", mine: "NDArray[np.int64]", theirs: "NDArray[np.int64]"
) -> "NDArray[np.bool_]":
    """Whether two texts of these lengths whose signatures agree so far may share what is asked of one text.

    The resemblance that a signature tells is taken at two standard deviations more, and turned into the share of the
    shorter text: two articles that have a sentence in common need not be compared.
    """
    import numpy as np  # noqa: PLC0415

    resemblance = np.minimum(1.0, (agreeing + 2.0 * np.sqrt(agreeing)) / PERMUTATIONS)
    both, shorter = mine + theirs, np.maximum(np.minimum(mine, theirs), 1)
    share: NDArray[np.float64] = resemblance / (1.0 + resemblance) * both / shorter
    return share >= LEAST_SHARE


def _incidence(signatures: Sequence[bytes], new: "NDArray[np.bool_]") -> Any:
    """Which article (row) holds which value in which place (column), as 0 and 1, with the rarity of each column.

    Only what a new article holds; None where no other one holds any of it. Searching for millions of values takes
    seconds; a table of the new ones' hashes, 4 MB, leaves few to search for.
    """
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    mine = _signed([signatures[row] for row in np.flatnonzero(new).tolist()])
    known = HashIndex(_keys(mine, np.arange(PERMUTATIONS))[mine > 0])
    table = np.zeros(1 << _BITS, dtype=np.bool_)
    table[_buckets(mine)] = True
    parts, counts = [np.zeros(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)]
    for start in range(0, len(signatures), _ROWS):
        held = _signed(signatures[start : start + _ROWS])
        rows, places = np.nonzero(table[_buckets(held)])
        columns, found = known.find(_keys(held[rows, places], places))
        parts.append(columns[found])
        counts.append(np.bincount(rows[found], minlength=len(held)))
    columns, ends = np.concatenate(parts), np.cumsum(np.concatenate(counts))
    holders = np.bincount(columns, minlength=known.columns)
    if not (holders > 1).any():
        return None
    ones, shape = np.ones(len(columns), dtype=np.int32), (len(signatures), known.columns)
    return sparse.csr_matrix((ones, columns, ends), shape=shape), np.log(len(signatures) / holders) + 1.0


def _signed(signatures: Sequence[bytes]) -> "NDArray[np.uint32]":
    """The values of signatures, one a row; 0, which counts as no value, where there is none."""
    import numpy as np  # noqa: PLC0415

    values = b"".join([each[:MINHASH_BYTES] or bytes(MINHASH_BYTES) for each in signatures])
    return np.frombuffer(values, dtype="<u4").reshape(len(signatures), PERMUTATIONS)


def _keys(values: "NDArray[np.uint32]", places: "NDArray[np.intp]") -> "NDArray[np.uint64]":
    """Each value of a signature with its place there as one number."""
    import numpy as np  # noqa: PLC0415

    return values.astype(np.uint64) * np.uint64(PERMUTATIONS) + places.astype(np.uint64)


def _buckets(values: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    """Where in a table of `_BITS` each value of signatures is noted."""
    import numpy as np  # noqa: PLC0415

    found = values ^ (np.arange(PERMUTATIONS, dtype=np.uint32) * np.uint32(_SPREAD))
    found *= np.uint32(_MULTIPLIER)
    found >>= np.uint32(32 - _BITS)
    return found


def _first_holders(counts: Any) -> Any:
    """The transposed incidence with the first holders of each value only."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    turned = counts.T.tocsr()
    if np.diff(turned.indptr).max() <= _MOST_HOLDERS:
        return turned
    turned.sort_indices()
    rank = np.arange(turned.nnz) - np.repeat(turned.indptr[:-1], np.diff(turned.indptr))
    kept = rank < _MOST_HOLDERS
    rows = np.repeat(np.arange(turned.shape[0]), np.diff(turned.indptr))[kept]
    return sparse.csr_matrix((turned.data[kept], (rows, turned.indices[kept])), shape=turned.shape)


def _diagonal(weights: "NDArray[np.float64]") -> Any:
    from scipy import sparse  # noqa: PLC0415

    return sparse.diags(weights).tocsr()
