"""Articles to facets: under which side of an interest each is shown.

Two things say so. How near the article is to the facet in meaning, beyond ordinary news and beyond what the facets have
in common (`meaning.Aim.facets`). And its words, each shared out among the facets that hold it: a word of one facet
counts in full, a word of all of them for none; what the headline says counts twice.

The right facet, before and since (`bench/relevance.py --parts facets`): of the 40 invented articles that the rule was
chosen on 29 and 32, and where each came alone 29 and 32; of 40 others 27 and 28, alone 22 and 28; of real ones, under a
facet for each of their newspapers' sections, 75% and 81%, four sets counting alike.
"""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from monitor.relevance.evidence import Evidence, Question
from monitor.relevance.meaning import Aim, Meant

Floats = NDArray[np.float64]

# What words weigh that are all of one facet, in standard deviations of meaning. Without them 26 of the 40 and 77% of
# the real ones have the right facet; with 4 to 12, and `_FEW` from 3 to 12, 31 or 32 and 79% to 81%.
_WORDS = 6.0
_FEW = 6.0  # nats, two clear words: of an article that says no more, words do not settle the facet
# Once it was 30 of the 40 and as many of the real ones. What a headline means by itself added nothing.
_HEADLINE = 2.0


class Placing:
    """Places the documents of one batch; what was not read in full, far from the subject, by its words.

    `towards` and `meant` are None where words alone judge.
    """

    def __init__(self, asked: Question, evidence: Evidence, towards: Aim | None, meant: Meant | None) -> None:
        self._columns = asked.columns
        self._evidence = evidence
        counts = asked.counts[1:]
        self._shares = counts / np.maximum(counts.sum(axis=0), 1.0)
        self._meaning = np.zeros((evidence.presence.shape[0], len(counts)))
        if towards is not None and meant is not None:
            self._meaning[meant.rows] = towards.facets.nearness(meant.vectors)

    def facet(self, row: int, headline: Set[str]) -> int:
        """The number of the facet that a document is shown under; `headline` are the terms of its headline."""
        return int((self._meaning[row] + self._by_words(row, headline)).argmax())

    def _by_words(self, row: int, headline: Set[str]) -> Floats:
        added = self._evidence.contributions(row)
        added[[self._columns[term] for term in headline & self._columns.keys()]] *= _HEADLINE
        return np.asarray(_WORDS * (self._shares @ added) / (added.sum() + _FEW))
