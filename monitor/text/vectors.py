"""TF-IDF vectors over words, with a background of general language, so that a first day needs no archive.

Term weight: (1 + log tf) * idf, rows of unit length. A term's share of documents is estimated from the archive and from
`PSEUDO_DOCUMENTS` documents of general language by wordfreq, as measured for this project: with no archive word
frequencies alone order nearly as well, and 20 to 50 ordinary articles already replace them.
"""

import gzip
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from monitor.text.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PSEUDO_DOCUMENTS = 10.0
# Words in an article, the median of the corpora measured: turns a frequency a word into a share of documents.
_ARTICLE_WORDS = 270
# Beyond one document in this many rarity says nothing more: average precision from one seed, with no archive, was 0.385
# at 1e-5, 0.469 at 1e-3 and 0.491 at 1e-2 (BBC sections; the same order on two other sets). An archive allows more.
_RAREST_DOCUMENTS = 100
# wordfreq tells 800 levels apart.
_LEVEL_BITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class _Frequencies:
    """How frequent the words of a language are, as arrays sorted by the words' hashes: 6 bytes a word.

    wordfreq's own dictionaries take 130: those of the 28 languages of a day's news took 890 MB. Of words that are in
    no table one in 6,000 to 400,000, by how many are, is taken for another one.
    """

    hashes: "NDArray[np.uint32]"
    levels: "NDArray[np.int16]"

    @classmethod
    def of(cls, path: Path) -> "_Frequencies":
        """The table in a file of wordfreq: after a header, the words of each level in UTF-8, the most frequent first.

        wordfreq's own reader makes strings of them, which are bytes again as soon as they are hashed: 85 to 270 ms a
        language, and these are 35 to 105. Raises ValueError where the file is not of that form.
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
        return cls((keys >> np.uint64(_LEVEL_BITS)).astype(np.uint32), levels.astype(np.int16))

    def get(self, word: str) -> float:
        """The share of all words that are this one, 0 for one that is not in the table."""
        hashed = self.hashes.dtype.type(_hashed(word))  # of an int NumPy would make a wider copy of the whole table
        place = int(self.hashes.searchsorted(hashed))  # of two words with one hash the more frequent
        if place == len(self.hashes) or self.hashes[place] != hashed:
            return 0.0
        return float(10.0 ** (-int(self.levels[place]) / 100))  # wordfreq keeps frequencies in centibels


def _hashed(word: str) -> int:
    """A word as a number of 32 bits, the same in every process: what is relevant must not differ from run to run."""
    return crc32(word.encode("utf-8", "surrogatepass"))


@cache
def _frequencies(language: str) -> _Frequencies:
    """wordfreq's table of a language, or English, whose names travel, where it has none."""
    import wordfreq  # noqa: PLC0415 - 0.2 s that a command without vectors can do without

    path = wordfreq.available_languages().get(language)
    return _Frequencies.of(Path(path)) if path else _frequencies("en")


def document_share(surface: str, language: str) -> float:
    """The share of general documents that hold a word, in [0, 1]: 1 - exp(-frequency * length of an article)."""
    return -math.expm1(-_frequencies(language).get(surface) * _ARTICLE_WORDS)


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """A vocabulary with its weights, fitted once; `transform` gives rows of unit length over it."""

    vocabulary: Mapping[str, int]
    weights: "NDArray[np.float64]"

    @classmethod
    def fit(cls, documents: Sequence[Words], background: Sequence[Words] = ()) -> "Vectors":
        """Vectors over the terms of `documents`, weighted by how rare they are in `background` and in general.

        `background` is the archive, which may hold the documents; empty means that general language alone weighs.
        """
        import numpy as np  # noqa: PLC0415 - kept out of start-up

        shares = _general_shares(documents)
        counted: Counter[str] = Counter()
        for words in background:
            counted.update(set(words.terms))
        vocabulary = {term: column for column, term in enumerate(shares)}
        total = len(background) + PSEUDO_DOCUMENTS
        rarest = 1.0 / (len(background) + _RAREST_DOCUMENTS)
        weights = np.array(
            [
                -math.log(min(1.0, max((counted[term] + PSEUDO_DOCUMENTS * share) / total, rarest)))
                for term, share in shares.items()
            ],
            dtype=np.float64,
        )
        return cls(vocabulary, weights)

    def transform(self, documents: Sequence[Words]) -> Any:
        """One row a document, as a SciPy CSR matrix of float64; rows have length 1, or 0 where no term is known."""
        import numpy as np  # noqa: PLC0415
        from scipy import sparse  # noqa: PLC0415

        unknown = len(self.vocabulary)
        terms = chain.from_iterable(words.terms for words in documents)
        columns = np.fromiter(map(self.vocabulary.get, terms, repeat(unknown)), dtype=np.int32)
        ends = np.cumsum([0, *(len(words.terms) for words in documents)])
        matrix = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(documents), unknown + 1))
        matrix.sum_duplicates()
        matrix = sparse.csr_matrix(matrix[:, :unknown])
        matrix.data = (1.0 + np.log(matrix.data)) * self.weights[matrix.indices]
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        lengths[lengths == 0.0] = 1.0
        return sparse.csr_matrix(sparse.diags(1.0 / lengths) @ matrix)


def _general_shares(documents: Sequence[Words]) -> dict[str, float]:
    """Each term's share of general documents: that of its forms seen here together, at most 1; sorted by term."""
    language_of: dict[tuple[str, str], str] = {}
    for words in reversed(documents):  # a form is of the language of the first that writes it
        language_of.update(dict.fromkeys(zip(words.terms, words.surfaces, strict=True), words.language))
    forms: dict[str, list[float]] = {}
    for (term, surface), language in language_of.items():
        forms.setdefault(term, []).append(document_share(surface, language))
    return {term: min(1.0, math.fsum(forms[term])) for term in sorted(forms)}
