"""A text as the set of its four-word shingles, and that set's MinHash.

In: plain text. Out: arrays of 64-bit hashes, or the signature as bytes, the same in every process and on every machine
(CRC-32 of the tokens, mixed by MurmurHash3's finaliser; Python's own `hash` differs from process to process).
"""

import zlib

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from monitor.text import tokens

SLOTS = 128
"""Values in a signature: the standard error of the resemblance that it estimates is at most 0.045."""

SHORTEST = 8
"""Shingles below which a text is too short to be recognised by them (some ten words)."""

_WORDS = 4
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SEED = 1
_SCHEME = "affine32"
_PERMUTATIONS = MinHash(num_perm=SLOTS, seed=_SEED, scheme=_SCHEME).permutations

Hashes = NDArray[np.uint64]


def shingles(text: str) -> Hashes:
    """The distinct hashes of every four tokens running (characters in pairs where a script has no spaces), sorted."""
    words = tokens(text)
    if len(words) < _WORDS:
        return np.zeros(0, dtype=np.uint64)
    hashed = np.fromiter((zlib.crc32(word.encode()) for word in words), dtype=np.uint64, count=len(words))
    mixed = np.zeros(len(words) - _WORDS + 1, dtype=np.uint64)
    for place in range(_WORDS):
        mixed = (mixed + hashed[place : len(words) - _WORDS + 1 + place]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3, fmix64: https://github.com/aappleby/smhasher
    mixed ^= mixed >> np.uint64(33)
    return np.unique(mixed)


def signature(text: str) -> bytes:
    """The MinHash of a text's shingles, 512 bytes; empty where the text is too short to be recognised by them.

    Broder, On the resemblance and containment of documents (1997), as implemented by datasketch.
    """
    found = shingles(text)
    if len(found) < SHORTEST:
        return b""
    sketch = MinHash(num_perm=SLOTS, seed=_SEED, scheme=_SCHEME, hashfunc=int, permutations=_PERMUTATIONS)
    sketch.update_batch((found >> np.uint64(32)).tolist())
    return np.asarray(sketch.hashvalues, dtype="<u4").tobytes()


def slots(sketch: bytes) -> NDArray[np.uint32]:
    """The values of a signature; none where it is empty or of another make."""
    if len(sketch) != 4 * SLOTS:
        return np.zeros(0, dtype=np.uint32)
    return np.frombuffer(sketch, dtype="<u4").astype(np.uint32)
