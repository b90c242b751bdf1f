"""What a digest is composed from, read from the store in one session: stories, audiences, sources, what was seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.material import Remarks, Seen, SourceNews, StoryView
from monitor.digest.settings import DigestSettings
from monitor.models import Assessment, Told, Topic
from monitor.pipeline.audiences import Audience, audiences_of
from monitor.pipeline.remarks import remarks_of, without_told
from monitor.pipeline.remembering import Memory, memory_of
from monitor.pipeline.seen import seen_since_last, source_news
from monitor.relevance.threshold import parse
from monitor.store.digests import StoryRows, Window, relevant_stories, told

# How far back a digest of each form looks. Told rows keep anything from being told twice, so this only bounds what a
# new audience, or one after a long outage, is told at once.
_REACH = {"daily": timedelta(days=7), "weekly": timedelta(days=14)}


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a digest is composed from, as it stood at one moment.

    `known` is the revision of each story that each audience was last told: by the audience's key, by the story's id.
    """

    settings: DigestSettings
    slot: str
    now: datetime
    audiences: tuple[Audience, ...]
    stories: tuple[StoryView, ...]
    known: Mapping[str, Mapping[int, int]]
    sources: tuple[SourceNews, ...]
    seen: Seen
    remarks: Remarks


def gather(settings: Settings, session: Session, digest: DigestSettings, slot: str, now: datetime) -> Gathered:
    """What the digest is to be composed from, read in one session."""
    audiences = audiences_of(settings, session, digest)
    keys = [each.key for each in audiences]
    window, minimum = window_of(digest, now), minimum_of(digest)
    rows = [
        (topic, row)
        for topic in settings.topics_of(digest)
        for row in relevant_stories(session, topic.name, window, audiences=keys, minimum=minimum)
    ]
    remarks = remarks_of(settings, session, digest, now, keys)
    stories = [*(row.story.id or 0 for _, row in rows), *(each.story_id for each in remarks.alerted)]
    telling = told(session, keys, stories)
    known = {story for by_story in telling.values() for story in by_story}
    memory = memory_of(session, digest.name, [row for _, row in rows], known)
    views = [
        replace(view, assessments=decided_at(view.assessments, minimum))
        for topic, row in rows
        for view in _views(topic, row, [telling[key] for key in keys], memory)
    ]
    return Gathered(
        settings=digest,
        slot=slot,
        now=now,
        audiences=audiences,
        stories=tuple(views),
        known={key: {story: row.revision for story, row in by_story.items()} for key, by_story in telling.items()},
        sources=tuple(source_news(settings, session, digest, now)),
        seen=seen_since_last(settings, session, digest, now),
        remarks=without_told(remarks, views),
    )


def window_of(digest: DigestSettings, now: datetime) -> Window:
    """The time of which a digest tells: what was stored in it, or changed its text."""
    return Window(now - _REACH.get(digest.form, _REACH["weekly"]), now)


def minimum_of(digest: DigestSettings) -> float | None:
    """The least score of a digest with a threshold of its own; None where each topic's decision stands."""
    return parse(digest.threshold).cut if digest.threshold else None


def decided_at(assessments: Mapping[int, Assessment], minimum: float | None) -> Mapping[int, Assessment]:
    """The assessments as a digest with its own threshold decides them."""
    if minimum is None:
        return assessments
    return {
        key: Assessment.model_validate({**each.model_dump(), "relevant": each.score >= minimum, "threshold": minimum})
        for key, each in assessments.items()
    }


def _views(topic: Topic, row: StoryRows, telling: Sequence[Mapping[int, Told]], memory: Memory) -> Iterator[StoryView]:
    """A story once for each revision that some audience was last told of, 0 for those never told."""
    story = row.story.id or 0
    before = [by_story.get(story) for by_story in telling]
    for revision in sorted({each.revision if each else 0 for each in before}):
        yield StoryView(
            story=row.story,
            articles=row.articles,
            assessments=row.assessments,
            topic=topic,
            told_revision=revision,
            earlier=memory.earlier(row.articles, revision),
            told=memory.told(story, revision),
        )
