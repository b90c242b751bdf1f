"""What would turn a decision."""

import pytest
from relevance_topics import Newsroom, profile, topic

from monitor.models import Reasons
from monitor.relevance.change import Decision, what_would_change
from monitor.relevance.items import Item
from monitor.relevance.scorer import judge


def changes(item: Item, **keys: object) -> tuple[str, ...]:
    (made,) = judge(profile(), topic(**keys), [item])
    return what_would_change(profile(), topic(**keys), item, Decision(made.score, made.threshold, made.reasons))


def test_what_is_near_says_which_threshold_and_which_words_would_do(newsroom: Newsroom) -> None:
    near = [item for item in newsroom.items if newsroom.label("ai-competition", item) == "near"]
    told = [changes(item) for item in near]
    assert any('threshold = "inclusive" would take it' in lines for lines in told)
    assert any(line.startswith('with "') and "it would come to about" in line for lines in told for line in lines)


def test_words_named_are_not_in_the_article_and_do_turn_it() -> None:
    text = "Alibaba rents more machines to shops that train programs, it said in Hangzhou on Sunday."
    item = Item("1", "Alibaba's cloud arm grows", text, "en")
    (line,) = [line for line in changes(item) if line.startswith("with ")]
    words = [part for at, part in enumerate(line.split('"')) if at % 2]
    assert words
    assert not any(word.casefold() in f"{item.title} {item.text}".casefold().split() for word in words)
    richer = Item("1", f"{item.title} {' '.join(words)}", item.text, "en")
    assert judge(profile(), topic(), [richer])[0].relevant


def test_a_word_that_the_article_holds_in_another_form_is_not_named() -> None:
    text = "A second line makes semiconductor after semiconductor, and one accelerator, for whoever sells them abroad."
    item = Item("1", "A line for one more accelerator", text, "en")
    (line,) = [line for line in changes(item) if line.startswith("with ")]
    assert "of the facet Chips and computing power" in line
    assert "accelerators" not in line
    assert "semiconductors" not in line


def test_what_is_far_off_says_so() -> None:
    told = changes(Item("1", "Cake", "Beat eggs and sugar until pale, fold in flour, and bake for an hour.", "en"))
    assert "not even an inclusive threshold takes it" in told[0]


def test_a_rule_is_what_would_have_to_go() -> None:
    item = Item("1", "Alibaba and DeepSeek", "A recipe for models: Alibaba, Qwen and DeepSeek against OpenAI.", "en")
    assert changes(item, must_not=("recipe",)) == (
        'the topic file\'s rule (must not hold "recipe") would have to go, or the article to keep it',
    )


@pytest.mark.parametrize(
    ("score", "said"), [(0.6, '"precise" would leave it out'), (0.9, "only a threshold above 0.90")]
)
def test_what_is_taken_says_what_would_leave_it(score: float, said: str) -> None:
    item = Item("1", "Alibaba", "", "en")
    told = what_would_change(profile(), topic(), item, Decision(score, 0.5, Reasons(terms=(("alibaba", 1.0),))))
    assert said in told[0]
    assert '100% of what speaks for it is "alibaba"' in told[1]


def test_an_article_without_a_word_is_no_trouble() -> None:
    assert changes(Item("1", "", "", ""))
