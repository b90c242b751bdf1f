"""Copies of one text are one document of a stream."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from relevance_topics import Newsroom, profile, topic

from monitor.relevance import copies, scorer
from monitor.relevance.copies import distinct
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, Item
from monitor.relevance.meaning import Meant
from monitor.text import Words

TIMES = 12


def meant_of(directions: list[float], evidence: list[float] | None = None, rows: list[int] | None = None) -> Meant:
    """Documents that point in some directions of a plane, in degrees."""
    angles = np.radians(np.array(directions, dtype=np.float64))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    total = np.zeros(len(directions)) if evidence is None else np.array(evidence)
    places = np.arange(len(directions)) if rows is None else np.array(rows)
    return Meant(total, places, vectors, vectors[0], np.zeros(2, dtype=np.float32))


def long_ones(count: int) -> list[Words]:
    """So many documents of other words, too many to be a headline."""
    return [said(*(f"{number}-{word}" for word in range(30))) for number in range(count)]


def said(*terms: str) -> Words:
    return Words(terms, terms, "en")


def stands_for(meant: Meant, words: list[Words]) -> list[int]:
    found = distinct(words, meant)
    return [int(found.rows[place]) for place in found.place]


def test_of_one_text_that_with_the_most_evidence_stands_for_the_others() -> None:
    assert stands_for(meant_of([0, 90, 5, 91, 180], [0.0, 0.5, 0.4, 0.1, 9.0]), long_ones(5)) == [2, 1, 2, 1, 4]


def test_what_is_near_a_copy_and_not_its_original_stands_for_itself() -> None:
    assert stands_for(meant_of([0, 15, 30]), long_ones(3)) == [0, 0, 2]


def test_what_is_near_two_that_stand_goes_to_the_nearer_one() -> None:
    assert stands_for(meant_of([0, 32, 18], [0.2, 0.1, 0.0]), long_ones(3)) == [0, 1, 1]


def test_pages_that_are_near_by_what_they_share_and_say_more_of_the_interest_by_their_headlines_are_apart() -> None:
    assert stands_for(meant_of([0, 1, 2], [0.0, 1.5, 0.5]), long_ones(3)) == [0, 1, 1]


def test_headlines_alone_are_one_text_only_where_they_share_nearly_all_words() -> None:
    words = [said("saxony", "approves", "wind", "farm"), said("saxony", "rejects", "wind", "farm")]
    assert stands_for(meant_of([0, 1]), words) == [0, 1]
    assert stands_for(meant_of([0, 1]), [words[0], words[0]]) == [0, 0]
    assert stands_for(meant_of([0, 1]), [words[0], *long_ones(1)]) == [0, 1]


def test_what_was_not_read_stands_for_itself_and_where_nothing_means_anything_all_do() -> None:
    meant = replace(meant_of([0, 1], rows=[1, 3]), total=np.zeros(4))
    assert stands_for(meant, long_ones(4)) == [0, 1, 2, 1]
    alone = distinct(long_ones(3), None)
    assert alone.rows.tolist() == alone.place.tolist() == [0, 1, 2]


def test_a_text_has_the_verdict_of_most_of_its_copies_and_none_where_they_say_yes_as_often_as_no() -> None:
    found = distinct(long_ones(7), meant_of([0, 1, 2, 90, 91, 180, 270]))
    assert found.rows.tolist() == [0, 3, 5, 6]
    given = {0: False, 1: True, 2: True, 3: True, 4: False, 6: False}
    assert found.verdicts(given) == {0: True, 3: False}


@given(st.lists(st.tuples(st.integers(0, 359), st.integers(0, 12)), min_size=1, max_size=40), st.integers(1, 9))
def test_in_blocks_of_any_size_it_is_as_one_by_one(documents: list[tuple[int, int]], block: int) -> None:
    evidence = [number / 4 for _, number in documents]
    meant = meant_of([float(direction) for direction, _ in documents], evidence)
    expected: dict[int, int] = {}
    for row in sorted(range(len(documents)), key=lambda row: (-evidence[row], row)):
        standing = [other for other in expected if expected[other] == other]
        near = [
            other
            for other in standing
            if evidence[other] - evidence[row] <= copies._AS_MUCH
            and likeness(documents[row][0], documents[other][0]) >= copies._ONE_TEXT
        ]
        apart = {other: likeness(documents[row][0], documents[other][0]) for other in near}
        # On the way to the nearer of two that are as near only rounding decides: either is right.
        expected[row] = max(near, key=apart.__getitem__) if near else row
        assume(len({round(each, 6) for each in apart.values()}) == len(apart))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "_ROWS_AT_ONCE", block)
        found = stands_for(meant, long_ones(len(documents)))
    assert found == [expected[row] for row in range(len(documents))]


def likeness(one: int, other: int) -> float:
    return float(np.cos(np.radians(one - other)))


def carried(newsroom: Newsroom, *identities: str) -> list[Item]:
    """Copies of some items, each by a dozen outlets under their names."""
    return [
        replace(item, id=f"{item.id} of outlet {number}", title=f"{item.title} - Outlet {number}")
        for item in newsroom.items
        if item.id in identities
        for number in range(TIMES)
    ]


def test_a_story_that_a_dozen_outlets_carry_leaves_the_others_where_they_were(newsroom: Newsroom) -> None:
    on = [newsroom.label("ai-competition", item) == "on" for item in newsroom.items]
    loud = carried(newsroom, "ai-competition-06", "ai-competition-12", "other-02")
    before = scorer.scores(profile(), newsroom.items)
    after = scorer.scores(profile(), [*newsroom.items, *loud])[: len(newsroom.items)]
    assert average_precision(on, after) >= average_precision(on, before) - 0.005
    assert np.count_nonzero((before >= 0.5) != (after >= 0.5)) <= 1


def test_copies_are_judged_alike_and_one_on_which_there_is_a_verdict_speaks_for_all(newsroom: Newsroom) -> None:
    loud = carried(newsroom, "ai-competition-06")
    items = [*loud, *newsroom.items]
    judged = {each.id: each for each in scorer.judge(profile(), topic(), items)}
    alike = {judged["ai-competition-06"].score, *(judged[item.id].score for item in loud)}
    assert len(alike) == 1
    disliked = scorer.judge(profile(), topic(), items, Archive(verdicts={loud[3].id: False}))
    scores = {each.id: each.score for each in disliked}
    assert {scores[item.id] for item in loud} == {scores["ai-competition-06"]} != alike


@pytest.mark.parametrize("name", ["ai-competition", "wind", "malaria"])
def test_no_decision_depends_on_which_copy_came_first(newsroom: Newsroom, name: str) -> None:
    """Copies as poor as they come: a headline of three words, a first or a last sentence missing."""
    for item in newsroom.items:
        if newsroom.label(name, item) == "off":
            continue
        rest = [each for each in newsroom.items if each.id != item.id]
        for poor in poorer(item):
            last = judged_of(name, [*rest, item, poor])
            assert judged_of(name, [poor, *rest, item])[item.id] == last[item.id]


def poorer(item: Item) -> list[Item]:
    sentences = item.text.split(". ")
    return [
        replace(item, id="poorer", title=" ".join(item.title.split()[:3])),
        replace(item, id="poorer", text=". ".join(sentences[1:])),
        replace(item, id="poorer", text=". ".join(sentences[:-1])),
    ]


def judged_of(name: str, items: list[Item]) -> dict[str, bool]:
    return {each.id: each.relevant for each in scorer.judge(profile(name), topic(name), items)}


def test_copies_are_explained_as_their_original_is(newsroom: Newsroom) -> None:
    """The graph knows each text once: its neighbours are others, and the same for all copies, wherever these stand."""
    wind = [item for item in newsroom.items if item.id.startswith("wind")]
    poor = [replace(each, id=f"{item.id} again") for item in wind for each in poorer(item)[:1]]
    loud = carried(newsroom, *(item.id for item in wind))
    judged = {each.id: each for each in scorer.judge(profile("wind"), topic("wind"), [*loud, *poor, *newsroom.items])}
    copied = {item.title: "" for item in (*loud, *poor)}
    lifted = 0
    for item in wind:
        of_text = [each for each in judged.values() if each.id.split(" ")[0] == item.id]
        assert len(of_text) == TIMES + 2
        same = [each for each in of_text if each.score == judged[item.id].score]
        assert len(same) > TIMES
        assert len({each.reasons.neighbours for each in same}) == 1
        mine = {item.title, *(title for title in copied if title.startswith(item.title))}
        assert mine.isdisjoint(judged[item.id].reasons.neighbours)
        lifted += bool(judged[item.id].reasons.neighbours)
    assert lifted >= 3


def test_what_lifted_an_article_is_the_same_where_copies_of_other_texts_stand_before_it(newsroom: Newsroom) -> None:
    off = carried(newsroom, "other-02", "other-05")
    lifted = otherwise = 0
    for name in ("ai-competition", "malaria", "wind"):
        before, after = (scorer.judge(profile(name), topic(name), [*first, *newsroom.items]) for first in ([], off))
        for one, other in zip(before, after[len(off) :], strict=True):
            otherwise += bool(one.reasons.neighbours) != bool(other.reasons.neighbours)
            if one.reasons.neighbours and other.reasons.neighbours:
                lifted += 1
                assert set(one.reasons.neighbours) & set(other.reasons.neighbours)
    assert lifted >= 5
    assert otherwise < 10  # 3: how rare words are in the stream differs a little; 87 by another document's evidence


def test_how_far_the_cut_sinks_is_told_by_texts_and_not_by_their_copies(newsroom: Newsroom) -> None:
    loud = carried(newsroom, *(item.id for item in newsroom.items if newsroom.label("wind", item) == "on"))
    plain, beside = (
        scorer._known(profile("wind"), items, Archive()).stream.lowered
        for items in (newsroom.items, [*newsroom.items, *loud])
    )
    assert plain > 0.3
    assert beside == pytest.approx(plain, abs=0.1)


def test_promises_are_made_on_the_scores_of_the_same_texts_where_copies_stand_before_them(newsroom: Newsroom) -> None:
    verdicts = {item.id: newsroom.label("wind", item) == "on" for item in newsroom.items[::3]}
    off = carried(newsroom, "other-02")
    (plain, beside) = (
        scorer._held_out(scorer._known(profile("wind"), [*first, *newsroom.items], Archive(verdicts=verdicts)))
        for first in ([], off)
    )
    assert [yes for _, yes in beside] == [yes for _, yes in plain]
    assert [score for score, _ in beside] == pytest.approx([score for score, _ in plain], abs=0.1)
    assert max(score for score, _ in plain) > 0.8
