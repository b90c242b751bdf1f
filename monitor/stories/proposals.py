"""Pairs of articles worth comparing, because one may repeat the other; whether it does, only their texts decide.

Two things propose a pair: signatures that agree in some places, and a declared canonical link, which is a claim that
anybody can make and that proves nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from monitor.stories.candidates import Candidate
from monitor.stories.fingerprint import MINHASH_BYTES, MOST_CHARACTERS, PERMUTATIONS
from monitor.stories.hashing import HashIndex, distinct
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
    declaring: list[int] = []
    for place, article in enumerate(articles):
        if article.canonical_url in asked:
            owners.setdefault(article.canonical_url, place)
        if article.declared_canonical in asked:
            declaring.append(place)
    for place in declaring:
        owner = owners.setdefault(articles[place].declared_canonical, place)
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
    new, lengths = np.flatnonzero(is_new), _Lengths(articles, places)
    for start in range(0, len(new), _BLOCK):
        rows = new[start : start + _BLOCK]
        one, other, longer = _near(counts[rows], rarity, first, rows, lengths)
        alike = longer > MOST_WORDED
        alike[~alike] = wordings.shares(one[~alike], other[~alike]) >= _LEAST_NEIGHBOURS
        for pair in zip(one[alike].tolist(), other[alike].tolist(), strict=True):
            yield places[min(pair)], places[max(pair)]


class _Lengths:
    """How many characters of the text of each article are read; asked of few, for looking at every text takes long."""

    def __init__(self, articles: Sequence[Candidate], places: Sequence[int]) -> None:
        import numpy as np  # noqa: PLC0415

        self._articles = articles
        self._places = places
        self._known = np.full(len(places), -1, dtype=np.int64)

    def of(self, rows: "NDArray[np.intp]") -> "NDArray[np.int64]":
        """The lengths of the articles in these rows."""
        import numpy as np  # noqa: PLC0415

        asked = np.zeros(len(self._known), dtype=np.bool_)
        asked[rows] = True
        for row in np.flatnonzero(asked & (self._known < 0)).tolist():
            self._known[row] = min(len(self._articles[self._places[row]].text), MOST_CHARACTERS)
        return self._known[rows]


class _Neighbours:
    """The pairs of neighbouring terms of each text, read from what is kept of it when first asked for."""

    def __init__(self, signatures: Sequence[bytes]) -> None:
        self._signatures = signatures
        self._read: dict[int, NDArray[np.uint64]] = {}

    def shares(self, ones: "NDArray[np.intp]", others: "NDArray[np.intp]") -> "NDArray[np.float64]":
        """How much of that text of a pair of rows which has fewer pairs stands in the other, in [0, 1].

        The `ones` are in order, so that all others of one are sought in it at once.
        """
        import numpy as np  # noqa: PLC0415

        found = np.zeros(len(ones))
        ends = [*np.flatnonzero(np.diff(ones, prepend=-1)).tolist(), len(ones)]
        for start, stop in pairwise(ends):
            mine = self._of(int(ones[start]))
            theirs = [self._of(row) for row in others[start:stop].tolist()]
            sizes = np.fromiter(map(len, theirs), np.int64)
            if len(mine) and sizes.any():
                sought = np.concatenate(theirs)
                there = mine[np.minimum(np.searchsorted(mine, sought), len(mine) - 1)] == sought
                shared = np.bincount(np.repeat(np.arange(len(theirs)), sizes)[there], minlength=len(theirs))
                found[start:stop] = shared / np.maximum(np.minimum(sizes, len(mine)), 1)
        return found

    def _of(self, row: int) -> "NDArray[np.uint64]":
        if row not in self._read:
            self._read[row] = distinct(neighbours(text_wording(self._signatures[row][MINHASH_BYTES:]).terms))
        return self._read[row]


def _near(
    counts: Any, rarity: Any, first: Any, rows: "NDArray[np.intp]", lengths: _Lengths
) -> "tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]":
    """Each of the rows, in order, with its most probable partners, as numbers of rows; the longer text of each pair.

    How rare what two have in common is matters to those rows alone that have too many partners.
    """
    import numpy as np  # noqa: PLC0415

    agreeing = counts @ first
    enough = np.flatnonzero(agreeing.data >= _AGREEING)
    row = np.searchsorted(agreeing.indptr, enough, side="right") - 1
    column, places = agreeing.indices[enough], agreeing.data[enough]
    mine, theirs = lengths.of(rows[row]), lengths.of(column)
    good = (column != rows[row]) & _may_share(places, mine, theirs)
    row, column, longer = row[good], column[good], np.maximum(mine, theirs)[good]
    partners = np.bincount(row, minlength=len(rows))
    weight = np.zeros(len(row))
    if len(crowded := np.flatnonzero(partners > _MOST_PARTNERS)):
        weighted = ((counts[crowded] @ rarity) @ first).tocsr()
        many = np.isin(row, crowded)
        weight[many] = np.asarray(weighted[np.searchsorted(crowded, row[many]), column[many]]).ravel()
    order = np.lexsort((column, -weight, row))
    row, column, longer = row[order], column[order], longer[order]
    best = np.arange(len(row)) - np.searchsorted(row, row) < _MOST_PARTNERS
    return rows[row[best]], column[best], longer[best]


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
        held = _signed(signatures[start : start + _ROWS]).ravel()
        # Along one axis and with `take`, both of which take a fraction of the time of what they stand for.
        noted = np.flatnonzero(table.take(_buckets(held.reshape(-1, PERMUTATIONS)).ravel(), mode="clip"))
        columns, found = known.find(_keys(held.take(noted), noted % PERMUTATIONS))
        parts.append(columns[found])
        counts.append(np.bincount(noted[found] // PERMUTATIONS, minlength=len(held) // PERMUTATIONS))
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
    holders = np.diff(turned.indptr)
    crowded = np.flatnonzero(holders > _MOST_HOLDERS)
    if not len(crowded):
        return turned
    turned.sort_indices()
    kept = np.ones(turned.nnz, dtype=np.bool_)
    for start, stop in zip(turned.indptr[crowded].tolist(), turned.indptr[crowded + 1].tolist(), strict=True):
        kept[start + _MOST_HOLDERS : stop] = False
    ends = np.concatenate([[0], np.cumsum(np.minimum(holders, _MOST_HOLDERS))])
    return sparse.csr_matrix((turned.data[kept], turned.indices[kept], ends), shape=turned.shape)


def _diagonal(weights: "NDArray[np.float64]") -> Any:
    from scipy import sparse  # noqa: PLC0415

    return sparse.diags(weights).tocsr()
