"""How good a topic's scores and decisions are: on a labelled file, or on readers' verdicts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.wording import counted
from monitor.errors import ConfigurationError
from monitor.models import Feedback, Topic
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.examine import chances_of_draws
from monitor.pipeline.judging.profiles import topic_or_first
from monitor.pipeline.judging.scoring import Request, on_unknown, score, verdicts_of
from monitor.relevance import evaluate as measures
from monitor.relevance.asking import Answer, Missed, missed
from monitor.relevance.plots import calibration_plot, histogram_plot, precision_recall_plot
from monitor.relevance.scorer import Judgement
from monitor.relevance.threshold import decide, parse, promise
from monitor.relevance.triage import lost_unread
from monitor.store.topics import assessments, count_left_out, taken, verdicts
from monitor.store.triage import Unasked, most_promising_unread, unread_lately

# The most stories that a digest holds unless it says otherwise.
DIGEST = 20
# How far back draws and decisions are counted for the recall that readers' answers measure.
_MEASURED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an evaluation, with its 95% interval."""

    name: str
    value: float
    low: float
    high: float

    def to_row(self) -> tuple[object, ...]:
        """The row of a table."""
        return (self.name, f"{self.value:.3f}", f"{self.low:.3f}", f"{self.high:.3f}")

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {"figure": self.name, "value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured: labels and scores of the articles that have both, the threshold, and the figures.

    `notes` say in words what a threshold promises, and what a figure is not.
    """

    relevant: tuple[bool, ...]
    scores: tuple[float, ...]
    threshold: float
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor evaluate --json`, but for the plots."""
        return {"figures": [figure.to_json() for figure in self.figures], "notes": list(self.notes)}

    def draw(self, folder: Path, title: str) -> tuple[Path, ...]:
        """Write the plots into a folder; returns their paths, none where nothing was measured that they could show.

        Raises ConfigurationError where they cannot be written.
        """
        if not self.scores:
            return ()
        plots = {
            "precision-recall": precision_recall_plot(title, self.relevant, self.scores, self.threshold),
            "calibration": calibration_plot(title, measures.reliability(self.relevant, self.scores)),
            "scores": histogram_plot(title, self.relevant, self.scores, self.threshold),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, plot in plots.items():
                (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
        except OSError as error:
            message = f"{folder}: the plots cannot be written there: {error.strerror or error}"
            raise ConfigurationError(message) from error
        return tuple(folder / f"{name}.svg" for name in plots)


def evaluate_file(request: Request) -> Evaluation:
    """How well the seed ranks and decides the labelled articles of a file; labels are not shown to the scorer.

    Labels that carry the "probability" of a random draw measure, weighted by it, what was left out of the whole file.
    """
    truth = verdicts_of(request)
    judged = score(replace(request, labels=None))
    known = [each for each in judged if each.id in truth]
    drawn = chances_of_draws(request.labels) if request.labels else {}
    found = _missed_in(judged, truth, drawn)
    relevant, scores = [truth[each.id] for each in known], [each.score for each in known]
    made = _evaluation(relevant, scores, known[0].threshold if known else 0.5, found)
    unknown = on_unknown(request, judged)
    return replace(made, notes=(*made.notes, unknown)) if unknown else made


def evaluate_verdicts(settings: Settings, name: str) -> Evaluation:
    """How well the kept assessments of a topic agree with the verdicts on them, and what random draws say is missed.

    Raises ConfigurationError for a topic that is not there, or that has no verdict.
    """
    topic = topic_or_first(settings, name)
    with opened_database(settings) as database, database.reading() as session:
        given = verdicts(session, topic.name)
        kept = assessments(session, topic.name, list(given))
        if not kept:
            message = f"topic {topic.name} has no verdict on a judged article: give some with `monitor feedback`"
            raise ConfigurationError(message)
        found = missed_of(session, topic.name, list(given.values()))
        unread = unread_of(settings, session, topic, clock())
    both = [(given[key].relevant, each) for key, each in sorted(kept.items())]
    scores = [each.score for _, each in both]
    made = _evaluation([yes for yes, _ in both], scores, both[-1][1].threshold, found)
    notes = ["scores were made with these verdicts known: but for the recall of random draws, figures are flattered"]
    notes += [unread.text] if unread.left else []
    figures = (*made.figures, *_figures_unread(unread))
    return replace(made, figures=figures, notes=(*_promised(topic.threshold, made), *made.notes, *notes))


@dataclass(frozen=True, slots=True)
class LeftUnread:
    """What the sources of a topic listed of late and nobody read; `lost` is what random draws of it say, if any.

    `most_promising` are the first of it, where they were asked for.
    """

    left: int
    lost: Missed | None
    most_promising: tuple[Unasked, ...] = ()

    @property
    def text(self) -> str:
        """The same in words."""
        were = "was" if self.left == 1 else "were"
        told = f"{counted(self.left, 'page')} of the last {_MEASURED.days} days {were} left unread"
        if self.lost is None:
            return f"{told}; none that was drawn at random is read yet, so what is lost is not known"
        recall = self.lost.recall
        return (
            f"{told}; of what the topic would take, {recall.value:.0%} was read (95% interval {recall.low:.0%} to "
            f"{recall.high:.0%}, from {self.lost.answers} drawn at random)"
        )


def unread_of(settings: Settings, session: Session, topic: Topic, now: datetime, *, shown: int = 0) -> LeftUnread:
    """What triage left unread of late in the sources of a topic, what that lost it, and the `shown` most promising."""
    where = None if "*" in topic.sources else settings.sources_of(topic)
    since = now - _MEASURED
    unread = unread_lately(session, topic.name, where, since=since)
    first = most_promising_unread(session, where, since=since, limit=shown) if shown else []
    return LeftUnread(unread.left, lost_unread(unread.drawn, unread.left, unread.found), tuple(first))


def _figures_unread(unread: LeftUnread) -> list[Figure]:
    if unread.lost is None:
        return []
    of = f"from {unread.lost.answers} unread pages drawn"
    recall, lost = unread.lost.recall, unread.lost.missed
    return [
        Figure(f"recall of reading, {of}", recall.value, recall.low, recall.high),
        Figure(f"relevant pages left unread, {of}", lost.value, lost.low, lost.high),
    ]


def _promised(text: str, made: Evaluation) -> tuple[str, ...]:
    import numpy as np

    purpose, scores = parse(text), np.array(made.scores)
    judged = list(zip(made.scores, made.relevant, strict=True))
    cut = decide(purpose, scores, judged)
    kept = promise(purpose, cut, scores, judged)
    return tuple(each for each in (cut.note, str(kept) if kept else "") if each)


def _missed_in(judged: Sequence[Judgement], truth: dict[str, bool], drawn: dict[str, float]) -> Missed | None:
    rejected = [each for each in judged if not each.relevant]
    took = [truth[each.id] for each in judged if each.relevant and each.id in truth]
    answers = [Answer(truth[each.id], drawn[each.id]) for each in rejected if each.id in drawn]
    return missed(answers, len(rejected), _found(len(judged) - len(rejected), took))


def missed_of(session: Session, topic: str, given: Sequence[Feedback]) -> Missed | None:
    """What random draws of late say of what a topic leaves out; None without any. `given` are its verdicts."""
    now = clock()
    since = now - _MEASURED
    answers = [
        Answer(each.relevant, each.probability) for each in given if each.probability > 0 and each.made_at >= since
    ]
    if not answers:
        return None
    took = taken(session, topic, since=since, until=now)
    judged = [each.relevant for each in given if each.article_id in set(took) and not each.probability]
    return missed(answers, count_left_out(session, topic, since=since, until=now), _found(len(took), judged))


def _found(taken_in_all: int, judged: Sequence[bool]) -> float:
    """How many of the articles taken were rightly so: as many as verdicts on some of them say; all, without any."""
    return taken_in_all * (sum(judged) / len(judged) if judged else 1.0)


def _evaluation(truth: Sequence[bool], scores: Sequence[float], threshold: float, found: Missed | None) -> Evaluation:
    figures = [
        *_figures(truth, scores, threshold),
        *(
            Figure(
                f"relevant of those scored {each.low:.1f} to {each.high:.1f}",
                each.relevant.value,
                each.relevant.low,
                each.relevant.high,
            )
            for each in measures.reliability(truth, scores)
            if any(truth)
        ),
    ]
    if found is not None:
        of = f"from {found.answers} random draws"
        figures.append(Figure(f"recall, {of}", found.recall.value, found.recall.low, found.recall.high))
        figures.append(Figure(f"missed articles, {of}", found.missed.value, found.missed.low, found.missed.high))
    return Evaluation(tuple(truth), tuple(scores), threshold, tuple(figures), tuple(_unmeasured(truth)))


def _unmeasured(truth: Sequence[bool]) -> Iterator[str]:
    """Why most figures are missing, where they are."""
    if not truth:
        yield "no verdict is on a judged article: nothing can be measured"
    elif len(set(truth)) == 1:
        every = "yes" if truth[0] else "no"
        yield f"every verdict is a {every}: how well wanted and unwanted are told apart needs verdicts of both kinds"


def _figures(truth: Sequence[bool], scores: Sequence[float], threshold: float) -> list[Figure]:
    """What can be measured: of verdicts of one kind neither an order nor a precision, of none at all nothing."""
    recall: tuple[str, measures.Measure] = ("recall at the threshold", _share(threshold, of_taken=False))
    brier: tuple[str, measures.Measure] = ("Brier score", measures.brier)
    wanted: list[tuple[str, measures.Measure]] = []
    if len(set(truth)) > 1:
        wanted = [
            ("average precision", measures.average_precision),
            ("R-precision", measures.r_precision),
            ("precision at 10", _at(measures.precision_at, 10)),
            (f"recall at {DIGEST} (a digest)", _at(measures.recall_at, DIGEST)),
            ("precision at the threshold", _share(threshold, of_taken=True)),
            recall,
            ("F1 at the threshold", _at(measures.f1_at, threshold)),
            ("F1 at the best threshold", measures.best_f1),
            ("F1 as a share of the best", _at(measures.share_of_best_f1, threshold)),
            brier,
        ]
    elif truth:
        wanted = [recall, brier] if truth[0] else [brier]
    intervals = [(name, measures.bootstrap_interval(measure, truth, scores)) for name, measure in wanted]
    return [Figure(name, each.value, each.low, each.high) for name, each in intervals]


def _at(measure: Callable[[Sequence[bool], Sequence[float], Any], float], place: float) -> measures.Measure:
    return lambda relevant, given: measure(relevant, given, place)


def _share(threshold: float, *, of_taken: bool) -> measures.Measure:
    """Precision (of what is taken) or recall (of what is relevant) at a threshold; 0 where there is none of either."""

    def share(relevant: Sequence[bool], scores: Sequence[float]) -> float:
        took = [score >= threshold for score in scores]
        hits = sum(yes and each for yes, each in zip(relevant, took, strict=True))
        whole = sum(took) if of_taken else sum(relevant)
        return hits / whole if whole else 0.0

    return share
