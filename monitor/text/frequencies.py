"""How frequent the words of a language are: wordfreq's tables, as arrays that are looked up by a word's hash.

A table takes 35 to 105 ms to make, and is kept (`shelf.py`): every process, and every later run, maps it from there, so
that it is in memory once too.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zlib import crc32

from monitor.text import shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# wordfreq tells 800 levels apart.
_LEVEL_BITS = 16
_NONE = -1  # the level of a word that is in no table
_HASH_BYTES, _WORD_BYTES = 4, 6
# In the name of a table that is kept: another way of hashing or ordering needs another.
_FORM = 1


@dataclass(frozen=True, slots=True, eq=False)
class Frequencies:
    """A table: the hashes of its words in order, and how frequent each is in centibels, 6 bytes a word.

    wordfreq's own dictionaries take 130: those of the 28 languages of a day's news took 890 MB. Of words that are in
    no table one in 6,000 to 400,000, by how many are, is taken for another one.
    """

    hashes: "NDArray[np.uint32]"
    levels: "NDArray[np.int16]"

    @classmethod
    def made(cls, path: Path) -> Self:
        """The table in a file of wordfreq: after a header, the words of each level in UTF-8, the most frequent first.

        wordfreq's own reader makes strings of them, which are bytes again as soon as they are hashed: 85 to 270 ms a
        language. Raises ValueError where the file is not of that form.
        """
        import msgpack  # noqa: PLC0415 - with wordfreq, which reads its files by it
        import numpy as np  # noqa: PLC0415 - kept out of start-up

        header, *buckets = msgpack.unpackb(gzip.decompress(path.read_bytes()), raw=True)
        if header != {b"format": b"cB", b"version": 1}:
            message = f"{path.name} is no table of word frequencies in a form that is known"
            raise ValueError(message)
        sizes = [len(bucket) for bucket in buckets]
        hashes = np.fromiter(map(crc32, chain.from_iterable(buckets)), np.uint64, sum(sizes))
        keys = (hashes << np.uint64(_LEVEL_BITS)) | np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
        keys.sort()  # of two words with one hash the more frequent comes first
        levels = keys & np.uint64((1 << _LEVEL_BITS) - 1)
        return cls((keys >> np.uint64(_LEVEL_BITS)).astype("<u4"), levels.astype("<i2"))

    @classmethod
    def of(cls, content: bytes | mmap) -> Self:
        """The table in bytes as `content` gives them, which stay where they are."""
        import numpy as np  # noqa: PLC0415

        count = len(content) // _WORD_BYTES
        hashes = np.frombuffer(content, "<u4", count)
        return cls(hashes, np.frombuffer(content, "<i2", count, offset=_HASH_BYTES * count))

    @property
    def content(self) -> bytes:
        """The table as bytes: the hashes, then the levels, little-endian."""
        return self.hashes.tobytes() + self.levels.tobytes()

    def shares(self, words: Sequence[str]) -> list[float]:
        """For each word the share of all words that are this one, 0 for one that is not in the table."""
        import numpy as np  # noqa: PLC0415

        # Of another type NumPy would make a wider copy of the whole table.
        hashed = np.fromiter(map(_hashed, words), self.hashes.dtype, len(words))
        places = self.hashes.searchsorted(hashed)
        found = self.hashes.take(places, mode="clip") == hashed
        return [_share(level) for level in np.where(found, self.levels.take(places, mode="clip"), _NONE).tolist()]


@cache
def frequencies(language: str) -> Frequencies:
    """The table of a language, or that of English, whose names travel, where wordfreq has none."""
    import wordfreq  # noqa: PLC0415 - 0.2 s that a command without vectors can do without

    path = wordfreq.available_languages().get(language)
    if path is None:
        return frequencies("en")
    source = Path(path)
    name = shelf.name_of(source, _FORM)
    return Frequencies.of(shelf.taken(name, lambda: Frequencies.made(source).content, _is_whole))


def _is_whole(content: bytes | mmap) -> bool:
    return len(content) % _WORD_BYTES == 0


@cache
def _share(level: int) -> float:
    """The share of all words at a level: wordfreq keeps frequencies in centibels."""
    return 0.0 if level == _NONE else float(10.0 ** (-level / 100))


def _hashed(word: str) -> int:
    """A word as a number of 32 bits, the same in every process: what is relevant must not differ from run to run."""
    return crc32(word.encode("utf-8", "surrogatepass"))
