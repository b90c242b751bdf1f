"""What each report of a story says that none before it did: sentences, as they stand in it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.digest.summary import is_whole
from monitor.models import Article
from monitor.text import other_numbers, read, sentences

# Of the words of meaning of a sentence so many stand in one sentence of an earlier report: it is said there. The same
# share at which a summary holds a sentence for known (`monitor.digest.summary`).
_SAID = 0.7
# Words of meaning below which a sentence says nothing that could be new: "There is a pattern to this by now."
_FEWEST_TERMS = 4
# News says what matters first, and a page is to be made while somebody waits.
_MOST_SENTENCES = 40


@dataclass(frozen=True, slots=True)
class Added:
    """What a report adds to those before it: its first new `sentences`, and how many `more` there are."""

    sentences: tuple[str, ...] = ()
    more: int = 0


def added(articles: Sequence[Article], count: int = 2) -> list[Added | None]:
    """For each of the articles, in the order in which they came, at most `count` sentences that are new in it.

    None where there is nothing to compare: the article holds no whole sentence. The first of each language is all new.
    """
    known: dict[str, _Known] = defaultdict(_Known)
    return [_added(article, known[article.language.partition("-")[0].lower()], count) for article in articles]


class _Known:
    """The sentences of earlier reports, to be asked which of them hold most of another's words."""

    def __init__(self) -> None:
        self._holding: defaultdict[str, list[int]] = defaultdict(list)
        self._kept: list[str] = []

    def says(self, sentence: str, terms: frozenset[str], language: str) -> bool:
        """Whether one of them holds so many of these words, and the same numbers, that it says the same."""
        shared: Counter[int] = Counter()
        for term in terms:
            shared.update(self._holding.get(term, ()))
        alike = (self._kept[at] for at, number in shared.items() if number >= _SAID * len(terms))
        return any(not other_numbers(sentence, each, language) for each in alike)

    def keep(self, said: Mapping[str, frozenset[str]]) -> None:
        """Remember sentences, each with its words of meaning."""
        for sentence, terms in said.items():
            for term in terms:
                self._holding[term].append(len(self._kept))
            self._kept.append(sentence)


def _added(article: Article, known: _Known, count: int) -> Added | None:
    title = frozenset(read(article.title, article.language).terms)
    said: dict[str, frozenset[str]] = {}
    for sentence in sentences(article.text, article.language)[:_MOST_SENTENCES]:
        terms = frozenset(read(sentence, article.language).terms)
        if is_whole(sentence) and len(terms) >= _FEWEST_TERMS:
            said[sentence] = terms
    new = [sentence for sentence, terms in said.items() if not known.says(sentence, terms, article.language)]
    known.keep({**said, article.title: title})
    return Added(tuple(new[:count]), max(0, len(new) - count)) if said else None
