"""What the stream and the verdicts add to the order of articles, and to nothing but the order.

Evidence gives an absolute scale but knows only the seed's words. Here a mended order is made of it (the graph of the
stream, a logistic regression over verdicts), and the evidence there was is given out again in that order: neighbours
say who is on the subject, the seed's words say how many are. Only verdicts move the scale itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.relevance import threshold
from monitor.relevance.correction import correction
from monitor.relevance.flowing import Woven, standard
from monitor.relevance.learn import Taught, teach
from monitor.relevance.meaning import Meant
from monitor.relevance.neighbours import weave, weave_vectors
from monitor.relevance.sampling import nearest_and_even
from monitor.text import Words

Floats = NDArray[np.float64]

_INCLUSIVE_EVIDENCE = 3.3
_FEWEST_FOR_GRAPH = 20
_STREAM_HALF = 50.0  # documents at which the graph counts half as much as it ever will
_RELATED_HALF = 3.0  # the same for documents that seem to be on the subject: without any, neighbours tell nothing
_MOST_NODES = 2500  # of an archive the graph takes what is nearest to the subject, and an even sample of the rest
# Where words alone judge. After 5, 10 and 20 verdicts on the top of four sets of news sections thinned to 5%, average
# precision on the rest rose from 0.404, 0.385 and 0.255 to 0.476, 0.477 and 0.389 with it and with likes and dislikes
# as sources of the graph (see `flowing`); each halved or doubled changed 0.02 at most.
_LESSON = 2.0
_VERDICTS_HALF = 5.0
# Beside meaning, words say the more the longer the documents are: a graph of words lost 0.02 of average precision on
# items of 25 to 60 words (AG News, the project's own question) and gained as much where articles have 180 to 250. Over
# 100 queries of four sets of sections it brought 0.428 to 0.444 without verdicts; after 5, 10 and 20 verdicts on the
# top by words, likes and dislikes as sources in both graphs and the lesson of words brought 0.44, 0.47 and 0.51 to
# 0.49, 0.53 and 0.57. From 60 to 150 words, and for any power from 2 to 6, those figures are the same within 0.01; the
# project's own question, in items of 58 words, wants a steep one (article after 20 verdicts: 0.93 by 3, 0.95 by 6).
_LONG_HALF = 120.0
_LONG_POWER = 6
# A logistic regression over sentence vectors beside these, with a weight of 1.0 and 0.25, took 0.006 and 0.001 from the
# article after 20 verdicts, 0.007 and 0.002 from the brief, and gave sections 0.002 and 0.002, while sources of the
# graph all counted alike: it was let go.
_HEARD_BY_MEANING, _HEARD_BY_WORDS, _LESSON_BESIDE_MEANING = 0.5, 1.0, 1.0
_ONE_KIND = 0.3  # only likes, or only dislikes, teach little: ten likes alone once wrecked an order
_SHIFT_SPREAD = 1.0
# F1 at the balanced cut as a share of the best cut's, after 5, 10 and 20 verdicts on the top by words: 0.51, 0.53 and
# 0.49 without either step of `_scaled`, 0.56, 0.60 and 0.60 with the first, 0.65, 0.67 and 0.67 with both. Of articles
# on other things 2% are taken then, as without verdicts; half as much again takes 2.5% and finds no more.
_CONFIRMED = 0.6
_ALIKE = 9  # decimals


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Documents, archive first and the batch last: their words, their evidence, and the verdicts there are, by row.

    `meant` is what they mean, where sentence vectors are there; a graph is then woven of those too. `lowered` is
    how far the cut sinks (see `breadth`): so much evidence is added to each before verdicts are heard. `brief` says
    whether the seed names its sides.
    """

    words: Sequence[Words]
    evidence: Floats
    verdicts: Mapping[int, bool]
    meant: Meant | None = None
    lowered: float = 0.0
    brief: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Evidence after the stream had its say; `graphs` None where there were too few documents."""

    evidence: Floats
    graphs: "Graphs | None"

    def near(self, row: int) -> list[int]:
        """The documents that the graph joins to one, nearest first; none where it is not in the graph."""
        if self.graphs is None:
            return []
        told = self.graphs.meaning or self.graphs.words
        place = int(np.searchsorted(told.nodes, row))
        if place >= len(told.nodes) or told.nodes[place] != row:
            return []
        return [int(told.nodes[node]) for node in told.graph.nearest(place)]


def put_in_order(stream: Stream, seed: Words, taught: Taught | None, woven: "Graphs | None" = None) -> Order:
    """The evidence after the stream and the verdicts had their say, and the graphs that it came by.

    `woven` are those of the same stream with other verdicts, where they are known: to weave costs most of all.
    """
    own, meant = stream.evidence, stream.meant
    long = 1.0 if meant is None else _how_long(stream, _nodes(stream))
    graphs, wanted = woven, standard(own)
    if len(own) >= _FEWEST_FOR_GRAPH:
        graphs = woven or _woven(stream, seed)
        if meant is None or graphs.meaning is None:
            wanted = _mended_by_words(stream, graphs.words)
        else:
            wanted = _mended_by_meaning(stream, meant, graphs.meaning, graphs.words, long)
    lesson = _lesson(stream, seed, taught)
    if lesson is not None:
        most = _LESSON if stream.meant is None else _LESSON_BESIDE_MEANING * long
        wanted = wanted + _how_much(stream.verdicts, most) * lesson
    ordered = (own if graphs is None and lesson is None else _rearranged(own, wanted)) + stream.lowered
    if not stream.verdicts:
        return Order(ordered, graphs)
    if meant is None:
        return Order(ordered + _shift(stream), graphs)
    return Order(_scaled(stream, ordered, _corrected(stream, meant, ordered)), graphs)


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """The graphs of a stream: of its words, and of its meaning where vectors are there; that one tells who is near."""

    words: Woven
    meaning: Woven | None = None


def _woven(stream: Stream, seed: Words) -> Graphs:
    nodes = _nodes(stream)
    words = Woven(weave([stream.words[node] for node in nodes], seed), nodes)
    meant = stream.meant
    if meant is None:
        return Graphs(words)
    return Graphs(words, Woven(weave_vectors(meant.vectors, meant.seed, meant.ordinary), meant.rows))


def _nodes(stream: Stream) -> NDArray[np.intp]:
    """The documents of the graph of words."""
    return nearest_and_even(stream.evidence, np.array(sorted(stream.verdicts), dtype=np.intp), _MOST_NODES)


def _mended_by_words(stream: Stream, words: Woven) -> Floats:
    """The order that evidence and graph together want; the graph counts the more the more there is to go by."""
    weight, plain = _weight(stream.evidence), standard(stream.evidence)
    flow = words.flow(stream.evidence, stream.verdicts, brief=stream.brief)
    return np.asarray((1 - weight) * plain + weight * flow)


def _mended_by_meaning(stream: Stream, meant: Meant, meaning: Woven, words: Woven, long: float) -> Floats:
    """The same with two graphs, and with what verdicts say in both of them."""
    weight, plain = _weight(stream.evidence), standard(stream.evidence)
    # What is like the disliked is no source. Over 100 queries of four sets of sections, after 5, 10 and 20 verdicts on
    # the top by words, that brought 0.488, 0.526 and 0.563 to 0.494, 0.536 and 0.571; the project's article after 10
    # verdicts 0.922 to 0.927 (24 draws; standard error 0.003).
    believed = _corrected(stream, meant, stream.evidence + stream.lowered) - stream.lowered
    flow = standard(
        meaning.flow(believed, {}, brief=stream.brief) + long * words.flow(believed, {}, brief=stream.brief)
    )
    wanted = (1 - weight) * plain + weight * flow
    if stream.verdicts:
        heard = _HEARD_BY_MEANING * meaning.flow(believed, stream.verdicts, brief=stream.brief)
        heard += _HEARD_BY_WORDS * long * words.flow(believed, stream.verdicts, brief=stream.brief)
        wanted += _how_much(stream.verdicts, 1.0) * heard
    return np.asarray(wanted)


def _how_long(stream: Stream, nodes: NDArray[np.intp]) -> float:
    """How far the documents are long enough for their words to be told apart by, in [0, 1)."""
    length = float(np.median([len(stream.words[node].terms) for node in nodes])) if len(nodes) else 0.0
    return length**_LONG_POWER / (length**_LONG_POWER + _LONG_HALF**_LONG_POWER)


def _by_node(nodes: NDArray[np.intp], verdicts: Mapping[int, bool]) -> dict[int, bool]:
    places = {row: at for at, row in enumerate(nodes.tolist())}
    return {places[row]: yes for row, yes in verdicts.items()}


def _how_much(verdicts: Mapping[int, bool], most: float) -> float:
    """How much what was learnt of verdicts counts: the more the more there are, and little where all are alike."""
    both = len(set(verdicts.values())) == 2
    return most * len(verdicts) / (len(verdicts) + _VERDICTS_HALF) * (1.0 if both else _ONE_KIND)


def _weight(own: Floats) -> float:
    related = float(threshold.score(own + threshold.BALANCED_EVIDENCE - _INCLUSIVE_EVIDENCE).sum())
    return (related / (related + _RELATED_HALF)) * (len(own) / (len(own) + _STREAM_HALF))


def _lesson(stream: Stream, seed: Words, taught: Taught | None) -> Floats | None:
    """How far each document lies on the liked side by its words, in standard deviations; None without a verdict."""
    if taught is None:
        if not stream.verdicts:
            return None
        judged = [(stream.words[row], yes) for row, yes in sorted(stream.verdicts.items())]
        rest = [words for row, words in enumerate(stream.words) if row not in stream.verdicts]
        taught = teach(seed, judged, rest)
    return standard(taught.margins(stream.words))


def _rearranged(own: Floats, wanted: Floats) -> Floats:
    """The same evidence, given out in the order wanted: neighbours say who, the seed's words say how many.

    What is wanted alike, as copies of one text are, gets alike: the mean of what falls to them.
    """
    given = np.empty(len(own))
    given[np.argsort(-wanted, kind="stable")] = -np.sort(-own)
    _, alike, count = np.unique(wanted.round(_ALIKE), return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(alike, weights=given) / count)[alike])


def _corrected(stream: Stream, meant: Meant, evidence: Floats) -> Floats:
    """Evidence with what verdicts correct in it, where it is known what a document means."""
    found = evidence.copy()
    found[meant.rows] += correction(meant.vectors, evidence[meant.rows], _by_node(meant.rows, stream.verdicts))
    return found


def _scaled(stream: Stream, ordered: Floats, corrected: Floats) -> Floats:
    """What verdicts made of the evidence that was `ordered`, on a scale that stays where a broad seed put it.

    Dislikes are told of what stands at the top, and lower a little whatever is of the same kind, which in a stream of
    news is all of it: where the cut sank for a broad seed (`Stream.lowered`) the middle of the stream is put back, by
    no more than that. And a like says that the subject is there: the cut sinks a little further.
    """
    sunk = float(np.median(ordered) - np.median(corrected))
    likes = sum(stream.verdicts.values())
    confirmed = min(stream.lowered, 1.0) * _CONFIRMED * likes / (likes + 1)
    return np.asarray(corrected + min(stream.lowered, max(0.0, sunk)) + confirmed)


def _shift(stream: Stream) -> float:
    """How far verdicts move the scale, in evidence: the offset of a logistic regression with a normal prior at 0."""
    if not stream.verdicts:
        return 0.0
    rows = sorted(stream.verdicts)
    yes = np.array([stream.verdicts[row] for row in rows], dtype=np.float64)
    own = (stream.evidence[rows] + stream.lowered - threshold.BALANCED_EVIDENCE) / threshold.STEP
    offset = 0.0
    for _ in range(20):
        chance = 1.0 / (1.0 + np.exp(-(own + offset).clip(-30, 30)))
        slope = float((yes - chance).sum()) - offset / _SHIFT_SPREAD**2
        curve = float((chance * (1 - chance)).sum()) + 1.0 / _SHIFT_SPREAD**2
        offset += slope / curve
    return offset * threshold.STEP
