"""Why an article was taken or left, in what a reader can check: facet, sentences, terms, neighbours.

The facet is that of `placing`; the sentences are the nearest in meaning where that was known, else by words.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from monitor.models import Reasons
from monitor.relevance.convolution import Floats32
from monitor.relevance.evidence import Evidence, Question
from monitor.relevance.items import Item, words_of
from monitor.relevance.meaning import Aim, Meant, aim, encode
from monitor.relevance.placing import Placing
from monitor.relevance.profile import Interest
from monitor.text import read, sentences

_TERMS_SHOWN = 6
_NEIGHBOURS_SHOWN = 3
_LEAD_CHARACTERS = 3600
_LONGEST_SHOWN = 320
_SENTENCES_READ = 12  # of the article: what it is about stands at the top, and each costs as much as a title


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    terms: frozenset[str]

    def nearness(self, worth: dict[str, float], among: Set[str]) -> float:
        """The worth of the terms it shares with `among`, long sentences not favoured."""
        return sum(worth.get(term, 0.0) for term in self.terms & among) / math.sqrt(4.0 + len(self.terms))


@dataclass(frozen=True, slots=True, eq=False)
class Quotable:
    """The sentences of an article's lead, one of which its reasons quote, and what the first of them mean.

    `vectors` are None where words alone judged.
    """

    texts: tuple[str, ...]
    language: str
    vectors: Floats32 | None


class Explainer:
    """Explains the judgements of one batch; reads each seed sentence once. `meant` is None where words alone judged."""

    def __init__(self, interest: Interest, asked: Question, evidence: Evidence, meant: Meant | None) -> None:
        self._interest = interest
        self._asked = asked
        self._evidence = evidence
        self._aim: Aim | None = None if meant is None else aim(interest)
        self._placing = Placing(interest, asked, evidence, self._aim, meant)
        self._seed = [
            [
                _Sentence(line, frozenset(read(line, facet.words.language).terms))
                for text in facet.sentences
                for line in text.split("\n")
            ]
            for facet in interest.facets
        ]
        self._terms = list(asked.columns)

    def terms(self, row: int, facet: int) -> tuple[tuple[str, float], ...]:
        """The heaviest terms of a document with their share of all that speaks for it, heaviest first.

        No term speaks louder than the loudest, so many are equal: those of `facet` come first, then those that the seed
        says most often. A figure, which tells a reader nothing by itself, is named after all words.
        """
        added = self._evidence.contributions(row)
        total = float(added.sum())
        if total <= 0:
            return ()
        own = self._asked.counts[1 + facet]
        whole = self._asked.counts[0]
        order = sorted(
            added.nonzero()[0].tolist(),
            key=lambda column: (
                self._terms[column].isdigit(),
                -round(float(added[column]), 6),
                -own[column],
                -whole[column],
                self._terms[column],
            ),
        )
        return tuple(
            (self._asked.surfaces[column], round(float(added[column]) / total, 3)) for column in order[:_TERMS_SHOWN]
        )

    def quotable(self, documents: Mapping[int, Item]) -> dict[int, Quotable]:
        """The sentences of documents, by row, all of them read at once: alone each costs half as much again."""
        languages = {row: words_of(item).language for row, item in documents.items() if self._interest.facets}
        texts = {
            row: sentences(documents[row].text[:_LEAD_CHARACTERS], language) or [documents[row].title]
            for row, language in languages.items()
        }
        if self._aim is None:
            return {row: Quotable(tuple(texts[row]), languages[row], None) for row in texts}
        first = {row: texts[row][:_SENTENCES_READ] for row in texts}
        vectors = encode([text for some in first.values() for text in some])
        ends = np.cumsum([len(some) for some in first.values()]).tolist()
        return {
            row: Quotable(tuple(texts[row]), languages[row], vectors[end - len(first[row]) : end])
            for row, end in zip(first, ends, strict=True)
        }

    def reasons(
        self, row: int, item: Item, *, rule: str, neighbours: Sequence[str], quotable: Quotable | None
    ) -> Reasons:
        """All that is known of why `item`, in that row, was judged as it was; no sentences where `quotable` is None."""
        if not self._interest.facets or not (self._speaks(row) or (quotable and self._aim)):
            return Reasons(rule=rule, neighbours=tuple(neighbours[:_NEIGHBOURS_SHOWN]))
        best = self._placing.facet(row, item)
        seed_sentence, article_sentence = self._sentences(row, quotable, best) if quotable else ("", "")
        return Reasons(
            facet=self._interest.facets[best].name,
            seed_sentence=_shown(seed_sentence),
            article_sentence=_shown(article_sentence),
            terms=self.terms(row, best),
            rule=rule,
            neighbours=tuple(neighbours[:_NEIGHBOURS_SHOWN]),
        )

    def _speaks(self, row: int) -> bool:
        return bool(self._evidence.contributions(row).sum() > 0)

    def _sentences(self, row: int, quotable: Quotable, facet: int) -> tuple[str, str]:
        """A sentence of the facet and one of the article: the nearest to one another that there are."""
        towards, own = self._aim, quotable.vectors
        if towards is None or own is None:
            return self._nearest_by_words(row, quotable, facet)
        likeness = towards.sentence_vectors[facet] @ own.T
        at, mine = np.unravel_index(int(likeness.argmax()), likeness.shape)
        lines = towards.sentences[facet][int(at)].split("\n")  # a headline, and what stands under it
        line = int((encode(lines) @ own[mine]).argmax()) if len(lines) > 1 else 0
        return lines[line], quotable.texts[int(mine)]

    def _nearest_by_words(self, row: int, quotable: Quotable, facet: int) -> tuple[str, str]:
        """The facet's sentence nearest to the article, and the article's sentence nearest to that one."""
        added = self._evidence.contributions(row)
        worth = {self._terms[column]: float(added[column]) for column in added.nonzero()[0].tolist()}
        nearest = max(self._seed[facet], key=lambda sentence: sentence.nearness(worth, worth.keys()))
        own = [_Sentence(text, frozenset(read(text, quotable.language).terms)) for text in quotable.texts]
        everything = worth.keys()
        found = max(own, key=lambda one: (one.nearness(worth, nearest.terms), one.nearness(worth, everything)))
        return nearest.text, found.text


def _shown(sentence: str) -> str:
    """A sentence short enough to be read at a glance, cut at a word."""
    if len(sentence) <= _LONGEST_SHOWN:
        return sentence
    return sentence[:_LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"
