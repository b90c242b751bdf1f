"""What flows through the graph of a stream, from what is sure and from what was liked or disliked."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.relevance.flowing import Woven
from monitor.relevance.neighbours import weave_vectors

Floats = NDArray[np.float64]


def _kinds(*sizes: int, others: int = 30) -> Woven:
    """Documents of so many kinds, each so many of one meaning, and others that are like nothing."""
    count = sum(sizes) + others
    vectors = np.zeros((count, 128), dtype=np.float32)
    first = 0
    for kind, size in enumerate(sizes):
        vectors[first : first + size, kind] = 1.0
        first += size
    vectors[first:, 32 : 32 + others] = np.eye(others)
    seed = np.eye(1, 128, 127, dtype=np.float32)[0]
    return Woven(weave_vectors(vectors, seed, np.zeros_like(seed)), np.arange(count))


def _evidence(woven: Woven, *stated: float) -> Floats:
    return np.array([*stated, *[0.5] * (len(woven.nodes) - len(stated))])


def test_what_stands_far_below_the_best_is_on_some_side_of_a_brief_and_seldom_on_the_event_of_an_article() -> None:
    """Rows 6 and 13 are like what is sure: the one like the best first, the other nearly as well of a brief alone."""
    woven = _kinds(7, 7)
    evidence = _evidence(woven, *[12.0] * 6, 1.0, *[6.0] * 6, 1.0)
    article, brief = (woven.flow(evidence, {}, brief=brief) for brief in (False, True))
    assert article[6] > article[13] > article[14]
    assert brief[6] - brief[13] < (article[6] - article[13]) / 2


def test_of_documents_with_equal_evidence_all_are_sources_or_none() -> None:
    woven = _kinds(1, 1, 1, 1, 1)
    flow = woven.flow(_evidence(woven, 5.0, 4.0, 3.0, 3.0, 3.0), {}, brief=False)
    assert flow[2] == flow[3] == flow[4] > flow[5]


@pytest.mark.parametrize("height", [7.0, 20.0])
def test_what_was_disliked_is_no_source_and_no_measure_of_the_others(height: float) -> None:
    """Row 3 is sure and liked by nobody, row 4 like it; rows 0 to 2 were disliked, however sure they were."""
    woven = _kinds(3, 2)
    verdicts = dict.fromkeys(range(3), False)
    lowest = woven.flow(_evidence(woven, 6.0, 6.0, 6.0, 6.0, 1.0), verdicts, brief=False)
    found = woven.flow(_evidence(woven, height, height, height, 6.0, 1.0), verdicts, brief=False)
    assert found.tolist() == pytest.approx(lowest.tolist())
    assert found[4] > found[0]


@pytest.mark.parametrize(("liked", "rises"), [(True, True), (False, False)])
def test_what_is_like_the_liked_rises_and_what_is_like_the_disliked_falls(liked: bool, rises: bool) -> None:
    woven = _kinds(3, 4, 4)
    evidence = _evidence(woven, 8.0, 8.0, 8.0, *[1.0] * 8)
    before, after = woven.flow(evidence, {}, brief=False), woven.flow(evidence, {3: liked}, brief=False)
    assert before[4] == pytest.approx(before[8])
    assert (after[4] > after[8]) == rises
    assert after[4] != pytest.approx(after[8])


def test_verdicts_on_everything_leave_the_seed_as_the_only_source() -> None:
    woven = _kinds(3, others=0)
    flow = woven.flow(_evidence(woven, 6.0, 5.0, 4.0), dict.fromkeys(range(3), False), brief=False)
    assert np.isfinite(flow).all()
