"""Words, sentences and vectors."""

import gzip
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgpack
import numpy as np
import pytest
import wordfreq
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import (
    Vectors,
    content_hash,
    document_share,
    document_shares,
    guess_language,
    read,
    sentences,
    stems,
    stop_words,
    tokens,
    without_dateline,
)
from monitor.text.frequencies import Frequencies, frequencies
from monitor.text.shelf import keep_in

ANY_TEXT = st.text(st.characters(), max_size=300)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The firm’s chips, and Xi's plan", ["the", "firm", "chips", "and", "xi", "plan"]),
        ("A.I. in the U.S. and the US: tell us", ["ai", "in", "the", "usa", "and", "the", "usa", "tell", "us"]),
        ("Rmb380bn ($53bn), 1,250 jobs, 3.5%", ["rmb380bn", "53bn", "1250", "jobs", "3.5"]),
        ("L’intelligence artificielle d'aujourd'hui", ["l", "intelligence", "artificielle", "d", "aujourd", "hui"]),
        ("O'Brien doesn't, we'll see", ["o'brien", "not", "we", "see"]),
        ("open-source snake_case", ["open", "source", "snake", "case"]),
        ("阿里巴巴发布Qwen模型", ["阿里", "里巴", "巴巴", "巴发", "发布", "qwen", "模型"]),
        ("猫", ["猫"]),
        ("Künstliche Intelligenz", ["künstliche", "intelligenz"]),
        ("कृत्रिम बुद्धि", ["कृत्रिम", "बुद्धि"]),
        ("Ｑｗｅｎ", ["qwen"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Dr. Li met J. Ma at 3.5 p.m. in Beijing. He spoke.",
            ["Dr. Li met J. Ma at 3.5 p.m. in Beijing.", "He spoke."],
        ),
        ("“Jack is back.” He is, though.", ["“Jack is back.”", "He is, though."]),
        ("“Really?” he asked. Yes.", ["“Really?” he asked.", "Yes."]),
        ("A heading\n\nA paragraph of text", ["A heading", "A paragraph of text"]),
        ("First paragraph.\nSecond paragraph.", ["First paragraph.", "Second paragraph."]),
        ("a line that an editor\nwrapped here.", ["a line that an editor wrapped here."]),
        (
            "Ports that ordered cranes without drivers wait for the software\nThe first of them were due in May, says "
            "the harbour master, and have not come. Nobody knows why.",
            [
                "Ports that ordered cranes without drivers wait for the software",
                "The first of them were due in May, says the harbour master, and have not come.",
                "Nobody knows why.",
            ],
        ),
        (
            "The minister who had opened the first of the new wharves, Ada\nQuay, said that the port would wait for "
            "the cranes no longer\nthan until May.",
            [
                "The minister who had opened the first of the new wharves, Ada Quay, said that the port would wait for "
                "the cranes no longer than until May."
            ],
        ),
        ("- One: first\n- Two: second", ["- One: first", "- Two: second"]),
        ("中国的模型。美国的芯片！真的吗？", ["中国的模型。", "美国的芯片！", "真的吗？"]),
        ("He works for Acme Inc. She does not.", ["He works for Acme Inc.", "She does not."]),
        (" \n\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@settings(deadline=None)  # the first text of a language loads its tables
@given(ANY_TEXT)
def test_any_text_has_words_sentences_and_a_hash(text: str) -> None:
    assert all(token and token == token.strip() for token in tokens(text))
    assert all(sentence and "\n" not in sentence for sentence in sentences(text))
    assert len(content_hash(text)) == 64
    words = read(text)
    assert len(words.terms) == len(words.surfaces)


@given(ANY_TEXT)
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_the_hash_looks_at_what_is_said() -> None:
    assert content_hash("“AI” race:  China’s lead") == content_hash('"ai" RACE China\'s lead.')
    assert content_hash("AI race") != content_hash("AI pace")


def test_stop_words() -> None:
    assert {"the", "of", "said"} <= stop_words("en")
    assert not {"system", "bill", "fire", "china", "usa"} & stop_words("en")
    assert {"und", "der"} <= stop_words("de")
    assert "的是" in stop_words("zh")
    assert stop_words("xx") == stop_words("") == frozenset()


def test_stems() -> None:
    assert stems(["chips", "chip", "2025"], "en") == ["chip", "chip", "2025"]
    assert stems(["模型"], "zh") == ["模型"]
    assert stems(["chips"], "xx") == ["chips"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The company said it would open its models to the world.", "en"),
        ("Das Unternehmen will seine Modelle für alle öffnen, und das ist neu.", "de"),
        ("L'entreprise a dit qu'elle ouvrirait ses modèles dans le monde.", "fr"),
        ("La empresa dijo que abriría sus modelos para el mundo.", "es"),
        ("这家公司表示将开放其模型。", "zh"),
        ("この会社はモデルを公開すると述べた。", "ja"),
        ("Компания заявила, что откроет свои модели.", "ru"),
        ("1234 5678", ""),
        ("", ""),
    ],
)
def test_a_language_is_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_read_keeps_what_carries_meaning() -> None:
    words = read("The chips of the US are in China's models.", "en")
    assert words.terms == ("chip", "usa", "china", "model")
    assert words.surfaces == ("chips", "usa", "china", "models")


def test_vectors_have_unit_rows_and_see_likeness() -> None:
    documents = [
        read("China builds large language models.", "en"),
        read("A large language model from China.", "en"),
        read("Villagers baked bread for the harvest fair.", "en"),
        read("", "en"),
    ]
    vectors = Vectors.fit(documents)
    matrix = vectors.transform(documents)
    assert np.allclose(np.sqrt(matrix.multiply(matrix).sum(axis=1)).ravel(), [1, 1, 1, 0])
    likeness = (matrix @ matrix.T).toarray()
    assert likeness[0, 1] > 0.5
    assert likeness[0, 2] == 0
    assert (Vectors.fit(documents).transform(documents) != matrix).nnz == 0


def test_rare_words_weigh_more_and_an_archive_teaches_which_are_common() -> None:
    document = read("deepseek china year", "en")
    cold = Vectors.fit([document])
    weight = {term: float(cold.weights[column]) for term, column in cold.vocabulary.items()}
    assert weight["deepseek"] > weight["china"] > weight["year"]
    warm = Vectors.fit([document], [read("deepseek again", "en")] * 50)
    assert warm.weights[warm.vocabulary["deepseek"]] < warm.weights[warm.vocabulary["china"]]


def test_terms_unknown_to_a_fit_are_left_out() -> None:
    vectors = Vectors.fit([read("known words", "en")])
    assert vectors.transform([read("other things", "en")]).nnz == 0
    assert Vectors.fit([]).transform([read("other things", "en")]).shape == (1, 0)


def test_importing_loads_no_scientific_library() -> None:
    code = "import sys, monitor.text; print([m for m in ('sklearn', 'scipy', 'numpy', 'wordfreq') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("language", ["en", "fi", "zh"])
def test_how_general_a_word_is_says_its_frequency(language: str) -> None:
    frequencies = wordfreq.get_frequency_dict(language)
    words = sorted(frequencies)[::5000]
    shares = document_shares(words, language)
    assert shares == pytest.approx([1 - math.exp(-270 * frequencies[word]) for word in words], rel=0.02)
    assert document_shares(["a word that nobody says", words[0]], language) == [0.0, document_share(words[0], language)]
    assert document_shares([], language) == []


def test_a_language_without_a_table_has_that_of_english_and_none_of_its_own() -> None:
    assert frequencies("hy") is frequencies("en")
    assert document_share("washington", "hy") == document_share("washington", "en") > 0.0


def test_a_table_in_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large_xx.msgpack.gz"
    path.write_bytes(gzip.compress(msgpack.packb([{"format": "cB", "version": 2}, ["word"]])))
    with pytest.raises(ValueError, match=r"large_xx\.msgpack\.gz is no table"):
        Frequencies.made(path)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    keep_in(tmp_path / "words")
    frequencies.cache_clear()
    stop_words.cache_clear()
    yield tmp_path / "words"
    keep_in(None)
    frequencies.cache_clear()
    stop_words.cache_clear()


def test_a_table_that_is_kept_says_what_the_one_made_said_and_is_not_made_again(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = sorted(wordfreq.get_frequency_dict("hu"))[::200]
    made = frequencies("hu").shares(words)
    frequencies.cache_clear()
    monkeypatch.setattr(Frequencies, "made", None)
    assert frequencies("hu").shares(words) == made
    assert all(made)
    assert frequencies("hu").shares(["a word that nobody says"]) == [0.0]
    assert len(list(shelf.iterdir())) == 1


@pytest.mark.parametrize("left", [0, 7])
def test_a_kept_table_that_is_not_whole_is_made_again(shelf: Path, left: int) -> None:
    made = frequencies("hu").shares(["alma"])
    frequencies.cache_clear()
    (path,) = shelf.iterdir()
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:left])
    assert frequencies("hu").shares(["alma"]) == made > [0.0]
    assert path.stat().st_size == size


def test_a_table_that_cannot_be_kept_is_used_all_the_same(shelf: Path) -> None:
    shelf.write_text("a file where the folder should be")
    assert frequencies("hu").shares(["alma"]) > [0.0]


@pytest.mark.parametrize("left", [0, 7, None])
def test_stop_words_that_are_kept_are_those_that_were_made(shelf: Path, left: int | None) -> None:
    made = {language: stop_words(language) for language in ("hu", "zh")}
    assert {"és", "的是"} <= made["hu"] | made["zh"]
    before = {path: path.read_bytes() for path in shelf.iterdir()}
    assert len(before) == len(made)
    for path, content in before.items():
        path.write_bytes(content[:left])
    stop_words.cache_clear()
    assert {language: stop_words(language) for language in made} == made
    assert {path: path.read_bytes() for path in shelf.iterdir()} == before


def test_stop_words_leave_no_list_of_frequencies_in_memory(shelf: Path) -> None:
    stop_words("hu")
    assert wordfreq.get_frequency_list.cache_info().currsize == 0


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("HANGZHOU: Alibaba released a model.", "Alibaba released a model."),
        ("WASHINGTON, Sunday (Harbour Wire) - The United States will act.", "The United States will act."),
        ("PARIS (AFP) — Le ministre a parlé.", "Le ministre a parlé."),
        ("SÃO PAULO, Nov 3 (Reuters) - It rained.", "It rained."),
        ("NASA said that it would land.", "NASA said that it would land."),
        ("The harbour: it counts ships.", "The harbour: it counts ships."),
        ("AI - a short history of it", "AI - a short history of it"),
    ],
)
def test_a_dateline_is_no_part_of_its_sentence(sentence: str, rest: str) -> None:
    assert without_dateline(sentence) == rest
