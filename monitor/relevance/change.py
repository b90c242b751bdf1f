"""What would have to be otherwise for an article to be taken, or left: thresholds, words, rules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.models import Profile, Reasons, Topic
from monitor.relevance.items import Item, words_of
from monitor.relevance.profile import facet_terms, interest
from monitor.relevance.scorer import judge
from monitor.relevance.threshold import BALANCED, INCLUSIVE, PRECISE
from monitor.text import read

_NAMED = (("precise", PRECISE), ("balanced", BALANCED), ("inclusive", INCLUSIVE))
_TERMS_LOOKED_AT = 12
_MOST_TERMS = 4
_ONE_TERM = 0.5
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on an article, and why."""

    score: float
    threshold: float
    reasons: Reasons


def what_would_change(profile: Profile, topic: Topic, item: Item, decision: Decision) -> tuple[str, ...]:
    """In words, nearest first, what would turn the decision on `item`; none of it is a promise.

    Words are tried by judging the article, without the archive, with words of its nearest facet that it does not hold.
    """
    if decision.reasons.rule:
        return (f"the topic file's rule ({decision.reasons.rule}) would have to go, or the article to keep it",)
    if decision.score >= decision.threshold:
        return _to_leave(decision)
    return (_to_take(decision.score), *_words(profile, topic, item, decision))


def _to_leave(decision: Decision) -> tuple[str, ...]:
    stricter = [name for name, cut in _NAMED if cut > decision.score]
    told = [f"only a threshold above {decision.score:.2f} would leave it out"]
    if stricter:
        told = [f'threshold = "{stricter[-1]}" would leave it out']
    if decision.reasons.terms and decision.reasons.terms[0][1] >= _ONE_TERM:
        term, share = decision.reasons.terms[0]
        told.append(f'{share:.0%} of what speaks for it is "{term}": mute that word if it is not the subject')
    return tuple(told)


def _to_take(score: float) -> str:
    wider = [name for name, cut in _NAMED if cut <= score]
    if wider:
        return f'threshold = "{wider[0]}" would take it'
    return f"not even an inclusive threshold takes it: it would have to be {score:.2f} or lower"


def _words(profile: Profile, topic: Topic, item: Item, decision: Decision) -> tuple[str, ...]:
    name, missing = _missing(profile, item, decision.reasons.facet)
    if not missing:
        return ()
    alone = replace(topic, must=(), must_not=(), threshold="balanced")
    base = _logit(judge(profile, alone, [item])[0].score)
    for count in range(1, min(_MOST_TERMS, len(missing)) + 1):
        added = missing[:count]
        richer = replace(item, title=f"{item.title} {' '.join(added)}")
        gain = _logit(judge(profile, alone, [richer])[0].score) - base
        reached = 1.0 / (1.0 + math.exp(-(_logit(decision.score) + gain)))
        if reached >= decision.threshold:
            words = ", ".join(f'"{word}"' for word in added)
            return (f"with {words} in it, of the facet {name}, it would come to about {reached:.2f}",)
    return (f"even with {_MOST_TERMS} more words of the facet {name} it would stay below {decision.threshold:.2f}",)


def _missing(profile: Profile, item: Item, facet: str) -> tuple[str, Sequence[str]]:
    """The facet nearest to an article (the first, where none is), and its heaviest terms that the article lacks."""
    facets = dict(facet_terms(profile, _TERMS_LOOKED_AT))
    name = facet if facet in facets else next(iter(facets), "")
    languages = {each.name: each.words.language for each in interest(profile).facets}
    held = set(words_of(item).terms)
    stems = {term: set(read(term, languages[name]).terms) for term in facets.get(name, ())}
    return name, [term for term, stem in stems.items() if not stem & held]


def _logit(share: float) -> float:
    bounded = min(max(share, _LEAST), 1.0 - _LEAST)
    return math.log(bounded / (1.0 - bounded))
