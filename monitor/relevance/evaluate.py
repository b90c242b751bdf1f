"""How good an order or a decision was, given what was right. Pure functions over scores and labels.

Definitions follow Manning, Raghavan and Schütze, Introduction to Information Retrieval, chapter 8. Articles of equal
score count in the order given; with no relevant article every figure is 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Measure = Callable[[Sequence[bool], Sequence[float]], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


def _ranked(relevant: Sequence[bool], scores: Sequence[float]) -> "NDArray[np.bool_]":
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    return np.asarray(relevant, dtype=np.bool_)[order]


def average_precision(relevant: Sequence[bool], scores: Sequence[float]) -> float:
    """The mean, over the relevant articles, of the precision at the rank of each; in [0, 1]."""
    ranked = _ranked(relevant, scores)
    if not ranked.any():
        return 0.0
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def r_precision(relevant: Sequence[bool], scores: Sequence[float]) -> float:
    """The precision among the first R articles, R being how many are relevant."""
    return precision_at(relevant, scores, int(np.count_nonzero(relevant)))


def precision_at(relevant: Sequence[bool], scores: Sequence[float], count: int) -> float:
    """The share of relevant ones among the first `count` (or as many as there are)."""
    ranked = _ranked(relevant, scores)[:count]
    return float(ranked.mean()) if len(ranked) else 0.0


def recall_at(relevant: Sequence[bool], scores: Sequence[float], count: int) -> float:
    """The share of the relevant articles that the first `count` hold."""
    ranked = _ranked(relevant, scores)
    total = int(ranked.sum())
    return float(ranked[:count].sum() / total) if total else 0.0


def f1_at(relevant: Sequence[bool], scores: Sequence[float], threshold: float) -> float:
    """F1 of taking every article whose score is at least `threshold`."""
    truth = np.asarray(relevant, dtype=np.bool_)
    taken = np.asarray(scores, dtype=np.float64) >= threshold
    either = int(truth.sum() + taken.sum())
    return float(2 * (truth & taken).sum() / either) if either else 0.0


def best_f1(relevant: Sequence[bool], scores: Sequence[float]) -> float:
    """F1 at the threshold that an oracle would choose."""
    ranked = _ranked(relevant, scores)
    if not ranked.any():
        return 0.0
    hits = np.cumsum(ranked)
    return float((2 * hits / (np.arange(1, len(ranked) + 1) + ranked.sum())).max())


def bootstrap_interval(
    measure: Measure, relevant: Sequence[bool], scores: Sequence[float], rounds: int = 1000, seed: int = 0
) -> Interval:
    """A measure with its 95% percentile interval over `rounds` resamplings of the articles (Efron 1979)."""
    truth = np.asarray(relevant, dtype=np.bool_)
    given = np.asarray(scores, dtype=np.float64)
    value = measure(truth.tolist(), given.tolist())
    if not len(truth):
        return Interval(value, value, value)
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        sample = random.integers(0, len(truth), len(truth))
        drawn.append(measure(truth[sample].tolist(), given[sample].tolist()))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def brier(relevant: Sequence[bool], scores: Sequence[float]) -> float:
    """The mean squared distance of scores, taken as chances, from what was right (Brier 1950); 0 is perfect."""
    truth = np.asarray(relevant, dtype=np.float64)
    return float(((np.asarray(scores, dtype=np.float64) - truth) ** 2).mean()) if len(truth) else 0.0


def share_of_best_f1(relevant: Sequence[bool], scores: Sequence[float], threshold: float) -> float:
    """F1 at a threshold as a share of what an oracle's threshold gives, in [0, 1]."""
    best = best_f1(relevant, scores)
    return f1_at(relevant, scores, threshold) / best if best else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Articles scored from `low` to below `high`: how many, their mean score, and the share that was relevant."""

    low: float
    high: float
    articles: int
    mean_score: float
    relevant: Interval


def reliability(relevant: Sequence[bool], scores: Sequence[float], count: int = 5) -> tuple[Bin, ...]:
    """Scores in `count` equal bins beside what was right, with Wilson's interval (1927); no empty bins."""
    truth = np.asarray(relevant, dtype=np.float64)
    given = np.asarray(scores, dtype=np.float64)
    place = np.minimum((given * count).astype(int), count - 1)
    bins = []
    for number in range(count):
        within = place == number
        if within.any():
            share = wilson(float(truth[within].sum()), int(within.sum()))
            bins.append(
                Bin(number / count, (number + 1) / count, int(within.sum()), float(given[within].mean()), share)
            )
    return tuple(bins)


def wilson(hits: float, trials: int) -> Interval:
    """The share of `hits` in some `trials`, at least one, with its 95% score interval (Wilson 1927)."""
    z = 1.96
    share = hits / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * ((share * (1 - share) + z * z / (4 * trials)) / trials) ** 0.5 / (1 + z * z / trials)
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def precision_recall(relevant: Sequence[bool], scores: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Recall and precision after each relevant article, best score first."""
    ranked = _ranked(relevant, scores)
    if not ranked.any():
        return ()
    hits = np.cumsum(ranked)[ranked]
    places = np.flatnonzero(ranked) + 1
    return tuple((float(hit / ranked.sum()), float(hit / place)) for hit, place in zip(hits, places, strict=True))
