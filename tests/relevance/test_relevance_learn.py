"""Verdicts to models."""

import hashlib

import pytest
from relevance_topics import Newsroom, profile, topic

from monitor.errors import ConfigurationError, StoreError
from monitor.models import Model
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, words_of
from monitor.relevance.learn import Lesson, compare, fit, open_model, seed_words
from monitor.relevance.profile import interest


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
    assert model.sha256 == hashlib.sha256(model.content).hexdigest()
    assert model.accepted
    assert model.figures["verdicts"] == len(newsroom.items[::2])
    assert model.figures["average_precision"] > 0.6


def test_equal_verdicts_teach_equally(newsroom: Newsroom, model: Model) -> None:
    verdicts = {item.id: newsroom.label("ai-competition", item) == "on" for item in newsroom.items[::2]}
    second = fit(profile(), topic(), Archive(newsroom.items, verdicts))
    assert second.version == model.version
    again = open_model(second, profile())
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


def lesson_of(newsroom: Newsroom, count: int) -> tuple[Lesson, list[bool]]:
    """Every other article judged, at most `count`; the rest is the stream."""
    chosen = [*newsroom.items[: count // 2], *newsroom.items[-(count - count // 2) :]]
    truth = [newsroom.label("ai-competition", item) == "on" for item in chosen]
    rest = [words_of(item) for item in newsroom.items if item not in chosen]
    judged = [(words_of(item), yes) for item, yes in zip(chosen, truth, strict=True)]
    return Lesson.of(seed_words(interest(profile())), judged, rest), truth


@pytest.mark.parametrize(("count", "folds"), [(20, 20), (40, 10)])
def test_few_verdicts_are_left_out_one_by_one_and_many_in_folds(newsroom: Newsroom, count: int, folds: int) -> None:
    lesson, truth = lesson_of(newsroom, count)
    found = compare(lesson, truth, [None] * count)
    assert found.folds == folds
    assert found.no_worse
    assert found.average_precision >= found.average_precision_before - 0.05


def test_a_model_that_learnt_the_wrong_way_round_is_not_taken(newsroom: Newsroom) -> None:
    """Half of the verdicts were given upside down since: the model before is better beyond one standard error."""
    lesson, truth = lesson_of(newsroom, 40)
    spoilt = [yes if at % 2 else not yes for at, yes in enumerate(truth)]
    right, wrong = lesson.held_out(truth, 10), lesson.held_out(spoilt, 10)
    assert average_precision(truth, right.tolist()) > average_precision(truth, wrong.tolist())
    before = compare(lesson, truth, spoilt)
    assert before.no_worse
    assert before.log_loss < before.log_loss_before


def test_equal_lessons_are_no_worse_than_each_other(newsroom: Newsroom) -> None:
    lesson, truth = lesson_of(newsroom, 20)
    same = compare(lesson, truth, truth)
    assert same.log_loss == same.log_loss_before
    assert same.error == 0.0
    assert same.no_worse


def test_contradicting_verdicts_give_chances_and_no_certainty(newsroom: Newsroom) -> None:
    twin = words_of(newsroom.items[0])
    lesson = Lesson.of(seed_words(interest(profile())), [(twin, True), (twin, False)] * 6, [])
    found = compare(lesson, [True, False] * 6, [None] * 12)
    assert 0.6 < found.log_loss < 0.8
