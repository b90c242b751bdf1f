"""What a search asks for: its words, phrases in quotes, alternatives by OR, and what a minus leaves out.

The part of the grammar that news searches share. Any text is a query: a sign that means nothing here is passed over.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from monitor.store.words import INDEXED_CHARACTERS, fold

# Terms of a query that are looked at; both engines nest as deep as a query is long.
MOST_TERMS = 32

# A minus before a number is the number's. Quotes as keyboards and word processors write them.
_TERM = re.compile(r'(?:(?<!\S)(-)(?=["“„]|[^\W\d_]))?(?:["“„]([^"“”„]*)["“”]|([^\s"“”„]+))')
_OPERATORS = ("AND", "OR")


class Term(NamedTuple):
    """A part of a query as it is written: a phrase, or a word, and whether it is left out."""

    text: str
    is_phrase: bool = False
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class WordQuery:
    """What a text asks for, folded: an article answers that holds one of each group, and nothing that is unwanted."""

    groups: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def terms(self) -> list[str]:
        """All that may be found in an answer, in order."""
        return [term for group in self.groups for term in group]


def written(text: str) -> list[list[Term]]:
    """The terms of a query as they are written, those that OR joins together; what is unwanted stands alone."""
    found: list[list[Term]] = []
    parts: list[tuple[str, str, str]] = _TERM.findall(text[:INDEXED_CHARACTERS])
    joining = False
    for place, (minus, phrase, word) in enumerate(parts):
        if word in _OPERATORS and 0 < place < len(parts) - 1:
            joining = word == "OR"
            continue
        term = Term(phrase or word, bool(phrase), bool(minus))
        if not fold(term.text):
            continue
        if joining and found and not (term.unwanted or found[-1][-1].unwanted):
            found[-1].append(term)
        else:
            found.append([term])
        joining = False
    return found


def query_of(text: str) -> WordQuery:
    """What a text asks for. Beyond `MOST_TERMS` terms nothing is looked at; a text without a word asks for nothing."""
    groups: dict[tuple[str, ...], None] = {}
    unwanted: dict[str, None] = {}
    left = MOST_TERMS
    for group in written(text):
        folded = tuple(dict.fromkeys(fold(term.text) for term in group))[:left]
        left -= len(folded)
        if folded and group[0].unwanted:
            unwanted[folded[0]] = None
        elif folded:
            groups[folded] = None
    return WordQuery(tuple(groups), tuple(unwanted))
