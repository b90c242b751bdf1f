"""Average linkage, against the definition on small numbers."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.linkage import Linkage

LEAST = 0.3


def test_the_nearest_join_first_and_the_average_decides() -> None:
    linkage = Linkage([1, 1, 1], [(0.0, 0.0)] * 3, 0)
    linkage.link(0, 1, 0.9)
    linkage.link(1, 2, 0.5)
    assert linkage.run(LEAST, 1.0) == [0, 0, 2], "0.5 and nothing make 0.25 on average"


def test_fixed_clusters_grow_but_never_join() -> None:
    linkage = Linkage([2, 1, 1], [(0.0, 0.0)] * 3, 2)
    linkage.link(0, 1, 2.0)
    linkage.link(0, 2, 0.9)
    linkage.link(1, 2, 0.8)
    assert linkage.run(LEAST, 1.0) == [0, 1, 1]


def test_nothing_joins_across_the_window() -> None:
    linkage = Linkage([1, 1, 1], [(0.0, 0.0), (5.0, 5.0), (12.0, 12.0)], 0)
    linkage.link(0, 1, 0.9)
    linkage.link(1, 2, 0.9)
    assert linkage.run(LEAST, 6.0) == [0, 0, 2]


@given(st.lists(st.floats(0.0, 1.0), min_size=21, max_size=21), st.integers(0, 3))
def test_no_two_clusters_that_are_left_are_near_enough(values: list[float], fixed: int) -> None:
    pairs = dict(zip(combinations(range(7), 2), values, strict=True))
    linkage = Linkage([1] * 7, [(0.0, 0.0)] * 7, fixed)
    for (one, other), value in pairs.items():
        linkage.link(one, other, value)
    ends = linkage.run(LEAST, 1.0)
    clusters = {end: [number for number in range(7) if ends[number] == end] for end in set(ends)}
    assert all(min(members) == end for end, members in clusters.items())
    for one, other in combinations(sorted(clusters), 2):
        if not (one < fixed and other < fixed):
            across = [pairs[min(a, b), max(a, b)] for a in clusters[one] for b in clusters[other]]
            assert sum(across) / len(across) < LEAST * (1.0 + 0.55 / len(across)) + 1e-9


def test_a_single_pair_must_be_nearer_than_many() -> None:
    def joined(size: int) -> bool:
        linkage = Linkage([1, size], [(0.0, 0.0)] * 2, 0)
        for _ in range(size):
            linkage.link(0, 1, 1.1 * LEAST)
        return linkage.run(LEAST, 1.0) == [0, 0]

    assert [joined(size) for size in (1, 4, 8)] == [False, False, True]
