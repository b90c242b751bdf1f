"""Copies of one text are one document of a stream: what twelve outlets print is not twelve times the news.

Each copy would be a source of the graph, and its nearest would be the others: with twelve copies of each of four items
on the subject beside the probe, average precision of its own items fell from 0.872 to 0.802 from the article and from
0.956 to 0.919 from the brief. As one document each, it is 0.868 and 0.955.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.relevance.convolution import Floats32
from monitor.relevance.meaning import Meant
from monitor.text import Words

Floats = NDArray[np.float64]

# The cosine of two copies. Of 197 real articles all copies under another headline are nearer than this, 98% of those
# reworded by a tenth or in a site's frame, 96% of those that lack a third; of those that lack more than half 65%, and
# hardly any under an introduction of their own, which stand for themselves. Of 2,900 other articles no two are so near.
_ONE_TEXT = 0.93
# How much more evidence one may have than the other: pages that all ask to log in are near by what they share, and what
# is left of them, the headline, counts. Copies as above differ by 1.0 at most, but for some that lack more than half,
# by up to 1.3; those pages by up to 1.9.
_AS_MUCH = 1.0
# Of a headline alone a single word is much: "approves" and "rejects" are 0.94 near. What has fewer terms than this must
# share so much of them (Jaccard) as well.
_HEADLINE, _SAME_WORDS = 15, 0.8
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The documents that stand for themselves and their copies, ascending, and the place there of each document's."""

    rows: NDArray[np.intp]
    place: NDArray[np.intp]

    def verdicts(self, given: Mapping[int, bool]) -> dict[int, bool]:
        """By place, what most verdicts on a text say, of those given by document; nothing where as many say either."""
        votes: Counter[int] = Counter()
        for row, yes in sorted(given.items()):
            votes[int(self.place[row])] += 1 if yes else -1
        return {place: balance > 0 for place, balance in votes.items() if balance}


def distinct(words: Sequence[Words], meant: Meant | None) -> Distinct:
    """Which documents, given by their words, stand for which: of one text the one that has the most evidence.

    So what is decided does not depend on which copy came first. What was not read for its meaning stands for itself.
    """
    stands_for = np.arange(len(words))
    if meant is not None:
        rows = meant.rows[np.argsort(-meant.total[meant.rows], kind="stable")]
        vectors = meant.vectors[np.searchsorted(meant.rows, rows)]
        originals = _originals(vectors, meant.total[rows], [words[row] for row in rows])
        stands_for[rows] = rows[originals]
    standing = np.flatnonzero(stands_for == np.arange(len(words)))
    return Distinct(standing, np.searchsorted(standing, stands_for))


def _originals(vectors: Floats32, evidence: Floats, words: Sequence[Words]) -> NDArray[np.intp]:
    """The place of the document that stands for each, of those in the order of evidence: itself, or one before it."""
    found = np.arange(len(vectors))
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        likeness = vectors[block] @ vectors[: block.stop].T
        near = np.tril(likeness >= _ONE_TEXT, start - 1)
        for at in np.flatnonzero(near.any(axis=1)).tolist():
            row = start + at
            before = np.flatnonzero(near[at])
            before = before[(found[before] == before) & (evidence[before] - evidence[row] <= _AS_MUCH)]
            of_one_text = [other for other in before.tolist() if _say_the_same(words[other], words[row])]
            if of_one_text:
                found[row] = of_one_text[int(np.argmax(likeness[at, of_one_text]))]
    return found


def _say_the_same(one: Words, other: Words) -> bool:
    """Whether both are long enough to be told apart by meaning, or else share nearly all words."""
    if min(len(one.terms), len(other.terms)) >= _HEADLINE:
        return True
    mine, theirs = set(one.terms), set(other.terms)
    return len(mine & theirs) >= _SAME_WORDS * len(mine | theirs)
