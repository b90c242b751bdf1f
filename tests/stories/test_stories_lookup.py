"""Looking up: only whole stories near a new article are compared, and that it belongs to is among them."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import START, candidate, events, kept, together

from monitor.stories import StorySettings, lookup, place
from monitor.stories.fingerprint import MINHASH_BYTES
from monitor.stories.lookup import nearby
from monitor.stories.wording import SKETCH

EVENTS = events()
ENGLISH = [article for _, article in EVENTS.values() if article.language == "en"]
SETTINGS = StorySettings()


def sketches(*articles: object) -> list[bytes]:
    return [article.signature[MINHASH_BYTES:][SKETCH] for article in articles]  # type: ignore[attr-defined]


def test_a_few_are_all_compared() -> None:
    assert nearby(sketches(ENGLISH[0]), sketches(*ENGLISH[1:]), range(len(ENGLISH) - 1)).tolist() == list(
        range(len(ENGLISH) - 1)
    )


def test_of_many_whole_stories_are_proposed_and_few_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "EVERY", 0)
    names = sorted({name for name, _ in EVENTS.values()})
    stories = [names.index(EVENTS[article.id][0]) for article in ENGLISH]
    for place_of, article in enumerate(ENGLISH):
        others = [at for at in range(len(ENGLISH)) if at != place_of]
        found = nearby(sketches(article), sketches(*(ENGLISH[at] for at in others)), [stories[at] for at in others])
        chosen = {others[at] for at in found.tolist()}
        mine = {at for at in others if stories[at] == stories[place_of]}
        assert mine <= chosen
        assert len({stories[at] for at in chosen}) <= 2
        assert all(at in chosen for at in others if stories[at] in {stories[each] for each in chosen})


def test_looking_up_places_as_comparing_each_does(monkeypatch: pytest.MonkeyPatch) -> None:
    in_time = sorted((article for _, article in EVENTS.values()), key=lambda article: article.published)
    known = kept(in_time[:20], place(in_time[:20], [], SETTINGS))
    usual = together(place(in_time, known, SETTINGS))
    monkeypatch.setattr(lookup, "EVERY", 0)
    assert together(place(in_time, known, SETTINGS)) == usual


def test_thousands_of_others_change_no_story() -> None:
    chance = random.Random(1)
    words = [f"{first}{last}" for first in ("ba", "do", "fu", "ki", "mo", "ne", "ro", "su") for last in ("lan", "tor")]
    crowd = [
        replace(
            candidate(5_000 + number, f"Notes {number}", " ".join(chance.choices(words, k=30)) + f" {number}."),
            story=9_000 + number,
            published=START + timedelta(hours=number % 48),
        )
        for number in range(lookup.EVERY + 100)
    ]
    in_time = sorted(ENGLISH, key=lambda article: article.published)
    known = [*crowd, *kept(in_time[:15], place(in_time[:15], [], SETTINGS))]
    truth = {
        frozenset(number for number, (name, article) in EVENTS.items() if name == event and article.language == "en")
        for event, article in EVENTS.values()
        if article.language == "en"
    }
    assert together(place(in_time, known, SETTINGS)) == truth


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=8), st.lists(st.text(max_size=80), min_size=1, max_size=8))
def test_any_texts_are_looked_up(new: list[str], old: list[str]) -> None:
    every, lookup.EVERY = lookup.EVERY, 0
    try:
        given_new, given_old = (
            [candidate(n, "", text, language="") for n, text in enumerate(texts)] for texts in (new, old)
        )
        found = nearby(sketches(*given_new), sketches(*given_old), [n // 2 for n in range(len(old))])
    finally:
        lookup.EVERY = every
    assert found.tolist() == sorted(set(found.tolist()))
    assert np.isin(found, np.arange(len(old))).all()
