"""TF-IDF vectors over words, with a background of general language, so that a first day needs no archive.

Term weight: (1 + log tf) * idf, rows of unit length. A term's share of documents is estimated from the archive and from
`PSEUDO_DOCUMENTS` documents of general language by wordfreq, as measured for this project: with no archive word
frequencies alone order nearly as well, and 20 to 50 ordinary articles already replace them.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from monitor.text.frequencies import frequencies
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


def document_shares(surfaces: Sequence[str], language: str) -> list[float]:
    """The share of general documents that hold each word, in [0, 1]: 1 - exp(-frequency * length of an article)."""
    return [-math.expm1(-share * _ARTICLE_WORDS) for share in frequencies(language).shares(surfaces)]


def document_share(surface: str, language: str) -> float:
    """The same of one word."""
    return document_shares([surface], language)[0]


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
    written: dict[str, list[tuple[str, str]]] = {}
    for form, language in language_of.items():
        written.setdefault(language, []).append(form)
    forms: dict[str, list[float]] = {}
    for language, known in written.items():
        shares = document_shares([surface for _, surface in known], language)
        for (term, _), share in zip(known, shares, strict=True):
            forms.setdefault(term, []).append(share)
    return {term: min(1.0, math.fsum(forms[term])) for term in sorted(forms)}
