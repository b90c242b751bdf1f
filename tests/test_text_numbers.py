"""Whether one sentence gives other numbers than another."""

import pytest

from monitor.text import other_numbers

TOLD = "At least 12 people were killed and 40 injured, officials said."


@pytest.mark.parametrize(
    ("sentence", "other"),
    [
        (TOLD.replace("12", "45"), True),
        (TOLD.replace("40", "1,200"), True),
        (TOLD, False),
        (TOLD.replace("12", "twelve").replace("40", "forty"), False),
        (TOLD.replace("officials", "2 officials"), False),
        (TOLD.replace(" and 40 injured", ""), False),
        (TOLD.replace("officials said", "officials said on 24 November"), False),
    ],
)
def test_figures_in_the_place_of_others(sentence: str, other: bool) -> None:
    assert other_numbers(sentence, TOLD, "en") is other


def test_words_count_too_but_for_those_that_mostly_count_nothing() -> None:
    assert other_numbers("Five ships wait at sea.", "Six ships wait at sea.", "en")
    assert other_numbers("Vor der Küste warten fünf Schiffe.", "Vor der Küste warten sechs Schiffe.", "de")
    assert not other_numbers("One of five ships waits at sea.", "The first of five ships waits at sea.", "en")


def test_days_of_the_month_are_no_numbers() -> None:
    assert not other_numbers("The port closed on 24 November.", "The port closed on November 25.", "en")
