"""Sentence models that tests make: a vector for each of a few words."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

DIMENSIONS = 8
WORDS = ("wolf", "sheep", "city", "predator", "lamb", "chips", "china", "[other]")


def _weights() -> NDArray[np.float32]:
    rows = 2 * np.eye(len(WORDS), DIMENSIONS, dtype=np.float32)
    for word, like in (("predator", "wolf"), ("lamb", "sheep")):
        rows[WORDS.index(word)] = rows[WORDS.index(like)] + 0.3
    return rows


WEIGHTS = _weights()


def make_model(folder: Path, *, per_text: bool = False, name: str = "model.onnx") -> Path:
    """A folder with a model that knows `WORDS` by `WEIGHTS`: a vector for each token, or one for each text."""
    (folder / name).parent.mkdir(parents=True)
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[other]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    onnx.save(_network(per_text=per_text), str(folder / name))
    return folder


def _network(*, per_text: bool) -> Any:
    nodes = [helper.make_node("Gather", ["weights", "input_ids"], ["tokens"])]
    if per_text:
        nodes.append(helper.make_node("ReduceMean", ["tokens"], ["text"], axes=[1], keepdims=0))
    shape = ["texts", DIMENSIONS] if per_text else ["texts", "length", DIMENSIONS]
    graph = helper.make_graph(
        nodes,
        "words",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "length"])],
        [helper.make_tensor_value_info("text" if per_text else "tokens", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(WEIGHTS, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
