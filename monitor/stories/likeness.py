"""How alike articles of one language are: how much of what one opens with the other is about, and whether both name it.

The headline and the first lines of a report say what happened, the rest what led to it: so the opening of each of two
articles is sought in the whole of the other, by the cosine of TF-IDF over single terms and pairs of neighbours, and the
higher of both counts. Three things lower it. Words alone take two earthquakes, or two quarterly reports, for one event:
so the names and numbers of one opening must be found in the other article. Reports on a subject of which everything
tells just now are alike without being of one event: so it counts how much each has in common with all. And likeness
that rests on few terms is chance.

Chosen on the half of the events that bench/stories.py develops on, by the mean over sixteen halves of it, which
flatters what was chosen by it: there it makes 14% less error than the best baseline, on the half that was left alone
11%. Logistic regressions over these measures and ten more (whole against whole, headlines alone, openings alone, shared
numbers, lengths, cosines of sentence vectors), fitted on one half and judged on the other, were 0.002 to 0.025 of
B-cubed F1 worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.stories.hashing import distinct, may_recur, numbered
from monitor.stories.wording import Wording, neighbours, share_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.stories.meaning import Meaning

# General language counts as this many articles beside those at hand, so that among a handful, whose subject all have
# in common, the words of that subject still weigh; and as much for what each has in common with all. 30 and 300 are the
# same within 0.002 on the bench.
_GENERAL_ARTICLES = 100.0
# A rare term weighs more than the logarithm of its rarity: of the powers 1, 1.25, 1.5 and 2 all are the same within
# 0.002, and with 1.5 words alone were best (0.896; with 1, 0.891).
_RARITY = 1.5
# How often the terms of a headline count in what an article opens with: 1, 2 and 3 are the same within 0.001.
_HEADLINE = 2.0
# The likeness of two articles of the bench that were drawn at random, on average, and how far it counts what an article
# has in common with all: without it 0.006 worse.
_USUAL = 0.015
_COMMON = 0.5
# It lowers likeness more than it raises it: in news of every desk hardly anything is common, and all would come near.
_LEAST_COMMON = 0.8
# The share of the names of one opening, by weight, that the other article must hold for words alone to count, and what
# is left where it holds none; in between the likeness rises evenly. Chosen so that no like events invented for the
# tests join, of which two that name the same firms share 0.3, and articles on one event 0.5 and more. On the bench it
# costs 0.003 beside the share that is best there.
_NAMED, _NAMELESS = 0.4, 0.1
# Of that share so much counts as none where meaning adds to words, which takes like events for one: two central banks
# share 0.27 of it and would join. Without it 0.006 better on short articles.
_NAMED_LITTLE = 0.3
# Likeness that rests on fewer terms counts less: two short items share a name and a verb by chance. Costs 0.002 on the
# bench, whose articles are long; with 10, three pairs of the probe that are of two events join.
_FEW = 15.0
# Numbers in a block of products, which bounds memory to some 100 MB whatever comes, and the nearest that are looked at
# of each article.
_BLOCK = 2_000_000
_MOST_NEAR = 300


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Articles that are alike: `rows` and `columns` are places, `values` are 0 or more, mostly less than 1."""

    rows: "NDArray[np.intp]"
    columns: "NDArray[np.intp]"
    values: "NDArray[np.float64]"


class Likeness:
    """The articles of one language, ready to be compared; `beside` are others, which only tell how rare a term is."""

    def __init__(self, wordings: Sequence[Wording], beside: Sequence[Wording] = ()) -> None:
        import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it
        from scipy import sparse  # noqa: PLC0415

        terms = [each.terms for each in wordings]
        known, columns = numbered(_joined(terms, np.uint32))
        levels = np.full(len(known), 255, dtype=np.uint8)
        np.minimum.at(levels, columns, _joined([each.levels for each in wordings], np.uint8))
        single = _counts(terms, columns, len(known))
        held = _holders([each.terms for each in beside], known)
        weights = _rarity(single, held, share_of(levels), len(beside))
        next_to = [neighbours(each) for each in terms]
        pairs, places = _recurring(_joined(next_to))
        double = _counts(next_to, places, len(pairs) + 1)
        several = np.flatnonzero(np.bincount(double.indices, minlength=len(pairs) + 1)[:-1] > 1)
        double = double[:, several]
        held_double = _holders([neighbours(each.terms) for each in beside], pairs[several])
        rarity = _rarity(double, held_double, 0.0, len(beside))
        opening = _openings(wordings, columns, len(known), 0)
        opening_double = _openings(wordings, places, len(pairs) + 1, 1)[:, several]
        whole = sparse.hstack([_weighted(single, weights), _weighted(double, rarity)]).tocsr()
        length = _lengths(whole).mean() if len(wordings) else 1.0
        self._whole = _unit(whole)
        self._opening = _unit(sparse.hstack([_weighted(opening, weights), _weighted(opening_double, rarity)]).tocsr())
        elsewhere = np.concatenate([weights * held, rarity * held_double]) / max(length, 1.0)
        self._apart = _commonness(self._whole, self._opening, elsewhere, len(beside)) ** -_COMMON
        self._presence = single.sign().astype(np.float32)
        marks = _joined([each.names for each in wordings], np.bool_)
        named = [each.terms[each.names] for each in wordings]
        names = _counts(named, columns[marks], len(known)).sign().multiply(weights[None, :]).tocsr().astype(np.float32)
        totals = _row_sums(names)
        self._names, self._nameless = _scaled(names, totals), totals == 0.0
        self._turned = [each.T.tocsr() for each in (self._whole, self._opening, self._presence, self._names)]

    def pairs(self, count: int, least: float, meaning: "Meaning | None" = None) -> Pairs:
        """The pairs of one of the first `count` articles with any other whose likeness is `least` or more.

        `meaning` is that of the same articles, and adds to what their words are worth.
        """
        import numpy as np  # noqa: PLC0415

        size = max(1, _BLOCK // max(1, self._whole.shape[0]))
        parts = [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
        blocks = [self._block(rows, least, meaning.added(rows) if meaning else None) for rows in parts]
        return Pairs(*(np.concatenate([block[at] for block in blocks]) for at in range(3)))

    def _block(
        self, rows: "NDArray[np.intp]", least: float, added: "NDArray[np.float32] | None"
    ) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
        import numpy as np  # noqa: PLC0415

        whole, opening, presence, names = self._turned
        products = np.maximum((self._opening[rows] @ whole).toarray(), (self._whole[rows] @ opening).toarray())
        products *= self._apart[rows][:, None]
        products *= self._apart
        products[np.arange(len(rows)), rows] = 0.0
        place, column = np.nonzero(products >= least if added is None else products + added >= least)
        row, value = rows[place], products[place, column]
        more = np.zeros(len(row), dtype=np.float32) if added is None else added[place, column]
        theirs = (self._names[rows] @ presence).toarray()[place, column]
        mine = (self._presence[rows] @ names).toarray()[place, column]
        theirs[self._nameless[row]] = 1.0
        mine[self._nameless[column]] = 1.0
        named = np.minimum(1.0, np.maximum(theirs, mine) / _NAMED)
        value *= _NAMELESS + (1.0 - _NAMELESS) * named
        more *= np.clip((named - _NAMED_LITTLE) / (1.0 - _NAMED_LITTLE), 0.0, 1.0).astype(np.float32)
        near = _nearest(row, column, value + more, least)
        row, column, value, more = row[near], column[near], value[near], more[near]
        shared = _row_sums(self._presence[row].multiply(self._presence[column]))
        value = value * np.minimum(1.0, shared / _FEW) + more
        near = _nearest(row, column, value, least)
        return row[near], column[near], value[near]


def _nearest(
    row: "NDArray[np.intp]", column: "NDArray[np.intp]", value: "NDArray[Any]", least: float
) -> "NDArray[np.intp]":
    """The places of the nearest others of each row, as far as they are near enough."""
    import numpy as np  # noqa: PLC0415

    good = np.flatnonzero(value >= least)
    order = good[np.lexsort((column[good], -value[good], row[good]))]
    found: NDArray[np.intp] = order[np.arange(len(order)) - np.searchsorted(row[order], row[order]) < _MOST_NEAR]
    return found


def _commonness(whole: Any, opening: Any, elsewhere: "NDArray[np.float64]", beside: int) -> "NDArray[np.float64]":
    """How much each article has in common with all others on average, as a multiple of what is usual.

    The others are those at hand, as many `beside`, whose vectors come to about `elsewhere` together, and general ones,
    which have as much in common as is usual.
    """
    import numpy as np  # noqa: PLC0415

    sums = [
        one @ (np.asarray(other.sum(axis=0)).ravel() + elsewhere) for one, other in ((whole, opening), (opening, whole))
    ]
    others = np.maximum(*sums) - _row_sums(whole.multiply(opening))
    count = max(0, len(others) - 1) + beside + _GENERAL_ARTICLES
    found: NDArray[np.float64] = (others / _USUAL + _GENERAL_ARTICLES) / count
    return np.maximum(found, _LEAST_COMMON)


def _openings(wordings: Sequence[Wording], columns: "NDArray[np.intp]", width: int, short: int) -> Any:
    """How often each article (row) opens with each term (column), or run of `short` more, the headline counted as often
    as it counts; `columns` are those of the terms, or runs, of all, end to end."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    sizes = np.array([(len(each.terms), each.opening, each.headline) for each in wordings], dtype=np.int64)
    whole, opening, headline = np.maximum(sizes.reshape(-1, 3) - short, 0).T
    ends = np.concatenate([[0], np.cumsum(opening)])
    at = np.arange(ends[-1]) - np.repeat(ends[:-1], opening)
    often = np.where(at < np.repeat(headline, opening), _HEADLINE, 1.0)
    opened = columns[at + np.repeat(np.cumsum(whole) - whole, opening)]
    counts = sparse.csr_matrix((often, opened, ends), shape=(len(wordings), width))
    counts.sum_duplicates()
    return counts


def _joined(parts: "Sequence[NDArray[Any]]", kind: Any = None) -> "NDArray[Any]":
    """Arrays end to end; an empty one of a kind (numbers of 64 bits where none is named) where there are none."""
    import numpy as np  # noqa: PLC0415

    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind or np.uint64)


def _recurring(values: "NDArray[np.uint64]") -> "tuple[NDArray[np.uint64], NDArray[np.intp]]":
    """The distinct ones of the values that may occur twice, sorted, and the place of each value among them.

    Values that surely occur once, which most pairs of neighbours do, have the place after the last: sorting takes long.
    """
    import numpy as np  # noqa: PLC0415

    again = may_recur(values)
    distinct_ones, at = np.unique(values[again], return_inverse=True)
    places = np.full(len(values), len(distinct_ones), dtype=np.intp)
    places[again] = at
    return distinct_ones, places


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
    terms = np.concatenate([distinct(each) for each in others])
    places = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    return np.bincount(places[known[places] == terms], minlength=len(known))


def _rarity(
    counts: Any, elsewhere: "NDArray[np.int64]", shares: "NDArray[np.float64] | float", beside: int
) -> "NDArray[np.float64]":
    """How rare each term is among the articles at hand and in general: from one in how many hold it."""
    import numpy as np  # noqa: PLC0415

    total = counts.shape[0] + beside + _GENERAL_ARTICLES
    holders = np.bincount(counts.indices, minlength=counts.shape[1]) + elsewhere + _GENERAL_ARTICLES * shares
    rarity: NDArray[np.float64] = np.log(total / np.clip(holders, 1.0, total)) ** _RARITY
    return rarity


def _weighted(counts: Any, weights: "NDArray[np.float64]") -> Any:
    """Counts, dampened and weighted."""
    import numpy as np  # noqa: PLC0415

    found = counts.copy()
    found.data = ((1.0 + np.log(found.data)) * weights[found.indices]).astype(np.float32)
    return found


def _unit(matrix: Any) -> Any:

    return _scaled(matrix, _lengths(matrix))


def _lengths(matrix: Any) -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415

    return np.sqrt(_row_sums(matrix.multiply(matrix)))


def _row_sums(matrix: Any) -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415

    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _scaled(matrix: Any, lengths: "NDArray[np.float64]") -> Any:
    """The matrix with each row divided by its length."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    return sparse.diags((1.0 / np.where(lengths > 0.0, lengths, 1.0)).astype(np.float32)).tocsr() @ matrix
