"""What a text that changed says otherwise: sentences corrected, sentences withdrawn, sentences new. Pure.

A sentence of the earlier text that stands in the later one no more is paired with the one there that is most like it.
Where the two say the same, it was edited; where they do not, corrected; one without its like was withdrawn. Headings,
captions and stamps of time are no claims, and nothing is made of them; nor of the order that sentences stand in.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

from monitor.digest.cleaning import source_of
from monitor.digest.summary import is_whole
from monitor.models import Article
from monitor.text import CALENDAR, NUMBERS, sentences, stop_words, tokens

# Half of the words shared (Dice) make one sentence another's successor: a rewritten one keeps its names and its verb,
# while two of one article on different things share a subject at most, some third of their words.
_SUCCESSOR = 0.5
# What stands with so much of its words in another sentence is said there still.
_CONTAINED = 0.8
# Words of meaning that were changed, from which on an edit says something else, though none of them is a name, a
# number or a negation: "said" for "stated" is one word, a new clause has three or more.
_FEW = 3
# Two words so alike (difflib's ratio) are one word spelt twice: "goverment" and "government" are at .95, "six" and
# "sixty" at .75.
_SPELT_TWICE = 0.8
# Words of meaning besides dates and numbers that a claim has at least; "Updated on Tuesday at 14:05" has none.
_FEWEST_WORDS = 3
# Of the words of meaning of the shorter of two texts so many stand in the other, or the later one is no edition of the
# earlier: a first report that grew keeps most of its own, a notice about cookies shares one in ten with any article.
_EDITION = 0.3
# A text that lost more than half and gained nothing is a beginning, such as the wall of a metered page leaves.
_BEGINNING = 0.5

NEGATIONS = frozenset(
    """no not never none nor neither without cannot n't nicht kein keine keinen keiner nie ohne weder ne pas jamais sans
    aucun aucune ni nunca sin ningún ninguna ninguno tampoco""".split()  # noqa: SIM905 - as above
)
# What stands in a stamp of time beside the names of days and months.
_STAMPS = frozenset(
    """today yesterday am pm gmt utc bst cet est edt pst pdt updated update published last modified minutes hours ago
    uhr aktualisiert publié actualizado publicado""".split()  # noqa: SIM905 - as above
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a later text says otherwise: pairs of a sentence and its correction, sentences gone, sentences new."""

    corrected: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def says_the_same(self) -> bool:
        """Whether nobody who read the earlier text would learn anything from the later one."""
        return not (self.corrected or self.gone or self.new)


@dataclass(frozen=True, slots=True)
class Change:
    """What a page that was told of says otherwise now.

    `kind` is "corrected" (`before`, a sentence or the headline, gave way to `after`), "withdrawn" (`before` stands
    there no more) or "gone" (the page itself, whose headline `before` is).
    """

    kind: str
    before: str
    after: str
    source: str
    url: str

    def to_json(self) -> dict[str, str]:
        """The same as plain JSON values."""
        return asdict(self)


def changes(article: Article, earlier: str, told: Collection[str]) -> list[Change]:
    """What an article says otherwise than its `earlier` text, as somebody is to be told who was `told` these sentences.

    Corrections first, those of told sentences before others, then what was told and is withdrawn: of what was never
    quoted to them nobody misses a sentence.
    """
    found = compare(earlier, article.text, article.language)
    known = {_folded(sentence) for sentence in told}
    corrected = sorted(found.corrected, key=lambda pair: _folded(pair[0]) not in known)
    pairs = [("corrected", before, after) for before, after in corrected]
    pairs += [("withdrawn", before, "") for before in found.gone if _folded(before) in known]
    return [Change(*pair, source_of(article), article.canonical_url) for pair in pairs]


def withdrawal(article: Article) -> Change:
    """That the page of an article is gone."""
    return Change("gone", article.title, "", source_of(article), article.canonical_url)


def compare(earlier: str, later: str, language: str = "") -> Comparison:
    """What `later` says otherwise than `earlier`, each in the order of its text.

    Spelling, punctuation, order, dates of publication, and edits of fewer than three words without a name, a number or
    a negation among them say nothing else.
    """
    before, after = _told_by(earlier, language), _told_by(later, language)
    lost = [each for each in before if each.words not in {other.words for other in after}]
    come = [each for each in after if each.words not in {other.words for other in before}]
    lost, come = _without_splits(lost, come)
    come, lost = _without_splits(come, lost)
    pairs = _successors(lost, come)
    corrected = [(lost[old], come[new]) for old, new in sorted(pairs.items()) if not _same(lost[old], come[new])]
    gone = [each for at, each in enumerate(lost) if at not in pairs and not _stands_in(each, after)]
    new = [each for at, each in enumerate(come) if at not in pairs.values() and not _stands_in(each, before)]
    return Comparison(
        corrected=tuple((old.sentence, new.sentence) for old, new in corrected if old.is_claim and new.is_claim),
        gone=tuple(each.sentence for each in gone if each.is_claim),
        new=tuple(each.sentence for each in new if each.is_claim),
    )


def is_edition(earlier: str, later: str, language: str = "") -> bool:
    """Whether one text can be a later edition of the other, by the words that they share."""
    one, other = (set(tokens(text, language)) - stop_words(language) for text in (earlier, later))
    return len(one & other) >= _EDITION * min(len(one), len(other))


def is_beginning(earlier: str, later: str, language: str = "") -> bool:
    """Whether the later text is what a wall leaves of the earlier one."""
    found = compare(earlier, later, language)
    return len(later) < _BEGINNING * len(earlier) and not (found.corrected or found.new)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with its words in lower case, and which of them are written as names, or count, or deny."""

    sentence: str
    words: tuple[str, ...]
    names: frozenset[str]
    language: str

    @property
    def meant(self) -> frozenset[str]:
        """The words that carry meaning."""
        ignored = stop_words(self.language) - NEGATIONS - NUMBERS
        return frozenset(word for word in self.words if word not in ignored)

    @property
    def is_claim(self) -> bool:
        said = [word for word in self.meant if word not in CALENDAR and word not in _STAMPS and not word[0].isdigit()]
        return len(said) >= _FEWEST_WORDS and is_whole(self.sentence)

    def weighs(self, word: str) -> bool:
        """Whether the sentence says something else with another word in the place of this one."""
        return word in self.names or word[0].isdigit() or word in NUMBERS or word in NEGATIONS


def _told_by(text: str, language: str) -> list[_Sentence]:
    found: dict[tuple[str, ...], _Sentence] = {}
    for sentence in sentences(text, language):
        if words := _folded(sentence, language):
            found.setdefault(words, _Sentence(sentence, words, _names(sentence, language), language))
    return list(found.values())


def _folded(sentence: str, language: str = "") -> tuple[str, ...]:
    return tuple(tokens(sentence, language))


def _names(sentence: str, language: str) -> frozenset[str]:
    """The words that are written with a capital, but for the first."""
    written = _written().findall(sentence)[1:]
    return frozenset(tokens(" ".join(word for word in written if word[0].isupper()), language))


@cache
def _written() -> re.Pattern[str]:
    return re.compile(r"[^\W\d_][\w'’.-]*")


def _without_splits(whole: Sequence[_Sentence], parts: Sequence[_Sentence]) -> tuple[list[_Sentence], list[_Sentence]]:
    """Both without the sentences that stand on the other side in two pieces, and without these pieces."""
    pieces = {one.meant | other.meant: (one, other) for one, other in pairwise(parts)}
    split = [each for each in whole if each.meant in pieces]
    used = [piece for each in split for piece in pieces[each.meant]]
    return [each for each in whole if each not in split], [each for each in parts if each not in used]


def _successors(lost: Sequence[_Sentence], come: Sequence[_Sentence]) -> dict[int, int]:
    """For sentences lost (by index) the one that came in their place: the most alike first, each once."""
    alike = [
        (-overlap(old.words, new.words), abs(at - to), at, to)
        for at, old in enumerate(lost)
        for to, new in enumerate(come)
    ]
    pairs: dict[int, int] = {}
    for shared, _, at, to in sorted(alike):
        if -shared >= _SUCCESSOR and at not in pairs and to not in pairs.values():
            pairs[at] = to
    return pairs


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Dice's coefficient of two sentences' words."""
    mine, theirs = set(one), set(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _stands_in(each: _Sentence, others: Iterable[_Sentence]) -> bool:
    """Whether another text's sentence, or two that follow one another, hold what this one says."""
    words, before = set(each.words), set[str]()
    for other in others:
        theirs = set(other.words)
        if len(words & (before | theirs)) >= _CONTAINED * len(words):
            return True
        before = theirs
    return False


def _same(old: _Sentence, new: _Sentence) -> bool:
    """Whether two wordings say the same, as far as can be told without knowing what they mean."""
    edited = 0
    for kind, start, end, begin, stop in SequenceMatcher(None, old.words, new.words, autojunk=False).get_opcodes():
        gone, come = old.words[start:end], new.words[begin:stop]
        if kind == "equal" or spelt_twice(gone, come):
            continue
        if any(map(old.weighs, gone)) or any(map(new.weighs, come)):
            return False
        edited += max(len(old.meant.intersection(gone)), len(new.meant.intersection(come)))
    return edited < _FEW


def spelt_twice(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether two runs of words are the same but for spelling; numbers never are."""
    one, other = "".join(gone), "".join(come)
    if not one or not other or any(word[0].isdigit() or word in NUMBERS for word in (*gone, *come)):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELT_TWICE
