"""What a later text says otherwise: corrected, withdrawn, new, or nothing at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.changes import changes, compare, is_beginning, is_edition, withdrawal
from monitor.text import sentences

FIRST = "The port of Eastmere will take forty driverless cranes into service next spring, its director said."
SECOND = "The dockers' union, which had threatened to strike, agreed after the port promised to keep its drivers."
THIRD = "Two rival ports, Sandhaven and Kolm, have ordered the same automated cranes from the same maker."
TEXT = "\n".join([FIRST, SECOND, THIRD])


def changed(old: str, new: str):
    """The text with one sentence of it replaced, against the text."""
    return compare(TEXT, TEXT.replace(old, new), "en")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("forty driverless cranes", "fourteen driverless cranes"),
        ("forty driverless cranes", "40 driverless cranes"),
        ("Sandhaven and Kolm", "Sandhaven and Brack"),
        ("will take forty", "will not take forty"),
        ("its director said", "the unions deny but sources confirm"),
    ],
    ids=["number-word", "number", "name", "negation", "several-words"],
)
def test_another_wording_that_says_something_else_is_a_correction(old: str, new: str) -> None:
    found = changed(old, new)
    (sentence,) = [each for each in (FIRST, THIRD) if old in each]
    assert found.corrected == ((sentence, sentence.replace(old, new)),)
    assert (found.gone, found.new) == ((), ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("driverless", "driverles"),
        ("Sandhaven", "Sandhavn"),
        ("next spring, its", "next spring – its"),
        ("threatened", "menaced"),
        ("said.", "said!"),
        ("The dockers' union", "The dockers’ union"),
    ],
)
def test_a_trivial_edit_says_nothing_else(old: str, new: str) -> None:
    assert changed(old, new).says_the_same


def test_order_headings_stamps_and_captions_say_nothing() -> None:
    shuffled = "\n".join([THIRD, "Updated: Tuesday 24 November 2026, 14:05 GMT.", "Photo: Ada Quay", FIRST, SECOND])
    before = f"Updated: Monday 23 November 2026, 09:12 GMT.\n{TEXT}\nRead more"
    assert compare(before, shuffled, "en").says_the_same


def test_a_sentence_split_in_two_or_merged_from_two_says_nothing_else() -> None:
    whole = "The dockers' union had threatened to strike and the port promised to keep its crane drivers for good."
    halves = "The dockers' union had threatened to strike. The port promised to keep its crane drivers for good."
    assert compare(f"{FIRST} {whole}", f"{FIRST} {halves}", "en").says_the_same
    assert compare(f"{FIRST} {halves}", f"{FIRST} {whole}", "en").says_the_same


def test_what_comes_and_what_goes_is_told_apart() -> None:
    fresh = "A court in the capital stopped the purchase on Tuesday until the tender has been examined."
    found = compare(TEXT, f"{FIRST}\n{fresh}\n{THIRD}", "en")
    assert (found.gone, found.new, found.corrected) == ((SECOND,), (fresh,), ())


def test_each_sentence_is_set_beside_the_one_nearest_to_it() -> None:
    one = "The harbour of Tannwick counted 310 ships in March, of which 12 were not announced to anybody."
    two = "The harbour of Tannwick counted 410 ships in April, of which 15 were not announced to anybody."
    found = compare(f"{one}\n{two}", f"{two.replace('15', '51')}\n{one.replace('310', '301')}", "en")
    assert found.corrected == ((one, one.replace("310", "301")), (two, two.replace("15", "51")))


def test_sentences_of_scripts_without_spaces_are_compared_too() -> None:
    before = "东港明年春天将投入四十台无人起重机，港口主任星期一对记者说。工会同意了港口的计划，因为司机可以留下。"
    found = compare(before, before.replace("四十台", "14台"), "zh")
    assert [after for _, after in found.corrected] == ["东港明年春天将投入14台无人起重机，港口主任星期一对记者说。"]
    assert found.gone == found.new == ()


def test_what_was_told_is_corrected_first_and_alone_withdrawn(make_article) -> None:
    article = make_article(1, text="\n".join([FIRST.replace("forty", "six"), THIRD.replace("Kolm", "Brack")]))
    found = changes(article, TEXT, [THIRD])
    assert [(each.kind, each.before) for each in found] == [("corrected", THIRD), ("corrected", FIRST)]
    found = changes(article, TEXT, [SECOND])
    assert [(each.kind, each.before, each.after) for each in found][-1] == ("withdrawn", SECOND, "")
    assert {(each.source, each.url) for each in found} == {("Paper 1", "https://paper1.example/story/1")}


def test_a_page_that_is_gone_is_told_by_its_headline(make_article) -> None:
    gone = withdrawal(make_article(1, title="Forty cranes"))
    assert (gone.kind, gone.before, gone.after) == ("gone", "Forty cranes", "")


def test_another_text_at_the_same_address_is_no_edition() -> None:
    notice = "We use cookies. Choose what we may keep, and read how we earn money with what you read."
    assert is_edition(TEXT, f"{FIRST}\n{SECOND}", "en")
    assert is_edition(FIRST, f"{TEXT} A court stopped the purchase on Tuesday. " * 5, "en")  # a first report that grew
    assert not is_edition(TEXT, notice, "en")


def test_what_a_wall_leaves_is_a_beginning() -> None:
    assert is_beginning(TEXT, FIRST, "en")
    assert not is_beginning(TEXT, f"{FIRST} {SECOND}", "en")
    assert not is_beginning(TEXT, FIRST.replace("forty", "six"), "en")


@given(st.permutations([FIRST, SECOND, THIRD]))
def test_a_text_says_what_it_says_in_any_order(order: list[str]) -> None:
    assert compare(TEXT, "\n".join(order), "en").says_the_same


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["", "en", "de", "zh"]))
def test_any_two_texts_can_be_compared(one: str, other: str, language: str) -> None:
    found = compare(one, other, language)
    mine, theirs = sentences(one), sentences(other)
    assert set(found.gone) | {before for before, _ in found.corrected} <= set(mine)
    assert set(found.new) | {after for _, after in found.corrected} <= set(theirs)
    assert compare(one, one, language).says_the_same
    is_edition(one, other, language)
    is_beginning(one, other, language)
