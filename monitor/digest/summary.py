"""Two or three sentences that tell a story, chosen from its articles and quoted exactly.

Extraction by centroid and maximal marginal relevance (Radev et al. 2004; Carbonell and Goldstein 1998): a sentence is
good when it is close to what the articles have in common, close to what the reader asked about, and early, for news
tells the most important thing first; the next one is chosen for what the chosen ones do not say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.digest.cleaning import source_of
from monitor.models import Article, Grade
from monitor.text import Vectors, Words, other_numbers, read, sentences, tokens

# Weights of centroid, interest and position. bench/summaries.py measures them against what publishers wrote under their
# own headlines, on 108 English pages (F1 of terms): .22 without position, .33 at 1:1 between position and centroid, .34
# from 2:1 on, where it is flat; the first three sentences reach .41 by repeating the headline. Pages know nothing of a
# reader's interest, so its weight is a judgement: above the centroid's, below position's.
_CENTROID, _INTEREST, _POSITION = 0.2, 0.3, 0.5
# A sentence's claim for being early halves every six sentences.
_HALVED = 6.0
# One of another article than the story's own has to earn its place: it counts as standing so many sentences later.
_ELSEWHERE = 3
# What a sentence is worth that leans on the one before it ("She estimates that ..."): it is read alone here. On the
# bench 1 is as good, .7 costs .01.
_LEANING = 0.85
_LEANS = frozenset(
    """he she it they his her its their this these that those but and so such both then there however
    er sie es dieser diese dieses aber doch und il elle ils elles ce cette mais el ella este esta pero y""".split()  # noqa: SIM905
)
# MMR's balance of worth against novelty: the same within .01 from .5 to .7.
_BALANCE = 0.7
# A quote shorter than this says nothing alone, a longer one is no summary.
_LENGTHS = range(40, 361)
# Words of meaning below which it is an opening or an aside: "There is a pattern to this by now." On the bench, which
# takes openings for summaries, 3 is .005 better and 6 is .01 worse.
_FEWEST_TERMS = 4
# Articles read for one summary, and sentences of each: the rest repeats them.
_MOST_ARTICLES, _MOST_SENTENCES = 8, 40
# Shares of terms at which a sentence repeats a headline, or a sentence already known.
_REPEATS_HEADLINE, _REPEATS_KNOWN = 0.6, 0.7


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as it stands in an article, and whose it is."""

    sentence: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    words: Words
    place: int

    @property
    def leans(self) -> bool:
        """Whether it begins with a word that points back."""
        return next(iter(tokens(self.quote.sentence[:20])), "") in _LEANS


def summarise(
    articles: Sequence[Article], interest: Sequence[str], headline: str, count: int = 3, known: Sequence[str] = ()
) -> list[dict[str, str]]:
    """At most `count` sentences of the articles as {"sentence", "source", "url"}, in the order they are to be read.

    `interest` are sentences of what the reader asked about. None repeats the headline, another, or one of `known`
    (sentences that the reader was told before; with other numbers it says something else). Empty where the articles
    hold no fit sentence. The same input always gives the same sentences.
    """
    told = [(sentence, read(sentence)) for sentence in known]
    title = read(headline)
    candidates = [
        candidate
        for candidate in _candidates(articles)
        if not _repeats(candidate.words, [title], _REPEATS_HEADLINE) and not _is_known(candidate, told)
    ]
    if not candidates:
        return []
    chosen = _chosen(candidates, [read(sentence) for sentence in interest], count)
    return [asdict(candidates[index].quote) for index in sorted(chosen)]


def is_whole(sentence: str) -> bool:
    """Whether it is a whole sentence, of a length that says something alone: headings and captions are none."""
    shortest = _LENGTHS.start if sentence.isascii() else _LENGTHS.start // 3
    end = sentence.rstrip("\"'”’»)]】」』）")[-1:]
    return shortest <= len(sentence) < _LENGTHS.stop and end in (".", "!", "?", "。", "！", "？", "।", "۔", "؟")


def _candidates(articles: Sequence[Article]) -> Iterator[_Candidate]:
    """The sentences fit to be quoted, each once, in reading order."""
    seen: set[tuple[str, ...]] = set()
    for number, article in enumerate(articles[:_MOST_ARTICLES]):
        for place, sentence in enumerate(sentences(article.text, article.language)[:_MOST_SENTENCES]):
            words = read(sentence, article.language)
            if len(words.terms) < _FEWEST_TERMS or not _fit(sentence, article) or words.terms in seen:
                continue
            seen.add(words.terms)
            yield _Candidate(
                Quote(sentence, source_of(article), article.canonical_url), words, place + (_ELSEWHERE if number else 0)
            )


def _fit(sentence: str, article: Article) -> bool:
    """Whether it can be quoted: the torn end of a teaser cannot."""
    return is_whole(sentence) and not (article.grade == Grade.TEASER and sentence.endswith(("...", "…", "[…]")))


def _is_known(candidate: _Candidate, told: Sequence[tuple[str, Words]]) -> bool:
    """Whether one of the sentences told says what the candidate says, in the same numbers: a toll that rose is news."""
    sentence, words = candidate.quote.sentence, candidate.words
    alike = (each for each, theirs in told if _repeats(words, [theirs], _REPEATS_KNOWN))
    return any(not other_numbers(sentence, each, words.language) for each in alike)


def _repeats(words: Words, others: Sequence[Words], share: float) -> bool:
    """Whether most of what a sentence says stands in one of the others, or most of the other in it."""
    terms = set(words.terms)
    if not terms:
        return True
    for other in others:
        theirs = set(other.terms)
        if theirs and len(terms & theirs) >= share * min(len(terms), len(theirs)) and len(terms) <= 2 * len(theirs):
            return True
    return False


def _chosen(candidates: Sequence[_Candidate], interest: Sequence[Words], count: int) -> list[int]:
    """The indices of the sentences chosen, best first."""
    documents = [candidate.words for candidate in candidates]
    vectors = Vectors.fit([*documents, *interest])
    matrix = vectors.transform(documents)
    centroid = np.asarray(matrix.mean(axis=0)).ravel()
    asked = vectors.transform(interest) if interest else None
    worth = _CENTROID * _spread(np.asarray(matrix @ centroid))
    if asked is not None:
        worth += _INTEREST * _spread((matrix @ asked.T).toarray().max(axis=1))
    worth += _POSITION * np.array([2.0 ** (-candidate.place / _HALVED) for candidate in candidates])
    worth *= np.array([_LEANING if candidate.leans else 1.0 for candidate in candidates])
    alike = (matrix @ matrix.T).toarray()
    left = set(range(len(candidates)))
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda index: (_marginal(worth, alike, index, chosen), -index))
        left.discard(best)
        if not _repeats(documents[best], [documents[index] for index in chosen], _REPEATS_KNOWN):
            chosen.append(best)
    return chosen


def _marginal(worth: NDArray[np.float64], alike: NDArray[np.float64], index: int, chosen: Sequence[int]) -> float:
    """What a sentence adds to those chosen (MMR)."""
    repeated = max((float(alike[index, other]) for other in chosen), default=0.0)
    return _BALANCE * float(worth[index]) - (1.0 - _BALANCE) * repeated


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values over [0, 1], so that weights weigh what they say."""
    top = float(values.max())
    return values / top if top > 0.0 else values
