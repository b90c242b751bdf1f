"""Names: capitalised words that prove themselves, and the one that a heading is named after."""

import pytest

from monitor.relevance.names import named_by, names

TEXT = "Chips pay. The group of Alibaba and of Jack Ma plans for AI in China, says Jack Ma. Then chips paid again."


def test_names_are_found_and_first_words_are_not() -> None:
    text = (
        "Turbines stand off Esbjerg. The Bank of Denmark lends to Ursula von der Leyen's friends. Waiting costs money, "
        "said Mette Holm. Esbjerg waits. Holm does not."
    )
    assert names(text) == ["Esbjerg", "Bank of Denmark", "Ursula von der Leyen", "Mette Holm"]


def test_a_script_without_capitals_has_none() -> None:
    assert names("阿里巴巴发布了新的模型。") == []


def test_the_town_of_a_dateline_is_no_name_of_the_brief() -> None:
    told = "STOCKHOLM, 3 Nov - Lunden bought cranes from Ada Quay.\nBEIJING (wire) - The port of Lunden said so."
    assert names(told) == ["Lunden", "Ada Quay"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Alibaba's AI strategy", "Alibaba"),
        ("Jack Ma", "Ma"),
        ("Cloud And Spending", ""),
        ("the state's hand", ""),
        ("", ""),
    ],
)
def test_a_heading_is_named_after_its_rarest_name_that_the_text_uses(heading: str, name: str) -> None:
    assert named_by(heading, TEXT) == name


def test_names_prove_themselves_by_their_capitals_within_a_sentence() -> None:
    assert names(TEXT) == ["Jack Ma", "Alibaba", "AI", "China"]
