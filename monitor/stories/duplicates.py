"""Which articles repeat which: candidates by hash, signature and declared canonical link, each checked by content."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor.stories.candidates import Candidate
from monitor.stories.fingerprint import PERMUTATIONS, shingles, signature
from monitor.text import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Measured for this project: containment of 4-word runs of at least .25, 8 of them shared: recall 1.00, precision .97.
_CONTAINED = 0.25
_SHARED = 8
# Positions of 128 that must agree: a Jaccard similarity of some .05, below which no copy was found to lie.
_AGREEING = 5
_MOST_A_COLUMN = 100
_MOST_CANDIDATES = 20
_NUMBER = re.compile(r"\d")


class _Text:
    """An article's runs of words, made when first asked for."""

    def __init__(self, article: Candidate) -> None:
        self.article = article

    @cached_property
    def runs(self) -> "NDArray[np.uint64]":
        return shingles(self.article.text, self.article.language)

    @cached_property
    def slots(self) -> dict[tuple[str, ...], set[str]]:
        """Each number of the text by the two words before it and the one after it."""
        words = ["", "", *tokens(self.article.text, self.article.language), ""]
        found: dict[tuple[str, ...], set[str]] = {}
        masked = ["#" if _NUMBER.match(word) else word for word in words]
        for at in range(2, len(words) - 1):
            if masked[at] == "#":
                found.setdefault((masked[at - 2], masked[at - 1], masked[at + 1]), set()).add(words[at])
        return found


def find_duplicates(new: Sequence[Candidate], kept: Sequence[Candidate]) -> dict[int, int]:
    """The original of each new article that repeats one, by id; an original repeats nothing itself."""
    order = [*sorted(kept, key=_age), *sorted(new, key=_age)]
    texts = [_Text(article) for article in order]
    originals = {article.id: article.duplicate_of or article.id for article in kept}
    found: dict[int, int] = {}
    for at, earlier in _candidates(order, len(kept)):
        best = max(
            ((_likeness(texts[at], texts[other]), -other) for other in earlier),
            default=(0.0, 0),
        )
        if best[0] > 0.0:
            original = order[-best[1]].id
            found[order[at].id] = found.get(original, originals.get(original, original))
    return found


def _age(article: Candidate) -> tuple[Any, ...]:
    return (article.published, -len(article.text), article.id)


def _candidates(order: Sequence[Candidate], kept: int) -> Iterator[tuple[int, list[int]]]:
    by_hash: dict[str, int] = {}
    addresses: dict[str, int] = {}
    columns: list[defaultdict[bytes, list[int]]] = [defaultdict(list) for _ in range(PERMUTATIONS)]
    for at, article in enumerate(order):
        own = article.signature or signature(article.text)
        values = [own[start : start + 4] for start in range(0, len(own), 4)]
        if at >= kept:
            counts: defaultdict[int, int] = defaultdict(int)
            for column, value in zip(columns, values, strict=False):
                for other in column.get(value, ()):
                    counts[other] += 1
            near = sorted((-count, other) for other, count in counts.items() if count >= _AGREEING)
            chosen = [other for _, other in near[:_MOST_CANDIDATES]]
            chosen += [
                x
                for x in (by_hash.get(article.content_hash), addresses.get(article.declared_canonical))
                if x is not None and x not in chosen
            ]
            yield at, chosen
        if article.content_hash and by_hash.setdefault(article.content_hash, at) != at:
            continue
        if article.canonical_url:
            addresses.setdefault(article.canonical_url, at)
        for column, value in zip(columns, values, strict=False):
            if len(column[value]) < _MOST_A_COLUMN:
                column[value].append(at)


def _likeness(one: _Text, other: _Text) -> float:
    """How far one text holds the other, in [0, 1]; 0 where they are no near-duplicates."""
    import numpy as np  # noqa: PLC0415

    if one.article.content_hash and one.article.content_hash == other.article.content_hash:
        return 1.0 if len(one.runs) >= _SHARED or one.article.title == other.article.title else 0.0
    smaller = min(len(one.runs), len(other.runs))
    if smaller < _SHARED:
        return 0.0
    shared = len(np.intersect1d(one.runs, other.runs, assume_unique=True))
    if shared < _SHARED or shared / smaller < _CONTAINED or _other_numbers(one.slots, other.slots):
        return 0.0
    return shared / smaller


def _other_numbers(one: Mapping[tuple[str, ...], set[str]], other: Mapping[tuple[str, ...], set[str]]) -> bool:
    """Whether the same words stand around other numbers, as in market reports made from one template."""
    both = one.keys() & other.keys()
    same = sum(not one[slot].isdisjoint(other[slot]) for slot in both)
    return len(both) >= 2 and same < 0.5 * len(both)
