"""Must and must-not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.relevance.guards import broken_rule


@pytest.mark.parametrize(
    ("text", "guard", "occurs"),
    [
        ("The AI race", "ai", True),
        ("The rain in Spain", "AI", False),
        ("Jack Ma’s return", "Jack Ma", True),
        ("Jack met Ma", "Jack Ma", False),
        ("an open-source model", "open source", True),
        ("opensource", "open source", False),
        ("阿里巴巴的模型", "阿里", True),
        ("百度的模型", "阿里", False),
        ("Ｑｗｅｎ outputs", "Qwen", True),
        ("price in $", "$", True),
    ],
)
def test_words_and_phrases(text: str, guard: str, occurs: bool) -> None:
    assert broken_rule(text, [guard], []) == ("" if occurs else f'must hold "{guard}"')
    assert broken_rule(text, [], [guard]) == (f'must not hold "{guard}"' if occurs else "")


def test_all_must_and_none_may() -> None:
    assert broken_rule("one two", ["one", "two"], ["three"]) == ""
    assert broken_rule("one two", ["one", "four"], ["two"]) == 'must hold "four"'
    assert broken_rule("anything", [], []) == ""


@given(st.text(max_size=200), st.text(min_size=1, max_size=10))
def test_a_guard_is_kept_or_broken_never_both(text: str, guard: str) -> None:
    assert bool(broken_rule(text, [guard], [])) != bool(broken_rule(text, [], [guard]))
