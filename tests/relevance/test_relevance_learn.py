"""Verdicts to models."""

import hashlib

import pytest
from relevance_topics import Newsroom, profile, topic

from monitor.errors import ConfigurationError, StoreError
from monitor.models import Model
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, words_of
from monitor.relevance.learn import fit, open_model


@pytest.fixture
def model(newsroom: Newsroom) -> Model:
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items[::2]}
    return fit(profile(), topic(), Archive(newsroom.items, verdicts))


def test_a_model_prefers_what_was_liked(newsroom: Newsroom, model: Model) -> None:
    taught = open_model(model, profile())
    margins = taught.margins([words_of(item) for item in newsroom.items[1::2]])
    on = [newsroom.label("ai-competition", item) == "on" for item in newsroom.items[1::2]]
    assert average_precision(on, margins.tolist()) > 0.85


def test_a_model_says_what_it_was_made_of(newsroom: Newsroom, model: Model) -> None:
    assert model.topic == "ai-competition"
    assert model.profile_version == profile().version
    assert model.version == model.sha256[:16]
    assert model.figures["verdicts"] == len(newsroom.items[::2])
    assert model.figures["average_precision"] > 0.6


def test_equal_verdicts_teach_equally(newsroom: Newsroom, model: Model) -> None:
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items[::2]}
    again = open_model(fit(profile(), topic(), Archive(newsroom.items, verdicts)), profile())
    documents = [words_of(item) for item in newsroom.items]
    assert again.margins(documents).tolist() == open_model(model, profile()).margins(documents).tolist()


def test_no_verdict_no_model(newsroom: Newsroom) -> None:
    with pytest.raises(ConfigurationError, match="topic ai-competition has no verdict"):
        fit(profile(), topic(), Archive(newsroom.items, {"unknown": True}))


@pytest.mark.parametrize("answer", [True, False])
def test_verdicts_of_one_kind_teach_something(newsroom: Newsroom, answer: bool) -> None:
    made = fit(profile(), topic(), Archive(newsroom.items[:5], {item.id: answer for item in newsroom.items[:5]}))
    assert made.figures == {"verdicts": 5, "relevant": 5 * answer}


def test_a_changed_model_is_refused(model: Model) -> None:
    model.content = b"x" + model.content[1:]
    with pytest.raises(StoreError, match="was changed since it was kept: run `monitor train`"):
        open_model(model, profile())


def test_a_model_for_other_seeds_is_refused(model: Model) -> None:
    with pytest.raises(StoreError, match="other seeds"):
        open_model(model, profile("wind"))


def test_bytes_that_are_no_model_are_refused(model: Model) -> None:
    model.content = b"no model"
    model.sha256 = hashlib.sha256(model.content).hexdigest()
    with pytest.raises(StoreError, match="cannot be read"):
        open_model(model, profile())
