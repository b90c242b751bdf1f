"""An article as what tells its event: the words that carry meaning, and those among them that name and count.

A text comes in, its wording goes out, packed into bytes that are kept with the article: reading a text takes ten times
as long as comparing what was read. Nothing here compares.

    language | number of terms | heaviest terms, their weights | terms | how common each is | which name or count

Terms are hashes of 32 bits, the same in every process and on every machine. The headline is read when it is compared,
for the page may change it.
"""

import math
import re
import struct
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from monitor.stories.candidates import Candidate
from monitor.text import CALENDAR, Words, document_shares, read, stems, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAVIEST = 24
"""The terms by which an article is looked up. Of 10, 20 and 40, measured for this project, 20 found the nearest of
10,000 articles in 996 of 1,000 cases and of 100,000 in 990."""
MOST_WORDED = 6_000
"""What is read of a text, in characters: some 1,000 words. On the bench 3,000 are 0.01 worse, 20,000 too."""
# The beginning of the text which, with the headline, says what the event is: who, where, how many. Of 300, 450, 700,
# 1,000 and 1,500 characters those from 450 on are the same within 0.003 of B-cubed F1 where it was developed.
_OPENING = 700
# How common a term is in general, on a scale of sixteenths of a logarithm: one byte reaches one in 8 million.
_STEP = 1 / 16
# Beyond one article in a thousand, rarity says nothing more of what an article is about: a misprint is rarer.
_RAREST = math.log(1_000.0)
CODE = 3
"""Bytes in which the language stands, before all else."""
_HEAD = struct.Struct(f"<{CODE}sHH")
_A_TERM = 6


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The terms of an article in order, hashed; for each how rare it is in general, and whether it names or counts.

    `levels` are given to `share_of`. The first `headline` terms are those of the headline, the first `opening` those of
    the headline and of the first lines. `names` marks among the latter those that are written with a capital inside a
    sentence, days and months left out, and numbers. Where there are none, as in scripts without capitals, the terms of
    the headline stand for them.
    """

    language: str
    terms: "NDArray[np.uint32]"
    levels: "NDArray[np.uint8]"
    names: "NDArray[np.bool_]"
    headline: int = 0
    opening: int = 0


def packed(text: str, language: str) -> bytes:
    """The wording of a text as bytes, b"" for a text without words; the language is guessed where none is given."""
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    text = text[:MOST_WORDED]
    words = read(text, language)
    if not words.terms:
        return b""
    levels = _levels(words)
    beginning = len(read(text[:_OPENING], words.language).terms)
    capitals = set(stems(tokens(" ".join(_inside_sentences().findall(text))), words.language))
    telling = np.array(
        [
            (term in capitals or term[0].isdigit()) and surface not in CALENDAR
            for term, surface in zip(words.terms, words.surfaces, strict=True)
        ]
    )
    heaviest = _heaviest(words, levels)
    return b"".join(
        (
            _HEAD.pack(words.language.encode()[:CODE], len(words.terms), min(beginning, len(words.terms))),
            np.array([hashed(term) for term, _ in heaviest], dtype="<u4").tobytes().ljust(4 * HEAVIEST, b"\0"),
            bytes(weight for _, weight in heaviest).ljust(HEAVIEST, b"\0"),
            np.array([hashed(term) for term in words.terms], dtype="<u4").tobytes(),
            bytes(levels),
            telling.astype(np.uint8).tobytes(),
        )
    )


SKETCH = slice(_HEAD.size, _HEAD.size + 5 * HEAVIEST)
"""Where in the bytes the heaviest terms stand, as little-endian numbers of 32 bits, 0 where there are fewer, and after
them their weights, a byte each."""


def share_of(levels: "NDArray[np.uint8]") -> "NDArray[np.float64]":
    """The share of general articles that hold a term, in (0, 1], from how rare it is."""
    import numpy as np  # noqa: PLC0415

    return np.exp(-_STEP * levels.astype(np.float64))


def language_of(kept: bytes) -> str:
    """The language of a packed wording, of which the first `CODE` bytes are enough; "" where there is none."""
    return kept[:CODE].rstrip(b"\0").decode()


def wording_of(article: Candidate, kept: bytes) -> Wording:
    """The wording of an article with its headline; `kept` is the packed one of its text."""
    import numpy as np  # noqa: PLC0415

    text = text_wording(kept)
    language = text.language or article.language
    title = read(article.title, language)
    beginning = _opening_of(kept)
    named = set(text.terms[text.names].tolist())
    terms = np.array([hashed(term) for term in title.terms], dtype=np.uint32)
    names = np.array([hashed(term) in named or term[0].isdigit() for term in title.terms], dtype=np.bool_)
    in_lead = text.names.copy()
    in_lead[beginning:] = False
    if not names.any() and not in_lead.any():
        names = np.ones(len(terms), dtype=np.bool_)
    levels = np.array(_levels(title), dtype=np.uint8)
    return Wording(
        title.language,
        np.concatenate([terms, text.terms]),
        np.concatenate([levels, text.levels]),
        np.concatenate([names, in_lead]),
        len(terms),
        len(terms) + beginning,
    )


def text_wording(kept: bytes) -> Wording:
    """The wording of a text alone; `names` marks all of its terms that name or count, wherever they stand."""
    import numpy as np  # noqa: PLC0415

    count = _HEAD.unpack_from(kept)[1] if kept else 0
    at = SKETCH.stop
    terms = np.frombuffer(kept, dtype="<u4", count=count, offset=at if count else 0)
    levels = np.frombuffer(kept, dtype=np.uint8, count=count, offset=at + 4 * count if count else 0)
    names = np.frombuffer(kept, dtype=np.uint8, count=count, offset=at + 5 * count if count else 0)
    return Wording(language_of(kept), terms, levels, names.astype(np.bool_), 0, _opening_of(kept))


def _opening_of(kept: bytes) -> int:
    """How many of the terms of a packed wording stand in the first lines of the text."""
    return int(_HEAD.unpack_from(kept)[2]) if kept else 0


def neighbours(terms: "NDArray[np.uint32]") -> "NDArray[np.uint64]":
    """The pairs of neighbouring terms, in order, as numbers."""
    import numpy as np  # noqa: PLC0415

    wide = terms.astype(np.uint64)
    return (wide[:-1] << np.uint64(32)) | wide[1:]


def is_whole(kept: bytes, start: int, language: str) -> bool:
    """Whether bytes can hold a packed wording in a language ("" for any), by its first two letters, from `start` on.

    They do where they hold nothing more, for a text without words has none, or as much as the wording says itself.
    """
    size = len(kept) - start - SKETCH.stop
    if size <= 0:
        return len(kept) == start
    # The number of terms, as `_HEAD` has it; unpacking it takes four times as long, and each kept article is asked.
    count = kept[start + CODE] | kept[start + CODE + 1] << 8
    return size == _A_TERM * count and _is_of(kept[start : start + CODE], language)


@lru_cache(maxsize=1_000)
def _is_of(code: bytes, language: str) -> bool:
    """Whether what a wording begins with may be what is kept of an article that says it is in a language."""
    return not language or language_of(code) in ("", language[:2].lower())


@lru_cache(maxsize=20_000)
def hashed(term: str) -> int:
    """A term as a number of 32 bits, never 0."""
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little") or 1


def _levels(words: Words) -> list[int]:
    """How rare each word is in general, as `share_of` takes it."""
    return [_level(share) for share in document_shares(words.surfaces, words.language)]


@lru_cache(maxsize=2_000)  # wordfreq tells 800 frequencies apart
def _level(share: float) -> int:
    return min(255, round(-math.log(share) / _STEP)) if share > 0.0 else 255


def _heaviest(words: Words, levels: list[int]) -> list[tuple[str, int]]:
    """The terms that say most of what an article is about, the heaviest first, with their weights."""
    rarity = {term: min(level * _STEP, _RAREST) for term, level in zip(words.terms, levels, strict=True)}
    weights = {term: (1.0 + math.log(count)) * rarity[term] for term, count in Counter(words.terms).items()}
    heaviest = sorted(weights, key=lambda term: (-weights[term], term))[:HEAVIEST]
    return [(term, max(1, min(255, round(8 * weights[term])))) for term in heaviest]


@cache
def _inside_sentences() -> re.Pattern[str]:
    """Words with a capital after a word, and not after what may end a sentence or begins a paragraph."""
    capitals = "".join(chr(code) for code in range(0x41, 0x2000) if chr(code).isupper())
    return re.compile(rf"(?<=[^\s.!?:…\"'”’»)\]]\s)[\"'“‘«(\[„]?([{capitals}][\w'’.-]*)")
