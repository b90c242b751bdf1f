"""From an article to a brief: one line a facet, proposed for a reader to strike and add to.

A line is named by the names of its facet, says its most central sentence, and lists further names and words of the seed
and, where there is an archive, names and words that stand beside them there. As a seed it is read like any brief.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.models import Profile, Topic
from monitor.relevance.items import Item, words_of
from monitor.relevance.meaning import aim, encode
from monitor.relevance.names import names
from monitor.relevance.profile import Facet, Interest, facet_terms, interest
from monitor.relevance.scorer import judge
from monitor.relevance.threshold import INCLUSIVE
from monitor.text import CALENDAR, document_share, read, without_dateline

_NAMED_BY = 2
# Where a facet holds no name its rarest words stand for it, though they are said once: as a seed they say more.
_WORDS = 3
_SENTENCES = 2  # of 1 to 4 two kept most of what the whole article found: average precision 0.84, 0.86 for all of it
_ALSO = 6
_BESIDE = 6
_RARE = 0.01  # of general documents; of words alone "ahead" and "followed" stand in three times as many
_LEAST_ARTICLES = 3  # of the archive, before what stands beside a facet is believed
_SHORTEST, _LONGEST = 8, 60  # words of a sentence that can stand for a facet


@dataclass(frozen=True, slots=True)
class Line:
    """One facet as proposed: its name, its central sentence, what else the seed names, what the archive does."""

    name: str
    sentence: str
    also: tuple[str, ...]
    beside: tuple[str, ...]

    def __str__(self) -> str:
        """The line as it stands in a brief."""
        also = f" Also: {', '.join(self.also)}." if self.also else ""
        beside = f" Beside it: {', '.join(self.beside)}." if self.beside else ""
        return f"- {self.name}: {self.sentence}{also}{beside}"


def propose(profile: Profile, topic: Topic, archive: Sequence[Item] = ()) -> tuple[Line, ...]:
    """A line for each facet of a profile, with what stands beside it in the `archive`."""
    asked = interest(profile)
    heaviest = dict(facet_terms(profile, 4 * _ALSO))
    words = _telling(asked, heaviest)
    near = _near(profile, topic, archive)
    seen: set[str] = set()
    lines: list[Line] = []
    for number, facet in enumerate(asked.facets):
        found = names("\n".join(facet.sentences))
        fresh = [name for name in found if name not in seen] or found
        title = ", ".join(fresh[:_NAMED_BY] or heaviest[facet.name][:_WORDS])
        seen.update(fresh[:_NAMED_BY])
        sentence = _central(facet, asked)
        told = f"{title} {sentence}".casefold()
        more = [each for each in (*found, *words.get(facet.name, ())) if each.casefold() not in told]
        also = tuple(_without_repeats(more))[:_ALSO]
        lines.append(Line(title, sentence, also, _beside(asked, [near[at] for at in near if near[at][0] == number])))
    return tuple(lines)


def brief(title: str, lines: Sequence[Line]) -> str:
    """A seed file of one facet a line."""
    return "\n".join([f"# {title}", "", *(str(line) for line in lines), ""])


def _telling(asked: Interest, words: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Of the heaviest words of each facet those that tell of the subject: no days, no figures, nothing for any subject.

    Such are, where meaning is known, the half of all that is nearer to the interest; else the rare ones.
    """
    said = {word for some in words.values() for word in some if word not in CALENDAR and word.isalpha()}
    towards = aim(asked)
    if towards is None:
        language = asked.facets[0].words.language
        kept = {word for word in said if document_share(word, language) < _RARE}
    else:
        every = sorted(said)
        nearness = towards.whole.nearness(encode(every))[:, 0] if every else np.zeros(0)
        kept = {word for word, near in zip(every, nearness, strict=True) if near >= np.median(nearness)}
    return {name: tuple(word for word in some if word in kept) for name, some in words.items()}


def _central(facet: Facet, asked: Interest) -> str:
    """The sentences that share most with the rest of their facet and of the seed, rare words counting more."""
    weights = Counter(term for each in asked.facets for term in each.words.terms)
    own = Counter(facet.words.terms)
    told = [line for text in facet.sentences for line in text.split("\n")]
    fit = [text for text in told if _SHORTEST <= len(text.split()) <= _LONGEST] or told

    def worth(text: str) -> float:
        words = read(text, facet.words.language)
        rarity = {
            term: -np.log(0.001 + document_share(surface, words.language))
            for term, surface in zip(words.terms, words.surfaces, strict=True)
        }
        shared = sum((own[term] - 1 + 0.5 * weights[term]) * rare for term, rare in rarity.items())
        return float(shared) / (6.0 + len(words.terms))

    best = sorted(fit, key=worth, reverse=True)[:_SENTENCES]
    return " ".join(" ".join(_closed(without_dateline(text)) for text in fit if text in best).split())


def _closed(text: str) -> str:
    """A sentence with a stop, which a headline lacks."""
    return text if not text[-1:].isalnum() else f"{text}."


def _near(profile: Profile, topic: Topic, archive: Sequence[Item]) -> dict[int, tuple[int, Item]]:
    """Articles of the archive that may be on the subject, each with the number of its facet."""
    if not archive:
        return {}
    facets = {facet.name: number for number, facet in enumerate(interest(profile).facets)}
    judged = judge(profile, topic, archive)
    return {
        at: (facets[each.reasons.facet], archive[at])
        for at, each in enumerate(judged)
        if each.score >= INCLUSIVE and each.reasons.facet in facets
    }


def _beside(asked: Interest, near: Sequence[tuple[int, Item]]) -> tuple[str, ...]:
    """Names in several articles near a facet that the seed does not hold."""
    if len(near) < _LEAST_ARTICLES:
        return ()
    held = {term for facet in asked.facets for term in facet.words.terms}
    counts: Counter[str] = Counter()
    for _, item in near:
        language = words_of(item).language
        counts.update(
            {name for name in names(f"{item.title}. {item.text[:1500]}") if not set(read(name, language).terms) & held}
        )
    common = [name for name, count in counts.most_common() if count >= max(2, len(near) // 5)]
    return tuple(_without_repeats(common))[:_BESIDE]


def _without_repeats(found: Sequence[str]) -> list[str]:
    """Each once, and none that is part of another kept before it."""
    kept: list[str] = []
    for each in found:
        if not any(each.casefold() in other.casefold() for other in kept):
            kept.append(each)
    return kept
