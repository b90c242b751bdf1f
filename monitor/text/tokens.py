"""A text as its words, in order and with nothing left out.

Scripts that are written without spaces between words (Chinese, Japanese, Thai and their like), and Korean, whose
particles cling to the word, become overlapping pairs of characters: no dictionary, and a phrase still matches itself
(the practice of Lucene's CJKAnalyzer).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

# Scripts without spaces, and Hangul. Ranges from the Unicode block list.
_RUN = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
_WITHIN_INITIALS = re.compile(r"\.[A-Za-z]\.")
_UNITED_STATES = re.compile(r"\b(?:US|USA)\b")
_ELISIONS = frozenset(
    "c d j l m n s t qu jusqu lorsqu puisqu quoiqu quelqu aujourd dell nell all sull dall coll un gl quell".split()  # noqa: SIM905
)
_CONTRACTIONS = frozenset({"s", "ll", "re", "ve", "d", "m"})


@cache
def _marks() -> str:
    """Combining marks, which belong to their word though `\\w` leaves them out (Devanagari vowels, Arabic points)."""
    marks = [chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    return "".join(mark for mark in marks if not re.match(f"[{_RUN}]", mark))


@cache
def _uncommon() -> re.Pattern[str]:
    return re.compile(f"[{_RUN}{_marks()}]")


@cache
def _pattern(*, common: bool) -> re.Pattern[str]:
    """The words of a text: `common` where no script needs runs or marks, at a third of the cost."""
    letter = r"[^\W_]" if common else f"(?:(?![{_RUN}])[^\\W_]|[{_marks()}])"
    return re.compile(f"\\d+(?:[.,]\\d+)+[^\\W\\d_]*|{letter}+(?:'{letter}+)*" + ("" if common else f"|[{_RUN}]+"))


def tokens(text: str, language: str = "") -> list[str]:
    """The words of a text in order, lower-cased, with nothing left out.

    Possessives and contractions lose their ending, French and Italian elisions are taken apart, initials are joined
    ("A.I." is "ai"), "US", "U.S." and "USA" all become "usa" (so that the country survives lower-casing), thousands
    separators go. Runs of Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese become overlapping pairs of
    characters, a single character stays alone. `language` is taken for the day when one needs more than its script.
    """
    del language
    text = text.replace("’", "'")
    # Most texts hold neither, and to look for what they begin with costs a tenth.
    if _WITHIN_INITIALS.search(text):
        text = _INITIALS.sub(_joined, text)
    if "US" in text:
        text = _UNITED_STATES.sub("usa", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    common = text.isascii() or _uncommon().search(text) is None
    found: list[str] = _pattern(common=common).findall(text.lower())
    if common and "'" not in text and "," not in text:
        return found
    return list(_parts(found))


def _joined(match: re.Match[str]) -> str:
    letters = match.group().replace(".", "")
    return "usa" if letters in ("US", "USA") else letters


def _parts(found: Iterable[str]) -> Iterable[str]:
    for token in found:
        if token.isascii():
            if "'" in token:
                yield from _apostrophe(token)
            else:
                yield token.replace(",", "") if "," in token else token
        elif is_run(token[0]):
            yield from (token[at : at + 2] for at in range(max(1, len(token) - 1)))
        elif "'" in token:
            yield from _apostrophe(token)
        else:
            yield token


@lru_cache(maxsize=20_000)
def is_run(character: str) -> bool:
    """Whether a character is of a script whose words no spaces part."""
    return re.match(f"[{_RUN}]", character) is not None


def _apostrophe(token: str) -> list[str]:
    head, _, tail = token.rpartition("'")
    if tail in _CONTRACTIONS:
        return _apostrophe(head) if "'" in head else [head]
    if tail == "t":
        return ["not"]
    first, _, rest = token.partition("'")
    if first in _ELISIONS:
        return [first, *(_apostrophe(rest) if "'" in rest else [rest])]
    return [token]
