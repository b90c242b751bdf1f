"""From an article to a brief."""

import pytest
from relevance_topics import DATA, Newsroom

from monitor.models import Topic
from monitor.relevance import encoders
from monitor.relevance.brief import brief, propose
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Item
from monitor.relevance.profile import SeedText, build, interest
from monitor.relevance.scorer import judge

TOPIC = Topic("wind", "Wind at sea", ("wind.txt",))
ARTICLE = build(TOPIC, [SeedText("wind.txt", (DATA / "wind.txt").read_text(encoding="utf-8"), "en")])


def test_each_facet_becomes_a_line_that_is_read_as_a_facet_again() -> None:
    lines = propose(ARTICLE, TOPIC)
    written = brief("Wind at sea", lines)
    again = interest(build(TOPIC, [SeedText("brief.md", written, "en")]))
    assert again.brief
    assert [facet.name for facet in again.facets] == [line.name for line in lines]
    assert len(lines) == len(interest(ARTICLE).facets)


def test_it_says_nothing_that_the_seed_does_not() -> None:
    text = " ".join((DATA / "wind.txt").read_text(encoding="utf-8").split())
    for line in propose(ARTICLE, TOPIC):
        assert set(line.sentence.split()) <= set(text.split())
        assert all(word.casefold() in text.casefold() for word in line.also)
        assert line.beside == ()


def test_names_that_stand_beside_it_in_the_archive_are_proposed() -> None:
    archive = [
        Item(
            str(number),
            f"Wind farm at sea delayed, round {number}",
            f"Developers of offshore wind turbines wait for cables and subsidies, said Tilda Quist in Norrvik. {more}",
            "en",
        )
        for number, more in enumerate(["Prices rose.", "Interest rates rose.", "Steel is dear.", "Ports are full."])
    ]
    beside = {name for line in propose(ARTICLE, TOPIC, archive) for name in line.beside}
    assert beside == {"Tilda Quist", "Norrvik"}


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_days_and_words_that_are_said_of_anything_are_not_proposed(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "words":
        monkeypatch.setattr(encoders, "available", lambda: False)
    seed = "In March it was Esbjerg that was ahead. In May it followed Hirtshals, which orders cranes for containers."
    (line,) = propose(build(TOPIC, [SeedText("seed.txt", seed, "en")]), TOPIC)
    assert line.name == "Esbjerg, Hirtshals"
    assert not set(line.also) & {"March", "May", "march", "may", "ahead", "followed"}


def test_of_an_articles_words_those_that_tell_of_the_subject_are_proposed() -> None:
    also = {word for line in propose(ARTICLE, TOPIC) for word in line.also}
    assert also >= {"subsidy", "turbines"}
    assert not also & {"ninety", "cheered", "raced", "bolted", "noticed", "repeated", "hoped"}


def test_a_headline_in_a_line_ends_in_a_stop() -> None:
    seed = "Why the cranes of the northern harbours have no drivers any more\n\nCranes of harbours need no drivers now."
    (line,) = propose(build(TOPIC, [SeedText("seed.txt", seed, "en")]), TOPIC)
    assert line.sentence == "Why the cranes of the northern harbours have no drivers any more."


def test_unedited_it_finds_most_of_what_the_article_finds(newsroom: Newsroom) -> None:
    on = [newsroom.label("wind", item) == "on" for item in newsroom.items]
    proposed = build(TOPIC, [SeedText("brief.md", brief("Wind at sea", propose(ARTICLE, TOPIC)), "en")])
    article, short = (
        average_precision(on, [each.score for each in judge(profile, TOPIC, newsroom.items)])
        for profile in (ARTICLE, proposed)
    )
    assert short >= 0.9 * article
