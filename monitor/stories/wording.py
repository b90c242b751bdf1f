"""An article as what tells its event: the words that carry meaning, and those among them that name and count.

An article comes in, its terms go out. Nothing here compares.
"""

import re
from dataclasses import dataclass
from functools import cache

from monitor.stories.candidates import Candidate
from monitor.text import Words, read, stems, tokens

# What is read of a text, in characters: some 500 words. What stands further down says more of what went before.
_MOST_CHARACTERS = 3_000
# The beginning of the text in which, with the headline, an event's names are looked for: who, where, how many.
_LEAD = 450


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an article that carry meaning, and the terms among them that say who, where and how much."""

    words: Words
    names: tuple[str, ...]


def wording_of(article: Candidate) -> Wording:
    """The wording of an article.

    Names are terms of the headline and the first lines that are written with a capital inside a sentence, and numbers.
    Where there are none, as in scripts without capitals, the terms of the headline stand for them.
    """
    text = article.text[:_MOST_CHARACTERS]
    words = read(f"{article.title}\n{text}", article.language)
    known = set(words.terms)
    beginning = tokens(f"{article.title}\n{text[:_LEAD]}", words.language)
    capitals = set(stems(tokens(" ".join(_inside_sentences().findall(text))), words.language))
    names = capitals.intersection(stems(beginning, words.language))
    names.update(token for token in beginning if token[0].isdigit())
    names &= known
    return Wording(words, tuple(sorted(names or known.intersection(read(article.title, words.language).terms))))


@cache
def _inside_sentences() -> re.Pattern[str]:
    """Words with a capital after a word, and not after what may end a sentence or begins a paragraph."""
    capitals = "".join(chr(code) for code in range(0x41, 0x2000) if chr(code).isupper())
    return re.compile(rf"(?<=[^\s.!?:…\"'”’»)\]]\s)[\"'“‘«(\[„]?([{capitals}][\w'’.-]*)")
