"""Meaning beyond words, where sentence vectors are installed, and none where they are not."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from encoders import encoders_followed
from relevance_topics import Newsroom, profile, profile_of, topic

from monitor.relevance import encoder, encoders, meaning
from monitor.relevance.items import Archive, Item
from monitor.relevance.profile import interest
from monitor.relevance.remembered import Remembered
from monitor.relevance.scorer import judge


def test_without_vectors_words_alone_judge(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(name: str) -> object:
        message = f"No module named {name}"
        raise ModuleNotFoundError(message)

    monkeypatch.setattr(encoder.importlib, "import_module", missing)
    encoders.unload()
    monkeypatch.setattr(meaning, "_known", Remembered(10))
    try:
        with caplog.at_level(logging.INFO):
            judged = judge(profile(), topic(), newsroom.items)
        assert meaning.aim(interest(profile())) is None
        with pytest.raises(RuntimeError, match="no sentence encoder"):
            meaning.encode(["a text"])
    finally:
        encoders.unload()
    assert any(judgement.relevant for judgement in judged)
    assert "judged by words alone" in caplog.text


def test_ordinary_news_is_far_from_any_interest() -> None:
    for name in ("ai-competition", "malaria", "wind"):
        towards = meaning.aim(interest(profile(name)))
        assert towards is not None
        nearness = towards.whole.nearness(meaning._ordinary(encoders.encoder_name()))
        assert abs(float(np.median(nearness))) < 1.5
        assert towards.whole.nearness(towards.sentence_vectors[0]).mean() > 3.0


def test_what_shares_no_word_with_the_seed_is_found() -> None:
    made = profile_of(
        "# Wolves\n\n- Return: wolves come back to the forests of Europe and settle near villages.\n"
        "- Herds: shepherds lose sheep to the packs and ask for guard dogs, fences and payment for killed animals.",
        "en",
    )
    on = Item("1", "Predators kill lambs again", "Farmers in the Alps want compensation for livestock.", "en")
    off = Item("2", "Club signs striker", "The forward joins on a four-year deal from a rival.", "en")
    judged = judge(made, topic("test"), [on, off])
    assert judged[0].score > 5 * judged[1].score


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("de", "China holt bei KI-Chips auf", "Peking fördert Hersteller, weil Washington die Ausfuhr sperrt."),
        ("fr", "La Chine rattrape son retard dans l'IA", "Pékin finance ses puces, Washington limite l'exportation."),
        ("zh", "中国加快研发人工智能芯片", "美国限制出口后，北京加大对本土大模型和算力的投入。"),
    ],
)
def test_other_languages_are_read_without_a_list_of_terms(language: str, title: str, text: str) -> None:
    weather = {"de": "Sonniges Wochenende", "fr": "Week-end ensoleillé", "zh": "周末天气晴朗"}[language]
    on, off = judge(profile(), topic(), [Item("1", title, text, language), Item("2", weather, weather, language)])
    assert on.score > 0.1 > off.score


def test_of_many_articles_the_nearest_are_read_in_full(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "_READ_IN_FULL", 30)
    quick = judge(profile(), topic(), newsroom.items)
    labels = {item.id: newsroom.label("ai-competition", item) for item in newsroom.items}
    assert sum(judgement.relevant for judgement in quick if labels[judgement.id] == "on") >= 14
    assert not any(judgement.relevant for judgement in quick if labels[judgement.id] == "off")
    told = Archive(verdicts={newsroom.items[-1].id: False})
    assert len(judge(profile(), topic(), newsroom.items, told)) == len(newsroom.items)


def test_vectors_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "_known", Remembered(3))
    first = meaning.encode(["one", "two", "three", "four", "five"])
    assert len(meaning._known) == 3
    again = meaning.encode(["five", "one"])
    assert np.allclose(first[[4, 0]], again, atol=1e-4)  # a step of half precision, to which they may round differently


def test_vectors_given_with_the_items_judge_alike_and_nothing_is_read_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = judge(profile(), topic(), newsroom.items[40:], Archive(newsroom.items[:40]))
    vectors = meaning.vectors_of(newsroom.items)
    given = [replace(item, vector=vector) for item, vector in zip(newsroom.items, vectors, strict=True)]
    titles_and_texts = {meaning.text_of(item) for item in newsroom.items}
    read = meaning.encode

    def noted(texts: Sequence[str]) -> object:
        assert not titles_and_texts & set(texts)
        return read(texts)

    monkeypatch.setattr(meaning, "encode", noted)
    assert judge(profile(), topic(), given[40:], Archive(tuple(given[:40]))) == expected


def test_of_very_many_without_a_vector_those_with_a_near_title_are_read(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "_READ_IN_FULL", 30)
    judged = judge(profile(), topic(), newsroom.items)
    on = [newsroom.label("ai-competition", item) == "on" for item in newsroom.items]
    assert sum(each.relevant for each, yes in zip(judged, on, strict=True) if yes) >= 14
    assert sum(each.relevant for each, yes in zip(judged, on, strict=True) if not yes) <= 2


def test_of_very_many_some_are_woven_into_the_graph(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "_MOST_ROWS", 40)
    archive = Archive(newsroom.items[20:], {newsroom.items[60].id: False, newsroom.items[25].id: True})
    judged = judge(profile(), topic(), newsroom.items[:20], archive)
    assert sum(each.relevant for each in judged) >= 14


def test_the_encoder_gives_its_memory_back_and_comes_again() -> None:
    before = meaning.encode(["Ports order cranes without drivers"])
    with encoders_followed() as loaded:
        assert encoders.available()
        assert len(loaded) == 1
        encoders.unload()
        assert len(loaded) == 0
        assert np.array_equal(meaning.encode(["Ports order cranes without drivers"]), before)
        assert len(loaded) == 0
        assert np.linalg.norm(meaning.encode(["A text that was not read before"])) == pytest.approx(1.0, abs=1e-2)
        assert len(loaded) == 1
