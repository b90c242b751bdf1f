"""Under which facet an article is shown."""

import json
from dataclasses import replace

import numpy as np
import pytest
from relevance_topics import DATA, FACETED, Newsroom, faceted, profile_of

from monitor.models import Topic
from monitor.relevance import encoders, scorer
from monitor.relevance.evidence import measure, question
from monitor.relevance.items import Item, words_of
from monitor.relevance.meaning import aim, encode
from monitor.relevance.placing import Placing
from monitor.relevance.profile import Interest, SeedText, build, interest
from monitor.relevance.scorer import judge
from monitor.text import sentences

BASELINE = json.loads((FACETED / "baseline.json").read_text(encoding="utf-8"))
HARBOUR = """# Harbours

- Cranes: crane drivers on the quay of the harbour.
- Pilots: pilots who steer ships into the harbour.
- Customs: officers who search containers in the harbour."""


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_the_floor(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never lowered silently: a change that needs a lower floor says why in its commit."""
    if by == "words":
        monkeypatch.setattr(encoders, "available", lambda: False)
    monkeypatch.setattr(scorer, "_SENTENCES_FROM", 0.0)  # whether a sentence is shown is the score's affair
    labelled = faceted()
    assert sorted(labelled) == ["antibiotics", "electric-cars", "river-floods", "transfers"]
    everything = [each.item for known in labelled.values() for each in known]
    facet = sentence = 0
    for name, known in labelled.items():
        seed = SeedText(f"{name}.md", (FACETED / f"{name}.md").read_text(encoding="utf-8"), "en")
        topic = Topic(name, "", (seed.name,))
        found = {judged.id: judged.reasons for judged in judge(build(topic, [seed]), topic, everything)}
        for each in known:
            own = sentences(each.item.text, each.item.language)
            shown = found[each.item.id].article_sentence
            facet += found[each.item.id].facet in each.facets
            sentence += shown in own and own.index(shown) in each.sentences
    assert facet >= BASELINE[by]["facet"]
    assert sentence >= BASELINE[by]["sentence"]


def placed_by_words(subject: Interest, title: str, text: str) -> str:
    asked = question(subject)
    item = Item("1", title, text, "en")
    placing = Placing(subject, asked, measure(asked, [words_of(item)]), None, None)
    return subject.facets[placing.facet(0, item)].name


def test_a_word_of_one_facet_outweighs_one_of_all() -> None:
    subject = interest(profile_of(HARBOUR, "en"))
    for text, name in (("A crane fell.", "Cranes"), ("Pilots strike.", "Pilots"), ("Officers found it.", "Customs")):
        assert placed_by_words(subject, "", f"In the harbour it rained. {text}") == name


def test_what_the_headline_says_counts_twice() -> None:
    subject = interest(profile_of(HARBOUR, "en"))
    both = "The pilots wait below the crane."
    named = {placed_by_words(subject, title, both) for title in ("A crane", "The pilots")}
    assert named == {"Cranes", "Pilots"}


RIVALS = """\
# Ferries

- Marlowe's plans: the shipyard's owner, Marlowe Lines, orders quiet ferries with batteries and cheap cabins.
- New ferries: batteries, hulls, prices and cabins of ferries, whoever orders them, such as Marlowe.
"""


def test_a_facet_that_is_named_after_somebody_is_for_what_names_them() -> None:
    subject = interest(profile_of(RIVALS, "en"))
    told = "The shipyard's owner orders quiet ferries with batteries and cheap cabins."
    assert placed_by_words(subject, "", told) == "New ferries"
    assert placed_by_words(subject, "", f"{told} Marlowe said so.") == "Marlowe's plans"
    assert placed_by_words(subject, "", f"{told} So said the Lines.") == "Marlowe's plans", "a name of no other facet"


def test_a_facet_is_found_for_what_is_about_it(newsroom: Newsroom) -> None:
    subject = interest(profile_of((DATA / "ai-competition.md").read_text(encoding="utf-8"), "en"))
    item = next(item for item in newsroom.items if item.id == "ai-competition-17")
    assert placed_by_words(subject, item.title, item.text) == "Cloud and spending"


def nearness(subject: Interest, text: str) -> dict[str, float]:
    towards = aim(subject)
    assert towards is not None
    return dict(zip([facet.name for facet in subject.facets], towards.facets.nearness(encode([text]))[0], strict=True))


def test_a_facet_in_the_middle_of_a_subject_is_not_near_to_all_that_is_said_of_it() -> None:
    subject = interest(profile_of(f"{HARBOUR}\n- Harbours: cranes, pilots and customs of harbours.", "en"))
    near = nearness(subject, "Officers searched containers for smuggled cigarettes")
    assert near["Customs"] > 2 * max(near[name] for name in ("Harbours", "Cranes", "Pilots"))


def test_what_a_line_of_a_brief_lists_is_near_by_itself() -> None:
    lines = "- Goods: cheese, umbrellas, violins, ladders and honey.\n- Ways: ships on the sea."
    brief = interest(profile_of(f"# Trade\n\n{lines}", "en"))
    for text in ("She sells what her bees make", "It rained and nobody had brought one", "Luthiers of Cremona"):
        assert nearness(brief, text)["Goods"] > nearness(replace(brief, brief=False), text)["Goods"]


def test_a_single_facet_is_the_one() -> None:
    subject = interest(profile_of("Crane drivers lose their work to machines that need no driver.", "en"))
    towards = aim(subject)
    assert towards is not None
    assert np.isfinite(towards.facets.nearness(encode(["Cranes"]))).all()
    assert placed_by_words(subject, "", "A crane.") == subject.facets[0].name
