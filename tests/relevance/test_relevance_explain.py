"""Reasons in words."""

import pytest
from relevance_topics import Newsroom, profile, profile_of, topic

from monitor.relevance import encoders, threshold
from monitor.relevance.items import Item
from monitor.relevance.scorer import judge


def test_terms_are_shown_as_the_seed_writes_them() -> None:
    item = Item("1", "", "A chip, a chatbot and an export control for the mainland.", "en")
    (judgement,) = judge(profile(), topic(), [item])
    assert {"chips", "chatbots"} & {term for term, _ in judgement.reasons.terms}


def test_far_from_the_seed_there_is_nothing_to_show() -> None:
    (judgement,) = judge(profile(), topic(), [Item("1", "Cake", "Beat eggs and sugar until pale.", "en")])
    assert judgement.reasons.seed_sentence == ""
    assert judgement.reasons.article_sentence == ""


def test_a_very_long_sentence_is_cut_at_a_word() -> None:
    text = "Alibaba and Huawei, Nvidia and OpenAI, Qwen and DeepSeek compete in chips, clouds and models " * 12
    (judgement,) = judge(profile(), topic(), [Item("1", "", text, "en")])
    assert judgement.reasons.article_sentence.endswith(" …")
    assert len(judgement.reasons.article_sentence) <= 322


def test_a_title_alone_explains_itself() -> None:
    item = Item("1", "Alibaba's Qwen and DeepSeek challenge OpenAI while Nvidia chips stay barred", "", "en")
    (judgement,) = judge(profile(), topic(), [item])
    assert judgement.reasons.article_sentence == item.title


def test_neighbours_are_named_where_they_lifted_an_article(newsroom: Newsroom) -> None:
    judged = judge(profile(), topic(), newsroom.items)
    titles = {item.id: item.title for item in newsroom.items}
    taken = {titles[judgement.id] for judgement in judged if judgement.score >= threshold.BALANCED}
    lifted = [judgement for judgement in judged if judgement.reasons.neighbours]
    assert lifted
    for judgement in lifted:
        assert titles[judgement.id] not in judgement.reasons.neighbours
        assert set(judgement.reasons.neighbours) <= taken
        assert len(judgement.reasons.neighbours) <= 3


def test_what_meaning_alone_brought_near_shows_the_facet_and_the_sentences_that_did() -> None:
    text = "Growers beat eggs. Officials fear that whoever builds a computer as clever as a person rules everyone."
    (judged,) = judge(profile(), topic(), [Item("1", "Two capitals hurry", text, "en")])
    assert judged.reasons.facet
    assert judged.reasons.seed_sentence
    assert judged.reasons.article_sentence.startswith("Officials fear")


def test_another_language_shows_its_own_sentence_beside_the_seeds() -> None:
    text = "Le temps reste sec. La Chine et les États-Unis se disputent la course à l'intelligence artificielle."
    (judged,) = judge(profile(), topic(), [Item("1", "Course mondiale", text, "fr")])
    assert judged.reasons.article_sentence.startswith("La Chine et les États-Unis")
    assert judged.reasons.seed_sentence


def test_a_figure_is_named_after_all_words() -> None:
    made = profile_of("Alibaba spends 53 billion dollars on clouds.", "en")
    (judged,) = judge(made, topic("test"), [Item("1", "", "Alibaba and 53 others rent clouds for dollars.", "en")])
    terms = [term for term, _ in judged.reasons.terms]
    assert terms[-1] == "53"
    assert set(terms) >= {"alibaba", "clouds", "dollars"}


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_a_headline_of_the_seed_is_not_shown_joined_to_the_sentence_under_it(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "words":
        monkeypatch.setattr(encoders, "available", lambda: False)
    headline = "How the need for cheap power brought back the mills of Bornholm"
    under = "The farmers who own them sell what the wind brings to the harbour at Nexø."
    made = profile_of(f"{headline}\n\n{under}", "en")
    for text, shown in (
        ("The need for cheap power brought the mills back.", headline),
        ("Farmers sell the wind to the harbour of Nexø.", under),
    ):
        (judged,) = judge(made, topic("test"), [Item("1", text, text, "en")])
        assert judged.reasons.seed_sentence == shown
