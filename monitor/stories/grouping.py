"""Which articles tell of one event: those that are alike on average join, the nearest first, from the kept stories on.

New articles come in, near-duplicates left out, and kept ones with their stories, all of them with usable signatures
(`signed`); the story of each new one goes out.
Articles of different languages are never compared, nor any that lie further apart in time than the window. That less be
asked of those nearer in time was tried: it gains much on a collection of few articles over years, and joins like events
of one day (docs/stories.md).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from monitor.stories.candidates import Candidate, StorySettings
from monitor.stories.fingerprint import MINHASH_BYTES
from monitor.stories.likeness import Likeness, Pairs
from monitor.stories.linkage import Linkage
from monitor.stories.lookup import nearby
from monitor.stories.meaning import LONG, Meaning, Vectors
from monitor.stories.wording import CODE, SKETCH, language_of, text_wording, wording_of
from monitor.text import guess_language

# Likeness below this share of what joins articles counts as none: of unrelated ones nearly every pair has a little.
_FLOOR = 0.5
# Kept articles that are not compared but tell how rare a term is, an even sample.
_MOST_BESIDE = 2_000


@dataclass(frozen=True, slots=True)
class Event:
    """Where a new article goes: into a kept `story`, or, where that is None, with the new article `first`."""

    story: int | None
    first: int


def group_events(
    new: Sequence[Candidate], kept: Sequence[Candidate], settings: StorySettings, vectors: Vectors
) -> dict[int, Event]:
    """The event of each new article, by id; both are given in the order of time.

    Kept articles without a story are not looked at, nor those that repeat another one.
    """
    fresh = _by_language(new)
    known = _by_language(_around(kept, new, settings))
    found: dict[int, Event] = {}
    for language, articles in fresh.items():
        found |= _grouped(articles, known.get(language, []), settings, vectors)
    return found


def is_short(article: Candidate) -> bool:
    """Whether an article's text has so few words that its meaning may count beside them."""
    return len(text_wording(_packed(article)).terms) < LONG


def _by_language(articles: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    codes = [each.signature[MINHASH_BYTES : MINHASH_BYTES + CODE] for each in articles]
    languages = {code: language_of(code) for code in set(codes)}
    if len(languages) == 1 and (only := languages[codes[0]]):
        return {only: list(articles)}
    for article, code in zip(articles, codes, strict=True):
        language = languages[code] or article.language.lower()[:2] or guess_language(article.title)
        found[language].append(article)
    return dict(found)


def _around(kept: Sequence[Candidate], new: Sequence[Candidate], settings: StorySettings) -> list[Candidate]:
    """The kept articles that have a story and are near enough in time to matter to a new one; all are in order."""
    if not new:
        return []
    moment = attrgetter("published")
    start = bisect_left(kept, new[0].published - settings.window, key=moment)
    stop = bisect_right(kept, new[-1].published + settings.window, key=moment)
    return [article for article in kept[start:stop] if article.story is not None and article.duplicate_of is None]


def _grouped(
    fresh: Sequence[Candidate], known: Sequence[Candidate], settings: StorySettings, vectors: Vectors
) -> dict[int, Event]:
    """The event of each article of one language; both sequences are sorted by age."""
    if len(fresh) == 1 and not known:
        return {fresh[0].id: Event(None, fresh[0].id)}
    held = [each.story or 0 for each in known]
    near = set(nearby(_sketches(fresh), _sketches(known), held).tolist())
    compared = [*fresh, *(known[place] for place in sorted(near))]
    rest = [each for place, each in enumerate(known) if place not in near]
    beside = rest[:: max(1, -(-len(rest) // _MOST_BESIDE))]
    wordings = [wording_of(each, _packed(each)) for each in compared]
    likeness = Likeness(wordings, [text_wording(_packed(each)) for each in beside])
    meaning = _meaning(compared, len(fresh), [len(each.terms) for each in wordings], vectors)
    pairs = likeness.pairs(len(fresh), _FLOOR * settings.similarity, meaning)
    stories = sorted({each.story or 0 for each in compared[len(fresh) :]})
    ends = _linked(compared, len(fresh), pairs, settings)
    first: dict[int, int] = {}
    return {
        each.id: Event(stories[end] if end < len(stories) else None, first.setdefault(end, each.id))
        for each, end in zip(fresh, ends, strict=False)
    }


def _meaning(articles: Sequence[Candidate], count: int, sizes: Sequence[int], vectors: Vectors) -> Meaning | None:
    """What articles with so many terms mean; None where none is short, and words say enough, or nothing is known."""
    known = vectors([each.id for each in articles]) if any(size < LONG for size in sizes) else {}
    if not known:
        return None
    return Meaning([known.get(each.id, b"") for each in articles], sizes, count)


def _packed(article: Candidate) -> bytes:
    return article.signature[MINHASH_BYTES:]


def _sketches(articles: Sequence[Candidate]) -> list[bytes]:
    start, stop = MINHASH_BYTES + SKETCH.start, MINHASH_BYTES + SKETCH.stop
    return [article.signature[start:stop] for article in articles]


def _linked(compared: Sequence[Candidate], count: int, pairs: Pairs, settings: StorySettings) -> list[int]:
    """The number of the cluster in which each of the first `count` articles ends; the others' stories come first."""
    import numpy as np  # noqa: PLC0415 - a command that groups nothing starts without it

    stories = sorted({each.story or 0 for each in compared[count:]})
    number = {story: place for place, story in enumerate(stories)}
    ends = [number[each.story or 0] for each in compared[count:]]
    clusters = np.array([*range(len(stories), len(stories) + count), *ends])
    moments = np.array([each.published.timestamp() for each in compared])
    size = len(stories) + count
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, clusters, moments)
    np.maximum.at(last, clusters, moments)
    spans = list(zip(first.tolist(), last.tolist(), strict=True))
    linkage = Linkage(np.bincount(clusters, minlength=size).tolist(), spans, len(stories))
    window = settings.window.total_seconds()
    near = np.abs(moments[pairs.rows] - moments[pairs.columns]) <= window
    near &= (pairs.columns >= count) | (pairs.rows < pairs.columns)
    one, other = clusters[pairs.rows[near]], clusters[pairs.columns[near]]
    links, place = np.unique(np.minimum(one, other) * size + np.maximum(one, other), return_inverse=True)
    sums = np.bincount(place, weights=pairs.values[near], minlength=len(links))
    for link, total in zip(links.tolist(), sums.tolist(), strict=True):
        linkage.link(link // size, link % size, total)
    return linkage.run(settings.similarity, window)[len(stories) :]
