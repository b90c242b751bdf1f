"""A profile as the model sees it: how loudly each term of each facet speaks for an article.

The weight of a term is what one occurrence adds to an article of a usual length, in nats (see `evidence`), before any
stream of articles has told what is common there.
"""

from dataclasses import dataclass

from monitor.models import Profile
from monitor.relevance.evidence import loudness, question
from monitor.relevance.profile import interest


@dataclass(frozen=True, slots=True)
class Weight:
    """A term as the seed writes it and its weight, as a share of the loudest that any term may be, in [0, 1]."""

    term: str
    share: float


@dataclass(frozen=True, slots=True)
class WeighedFacet:
    """A side of the interest: its name, its sentences, and its heaviest terms, heaviest first."""

    name: str
    sentences: tuple[str, ...]
    terms: tuple[Weight, ...]


def weigh_facets(profile: Profile, count: int = 12) -> tuple[WeighedFacet, ...]:
    """Each facet with its `count` heaviest terms; of equally heavy ones those first that the facet says most often."""
    subject = interest(profile)
    asked = question(subject)
    shares = loudness(asked)
    facets = []
    for row, facet in enumerate(subject.facets, 1):
        own = asked.counts[row]
        order = sorted(own.nonzero()[0].tolist(), key=lambda at: (-round(float(shares[0, at]), 6), -own[at], at))
        terms = tuple(Weight(asked.surfaces[at], round(float(shares[0, at]), 3)) for at in order[:count])
        facets.append(WeighedFacet(facet.name, facet.sentences, terms))
    return tuple(facets)
