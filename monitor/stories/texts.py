"""An article with what comparing it with another needs, each part made when it is first asked for."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.stories.candidates import Candidate
from monitor.stories.fingerprint import MOST_CHARACTERS, runs_of
from monitor.text import read, stop_words, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?:\n]+")
_MARKS = ".!?:\n"
# What stands for a number or a name among the words around a slot: no word can be equal to it.
_NUMBER = "<number>"
_NAME = "<name>"

Slots = Mapping[tuple[str, ...], frozenset[str]]


class Text:
    """An article as it is compared with others."""

    def __init__(self, article: Candidate) -> None:
        self.article = article

    @property
    def publisher(self) -> str:
        """Who published it: the host it stands on, for a search lists the articles of many under one source."""
        return self.article.canonical_url.partition("://")[2].partition("/")[0] or self.article.source

    @cached_property
    def runs(self) -> "NDArray[np.uint64]":
        """Its hashed runs of four words, sorted."""
        return runs_of(self.article.text)

    @cached_property
    def slots(self) -> Slots:
        """What fills each slot of the text: its numbers and names by the two words before them and the one after.

        In two texts made from one template the same words stand around other numbers and names.
        """
        text = self.article.text[:MOST_CHARACTERS]
        words = _WORD.findall(text) if text.lower() != text else tokens(text)
        return _slots(words, stop_words(self.article.language))

    @cached_property
    def title_terms(self) -> frozenset[str]:
        """The terms of its title."""
        return frozenset(read(self.article.title, self.article.language).terms)

    def speaks_of(self, title_terms: frozenset[str]) -> bool:
        """Whether the text holds a third of the terms of a title: a notice in an article's place does not."""
        return 3 * len(title_terms & self._terms) >= len(title_terms)

    @cached_property
    def _terms(self) -> frozenset[str]:
        return frozenset(read(self.article.text[:MOST_CHARACTERS], self.article.language).terms)


def _slots(words: list[str], stop: frozenset[str]) -> Slots:
    """The slots of a text whose words are given; neighbouring names count as one, with all their words as fillers."""
    names = _names(words) - stop
    around = ["", ""]
    fillers: list[set[str]] = [set(), set()]
    for word in words:
        lower = word.lower()
        gap = _NUMBER if word[0].isdigit() else _NAME if word[0].isupper() and lower in names else ""
        if gap == _NAME == around[-1]:
            fillers[-1].add(lower)
        elif word[0] not in _MARKS:
            around.append(gap or lower)
            fillers.append({lower.replace(",", "")} if gap else set())
    around.append("")
    found: dict[tuple[str, ...], set[str]] = {}
    for at, fills in enumerate(fillers):
        if fills:
            found.setdefault(tuple(around[at - 2 : at + 2]), set()).update(fills)
    return {key: frozenset(fills) for key, fills in found.items()}


def _names(words: list[str]) -> frozenset[str]:
    """The words, in lower case, that are written with a capital though no sentence begins with them."""
    before = [".", *words]
    return frozenset(
        word.lower() for mark, word in zip(before, words, strict=False) if word[0].isupper() and mark[0] not in _MARKS
    )
