"""What entries promise before they are read."""

import pytest
from relevance_topics import SEEDS, Newsroom, profile, topic

from monitor.errors import ConfigurationError
from monitor.relevance import encoders
from monitor.relevance.items import Archive, Item
from monitor.relevance.scorer import judge
from monitor.relevance.triage import (
    SAMPLED,
    Prospect,
    by_words,
    is_drawn,
    is_relevant_source,
    least_promising,
    lost_unread,
    prospects,
)

# Measured on our own newsrooms: the share of entries that is hopeless. Never lowered silently.
HOPELESS = {"ai-competition": 0.46, "malaria": 0.74, "wind": 0.46}


def listed(item: Item, words: int = 30) -> Item:
    """An article as a feed lists it."""
    return Item(item.id, item.title, " ".join(item.text.split()[:words]), item.language)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_floor(newsroom: Newsroom, name: str) -> None:
    """Nothing that is relevant, by its whole text or by its label, is hopeless; much of the rest is."""
    found = prospects(profile(name), topic(name), [listed(each) for each in newsroom.items])
    taken = {each.id for each in judge(profile(name), topic(name), newsroom.items) if each.relevant}
    hopeless = {item.id for item, each in zip(newsroom.items, found, strict=True) if each.hopeless}
    assert taken
    assert not hopeless & taken
    assert not any(newsroom.label(name, item) == "on" for item in newsroom.items if item.id in hopeless)
    assert len(hopeless) >= HOPELESS[name] * len(newsroom.items)


def test_titles_alone_are_never_hopeless(newsroom: Newsroom) -> None:
    found = prospects(profile(), topic(), [listed(each, 0) for each in newsroom.items])
    assert not any(each.hopeless for each in found)


def test_without_meaning_nothing_is_hopeless(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "available", lambda: False)
    found = prospects(profile(), topic(), [listed(each) for each in newsroom.items])
    assert not any(each.hopeless for each in found)
    assert len({each.score for each in found}) > 10


def test_the_least_follows_the_threshold() -> None:
    inclusive, balanced, precise = (least_promising(each) for each in ("inclusive", "balanced", "precise"))
    assert 0 < inclusive < balanced < precise < 0.1
    assert balanced == pytest.approx(0.0201, abs=1e-4)
    assert least_promising("recall 0.9") == least_promising("at most 2") == inclusive
    assert least_promising("0") == 0.0
    assert least_promising("1") < 1.0
    with pytest.raises(ConfigurationError, match="threshold"):
        least_promising("much")


def test_what_must_occur_may_stand_on_the_page(newsroom: Newsroom) -> None:
    entries = [listed(each) for each in newsroom.items if newsroom.label("ai-competition", each) == "on"]
    plain = prospects(profile(), topic(), entries)
    assert prospects(profile(), topic(must=("xylophone",)), entries) == plain
    barred = prospects(profile(), topic(must_not=("DeepSeek",)), entries)
    assert barred[0].score == 0.0 < plain[0].score
    assert barred[0].hopeless


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_words_alone_say_what_to_read_first(newsroom: Newsroom, name: str) -> None:
    """Of what a topic is about, nearly all stands in the first half; none of it is hopeless, nor anything else."""
    entries = [listed(each) for each in newsroom.items]
    found = by_words(profile(name), topic(name), entries)
    assert not any(each.hopeless for each in found)
    first = sorted(range(len(found)), key=lambda row: -found[row].score)[: len(found) // 2]
    on = {row for row, item in enumerate(newsroom.items) if newsroom.label(name, item) == "on"}
    assert len(on & set(first)) >= 0.9 * len(on)


def test_words_alone_know_what_must_not_occur(newsroom: Newsroom) -> None:
    entries = [listed(each) for each in newsroom.items if newsroom.label("ai-competition", each) == "on"]
    assert by_words(profile(), topic(), entries)[0].score > 0.0
    assert by_words(profile(), topic(must_not=("DeepSeek",)), entries)[0].score == 0.0


def test_a_threshold_that_makes_a_promise_is_not_kept_to_here(newsroom: Newsroom) -> None:
    entries = [listed(each) for each in newsroom.items[:12]]
    by_promise = prospects(profile(), topic(threshold="recall 0.9"), entries)
    assert [each.score for each in by_promise] == [each.score for each in prospects(profile(), topic(), entries)]


def test_verdicts_count(newsroom: Newsroom) -> None:
    entries = [listed(each) for each in newsroom.items]
    known = Archive(items=newsroom.items[:6], verdicts={each.id: False for each in newsroom.items[:6]})
    plain, taught = (prospects(profile(), topic(), entries[6:], each) for each in (Archive(), known))
    assert [each.score for each in plain] != [each.score for each in taught]


def test_no_entries_promise_nothing() -> None:
    assert prospects(profile(), topic(), []) == []


def test_one_in_sixteen_is_drawn_by_its_address() -> None:
    addresses = [f"https://paper.example/{number}" for number in range(8000)]
    drawn = [each for each in addresses if is_drawn(each)]
    assert 0.9 * SAMPLED * 8000 < len(drawn) < 1.1 * SAMPLED * 8000
    assert drawn == [each for each in addresses if is_drawn(each)]


@pytest.mark.parametrize(
    ("relevant", "entries", "whole"), [(2, 10, True), (1, 10, False), (2, 9, False), (0, 0, False)]
)
def test_a_source_that_is_mostly_worth_it_is_read_whole(relevant: int, entries: int, whole: bool) -> None:
    assert is_relevant_source(relevant, entries) is whole


def test_what_is_lost_is_estimated_from_the_drawn() -> None:
    assert lost_unread([], 100, 5) is None
    lost = lost_unread([(True, 1 / 16)] + [(False, 1 / 16)] * 9, left=150, found=45)
    assert lost is not None
    assert lost.missed.value == pytest.approx(15.0)
    assert lost.recall.value == pytest.approx(0.75)
    assert lost.recall.low < 0.75 < lost.recall.high


def test_hopeless_is_what_scores_below_the_least() -> None:
    assert [Prospect("t", score, 0.02).hopeless for score in (0.0199, 0.02, 0.5)] == [True, False, False]
