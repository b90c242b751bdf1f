"""A headline that says something else, and one that is only written otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.changes import Change
from monitor.digest.headlines import headline_changes, headline_corrected

TEXT = (
    "The port of Eastmere will take fourteen driverless cranes into service next spring, its director said. "
    "The dockers' union, which had threatened to strike, agreed after the port promised to keep its drivers."
)


def corrected(make_article, before: str, now: str, text: str = TEXT, language: str = "en") -> bool:
    return headline_corrected(before, make_article(1, title=now, text=text, language=language))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Forty cranes for Eastmere", "Fourteen cranes for Eastmere"),
        ("40 cranes for Eastmere", "14 cranes for Eastmere"),
        ("40 cranes coming", "Dockers agree with their port"),
        ("Eastmere port takes cranes", "Eastmere port takes no cranes"),
        ("Director arrested over cranes", "Director questioned over cranes"),
        ("Sandhaven to take cranes", "Eastmere to take cranes"),
        ("Director dismissed after fraud inquiry at harbour", "Fourteen cranes for Eastmere"),
    ],
)
def test_a_claim_that_stands_nowhere_any_more_was_corrected(make_article, before: str, now: str) -> None:
    assert corrected(make_article, before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Fourteen cranes for Eastmere", "Fourteen Cranes for Eastmere!"),
        ("Fourteen cranes for Eastmere", "Why dockers agreed to driverless cranes"),
        ("Cranes come to port", "Cranes come to Eastmere port"),
        ("Fourteen cranes for Eastmere | Port Times", "Fourteen cranes for Eastmere"),
        ("Fourteen cranes for Eastmere", "Fourteen cranes for Eastmere - Port Times"),
        ("Driverles cranes for Eastmere", "Driverless cranes for Eastmere"),
        ("Crane strain", "Fourteen cranes for Eastmere"),
        ("Eastmere cranes without drivers", "Eastmere cranes, no driver"),
        ("Fourteen cranes for Eastmere", ""),
        ("", "Fourteen cranes for Eastmere"),
    ],
)
def test_a_headline_written_otherwise_says_nothing_else(make_article, before: str, now: str) -> None:
    assert not corrected(make_article, before, now)


@pytest.mark.parametrize(("sentence", "told"), [("Forty cranes come, he said.", 0), ("Drivers stay, he said.", 1)])
def test_what_a_changed_sentence_says_is_not_told_of_the_headline_too(make_article, sentence: str, told: int) -> None:
    article = make_article(1, title="Fourteen cranes for Eastmere", text=TEXT)
    textual = [Change("corrected", sentence, "Fourteen cranes come, he said.", "wire", "https://wire.example/")]
    assert len(headline_changes(article, "Forty cranes for Eastmere", textual)) == told


def test_a_headline_that_is_denied_is_told_though_it_lost_no_word(make_article) -> None:
    article = make_article(1, title="Eastmere port takes no cranes", text=TEXT)
    assert len(headline_changes(article, "Eastmere port takes cranes", [])) == 1


@given(before=st.text(max_size=60), now=st.text(max_size=60), language=st.sampled_from(["en", "de", "ja", ""]))
def test_any_two_headlines_can_be_compared(make_article, before: str, now: str, language: str) -> None:
    assert corrected(make_article, before, now, language=language) in (True, False)
    assert not corrected(make_article, before, before, language=language)
