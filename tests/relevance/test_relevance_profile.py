"""Seeds to profiles."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relevance_topics import DATA, profile, profile_of, topic

from monitor.errors import ConfigurationError
from monitor.models import Terms
from monitor.relevance.passages import take_apart
from monitor.relevance.profile import SeedText, build, interest


def test_a_brief_has_one_facet_a_line_and_a_general_one() -> None:
    facets = interest(profile()).facets
    names = [facet.name for facet in facets]
    assert names[0] == "AI competition"
    assert {"Jack Ma", "Open source", "Chips and computing power"} <= set(names)
    assert len(facets) == 14


def test_what_a_brief_leaves_out_is_no_part_of_what_it_asks_for() -> None:
    made = profile()
    assert made.body["limits"] == [
        "Ordinary shopping, gaming or stock-market news about the same firms matters only when AI is the reason for it."
    ]
    assert not any("game" in facet.words.terms for facet in interest(made).facets)


def test_an_article_loses_its_boilerplate_and_gains_facets() -> None:
    made = profile("wind")
    text = " ".join(sentence for facet in made.body["facets"] for sentence in facet["sentences"])
    for gone in ("Sign up", "Newsletter", "privacy notice", "Photograph:", "Share this article"):
        assert gone not in text
    assert text.count("The turbines that refuse to turn a profit") == 1
    assert 2 <= len(made.body["facets"]) <= 4
    assert all(facet["name"] for facet in made.body["facets"])


FERRIES = """The ferries of Eastmere will sail on hydrogen from next spring, its harbour board said on Tuesday.
Hydrogen costs the board more than diesel does, and the ferries need tanks of 12.5 and 14.5 tonnes on their decks.
Captains asked for trials of the tanks in winter, when ferries roll, and the board agreed to pay for the trials.
Eastmere bought its first ferries from a yard that now builds tanks for hydrogen too, and trusts the yard.
The board will decide in winter whether trials of hydrogen go on, and captains say that they will sail.
Diesel stays in reserve, in the tanks below the decks of all the ferries, until spring, the board said.
No other harbour has ferries that sail on hydrogen in winter, and captains from other harbours will come to see it.
What trials of hydrogen in Eastmere cost is to be paid for by the harbour, by the yard and by those who sail.
Whoever sails on the ferries in winter will pay more for it, and less in spring, captains and the board agreed.
In spring the harbour will see whether tanks that have stood on deck for a winter hold hydrogen as the yard says."""
HERONS = """Herons nest where the ferries turn, in gossamer reeds below Eastmere; kaleidoscopic plumage draws crowds,
and an octogenarian ornithologist chronicles their courtship, their squabbles and their occasional kleptoparasitism.
Dredging imperils the reeds; volunteers transplant rhizomes by moonlight, and herons applaud by staying.
Binoculars are lent at dusk, when kingfishers, cormorants and one disoriented flamingo squabble over the shallows."""


def test_a_facet_of_an_article_is_named_by_what_the_article_comes_back_to() -> None:
    facets = profile_of(f"{FERRIES}\n\n{HERONS}").body["facets"]
    words = {word for facet in facets for word in facet["name"].split(", ")}
    often = {word for word in words if f"{FERRIES}\n{HERONS}".lower().count(word) > 1}
    assert len(facets) == 2
    assert words == often


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# T\n\nLead.\n\n- One: first thing\n- Two: second thing", ["T", "One", "Two"]),
        ("1. One: first thing here\n2. Two: second thing here", ["One", "Two"]),
        ("* **One**: first thing here\n* **Two:** second thing here", ["One", "Two"]),
        ("- first side of it\n- second side of it", ["first side of it", "second side of it"]),
        ("- One: first thing\n  that goes on\n- Two: second", ["One", "Two"]),
    ],
)
def test_forms_of_a_brief(text: str, names: list[str]) -> None:
    parts = take_apart("seed.md", text)
    assert parts.brief
    assert [passage.name for passage in parts.passages] == names


def test_an_indented_line_goes_on_with_its_facet() -> None:
    parts = take_apart("seed.md", "- One: first thing\n  that goes on\n- Two: second")
    assert parts.passages[0].text == "One: first thing that goes on"


def test_a_list_within_an_article_does_not_make_it_a_brief() -> None:
    text = "The port has grown. " * 40 + "\n\n- cranes\n- ships\n\n" + "Ships wait for weeks. " * 40
    assert not take_apart("seed.txt", text).brief


def test_nothing_but_boilerplate_is_kept_rather_than_lost() -> None:
    assert [passage.text for passage in take_apart("s", "Sign up to our newsletter").passages] == [
        "Sign up to our newsletter"
    ]


@pytest.mark.parametrize("text", ["", " \n\t ", "— … !"])
def test_an_empty_seed_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"seeds/x\.md is empty"):
        build(topic(), [SeedText("seeds/x.md", text)])


def test_a_topic_without_seeds_is_named() -> None:
    with pytest.raises(ConfigurationError, match="topic ai-competition"):
        build(topic(), [])


def test_a_binary_seed_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"photo\.png is no text"):
        build(topic(), [SeedText("photo.png", bytes(range(256)).decode("latin-1") * 4)])


def test_a_version_is_the_hash_of_what_went_in() -> None:
    assert profile().version == profile().version
    assert profile().version != profile("wind").version
    assert profile(terms={"": Terms(add=("Moonshot",))}).version != profile().version


def test_a_seed_of_two_hundred_pages_is_bounded() -> None:
    page = (DATA / "wind.txt").read_text(encoding="utf-8")
    book = "\n\n".join(page.replace("turbine", f"turbine{number}") for number in range(150))
    made = profile_of(book)
    assert 2 <= len(made.body["facets"]) <= 8


def test_several_seeds_are_one_interest() -> None:
    made = build(topic(), [SeedText("a", "Turbines at sea turn."), SeedText("b", "Vaccines for infants work.")])
    terms = {term for facet in interest(made).facets for term in facet.words.terms}
    assert {"turbin", "vaccin"} <= terms


def test_a_chinese_seed() -> None:
    made = profile_of(
        "# 人工智能竞赛\n\n- 模型：阿里巴巴的通义千问与深度求索。\n- 芯片：美国对华出口管制与华为加速器。"
    )
    assert [facet.name for facet in interest(made).facets] == ["模型", "芯片"]
    assert interest(made).facets[0].words.language == "zh"


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_any_text_gives_a_profile_or_a_clear_refusal(text: str) -> None:
    if any(character.isalnum() for character in text):
        with suppress(ConfigurationError):  # a text of control characters is no text
            assert profile_of(text).body["facets"]
    else:
        with pytest.raises(ConfigurationError, match=r"seed\.txt is empty"):
            profile_of(text)
