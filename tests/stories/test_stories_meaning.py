"""What short articles mean beside their words: as far as it lies above what each has in common with all."""

from itertools import combinations

import numpy as np
import pytest
from invented import events, kept, meant, together

from monitor.stories import Candidate, StorySettings, is_short, place
from monitor.stories.meaning import LONG, Meaning, no_vectors

SHORT = events("short.txt")
ITEMS = [item for _, item in SHORT.values()]
PAIRS = {frozenset(pair) for pair in combinations(SHORT, 2) if SHORT[pair[0]][0] == SHORT[pair[1]][0]}
FEW = LONG // 4


def vector(angle: float, turn: int = 0) -> bytes:
    """A vector so many degrees away from an axis of its own."""
    found = np.zeros(40)
    found[0], found[turn + 1] = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return found.astype("<f2").tobytes()


def added(vectors: list[bytes], sizes: list[int], count: int | None = None) -> "np.ndarray[tuple[int, int]]":
    count = len(vectors) if count is None else count
    return Meaning(vectors, sizes, count).added(np.arange(count))


def test_two_short_articles_that_mean_the_same_come_nearer() -> None:
    found = added([vector(0), vector(20), vector(90)], [FEW, FEW, FEW])
    assert found[0, 1] == found[1, 0] == pytest.approx(0.8 * 0.75 * (np.cos(np.radians(20)) - 0.42), abs=0.001)
    assert not found[:, 2].any()
    assert not np.diag(found).any()


def test_it_counts_by_how_short_the_shorter_is_and_not_between_long_ones() -> None:
    same = [vector(0), vector(20)]
    both, one, half, none = (
        added(same, sizes)[0, 1] for sizes in ([0, 0], [0, LONG], [LONG // 2, 2 * LONG], [LONG, LONG])
    )
    assert both == one == pytest.approx(2 * half)
    assert none == 0.0 < half


def test_articles_that_are_as_near_to_many_others_come_no_nearer() -> None:
    """Twenty-five reports on one subject, each some 40 degrees from any other: no two of them stand out."""
    crowd = [vector(28, turn) for turn in range(25)]
    assert not added(crowd, [FEW] * 25).any()
    assert added([*crowd[:2], *(vector(90, turn) for turn in range(2, 25))], [FEW] * 25)[0, 1] > 0.1


def test_what_has_no_vector_is_judged_by_words() -> None:
    found = added([vector(0), b"", vector(10)], [FEW] * 3)
    assert not found[1].any()
    assert not found[:, 1].any()
    assert found[0, 2] > 0.0


def test_kept_articles_are_compared_with_new_ones_alone() -> None:
    found = added([vector(0), vector(20), vector(10)], [FEW] * 3, count=1)
    assert found.shape == (1, 3)
    assert (found[0, 1:] > 0.0).all()


@pytest.mark.parametrize("size", [1, len(ITEMS)])
def test_items_of_a_few_lines_join_by_what_they_mean(size: int) -> None:
    """Of five events, each told twice in other words, words find none; meaning finds four, and joins no others."""
    in_time = sorted(ITEMS, key=lambda item: item.published)
    for vectors, least in ((no_vectors, 0), (meant(ITEMS), 4)):
        known: list[Candidate] = []
        for start in range(0, len(in_time), size):
            batch = in_time[start : start + size]
            known += kept(batch, place(batch, known, StorySettings(), vectors))
        found = {story for story in together(place(ITEMS, known, StorySettings(), vectors)) if len(story) > 1}
        assert found <= PAIRS
        assert (len(found) >= least) if least else not found


def test_vectors_are_asked_for_only_where_one_is_short() -> None:
    def asked(ids: list[int]) -> dict[int, bytes]:
        raise AssertionError

    articles = [
        Candidate(number, "Of many things", " ".join(f"word{each}" for each in range(number, number + 300)),
                  ITEMS[0].published, "en", f"outlet-{number}", "", "", f"hash-{number}")
        for number in (1, 1000)
    ]  # fmt: skip
    place(articles, [], StorySettings(), asked)
    with pytest.raises(AssertionError):
        place(ITEMS, [], StorySettings(), asked)


def test_an_article_is_short_by_the_words_that_carry_meaning() -> None:
    assert all(is_short(item) for item in ITEMS)
    assert all(is_short(item) for _, item in events().values())
