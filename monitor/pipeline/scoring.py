"""Scoring, grouping and evaluation of files, with no store: what `monitor score`, `stories` and `evaluate` do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.config import Settings
from monitor.config.load import topic_from_file
from monitor.errors import ConfigurationError
from monitor.models import Profile, Topic
from monitor.pipeline.context import opened_database
from monitor.pipeline.examine import Written, labels, written
from monitor.pipeline.profiles import local_seed
from monitor.relevance import evaluate as measures
from monitor.relevance.items import Archive, Item
from monitor.relevance.profile import build
from monitor.relevance.scorer import Judgement, judge
from monitor.relevance.threshold import parse
from monitor.store.topics import assessments, verdicts
from monitor.stories import Candidate, StorySettings, place, signature
from monitor.text import content_hash


@dataclass(frozen=True, slots=True)
class Request:
    """What to score against what; `batch` is how many are decided at a time, None for all at once."""

    seeds: tuple[str, ...]
    articles: Path
    background: Path | None
    labels: Path | None
    threshold: str
    topic: Path | None
    batch: int | None


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


def score(request: Request) -> list[Judgement]:
    """A judgement for each article of the input, in its order.

    As one batch, or in arrival order: each batch then sees the background and what came before, nothing of what comes.
    Raises ConfigurationError for a file, a seed or a threshold that cannot be used.
    """
    topic = _topic(request)
    profile = build(topic, [local_seed(seed) for seed in request.seeds])
    items = items_of(request)
    archive = Archive(
        items=_items(written(request.background)) if request.background else (),
        verdicts=verdicts_of(request),
    )
    return list(_in_batches(profile, topic, items, archive, request.batch or max(1, len(items))))


def items_of(request: Request) -> tuple[Item, ...]:
    """The articles of a request's input, in their order."""
    return _items(written(request.articles))


def verdicts_of(request: Request) -> dict[str, bool]:
    """The verdicts of a request's labels; none where it has none."""
    return labels(request.labels) if request.labels else {}


def to_json(judgement: Judgement) -> dict[str, Any]:
    """One line of `monitor score`."""
    return {
        "id": judgement.id,
        "score": judgement.score,
        "relevant": judgement.relevant,
        "reasons": judgement.reasons.to_json(),
    }


def group(articles: Path) -> Iterator[tuple[str, str]]:
    """The story of each article of a file, in its order, named by its number. Raises ConfigurationError."""
    given = written(articles)
    now = datetime.now(UTC)
    candidates = [_candidate(number, each, now) for number, each in enumerate(given)]
    placements = {each.id: each for each in place(candidates, [], StorySettings())}
    for number, each in enumerate(given):
        yield each.id, f"s{placements[number].group}"


def evaluate_file(request: Request) -> list[Figure]:
    """How well the seed ranks and decides the labelled articles of a file; labels are not shown to the scorer."""
    truth = verdicts_of(request)
    judged = [each for each in score(replace(request, labels=None)) if each.id in truth]
    return _figures(
        [truth[each.id] for each in judged], [each.score for each in judged], judged[0].threshold if judged else 0.5
    )


def evaluate_verdicts(settings: Settings, name: str) -> list[Figure]:
    """How well the kept assessments of a topic agree with the verdicts on them.

    Raises ConfigurationError for a topic that is not there, or that has no verdict.
    """
    if not name and not settings.topics:
        message = "config/topics holds no topic; make one with `monitor new-topic NAME article.txt`"
        raise ConfigurationError(message)
    topic = settings.topic(name or settings.topics[0].name)
    with opened_database(settings) as database, database.reading() as session:
        given = verdicts(session, topic.name)
        kept = assessments(session, topic.name, list(given))
    if not kept:
        message = f"topic {topic.name} has no verdict on a judged article: give some with `monitor feedback`"
        raise ConfigurationError(message)
    both = [(given[key].relevant, each) for key, each in kept.items()]
    return _figures([yes for yes, _ in both], [each.score for _, each in both], both[0][1].threshold)


def _in_batches(
    profile: Profile, topic: Topic, items: Sequence[Item], archive: Archive, size: int
) -> Iterator[Judgement]:
    for start in range(0, len(items), size):
        yield from judge(profile, topic, items[start : start + size], archive)
        archive = replace(archive, items=(*archive.items, *items[start : start + size]))


def _topic(request: Request) -> Topic:
    """The topic of a request: guards and terms from its file, the threshold as given."""
    parse(request.threshold)
    if request.topic is None:
        return Topic(name="given", title="given", seeds=request.seeds, threshold=request.threshold)
    return replace(topic_from_file(request.topic), seeds=request.seeds, threshold=request.threshold)


def _items(given: Sequence[Written]) -> tuple[Item, ...]:
    return tuple(Item(each.id, each.title, each.text, each.language) for each in given)


def _candidate(number: int, given: Written, now: datetime) -> Candidate:
    return Candidate(
        id=number,
        title=given.title,
        text=given.text,
        published=given.published or now,
        language=given.language,
        source=given.source or given.id,
        declared_canonical="",
        canonical_url="",
        content_hash=content_hash(given.text),
        signature=signature(given.text),
    )


def _figures(truth: Sequence[bool], scores: Sequence[float], threshold: float) -> list[Figure]:
    precision_of = _share(threshold, of_taken=True)
    recall_of = _share(threshold, of_taken=False)
    wanted: list[tuple[str, measures.Measure]] = [
        ("average precision", measures.average_precision),
        ("R-precision", measures.r_precision),
        ("precision at 10", lambda relevant, given: measures.precision_at(relevant, given, 10)),
        ("precision at the threshold", precision_of),
        ("recall at the threshold", recall_of),
        ("F1 at the threshold", lambda relevant, given: measures.f1_at(relevant, given, threshold)),
        ("F1 at the best threshold", measures.best_f1),
    ]
    intervals = [(name, measures.bootstrap_interval(measure, truth, scores)) for name, measure in wanted]
    return [Figure(name, each.value, each.low, each.high) for name, each in intervals]


def _share(threshold: float, *, of_taken: bool) -> measures.Measure:
    """Precision (of what is taken) or recall (of what is relevant) at a threshold; 0 where there is none of either."""

    def share(relevant: Sequence[bool], scores: Sequence[float]) -> float:
        taken = [score >= threshold for score in scores]
        hits = sum(yes and took for yes, took in zip(relevant, taken, strict=True))
        whole = sum(taken) if of_taken else sum(relevant)
        return hits / whole if whole else 0.0

    return share
