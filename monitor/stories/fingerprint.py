"""A text as what is kept of it to compare it: the MinHash signature of its runs of four words, and its wording.

The hashes are the same in every process and on every machine, for signatures are kept, and made by many workers
(Python's own `hash` of strings differs from process to process).
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from monitor.stories.candidates import Candidate
from monitor.stories.hashing import distinct
from monitor.stories.wording import is_whole, packed
from monitor.text import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Words in a run. Of 3, 4 and 5 words, measured for this project on eleven kinds of copies, 4 find reworded copies that
# 5 miss, and share less by chance than 3.
RUN = 4
PERMUTATIONS = 128
MINHASH_BYTES = 4 * PERMUTATIONS
# What is read of a text, in characters: whole books are served as pages, and a copy of their beginning is a copy.
MOST_CHARACTERS = 60_000
# Runs hashed at once: bounds the table of hashes times permutations to some 4 MB.
_BLOCK = 4096
_SEED = 1
# Knuth's multiplier of MMIX: odd, so that no bit of a word's hash is lost on the way.
_MULTIPLIER = 6364136223846793005


@lru_cache(maxsize=20_000)
def _hashed(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def runs_of(text: str) -> "NDArray[np.uint64]":
    """The distinct hashed runs of four words of a text (of characters where no spaces part them), sorted.

    Empty for fewer than four words. Beyond the first `MOST_CHARACTERS` characters nothing is read.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    words = tokens(text[:MOST_CHARACTERS])
    count = len(words) - RUN + 1
    if count < 1:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.fromiter(map(_hashed, words), dtype=np.uint64, count=len(words))
    runs = np.zeros(count, dtype=np.uint64)
    for offset in range(RUN):
        runs = runs * np.uint64(_MULTIPLIER) + hashes[offset : offset + count]
    return distinct(runs ^ (runs >> np.uint64(32)))


def signature(text: str, language: str = "") -> bytes:
    """What is kept of a text to compare it with others; b"" for fewer than four words.

    First its MinHash signature: 128 numbers of 32 bits, little-endian. Two texts agree in about that share of positions
    which is the Jaccard similarity of their runs of four words (Broder, On the resemblance and containment of
    documents, 1997), give or take 0.04. Then its wording, some 6 bytes a word; `language` is guessed where it is "".
    """
    import numpy as np  # noqa: PLC0415

    runs = runs_of(text)
    if not len(runs):
        return b""
    return _minhash(runs.astype(np.uint32)).astype("<u4").tobytes() + packed(text, language)


def _minhash(hashes: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    """The least of all hashes under each permutation: what datasketch's scheme "affine32" gives.

    Made here, for datasketch brings much that nobody asks it for: 0.2 s and 44 MB of what readers load.
    """
    import numpy as np  # noqa: PLC0415

    # MurmurHash3's finalizer, so that near numbers are far apart.
    mixed = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    factors, offsets = _permutations()
    least = np.full(PERMUTATIONS, 0xFFFFFFFF, dtype=np.uint32)
    for start in range(0, len(mixed), _BLOCK):
        permuted = factors[:, np.newaxis] * mixed[start : start + _BLOCK] + offsets[:, np.newaxis]
        np.minimum(least, permuted.min(axis=1), out=least)
    return least


@cache
def _permutations() -> "tuple[NDArray[np.uint32], NDArray[np.uint32]]":
    """Factors, which are odd, and offsets of permutations of the numbers of 32 bits."""
    import numpy as np  # noqa: PLC0415

    drawn = np.random.RandomState(_SEED)  # its sequence never changes, as NumPy promises
    factors = drawn.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)


def signed(articles: Iterable[Candidate]) -> list[Candidate]:
    """The articles, each with a signature that can be used: a new one where it has none, or one that cannot.

    One made by another version cannot, nor one whose words were read in another language than the article is in.
    """
    return [
        article
        if is_whole(article.signature, MINHASH_BYTES, article.language)
        else replace(article, signature=signature(article.text, article.language))
        for article in articles
    ]
