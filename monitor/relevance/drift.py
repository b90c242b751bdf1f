"""Whether a topic's stream changed under its profile: what scores it gives now, beside the weeks before.

The population stability index compares two distributions over ten bins of the earlier one; by custom up to 0.1 says
nothing, above 0.25 that something changed (Siddiqi 2006). Scores move when a source was added or fell silent, when the
subject came to be talked of in new words, and when a model was taught.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_BINS = 10
# The index of two samples of one stream is some (bins - 1) * (1/n + 1/m): with fewer articles than this, mere chance.
FEWEST = 100
CHANGED = 0.25
_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a span of time, each in [0, 1], or a sample; how many articles were relevant, and all together."""

    scores: Sequence[float]
    relevant: int
    articles: int


@dataclass(frozen=True, slots=True)
class Drift:
    """The share relevant now and before, in [0, 1], the stability index, and `warning`, "" where nothing changed."""

    share: float
    share_before: float
    stability: float
    warning: str


def drift(now: Scored, before: Scored) -> Drift | None:
    """How a week's scores differ from those of the weeks before; None where either has fewer than 100 articles."""
    if min(len(now.scores), len(before.scores)) < FEWEST:
        return None
    share, share_before = now.relevant / now.articles, before.relevant / before.articles
    stability = stability_index(now.scores, before.scores)
    pooled = (now.relevant + before.relevant) / (now.articles + before.articles)
    error = math.sqrt(pooled * (1 - pooled) * (1 / now.articles + 1 / before.articles))
    told = []
    if abs(share - share_before) > _DEVIATIONS * error:
        told.append(f"{share:.1%} of a week's articles were relevant, {share_before:.1%} of those before")
    if stability > CHANGED:
        told.append(f"scores are spread differently (stability index {stability:.2f})")
    return Drift(share, share_before, stability, "; ".join(told))


def stability_index(now: Sequence[float], before: Sequence[float]) -> float:
    """The population stability index of two samples, 0 where they are spread alike."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1) + 0.5
        for sample in (now, before)
    ]
    new, old = (each / each.sum() for each in counts)
    return float(((new - old) * np.log(new / old)).sum())
