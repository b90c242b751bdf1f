"""What a search asks for: words, phrases, alternatives, what is left out; and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.query import MOST_TERMS, WordQuery, query_of


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("chips export", (("chips",), ("export",))),
        ('"export controls" chips', (("export controls",), ("chips",))),
        ("“export controls” chips", (("export controls",), ("chips",))),
        ("„Zölle auf Chips“", (("zolle auf chips",),)),
        ('chips "', (("chips",),)),
        ('"chips export', (("chips",), ("export",))),
        ("chips NEAR(x) *", (("chips",), ("near x",))),
        ("chips and export", (("chips",), ("and",), ("export",))),
        ("chips AND export", (("chips",), ("export",))),
        ("chips OR memory export", (("chips", "memory"), ("export",))),
        ('chips OR "high bandwidth" OR memory', (("chips", "high bandwidth", "memory"),)),
        ("chips OR chips", (("chips",),)),
        ("OR", (("or",),)),
        ("chips OR", (("chips",), ("or",))),
        ("AND chips", (("and",), ("chips",))),
        ("chips - export", (("chips",), ("export",))),
        ("state-of-the-art", (("state of the art",),)),
        ("fell -5 percent", (("fell",), ("5",), ("percent",))),
        ("!!! \"\" ''", ()),
    ],
)
def test_words_phrases_and_alternatives(text: str, groups: tuple[tuple[str, ...], ...]) -> None:
    assert query_of(text) == WordQuery(groups)


@pytest.mark.parametrize(
    ("text", "groups", "unwanted"),
    [
        ("chips -export", (("chips",),), ("export",)),
        ('-"export controls" chips', (("chips",),), ("export controls",)),
        ("苹果 -芯片", (("苹 果",),), ("芯 片",)),
        ("-export", (), ("export",)),
        ("chips OR -export", (("chips",),), ("export",)),
        ("-export OR chips", (("chips",),), ("export",)),
        ("chips -export -export", (("chips",),), ("export",)),
    ],
)
def test_a_minus_leaves_out(text: str, groups: tuple[tuple[str, ...], ...], unwanted: tuple[str, ...]) -> None:
    assert query_of(text) == WordQuery(groups, unwanted)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_a_query_of_so_many_terms(text: str) -> None:
    query = query_of(text)
    assert len(query.terms) + len(query.unwanted) <= MOST_TERMS
    assert all(query.groups)


def test_of_a_long_query_the_beginning_is_looked_at() -> None:
    query = query_of(" OR ".join(f"w{number}" for number in range(100)))
    assert query.terms == [f"w{number}" for number in range(MOST_TERMS)]
