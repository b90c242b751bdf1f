"""Where new articles belong: a near-duplicate goes where its original is, any other by the event it tells of.

A later edition of a text goes there too, and is no near-duplicate of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.stories.candidates import Candidate, Placement, StorySettings
from monitor.stories.duplicates import by_age, find_duplicates
from monitor.stories.editions import later_editions
from monitor.stories.fingerprint import signed
from monitor.stories.grouping import Event, group_events
from monitor.stories.meaning import Vectors, no_vectors


def place(
    new: Sequence[Candidate], kept: Sequence[Candidate], settings: StorySettings, vectors: Vectors = no_vectors
) -> list[Placement]:
    """A placement for each new article, in order; one whose id is among the kept stays where it is.

    `vectors` is asked for what those mean that are compared, where any of them is short.

    Articles that found a story together have the id of its first article for a group. The same articles get the same
    places, in whatever order they come.
    """
    # In their order in time and with their signatures, which both ways of comparing start from.
    known = signed(by_age(kept))
    held = {article.id: article for article in known}
    given = {article.id: article for article in signed(sorted(new, key=_moment)) if article.id not in held}
    repeats = find_duplicates(list(given.values()), known)
    own = [article for article in given.values() if article.id not in repeats]
    events = group_events(own, known, settings, vectors)
    placements = [_placement(article.id, held, repeats, events) for article in new]
    editions = later_editions(repeats, given, held)
    return [replace(each, duplicate_of=None) if each.id in editions else each for each in placements]


def _moment(article: Candidate) -> tuple[datetime, int]:
    return article.published, article.id


def _placement(
    number: int, held: Mapping[int, Candidate], repeats: Mapping[int, int], events: Mapping[int, Event]
) -> Placement:
    if number in held:
        return Placement(number, held[number].story, number, held[number].duplicate_of)
    original = repeats.get(number, number)
    if original in held:
        first = held[original].duplicate_of
        return Placement(number, held[original].story, original, original if first is None else first)
    event = events[original]
    return Placement(number, event.story, event.first, None if original == number else original)


def lead(candidates: Sequence[Candidate], duplicates: Mapping[int, int]) -> int:
    """The id of the article that speaks for a story: no reprint, the fullest, of equally full ones the earliest.

    `duplicates` maps reprints to originals. Raises ValueError for a story without articles.
    """
    own = [article for article in candidates if article.id not in duplicates] or candidates
    return min(own, key=lambda article: (-len(article.text), article.published, article.id)).id
