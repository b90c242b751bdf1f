"""Folding: the same words whatever their case, accents and script; snippets with true marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.query import query_of
from monitor.store.words import SNIPPET_CHARACTERS, fold, snippet

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("State-of-the-art AI!", "state of the art ai"),
        ("São Tomé ﬁx Straße", "sao tome fix strasse"),
        ("人工智能 AI模型", "人 工 智 能 ai 模 型"),
        ("한국어 뉴스", "한국어 뉴스"),
        ("snake_case “quoted” 3.5%", "snake case quoted 3 5"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY)
def test_folding_twice_changes_nothing_that_matters(text: str) -> None:
    assert '"' not in fold(text)
    assert fold(fold(text)).split() == fold(text).split()


def test_a_snippet_is_around_the_first_match_and_marks_all() -> None:
    text = "nothing here " * 40 + "New export controls\nhit chips. " + "and so on " * 60
    found = snippet(text, ["export control", "chip"])
    assert [found.text[start:end] for start, end in found.marks] == ["export", "controls", "chips"]
    assert found.text.startswith("… ")
    assert found.text.endswith(" …")
    assert "\n" not in found.text


def test_a_snippet_without_a_match_is_the_beginning() -> None:
    assert snippet("Short text.", ["absent"]).text == "Short text."
    assert snippet("Short text.", []).marks == ()
    assert snippet("人工智能正在改变世界", ["智 能"]).marks == ((0, 10),)


@given(ANY, ANY)
def test_a_snippet_is_short_and_its_marks_lie_within(text: str, query: str) -> None:
    found = snippet(text, query_of(query).terms)
    assert len(found.text) <= SNIPPET_CHARACTERS + 4
    assert all(0 <= start < end <= len(found.text) for start, end in found.marks)
