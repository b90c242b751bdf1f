"""What flows through the graph of a stream from what is surely on the subject, and from what a reader liked."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.relevance import threshold
from monitor.relevance.neighbours import Graph

Floats = NDArray[np.float64]

# What stands above the precise cut is a source of the graph, the less the further it stands below the best; the seed
# counts as an article that surely is the best does: the more the stream holds of the subject, the more it says itself
# what belongs there. And what reaches an article is all that orders it. Average precision of the article as seed, of
# its brief, both among 3,000 unrelated articles, of 100 and 60 queries of four sets of sections, and of half the
# events of Wikinews in arrival order: 0.86, 0.96, 0.80, 0.89, 0.484, 0.419 with the ten best as sources, the seed
# counting as much as all of them, and evidence half as much as what flows; 0.87, 0.95, 0.86, 0.94, 0.513, 0.445 and
# 0.76 with a fall of 1.75; 0.89, 0.96, 0.87, 0.94, 0.512, 0.448 and 0.74 with one of 4. An article may mean one
# event, and then little below the best is on it; a brief names many sides, and what is surely on any of them counts
# nearly as much as the best.
_SURE = threshold.PRECISE
_FEWEST_SOURCES = 3  # the best, where hardly any stands above; of 1, 3 and 10 sections had 0.502, 0.510 and 0.502
_FALL, _FALL_OF_BRIEF = 1.75, 4.0  # evidence below the best at which a source counts 1/e of it
_SEED_SOURCE = 1.0
_LIKED_SOURCE = 1.0
# To take what flows from the dislikes off what flows from the likes, before the logarithm, lost all that both gain (see
# `ordering`).
_DISLIKED = 0.3
_DISLIKES_HALF = 5.0
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Woven:
    """A graph, and the documents that are its nodes, by row."""

    graph: Graph
    nodes: NDArray[np.intp]

    def flow(self, evidence: Floats, verdicts: Mapping[int, bool], *, brief: bool) -> Floats:
        """What reaches every document, in standard deviations; what is in no graph is reached as little as any.

        `evidence` and `verdicts` of all documents say what is a source; `brief` that the seed names many sides.
        """
        known = {at: verdicts[node] for at, node in enumerate(self.nodes.tolist()) if node in verdicts}
        found = _flow(self.graph, evidence[self.nodes], known, _FALL_OF_BRIEF if brief else _FALL)
        everywhere = np.full(len(evidence), found.min())
        everywhere[self.nodes] = found
        return standard(everywhere)


def standard(values: Floats) -> Floats:
    """Values in standard deviations from their mean; zeros where all are alike."""
    spread = float(values.std())
    return np.asarray((values - values.mean()) / spread) if spread > 0 else np.zeros(len(values))


def _strength(evidence: Floats, disliked: list[int], fall: float) -> Floats:
    """How good a source each node is, in [0, 1]: 0 for most, and what was disliked. Copies of one text are alike."""
    open_to = np.ones(len(evidence), dtype=np.bool_)
    open_to[disliked] = False
    if not open_to.any():
        return np.zeros(len(evidence))
    best = np.sort(evidence[open_to])[::-1][:_FEWEST_SOURCES]
    score = threshold.score(evidence)
    chosen = open_to & ((score >= _SURE) | (evidence >= best[-1] - _LEAST))
    return np.where(chosen, score * np.exp(np.minimum(0.0, evidence - best[0]) / fall), 0.0)


def _flow(graph: Graph, evidence: Floats, verdicts: Mapping[int, bool], fall: float) -> Floats:
    """The logarithm of what reaches each node from the seed, from what is surely on the subject, and from the likes."""
    disliked = [node for node, yes in verdicts.items() if not yes]
    sources = np.append(_strength(evidence, disliked, fall), _SEED_SOURCE)
    sources /= sources.sum()
    liked = np.zeros(len(evidence) + 1)
    liked[[node for node, yes in verdicts.items() if yes]] = _LIKED_SOURCE
    whole = sources.sum() + liked.sum()
    # Of a verdict only what goes on to others: two that contradict each other on one text had better end alike.
    flow = standard(np.log(graph.spread(sources / whole) + graph.passed_on(liked / whole) + _LEAST))
    if disliked:
        against = np.zeros(len(evidence) + 1)
        against[disliked] = 1.0 / len(disliked)
        weight = _DISLIKED * len(disliked) / (len(disliked) + _DISLIKES_HALF)
        flow = flow - weight * standard(np.log(graph.passed_on(against) + _LEAST))
    return np.asarray(flow)
