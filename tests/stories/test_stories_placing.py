"""Placing: one event is one story, like events are two, whatever the order and however often a batch comes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import BRIDGE, MONDAY, TUESDAY, candidate, events, kept, meant, together

from monitor.stories import Candidate, StorySettings, Vectors, lead, place
from monitor.stories.meaning import no_vectors

SETTINGS = StorySettings()
EVENTS = events()
ARTICLES = [article for _, article in EVENTS.values()]
TRUTH = {frozenset(number for number, (name, _) in EVENTS.items() if name == event) for event, _ in EVENTS.values()}


@pytest.fixture(params=["by words", "by words and meaning"])
def vectors(request: pytest.FixtureRequest) -> Vectors:
    """What the invented articles mean: nothing, or what the encoder says, which takes like events for one."""
    return no_vectors if request.param == "by words" else meant(ARTICLES)


def test_each_event_is_one_story_and_like_events_are_two(vectors: Vectors) -> None:
    assert together(place(ARTICLES, [], SETTINGS, vectors)) == TRUTH


@pytest.mark.parametrize("size", [1, 4, 15])
def test_articles_join_the_stories_that_are_kept(size: int, vectors: Vectors) -> None:
    known: list[Candidate] = []
    in_time = sorted(ARTICLES, key=lambda article: article.published)
    for start in range(0, len(in_time), size):
        batch = in_time[start : start + size]
        known += kept(batch, place(batch, known, SETTINGS, vectors))
    assert together(place(ARTICLES, known, SETTINGS, vectors)) == TRUTH


@settings(max_examples=15, deadline=None)
@given(st.permutations(ARTICLES), st.integers(0, len(ARTICLES)))
def test_the_order_of_a_batch_does_not_matter(articles: list[Candidate], cut: int) -> None:
    before = kept(ARTICLES[:cut], place(ARTICLES[:cut], [], SETTINGS))
    usual = {placed.id: placed for placed in place(ARTICLES, before, SETTINGS)}
    answer = place(articles, before[::-1], SETTINGS)
    assert [placed.id for placed in answer] == [article.id for article in articles]
    assert {placed.id: placed for placed in answer} == usual


def test_the_same_batch_again_moves_nothing() -> None:
    copies = [candidate(501, "Bridge", BRIDGE, 1), candidate(502, "Bridge again", BRIDGE, 2)]
    batch = [*ARTICLES, *copies]
    known = kept(batch, place(batch, [], SETTINGS))
    again = place(batch, known, SETTINGS)
    assert [(placed.story, placed.duplicate_of) for placed in again] == [
        (article.story, article.duplicate_of) for article in known
    ]


def test_an_article_twice_in_a_batch_is_one() -> None:
    one, other = place([ARTICLES[0], ARTICLES[0]], [], SETTINGS)
    assert one == other
    assert one.duplicate_of is None


def test_a_copy_goes_where_its_original_is() -> None:
    original = replace(candidate(1, "Bridge stays open", BRIDGE), story=7)
    copy, copy_of_copy = candidate(2, "Relief", BRIDGE, 1), candidate(3, "A scratch", f"{BRIDGE} Own words.", 2)
    placed = place([copy], [original], SETTINGS)[0]
    assert (placed.story, placed.duplicate_of) == (7, 1)
    known = replace(copy, story=7, duplicate_of=1)
    again = place([copy_of_copy], [known], SETTINGS)[0]
    assert (again.story, again.duplicate_of) == (7, 1), "the original is named though it is not given"


TOLL = f"At least 12 people were hurt when the bridge at Harrowby gave way. {BRIDGE}"
RISEN = TOLL.replace("12", "45")


def test_a_later_edition_with_a_figure_of_its_own_is_no_near_duplicate() -> None:
    first = replace(candidate(1, "Twelve hurt at Harrowby", TOLL), story=7)
    edition, reprint = candidate(2, "45 hurt at Harrowby", RISEN, 3), candidate(3, "45 are hurt", f"{RISEN} Own.", 4)
    copy, survey = candidate(4, "A dozen hurt", TOLL, 5), candidate(5, "The 12 of Harrowby", f"{TOLL} Own.", 6)
    year, other = candidate(6, "Worst fall since 1884", RISEN, 7), candidate(7, "5 things to know", RISEN, 8)
    placed = {each.id: each for each in place([edition, reprint, copy, survey, year, other], [first], SETTINGS)}
    assert {each.story for each in placed.values()} == {7}
    assert [number for number, each in placed.items() if each.duplicate_of is None] == [2]


def test_an_edition_stays_one_when_its_reprints_come_later_and_an_earlier_one_is_none() -> None:
    first = replace(candidate(1, "45 hurt at Harrowby", RISEN, 3), story=7)
    earlier = candidate(2, "12 hurt at Harrowby", TOLL, 1)
    assert [each.duplicate_of for each in place([earlier], [first], SETTINGS)] == [1]
    known = [replace(candidate(1, "A fall", TOLL), story=7), replace(candidate(2, "45 hurt", RISEN, 3), story=7)]
    again = place([candidate(3, "45 hurt at Harrowby", f"{RISEN} Own.", 4)], known, SETTINGS)
    assert again[0].duplicate_of is not None
    assert place([known[1]], known, SETTINGS)[0].duplicate_of is None


def test_an_edition_that_many_print_with_one_moment_is_one_edition_and_copies() -> None:
    first = replace(candidate(1, "Twelve hurt at Harrowby", TOLL), story=7)
    printed = [candidate(number, "45 hurt at Harrowby", f"{RISEN} Own {number}.", 3) for number in (2, 3, 4)]
    assert [each.duplicate_of is None for each in place(printed, [first], SETTINGS)] == [True, False, False]
    known = [first, replace(printed[0], story=7)]
    assert [each.duplicate_of is None for each in place(printed[1:], known, SETTINGS)] == [False, False]


def test_a_false_claim_joins_no_story() -> None:
    original = replace(candidate(900, "Bridge stays open", BRIDGE), story=7)
    claim = replace(ARTICLES[0], declared_canonical=original.canonical_url)
    placed = place([claim], [original], SETTINGS)[0]
    assert (placed.story, placed.duplicate_of) == (None, None)


def test_market_reports_of_two_days_are_two_stories_or_at_least_no_reprints() -> None:
    articles = [candidate(1, "Shares close lower", MONDAY), candidate(2, "Shares close higher", TUESDAY, 24)]
    assert [placed.duplicate_of for placed in place(articles, [], SETTINGS)] == [None, None]


def test_languages_are_kept_apart() -> None:
    known = kept(ARTICLES, place(ARTICLES, [], SETTINGS))
    for story in together(place(ARTICLES, known, SETTINGS)):
        assert len({EVENTS[number][1].language for number in story}) == 1
    same = replace(ARTICLES[0], id=700, language="de", content_hash="", signature=b"", text=ARTICLES[0].text[:300])
    assert place([same], [], SETTINGS)[0].story is None


def test_an_undeclared_language_is_guessed() -> None:
    silent = [replace(article, language="") for article in ARTICLES]
    assert together(place(silent, [], SETTINGS)) == TRUTH


def test_what_lies_further_apart_than_the_window_is_not_one_story() -> None:
    first, second = (EVENTS[number][1] for number in (25, 26))
    late = replace(second, published=first.published + SETTINGS.window + timedelta(seconds=1))
    assert len(together(place([first, late], [], SETTINGS))) == 2
    assert place([late], [replace(first, story=7)], SETTINGS)[0].story is None
    assert len(together(place([first, late], [], StorySettings(window=timedelta(days=8))))) == 1


def test_a_story_goes_on_as_long_as_something_is_told_of_it() -> None:
    first, second = (EVENTS[number][1] for number in (25, 26))
    known = [replace(first, story=7), replace(second, id=90, story=7, published=first.published + timedelta(days=2))]
    late = replace(
        second, published=first.published + timedelta(days=4), title="Norwegian rates", text=second.text[:200]
    )
    late = replace(late, signature=b"", content_hash="")
    assert place([late], known, StorySettings(window=timedelta(days=3)))[0].story == 7
    assert place([late], known[:1], StorySettings(window=timedelta(days=3)))[0].story is None


def test_two_kept_stories_never_become_one() -> None:
    first, second, third, *_ = ARTICLES
    known = [replace(first, story=7), replace(second, story=8)]
    assert place([third], known, SETTINGS)[0].story in {7, 8}
    assert [placed.story for placed in place([first, second], known, SETTINGS)] == [7, 8]


def test_nothing_and_nearly_nothing_are_placed() -> None:
    assert place([], [], SETTINGS) == []
    nothing = [candidate(number, "", "", language="") for number in range(3)]
    assert len(together(place(nothing, [], SETTINGS))) == 3
    short = [candidate(1, "Rain", "Rain."), candidate(2, "Snow", "Snow."), candidate(3, "雨", "雨")]
    assert len(together(place(short, [], SETTINGS))) == 3


def test_scripts_without_spaces_are_grouped() -> None:
    one = (
        "北海道で十七日、マグニチュード六・二の地震があり、釧路市で住宅の壁が崩れ、二人がけがをした。"
        "気象庁は津波の心配はないと発表した。"
    )
    other = (
        "十七日の北海道の地震で、釧路市では住宅の壁が崩れて二人がけがをしたと消防が発表した。"
        "気象庁によると津波の心配はない。"
    )
    third = "日本銀行は十八日、政策金利を引き上げると決めた。総裁は物価の上昇が続いていると説明した。"
    titles = ["北海道で地震、二人けが", "釧路で壁崩れる、地震でけが人", "日銀が利上げを決定"]
    articles = [
        candidate(number, title, text, number, "ja")
        for number, (title, text) in enumerate(zip(titles, [one, other, third], strict=True))
    ]
    assert together(place(articles, [], SETTINGS)) == {frozenset({0, 1}), frozenset({2})}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=40), st.text(max_size=200), st.integers(-200, 200), st.sampled_from(["", "en", "zh"])
        ),
        max_size=12,
    ),
    st.integers(0, 12),
)
def test_anything_is_placed_once_and_originals_repeat_nothing(
    given_articles: list[tuple[str, str, int, str]], cut: int
) -> None:
    articles = [
        candidate(number, title, text, hours, language)
        for number, (title, text, hours, language) in enumerate(given_articles)
    ]
    known = kept(articles[:cut], place(articles[:cut], [], SETTINGS))
    placements = place(articles, known, SETTINGS)
    assert [placed.id for placed in placements] == [article.id for article in articles]
    by_id = {placed.id: placed for placed in placements}
    for placed in placements:
        if placed.duplicate_of is not None:
            original = by_id[placed.duplicate_of]
            assert original.duplicate_of is None
            assert (original.story, original.group) == (placed.story, placed.group) or placed.story is not None
    assert place(articles, known, SETTINGS) == placements


def test_the_fullest_leads_and_of_equals_the_earliest_but_no_reprint() -> None:
    short, full = candidate(1, "Bridge", BRIDGE[:200]), candidate(2, "Bridge", BRIDGE, 3)
    reprint, later = candidate(3, "Bridge", f"{BRIDGE} Own words.", 1), candidate(4, "Bridge", BRIDGE, 5)
    assert lead([short, later, full, reprint], {3: 2}) == 2
    assert lead([reprint], {3: 2}) == 3, "a story of reprints alone has a lead too"
    with pytest.raises(ValueError, match="empty"):
        lead([], {})
