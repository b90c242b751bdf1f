"""Which articles tell of one event: average-link clustering of TF-IDF vectors, from the kept stories on."""

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.stories.candidates import Candidate, StorySettings
from monitor.text import Vectors, read

_MOST_CHARACTERS = 6_000
_FLOOR = 0.05
_ROWS = 512


def group_events(new: Sequence[Candidate], kept: Sequence[Candidate], settings: StorySettings) -> list[int]:
    """For each new article, in order, a number: that of its kept story's place in `kept stories`, or a new one.

    Numbers below the count of kept stories (sorted by id) are those stories; equal higher numbers are one new story.
    """
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it
    from scipy import sparse  # noqa: PLC0415

    words = [read(f"{each.title}\n{each.text[:_MOST_CHARACTERS]}", each.language) for each in (*new, *kept)]
    vectors = Vectors.fit(words, words)
    matrix = vectors.transform(words)
    mine = matrix[: len(new)]
    days = np.array([each.published.timestamp() for each in (*new, *kept)]) / settings.window.total_seconds()
    codes = {code: number for number, code in enumerate(sorted({each.language for each in words}))}
    languages = np.array([codes[each.language] for each in words])
    stories = sorted({each.story for each in kept if each.story is not None})
    places = {story: number for number, story in enumerate(stories)}
    columns = [len(stories) + at for at in range(len(new))]
    columns += [places[each.story] if each.story is not None else -1 for each in kept]
    target = np.array(columns)
    sums: dict[tuple[int, int], float] = {}
    for start in range(0, len(new), _ROWS):
        near = sparse.coo_matrix(mine[start : start + _ROWS] @ matrix.T)
        rows = near.row + start
        good = (near.data >= _FLOOR) & (target[near.col] != len(stories) + rows) & (target[near.col] >= 0)
        good &= np.abs(days[rows] - days[near.col]) <= 1.0
        good &= languages[rows] == languages[near.col]
        for row, column, value in zip(rows[good], target[near.col[good]], near.data[good], strict=True):
            key = (int(column), int(row) + len(stories))
            sums[key] = sums.get(key, 0.0) + float(value)
    sizes = np.bincount(target[target >= 0], minlength=len(stories) + len(new)).tolist()
    links: list[dict[int, float]] = [{} for _ in sizes]
    for (one, other), value in sums.items():
        links[one][other] = links[other][one] = value
    return _merge(links, sizes, len(stories), settings.similarity)[len(stories) :]


def _merge(links: list[dict[int, float]], sizes: list[int], fixed: int, least: float) -> list[int]:
    """Average-link agglomeration of sparse similarities (sums over pairs); the first `fixed` never join each other."""
    parent = list(range(len(sizes)))
    heap: list[Any] = []
    for one, near in enumerate(links):
        for other, value in near.items():
            if one < other and value >= least * sizes[one] * sizes[other]:
                heap.append((-value / (sizes[one] * sizes[other]), one, other, sizes[one], sizes[other]))
    heapq.heapify(heap)
    while heap:
        _, one, other, size, other_size = heapq.heappop(heap)
        if parent[one] != one or parent[other] != other or (sizes[one], sizes[other]) != (size, other_size):
            continue
        parent[other] = one
        sizes[one] += sizes[other]
        links[one].pop(other)
        for third, value in links[other].items():
            if third != one:
                links[third].pop(other)
                if not (third < fixed and one < fixed):
                    links[one][third] = links[third][one] = links[one].get(third, 0.0) + value
        links[other] = {}
        for third, value in links[one].items():
            mean = value / (sizes[one] * sizes[third])
            if mean >= least and not (one < fixed and third < fixed):
                first, second = min(one, third), max(one, third)
                heapq.heappush(heap, (-mean, first, second, sizes[first], sizes[second]))
    return [_root(parent, at) for at in range(len(parent))]


def _root(parent: Mapping[int, int] | list[int], at: int) -> int:
    while parent[at] != at:
        at = parent[at]
    return at
