"""Must and must-not: the few words a reader insists on. Guards beside the filter, not the filter."""

import re
import unicodedata
from collections.abc import Sequence

from monitor.text import tokens

# Scripts written without spaces, where a word has no edges that could be asked for.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def broken_rule(text: str, must: Sequence[str], must_not: Sequence[str]) -> str:
    """The first guard that a text breaks, in words ('must hold "AI"', 'must not hold "recipe"'), else "".

    Words and phrases are whole words, without regard to case, possessives or punctuation; Chinese, Japanese, Korean
    and Thai ones are looked for as they stand. Every `must` has to occur, no `must_not` may.
    """
    if not must and not must_not:
        return ""
    spaced = f" {' '.join(tokens(text))} "
    plain = unicodedata.normalize("NFKC", text).casefold()
    for guard in must:
        if not _occurs(guard, spaced, plain):
            return f'must hold "{guard}"'
    for guard in must_not:
        if _occurs(guard, spaced, plain):
            return f'must not hold "{guard}"'
    return ""


def _occurs(guard: str, spaced: str, plain: str) -> bool:
    if _UNSPACED.search(guard):
        return unicodedata.normalize("NFKC", guard).casefold() in plain
    words = " ".join(tokens(guard))
    return f" {words} " in spaced if words else guard.casefold() in plain
