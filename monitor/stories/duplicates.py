"""Which new articles repeat another one: wire copies, reprints, a text under a new headline, cut or framed.

New and kept articles come in, with usable signatures (`signed`); the original of each that repeats one goes out. Pairs
are proposed by hash, signature and declared link (`proposals`), and decided by what their texts share (`comparing`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter

from monitor.stories.candidates import Candidate
from monitor.stories.comparing import Alike, same_text, tells
from monitor.stories.proposals import by_claim, by_signature
from monitor.stories.texts import Text

# How much less of an article an earlier original may hold than the one that holds most, to be preferred to it.
_AS_GOOD = 0.1
# From this resemblance on, what one of two texts repeats the other repeats too.
_HARDLY_CHANGED = 0.5


def find_duplicates(new: Sequence[Candidate], kept: Sequence[Candidate]) -> dict[int, int]:
    """The original of each new article that repeats one, by id; those that repeat none are left out.

    The original is a kept article where there is one (which may itself be known to repeat one that is not given), else
    the new one that was published first, of several the fullest. A new original repeats nothing itself, and is no
    excerpt of what repeats it: the teaser of a full text repeats the text, whichever came first. No id may be in both
    sequences, or twice in one. The kept ones are given in the order of `by_age`.
    """
    articles = [*kept, *by_age(new)]
    since = len(kept)
    if len(articles) < 2:
        return {}
    first = _identical(articles, since)
    places = [place for place in range(len(articles)) if first[place] == place]
    claims = {(first[one], first[other]) for one, other in by_claim(articles, since)}
    claims = {(min(pair), max(pair)) for pair in claims if pair[0] != pair[1] and max(pair) >= since}
    proposed = sorted(claims | set(by_signature(articles, places, since)))
    pairs = [pair for pair in proposed if not _equal(articles, *pair)]
    texts = {place: Text(articles[place]) for pair in pairs for place in pair}
    repeated = _repeated(same_text(texts, pairs, claims), since)
    found: dict[int, int] = {}
    for place in range(since, len(articles)):
        original = articles[repeated.get(first[place], first[place])]
        if original is not articles[place]:
            found[articles[place].id] = original.id
    return found


def by_age(articles: Iterable[Candidate]) -> list[Candidate]:
    """The articles in the order of publication, of equal moments the fullest first, then by id.

    What is kept is given in the order of moments already; only where these are equal is anything else looked at.
    """
    ordered = sorted(articles, key=attrgetter("published"))
    moments = [article.published for article in ordered]
    stop = 0
    for start in [at for at, (one, other) in enumerate(pairwise(moments)) if one == other]:
        if start >= stop:
            stop = bisect_right(moments, moments[start], start)
            ordered[start:stop] = sorted(ordered[start:stop], key=lambda article: (-len(article.text), article.id))
    return ordered


def _equal(articles: Sequence[Candidate], one: int, other: int) -> bool:
    return articles[one].content_hash == articles[other].content_hash != ""


def _identical(articles: Sequence[Candidate], since: int) -> list[int]:
    """For each place the first one with the very same text, itself where there is none, or none from `since` on.

    A text that is too short to be told by, or that says nothing of the titles above it ("Log in to read on"), is the
    same only under the same title.
    """
    new = {article.content_hash for article in articles[since:]} - {""}
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, article in enumerate(articles):
        if article.content_hash in new:
            groups[article.content_hash].append(place)
    first = list(range(len(articles)))
    for group in groups.values():
        text = Text(articles[group[0]])
        heads: dict[frozenset[str], int] = {}
        for place in group if len(group) > 1 else ():
            title = Text(articles[place]).title_terms
            if tells(text, title):
                first[place] = heads.setdefault(frozenset(), place)
            elif title:
                first[place] = heads.setdefault(title, place)
    return first


def _repeated(alike: Sequence[Alike], since: int) -> dict[int, int]:
    """For each place from `since` on that repeats another, the place of its original."""
    partners: defaultdict[int, dict[int, Alike]] = defaultdict(dict)
    for each in alike:
        partners[each.one][each.other] = each
        partners[each.other][each.one] = each
    found: dict[int, int] = {}
    later = sorted(place for place in partners if place >= since)
    for place in later:
        copied = {
            other: each
            for other, each in partners[place].items()
            if other < place and each.excerpt is None and _follows(found, partners[place], other)
        }
        if copied:
            best = _best(copied)
            found[place] = found.get(best, best)
    for place in later:
        wholes = {other: each for other, each in partners[place].items() if each.excerpt == place}
        if wholes and place not in found:
            original = _end(found, _best(wholes))
            if original != place:
                found[place] = original
    return {place: _end(found, place) for place in found}


def _follows(found: Mapping[int, int], mine: Mapping[int, Alike], other: int) -> bool:
    """Whether repeating `other` means repeating its original: so texts that only meet in a round-up stay apart."""
    original = found.get(other, other)
    return original in mine or mine[other].resemblance >= _HARDLY_CHANGED


def _best(partners: Mapping[int, Alike]) -> int:
    """The earliest of those that hold most."""
    most = max(each.share for each in partners.values())
    return min(place for place, each in partners.items() if each.share >= most - _AS_GOOD)


def _end(found: Mapping[int, int], place: int) -> int:
    while place in found:
        place = found[place]
    return place
