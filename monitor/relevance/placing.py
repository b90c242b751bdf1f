"""Articles to facets: under which side of an interest each is shown.

Two things say so. How near the article is to the facet in meaning, beyond ordinary news and beyond what the facets have
in common (`meaning.Aim.facets`). And its words, each shared out among the facets that hold it: a word of one facet
counts in full, a word of all of them for none; what the headline says counts twice.

The right facet, before and since (`bench/relevance.py --parts facets`): of the 40 invented articles that the rule was
chosen on 29 and 32, and where each came alone 29 and 32; of 40 others 27 and 28, alone 22 and 28; of real ones, under a
facet for each of their newspapers' sections, 75% and 81%, four sets counting alike.
"""

from collections import Counter
from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from monitor.relevance.evidence import Evidence, Question
from monitor.relevance.items import Item, words_of
from monitor.relevance.meaning import Aim, Meant
from monitor.relevance.names import named_by, names
from monitor.relevance.profile import Interest
from monitor.text import read

Floats = NDArray[np.float64]

# What words weigh that are all of one facet, in standard deviations of meaning. Without them 26 of the 40 and 77% of
# the real ones have the right facet; with 4 to 12, and `_FEW` from 3 to 12, 31 or 32 and 79% to 81%.
_WORDS = 6.0
_FEW = 6.0  # nats, two clear words: of an article that says no more, words do not settle the facet
# Once it was 30 of the 40 and as many of the real ones. What a headline means by itself added nothing.
_HEADLINE = 2.0
# What is taken off a facet that is named after somebody, of an article in its language that holds none of its names:
# Zhipu's debut is no news on "Alibaba's AI strategy", however near. Of 25 articles of the demo 14 had the right facet
# without it, 17 with 2 or more; of the 80 invented ones as many as before.
_UNNAMED = 3.0


class Placing:
    """Places the documents of one batch; what was not read in full, far from the subject, by its words.

    `towards` and `meant` are None where words alone judge.
    """

    def __init__(
        self, interest: Interest, asked: Question, evidence: Evidence, towards: Aim | None, meant: Meant | None
    ) -> None:
        self._names = _names(interest)
        self._columns = asked.columns
        self._evidence = evidence
        counts = asked.counts[1:]
        self._shares = counts / np.maximum(counts.sum(axis=0), 1.0)
        self._meaning = np.zeros((evidence.presence.shape[0], len(counts)))
        if towards is not None and meant is not None:
            self._meaning[meant.rows] = towards.facets.nearness(meant.vectors)

    def facet(self, row: int, item: Item) -> int:
        """The number of the facet that `item`, the document in that row, is shown under."""
        language = words_of(item).language
        headline = frozenset(read(item.title, language).terms)
        added = self._evidence.contributions(row)
        held = frozenset(words_of(item).terms)
        unnamed = [named is not None and named[1] == language and not named[0] & held for named in self._names]
        return int((self._meaning[row] + self._by_words(added, headline) - _UNNAMED * np.array(unnamed)).argmax())

    def _by_words(self, added: Floats, headline: Set[str]) -> Floats:
        added[[self._columns[term] for term in headline & self._columns.keys()]] *= _HEADLINE
        return np.asarray(_WORDS * (self._shares @ added) / (added.sum() + _FEW))


def _names(interest: Interest) -> list[tuple[frozenset[str], str] | None]:
    """For each facet of a brief that is named after somebody its names, as terms, and their language; None for others.

    Its names are the one in its heading and those that no other facet holds.
    """
    text = " ".join(sentence for facet in interest.facets for sentence in facet.sentences) if interest.brief else ""
    holders = Counter(term for facet in interest.facets for term in set(facet.words.terms))
    found: list[tuple[frozenset[str], str] | None] = []
    for facet in interest.facets:
        heading, language = named_by(facet.name, text), facet.words.language
        if not heading:
            found.append(None)
            continue
        own = {term for name in names(" ".join(facet.sentences)) for term in read(name, language).terms}
        terms = {term for term in own if holders[term] == 1} | set(read(heading, language).terms)
        found.append((frozenset(terms), language))
    return found
