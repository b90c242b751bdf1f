"""Why an article was taken or left, in what a reader can check: facet, sentences, terms, neighbours."""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

from monitor.models import Reasons
from monitor.relevance.evidence import Evidence, Question
from monitor.relevance.items import Item
from monitor.relevance.profile import Interest
from monitor.text import read, sentences

_TERMS_SHOWN = 6
_NEIGHBOURS_SHOWN = 3
_LEAD_CHARACTERS = 3600
_LONGEST_SHOWN = 320


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    terms: frozenset[str]

    def nearness(self, worth: dict[str, float], among: Set[str]) -> float:
        """The worth of the terms it shares with `among`, long sentences not favoured."""
        return sum(worth.get(term, 0.0) for term in self.terms & among) / math.sqrt(4.0 + len(self.terms))


class Explainer:
    """Explains the judgements of one batch; reads each seed sentence once."""

    def __init__(self, interest: Interest, asked: Question, evidence: Evidence) -> None:
        self._interest = interest
        self._asked = asked
        self._evidence = evidence
        self._seed = [
            [_Sentence(text, frozenset(read(text, facet.words.language).terms)) for text in facet.sentences]
            for facet in interest.facets
        ]
        self._terms = list(asked.columns)

    def terms(self, row: int) -> tuple[tuple[str, float], ...]:
        """The heaviest terms of a document with their share of all that speaks for it, heaviest first.

        No term speaks louder than the loudest, so many are equal: those of the facet shown come first, then those that
        the seed says most often.
        """
        added = self._evidence.contributions(row)
        total = float(added.sum())
        if total <= 0:
            return ()
        facet = self._asked.counts[1 + int(self._evidence.facets[row].argmax())]
        whole = self._asked.counts[0]
        order = sorted(
            added.nonzero()[0].tolist(),
            key=lambda column: (-round(float(added[column]), 6), -facet[column], -whole[column], self._terms[column]),
        )
        return tuple(
            (self._asked.surfaces[column], round(float(added[column]) / total, 3)) for column in order[:_TERMS_SHOWN]
        )

    def reasons(self, row: int, item: Item, *, rule: str, neighbours: Sequence[str], sentences_too: bool) -> Reasons:
        """All that is known of why `item`, the document `row` of the evidence, was judged as it was."""
        terms = self.terms(row)
        if not terms or not self._interest.facets:
            # Meaning alone may speak for an article, in another language above all: then for the interest as a whole.
            whole = self._interest.facets[0].name if self._interest.facets and sentences_too else ""
            return Reasons(facet=whole, rule=rule, neighbours=tuple(neighbours[:_NEIGHBOURS_SHOWN]))
        best = int(self._evidence.facets[row].argmax())
        seed_sentence, article_sentence = self._sentences(row, item, best) if sentences_too else ("", "")
        return Reasons(
            facet=self._interest.facets[best].name,
            seed_sentence=_shown(seed_sentence),
            article_sentence=_shown(article_sentence),
            terms=terms,
            rule=rule,
            neighbours=tuple(neighbours[:_NEIGHBOURS_SHOWN]),
        )

    def _sentences(self, row: int, item: Item, facet: int) -> tuple[str, str]:
        """The facet's sentence nearest to the article, and the article's sentence nearest to that one."""
        added = self._evidence.contributions(row)
        worth = {self._terms[column]: float(added[column]) for column in added.nonzero()[0].tolist()}
        nearest = max(self._seed[facet], key=lambda sentence: sentence.nearness(worth, worth.keys()))
        language = item.language or self._interest.facets[facet].words.language
        texts = [item.title, *sentences(item.text[:_LEAD_CHARACTERS], language)]
        own = [_Sentence(text, frozenset(read(text, language).terms)) for text in texts if text.strip()]
        if not own:
            return nearest.text, ""
        body = own[1:] or own
        everything = worth.keys()
        found = max(body, key=lambda one: (one.nearness(worth, nearest.terms), one.nearness(worth, everything)))
        return nearest.text, found.text


def _shown(sentence: str) -> str:
    """A sentence short enough to be read at a glance, cut at a word."""
    if len(sentence) <= _LONGEST_SHOWN:
        return sentence
    return sentence[:_LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"
