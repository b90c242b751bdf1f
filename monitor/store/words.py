"""Words as the full-text index sees them, the same on both engines; and where they stand in a text, for a snippet.

Folding takes case and accents away and puts spaces where a script has none, so that each character of Chinese,
Japanese or Thai is a word and any run of them a phrase. What is folded must never change without a migration that
makes the index anew: SQLite is told what to take out of it by being given the same words again.
"""

import re
import unicodedata
from dataclasses import dataclass

# Characters of a text that are indexed: some 16,000 words, which is also as far as PostgreSQL counts positions.
INDEXED_CHARACTERS = 100_000

# Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces.
UNSPACED = re.compile(
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
NO_WORD = re.compile(r"[\W_]+")
WORD = re.compile(r"[^\W_]+")

SNIPPET_CHARACTERS = 240
SNIPPET_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text; `marks` are the (start, end) of the words in it that were looked for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def fold(text: str) -> str:
    """`text` as words in lower case without accents, each after one space."""
    text = text[:INDEXED_CHARACTERS]
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
        text = UNSPACED.sub(r" \1 ", text)
    return NO_WORD.sub(" ", text.casefold()).strip()


def snippet(text: str, wanted: list[str]) -> Snippet:
    """The part of `text` around the first of the `wanted` terms, or its beginning where none of them is found."""
    marks = marks_in(text, wanted)
    first = marks[0][0] if marks else 0
    start = text.rfind(" ", 0, max(first - SNIPPET_BEFORE, 0)) + 1
    end = start + SNIPPET_CHARACTERS
    if end < len(text):
        end = max(text.rfind(" ", start + SNIPPET_BEFORE, end), start + SNIPPET_CHARACTERS // 2)
    lead, tail = "… " if start else "", " …" if end < len(text) else ""
    shift = len(lead) - start
    inside = tuple((left + shift, right + shift) for left, right in marks if start <= left and right <= end)
    # One line, each character in its place so that the marks stay true.
    return Snippet(lead + re.sub(r"\s", " ", text[start:end]) + tail, inside)


def marks_in(text: str, wanted: list[str]) -> list[tuple[int, int]]:
    """The (start, end) of each word in a text that one of the `wanted` terms asks for, in any of its forms."""
    beginnings = tuple({_beginning(word) for term in wanted for word in term.split()})
    return [found.span() for found in WORD.finditer(text) if _matches(found.group(), beginnings)] if wanted else []


def _beginning(word: str) -> str:
    """So much of a word as its other forms share: a cheap stand-in for the stemmers of the engines."""
    return word if len(word) < 5 else word[: max(4, len(word) - 3)]


def _matches(word: str, beginnings: tuple[str, ...]) -> bool:
    folded = fold(word)
    if " " in folded:
        return any(part.startswith(beginnings) for part in folded.split())
    return folded.startswith(beginnings)
