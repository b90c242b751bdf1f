"""Copies of one text are one document of a stream."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from relevance_topics import Newsroom, profile, topic

from monitor.relevance import copies, scorer
from monitor.relevance.copies import distinct
from monitor.relevance.evaluate import average_precision
from monitor.relevance.items import Archive, Item
from monitor.relevance.meaning import Meant

TIMES = 12


def meant_of(directions: list[float], evidence: list[float] | None = None, rows: list[int] | None = None) -> Meant:
    """Documents that point in some directions of a plane, in degrees."""
    angles = np.radians(np.array(directions, dtype=np.float64))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    total = np.zeros(len(directions)) if evidence is None else np.array(evidence)
    places = np.arange(len(directions)) if rows is None else np.array(rows)
    return Meant(total, places, vectors, vectors[0], np.zeros(2, dtype=np.float32))


def stands_for(meant: Meant, count: int, judged: tuple[int, ...] = ()) -> list[int]:
    found = distinct(count, meant, judged)
    return [int(found.rows[place]) for place in found.place]


def test_the_first_of_one_text_stands_for_the_others() -> None:
    assert stands_for(meant_of([0, 90, 5, 91, 180]), 5) == [0, 1, 0, 1, 4]


def test_what_is_near_a_copy_and_not_its_original_stands_for_itself() -> None:
    assert stands_for(meant_of([0, 15, 30]), 3) == [0, 0, 2]


def test_pages_that_are_near_by_what_they_share_and_say_more_of_the_interest_by_their_headlines_are_apart() -> None:
    assert stands_for(meant_of([0, 1, 2], [0.0, 1.5, 0.5]), 3) == [0, 1, 0]


def test_what_was_judged_stands_for_itself_and_for_what_nobody_judged() -> None:
    assert stands_for(meant_of([0, 1, 2, 3]), 4, judged=(2, 3)) == [2, 2, 2, 3]


def test_what_was_not_read_stands_for_itself_and_where_nothing_means_anything_all_do() -> None:
    meant = meant_of([0, 1], rows=[1, 3])
    assert stands_for(replace(meant, total=np.zeros(4)), 4) == [0, 1, 2, 1]
    assert distinct(3, None, ()).rows.tolist() == distinct(3, None, ()).place.tolist() == [0, 1, 2]


@given(
    st.lists(st.integers(0, 359), min_size=1, max_size=40),
    st.sets(st.integers(0, 39)),
    st.integers(1, 9),
)
def test_in_blocks_of_any_size_it_is_as_one_by_one(directions: list[int], judged: set[int], block: int) -> None:
    meant = meant_of([float(each) for each in directions])
    judged &= set(range(len(directions)))
    expected: dict[int, int] = {}
    for row in sorted(range(len(directions)), key=lambda row: (row not in judged, row)):
        near = [other for other in expected if expected[other] == other and one_text(meant.vectors, other, row)]
        expected[row] = near[0] if near and row not in judged else row
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "_ROWS_AT_ONCE", block)
        assert stands_for(meant, len(directions), tuple(judged)) == [expected[row] for row in range(len(directions))]


def one_text(vectors: NDArray[np.float32], one: int, other: int) -> bool:
    return bool(vectors[one : one + 1] @ vectors[other : other + 1].T >= copies._ONE_TEXT)


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
    items = [*newsroom.items, *loud]
    judged = {each.id: each for each in scorer.judge(profile(), topic(), items)}
    alike = [judged["ai-competition-06"].score, *(judged[item.id].score for item in loud)]
    assert len(set(alike)) == 1
    disliked = scorer.judge(profile(), topic(), items, Archive(verdicts={loud[3].id: False}))
    scores = {each.id: each.score for each in disliked}
    assert {scores[item.id] for item in loud} == {scores["ai-competition-06"]} != set(alike)


def test_a_copy_is_not_named_as_what_lifted_its_original(newsroom: Newsroom) -> None:
    loud = carried(newsroom, *(item.id for item in newsroom.items if item.id.startswith("wind")))
    for judgement in scorer.judge(profile("wind"), topic("wind"), [*newsroom.items, *loud]):
        assert not any("- Outlet" in title for title in judgement.reasons.neighbours)
