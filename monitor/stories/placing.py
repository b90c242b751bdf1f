"""Where new articles belong: near-duplicates first, then events among what is left."""

from collections.abc import Mapping, Sequence

from monitor.stories.candidates import Candidate, Placement, StorySettings
from monitor.stories.duplicates import find_duplicates
from monitor.stories.grouping import group_events


def place(new: Sequence[Candidate], kept: Sequence[Candidate], settings: StorySettings) -> list[Placement]:
    """A placement for each new article, in order; one whose id is among the kept stays where it is.

    A near-duplicate goes where its original is. The same articles give the same placements, whatever their order.
    """
    held = {each.id: each for each in kept}
    given = list({each.id: each for each in new if each.id not in held}.values())
    duplicates = find_duplicates(given, kept)
    originals = sorted(
        (each for each in given if each.id not in duplicates), key=lambda each: (each.published, each.id)
    )
    stories = sorted({each.story for each in kept if each.story is not None})
    numbers = group_events(originals, kept, settings) if originals else []
    placed = {each.id: (each.story, 0) for each in kept}
    for each, number in zip(originals, numbers, strict=True):
        joined = stories[number] if number < len(stories) else None
        placed[each.id] = (joined, number)
    answer: list[Placement] = []
    for each in new:
        original = duplicates.get(each.id, held[each.id].duplicate_of if each.id in held else None)
        story, number = placed[each.id if each.id in placed else original or each.id]
        answer.append(Placement(each.id, story, number, original))
    return answer


def lead(candidates: Sequence[Candidate], duplicates: Mapping[int, int]) -> int:
    """The id of the article that speaks for a story: no reprint, the fullest, of equally full ones the earliest.

    `duplicates` maps reprints to originals. Raises ValueError for a story without articles.
    """
    own = [each for each in candidates if each.id not in duplicates] or candidates
    return min(own, key=lambda each: (-len(each.text), each.published, each.id)).id
