"""A sentence model from a folder, run by ONNX Runtime: the optional extra `embeddings`.

    texts -- tokenizer.json, cut at the model's length --> tokens
    tokens -- model.onnx or onnx/model.onnx --> a vector for each text, or for each token: then their mean or the first

The folder is laid out as sentence models are published (Sentence Transformers, with an export to ONNX): beside the two
files it may hold `sentence_bert_config.json`, which says how many tokens a text has at most, `1_Pooling/config.json`,
how token vectors become one, and `modules.json`, what comes after. Nothing is downloaded.
"""

import hashlib
import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigurationError
from monitor.relevance.convolution import Floats32

EXTRA = 'pip install "news-monitor[embeddings]"'

_MODELS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
# What of the folder says how texts become vectors.
_SAYING = ("sentence_bert_config.json", "1_Pooling/config.json", "modules.json")
_MOST_TOKENS = 512  # of most models, where the folder does not say
_TOKENS_AT_ONCE = 8192
# Modules that are done here, by the last part of their type; any other must be within the model.
_DONE_HERE = ("Transformer", "Pooling", "Normalize")
_TEXTS = (".json", ".txt", ".md")  # of a folder, no weights
_VECTOR_OF_A_TEXT = "sentence_embedding"  # what Sentence Transformers calls it in what it exports
_LEAST = 1e-9


class SentenceModel:
    """A model that is loaded; `mark` tells it from any other, by what its files hold. Safe for several threads."""

    def __init__(self, session: Any, tokenizer: Any, mark: str, *, by_first_token: bool) -> None:
        self.mark = mark
        self._session, self._tokenizer, self._by_first_token = session, tokenizer, by_first_token
        self._inputs = [each.name for each in session.get_inputs()]
        outputs = session.get_outputs()
        # The vector of each text where the model says that it gives one, else those of its tokens, which are pooled
        # here: of a plain encoder's outputs the shorter one is made for another task.
        by_text = [each for each in outputs if each.name == _VECTOR_OF_A_TEXT]
        self._output = max(by_text or outputs, key=lambda each: len(each.shape)).name

    @classmethod
    def loaded(cls, folder: Path) -> Self:
        """The model in a folder.

        Raises ConfigurationError, naming the file and what to do, where the extra is not installed or the folder holds
        no model that gives vectors.
        """
        runtime, tokenizers = _package("onnxruntime"), _package("tokenizers")
        found = [folder / name for name in _MODELS if (folder / name).is_file()]
        path = found[0] if found else folder / _MODELS[0]
        said = {name: _said(folder / name) for name in _SAYING}
        content = {each: _bytes(each) for each in (path, folder / _TOKENIZER)}
        try:
            tokenizer = tokenizers.Tokenizer.from_str(content[folder / _TOKENIZER].decode("utf-8"))
        except Exception as error:  # tokenizers raises Exception itself
            raise _damaged(folder / _TOKENIZER, error) from error
        given = tokenizer.truncation["max_length"] if tokenizer.truncation else _MOST_TOKENS
        tokenizer.enable_truncation(said["sentence_bert_config.json"].get("max_seq_length") or given)
        tokenizer.no_padding()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        mark = _mark(path, json.dumps(said, sort_keys=True).encode() + b"".join(content.values()))
        try:
            # By its path, for weights may lie in a file beside it.
            session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            model = cls(session, tokenizer, mark, by_first_token=_by_first_token(folder, said))
            model.encode(["."])
        except ConfigurationError:
            raise
        except Exception as error:  # ONNX Runtime's own errors have no common ancestor
            raise _damaged(path, error) from error
        return model

    def encode(self, texts: Sequence[str]) -> Floats32:
        """A vector of unit length for each text."""
        tokens = [each.ids for each in self._tokenizer.encode_batch(list(texts))]
        found: list[Floats32 | None] = [None] * len(tokens)
        for some in _batches([len(ids) for ids in tokens]):
            for at, vector in zip(some, self._vectors([tokens[at] for at in some]), strict=True):
                found[at] = vector
        return np.array(found, dtype=np.float32)

    def _vectors(self, tokens: Sequence[Sequence[int]]) -> Floats32:
        """The vectors of some texts of about one length."""
        longest = max(1, *map(len, tokens))
        ids, mask = (np.zeros((len(tokens), longest), dtype=np.int64) for _ in range(2))
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (found,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        vectors = _pooled(found, mask, by_first_token=self._by_first_token)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, _LEAST), dtype=np.float32)


def _mark(model: Path, content: bytes) -> str:
    """What tells a model from others: the hash of its content, and of the weights that lie in files beside it."""
    found = hashlib.sha256(content)
    for path in sorted(model.parent.glob("*")):
        if path.is_file() and path != model and path.suffix not in _TEXTS:
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"a sentence model needs the package {name}: {EXTRA}"
        raise ConfigurationError(message) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = (
            f"{path}: cannot be read ({error.strerror or error}); the folder of a sentence model holds "
            f"{_TOKENIZER} and {' or '.join(_MODELS)}"
        )
        raise ConfigurationError(message) from error


def _said(path: Path) -> Any:
    """What a file of the folder says, {} where it is not there."""
    if not path.is_file():
        return {}
    try:
        return json.loads(_bytes(path))
    except ValueError as error:
        raise _damaged(path, error) from error


def _by_first_token(folder: Path, said: dict[str, Any]) -> bool:
    """Whether the first token's vector stands for the text, in place of the mean of all."""
    further = [each["type"] for each in said["modules.json"] or () if each["type"].split(".")[-1] not in _DONE_HERE]
    how = {name for name, yes in said["1_Pooling/config.json"].items() if name.startswith("pooling_mode_") and yes}
    if further or (not how <= {"pooling_mode_mean_tokens"} and how != {"pooling_mode_cls_token"}):
        message = (
            f"{folder}: {', '.join(further) or ', '.join(sorted(how))} is not known here; export the model so that it "
            "gives a vector for each text, and leave modules.json and 1_Pooling out"
        )
        raise ConfigurationError(message)
    return how == {"pooling_mode_cls_token"}


def _pooled(found: NDArray[Any], mask: NDArray[np.int64], *, by_first_token: bool) -> NDArray[Any]:
    if found.ndim == 2:
        return found
    if by_first_token:
        return np.asarray(found[:, 0])
    weights = mask[:, :, None].astype(found.dtype)
    return np.asarray((found * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """The texts in batches of about one length, so that little is filled up; as many as make so many tokens."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if not batches or (len(batches[-1]) + 1) * lengths[at] > _TOKENS_AT_ONCE:
            batches.append([])
        batches[-1].append(at)
    return batches


def _damaged(path: Path, error: Exception) -> ConfigurationError:
    said = " ".join(str(error).split())[:200]
    return ConfigurationError(f"{path}: is no part of a sentence model that can be used ({said}); export it again")
