"""Which articles tell of one event: those that are alike on average join, the nearest first, from the kept stories on.

New articles come in, near-duplicates left out, and kept ones with their stories; the story of each new one goes out.
Articles of different languages are never compared, nor any that lie further apart in time than the window.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.stories.candidates import Candidate, StorySettings
from monitor.stories.likeness import Likeness
from monitor.stories.linkage import Linkage
from monitor.stories.wording import Wording, wording_of

# Likeness below this share of what joins articles counts as none: of unrelated ones nearly every pair has a little.
_FLOOR = 0.3


@dataclass(frozen=True, slots=True)
class Event:
    """Where a new article goes: into a kept `story`, or, where that is None, with the new article `first`."""

    story: int | None
    first: int


def group_events(new: Sequence[Candidate], kept: Sequence[Candidate], settings: StorySettings) -> dict[int, Event]:
    """The event of each new article, by id. Kept articles without a story are not looked at."""
    fresh = _by_language(new)
    known = _by_language(_around([article for article in kept if article.story is not None], new, settings))
    found: dict[int, Event] = {}
    for language, articles in fresh.items():
        found |= _grouped(articles, known.get(language, []), settings)
    return found


def _by_language(articles: Iterable[Candidate]) -> dict[str, list[tuple[Candidate, Wording]]]:
    found: defaultdict[str, list[tuple[Candidate, Wording]]] = defaultdict(list)
    for article in sorted(articles, key=_age):
        wording = wording_of(article)
        found[wording.words.language].append((article, wording))
    return dict(found)


def _age(article: Candidate) -> tuple[float, int]:
    return article.published.timestamp(), article.id


def _around(kept: Sequence[Candidate], new: Sequence[Candidate], settings: StorySettings) -> list[Candidate]:
    """The kept articles that are near enough in time to matter to a new one."""
    moments = [article.published for article in new]
    if not moments:
        return []
    first, last = min(moments) - settings.window, max(moments) + settings.window
    return [article for article in kept if first <= article.published <= last]


def _grouped(
    fresh: Sequence[tuple[Candidate, Wording]], known: Sequence[tuple[Candidate, Wording]], settings: StorySettings
) -> dict[int, Event]:
    """The event of each article of one language; both sequences are sorted by age."""
    articles = [article for article, _ in (*fresh, *known)]
    pairs = Likeness([wording for _, wording in (*fresh, *known)]).pairs(len(fresh), _FLOOR * settings.similarity)
    stories = sorted({article.story for article, _ in known if article.story is not None})
    number = {story: place for place, story in enumerate(stories)}
    clusters = [len(stories) + place for place in range(len(fresh))]
    clusters += [number[article.story] for article, _ in known if article.story is not None]
    members: list[list[float]] = [[] for _ in range(len(stories) + len(fresh))]
    for cluster, article in zip(clusters, articles, strict=True):
        members[cluster].append(article.published.timestamp())
    linkage = Linkage([len(each) for each in members], [(min(each), max(each)) for each in members], len(stories))
    window = settings.window.total_seconds()
    for row, column, value in zip(pairs.rows.tolist(), pairs.columns.tolist(), pairs.values.tolist(), strict=True):
        near = abs((articles[row].published - articles[column].published).total_seconds()) <= window
        if near and (column >= len(fresh) or row < column):
            linkage.link(clusters[row], clusters[column], value)
    ends = linkage.run(settings.similarity, window)[len(stories) :]
    first: dict[int, int] = {}
    return {
        article.id: Event(stories[end] if end < len(stories) else None, first.setdefault(end, article.id))
        for (article, _), end in zip(fresh, ends, strict=True)
    }
