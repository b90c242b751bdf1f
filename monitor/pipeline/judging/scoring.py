"""Scoring and grouping of files, with no store: what `monitor score` and `stories` do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from monitor.config.load import topic_from_file
from monitor.models import Profile, Topic
from monitor.pipeline.examine import Written, labels, written
from monitor.pipeline.judging.profiles import local_seed
from monitor.relevance import encoders
from monitor.relevance.items import Archive, Item
from monitor.relevance.meaning import vectors_of
from monitor.relevance.profile import build
from monitor.relevance.scorer import Judgement, judge
from monitor.relevance.threshold import parse
from monitor.stories import Candidate, StorySettings, is_short, place, signature
from monitor.text import content_hash

# To read 2,000 articles takes some ten seconds.
_READ_IN_FULL = 2000


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


def on_unknown(request: Request, judged: Sequence[Judgement]) -> str:
    """A note on the labels that are on no article of the input nor of the background; "" where there are none."""
    unknown = dict.fromkeys(verdicts_of(request))
    known = [each.id for each in judged]
    if request.background and not unknown.keys() <= set(known):
        known += [each.id for each in written(request.background)]
    for each in known:
        unknown.pop(each, None)
    if not unknown:
        return ""
    more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
    named = ", ".join(f'"{each}"' for each in list(unknown)[:3])
    return f"{request.labels}: labels on no article given were left out, by id: {named}{more}"


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
    placements = {each.id: each for each in place(candidates, [], StorySettings(), partial(_vectors, candidates))}
    for number, each in enumerate(given):
        yield each.id, f"s{placements[number].group}"


def _in_batches(
    profile: Profile, topic: Topic, items: Sequence[Item], archive: Archive, size: int
) -> Iterator[Judgement]:
    for start in range(0, len(items), size):
        yield from judge(profile, topic, items[start : start + size], archive)
        archive = replace(archive, items=(*archive.items, *items[start : start + size]))


def _vectors(candidates: Sequence[Candidate], ids: Sequence[int]) -> dict[int, bytes]:
    """What some candidates mean, by their numbers; of very many the short ones alone, as it takes long to read all."""
    if not encoders.measured():
        return {}
    wanted = [candidates[number] for number in ids]
    if len(wanted) > _READ_IN_FULL:
        wanted = [each for each in wanted if is_short(each)]
    items = [Item(str(each.id), each.title, each.text, each.language) for each in wanted]
    return dict(zip((each.id for each in wanted), vectors_of(items), strict=True))


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
        signature=signature(given.text, given.language),
    )
