"""Articles to judgements: a score in [0, 1], a decision, and the reasons, from the first day with one seed.

    items + archive --words, meaning--> evidence of the seed in each (evidence.py, meaning.py): an absolute scale
                                   |
                      cold, no stream: its order, its scale
                      warm: the order is mended by the graph of the stream (ordering.py, neighbours.py), the scale stays
                      taught: likes and dislikes are sources of the graph and mend the order by words (learn.py), and
                              move the scale of what is like them (correction.py)
                                   |
                      score (threshold.py), guards, reasons (explain.py)

How far each step counts grows with what there is (articles, articles on the subject, verdicts), so that the situations
pass into one another without a jump. Equal input gives equal output.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from monitor.errors import StoreError
from monitor.models import Profile, Reasons, Topic
from monitor.relevance import threshold
from monitor.relevance.breadth import lowering
from monitor.relevance.copies import Distinct, distinct
from monitor.relevance.evidence import Evidence, measure, question
from monitor.relevance.explain import Explainer, Quotable
from monitor.relevance.guards import broken_rule
from monitor.relevance.items import NOTHING, Archive, Item, words_of
from monitor.relevance.learn import Taught, open_model, seed_words
from monitor.relevance.meaning import Said, weigh
from monitor.relevance.ordering import Order, Stream, put_in_order
from monitor.relevance.profile import Interest, interest
from monitor.text import Words

Floats = NDArray[np.float64]

_log = logging.getLogger(__name__)

_LIFTED = 0.3  # evidence that the order gave an article beyond its own, from which its neighbours are named
_FOLDS = 5
_SENTENCES_FROM = 0.05  # below this score nothing in the article is near the seed, and no sentence is shown
_EXPLAINED_AT_ONCE = 200  # some 2,400 sentences, 5 MB of vectors


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided on an item; `score` in [0, 1], 0.5 at the balanced cut, 0 where a guard excluded it."""

    id: str
    score: float
    relevant: bool
    threshold: float
    reasons: Reasons


def judge(profile: Profile, topic: Topic, items: Sequence[Item], archive: Archive = NOTHING) -> list[Judgement]:
    """A judgement for each item, in their order.

    The archive's articles are background only; one that is also among the items counts as an item. A model in the
    archive that cannot be trusted is left aside, with a warning in the log (see `learn.open_model`). Raises
    ConfigurationError for a threshold that says nothing.
    """
    purpose = threshold.parse(topic.threshold)
    if not items:
        return []
    with _one_thread():
        return _judged(_known(profile, items, archive), len(items), purpose, topic)


def scores(profile: Profile, items: Sequence[Item], archive: Archive = NOTHING) -> Floats:
    """The score of each item, in [0, 1], as `judge` gives it where no guard excludes it, without its reasons."""
    if not items:
        return np.zeros(0)
    with _one_thread():
        return _known(profile, items, archive).scores[-len(items) :]


@contextmanager
def _one_thread() -> Iterator[None]:
    """On a busy machine the threads of BLAS wait for one another, each taking a core.

    714 articles were woven in 2.4 s with one and in up to 24 s with two; 3,700 vectors take 0.31 and 0.52 s of
    processor, and no less by the clock.
    """
    with threadpool_limits(1, "blas"):
        yield


def _judged(known: "_Known", items: int, purpose: threshold.Purpose, topic: Topic) -> list[Judgement]:
    """What is decided on the last so many documents."""
    first = len(known.documents) - items
    cut = threshold.decide(purpose, known.scores[first:], [] if purpose.cut is not None else _held_out(known))
    if cut.note:
        _log.info("topic %s: %s", topic.name, cut.note)
    rows = range(first, len(known.documents))
    parts = (rows[start : start + _EXPLAINED_AT_ONCE] for start in range(0, len(rows), _EXPLAINED_AT_ONCE))
    return [judgement for part in parts for judgement in _judgements(part, topic, cut.value, known)]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of all documents, by row: the archive's first, then the items.

    `evidence` is what each says of the interest by itself, and `scores` what became of it in the stream. `stream` and
    `order` hold those alone that are `distinct`: copies of one text are judged as one.
    """

    documents: Sequence[Item]
    distinct: Distinct
    stream: Stream
    seed: Words
    order: Order
    evidence: Floats
    scores: Floats
    explainer: Explainer


def _known(profile: Profile, items: Sequence[Item], archive: Archive) -> _Known:
    subject = interest(profile)
    asked = question(subject)
    batch = {item.id for item in items}
    documents = [*(item for item in archive.items if item.id not in batch), *items]
    words = [words_of(item) for item in documents]
    verdicts = {row: archive.verdicts[item.id] for row, item in enumerate(documents) if item.id in archive.verdicts}
    evidence = measure(asked, words)
    meant = weigh(subject, documents, _said(subject, evidence, words), sorted(verdicts))
    own = evidence.total if meant is None else meant.total
    apart = distinct(words, meant)
    rows = apart.rows
    # Measured with sentence vectors only: evidence by words alone is spread otherwise.
    lowered = 0.0 if meant is None else lowering(subject, own[rows])
    theirs = None if meant is None else meant.of(rows)
    heard = apart.verdicts(verdicts)
    stream = Stream([words[row] for row in rows], own[rows], heard, theirs, lowered, subject.brief)
    seed = seed_words(subject)
    order = put_in_order(stream, seed, _trusted(archive, profile))
    explainer = Explainer(subject, asked, evidence, meant)
    scored = threshold.score(order.evidence)[apart.place]
    return _Known(documents, apart, stream, seed, order, own + lowered, scored, explainer)


def _held_out(known: _Known) -> list[tuple[float, bool]]:
    """The score that each document with a verdict gets from the others' verdicts, and its own.

    A promise made on scores that know the verdicts would be broken on articles that nobody judged.
    """
    stream = known.stream
    rows = sorted(stream.verdicts)
    found: list[tuple[float, bool]] = []
    for fold in range(min(_FOLDS, len(rows))):
        held = rows[fold::_FOLDS]
        others = {row: yes for row, yes in stream.verdicts.items() if row not in held}
        order = put_in_order(replace(stream, verdicts=others), known.seed, None, known.order.graphs)
        held_out = threshold.score(order.evidence)
        found.extend((float(held_out[row]), stream.verdicts[row]) for row in held)
    return found


def _said(subject: Interest, evidence: Evidence, words: Sequence[Words]) -> Said:
    """What a reader added counts in full, whatever the seed's own words count beside meaning."""
    if not subject.added:
        return Said(evidence.total, np.zeros(len(words)))
    plain = measure(question(replace(subject, added=())), words).total
    return Said(plain, evidence.total - plain)


def _judgements(rows: Sequence[int], topic: Topic, cut: float, known: _Known) -> list[Judgement]:
    quotable = known.explainer.quotable(
        {row: known.documents[row] for row in rows if known.scores[row] >= _SENTENCES_FROM}
    )
    return [_judgement(row, topic, cut, known, quotable.get(row)) for row in rows]


def _judgement(row: int, topic: Topic, cut: float, known: _Known, quotable: Quotable | None) -> Judgement:
    item = known.documents[row]
    rule = broken_rule(f"{item.title}\n{item.text}", topic.must, topic.must_not)
    score = float(known.scores[row])
    reasons = known.explainer.reasons(row, item, rule=rule, neighbours=_neighbours(row, known), quotable=quotable)
    if rule:
        return Judgement(item.id, 0.0, relevant=False, threshold=cut, reasons=reasons)
    return Judgement(item.id, score, relevant=score >= cut, threshold=cut, reasons=reasons)


def _trusted(archive: Archive, profile: Profile) -> Taught | None:
    if archive.model is None:
        return None
    try:
        return open_model(archive.model, profile)
    except StoreError as error:
        _log.warning("%s; judged without it", error)
        return None


def _neighbours(row: int, known: _Known) -> tuple[str, ...]:
    """Titles of the documents that lifted one above its own evidence: its nearest that pass the balanced cut.

    So the first that is named is on the subject for 14 of 15 of the probe's lifted items from the brief and for 8 of 10
    from the article; where its own evidence had to be inclusive it was for 11 and 7.
    """
    rows, place = known.distinct.rows, int(known.distinct.place[row])
    if known.order.evidence[place] <= known.evidence[rows[place]] + _LIFTED:
        return ()
    near = rows[known.order.near(place)].tolist()
    return tuple(known.documents[other].title for other in near if known.scores[other] >= threshold.BALANCED)
