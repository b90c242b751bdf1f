"""What a digest is composed from, read from the store in one session: stories, audiences, sources, what was seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.material import Remarks, Seen, SourceNews, StoryView
from monitor.digest.settings import DigestSettings
from monitor.models import FeedState, Told, Topic
from monitor.pipeline.telling.audiences import Audience, audiences_of
from monitor.pipeline.telling.remarks import remarks_of
from monitor.pipeline.telling.remembering import Memory, memory_of
from monitor.pipeline.telling.seen import seen_since_last
from monitor.pipeline.telling.source_news import source_news, states_of
from monitor.pipeline.telling.wanted import decided_at, minimum_of, window_of
from monitor.store.digests import StoryRows, relevant_stories, told


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a digest is composed from, as it stood at one moment.

    By the audience's key: `known` is the revision of each story that it was last told, by the story's id, and `news`
    what is news to it of sources.
    """

    settings: DigestSettings
    slot: str
    now: datetime
    audiences: tuple[Audience, ...]
    stories: tuple[StoryView, ...]
    known: Mapping[str, Mapping[int, int]]
    news: Mapping[str, tuple[SourceNews, ...]]
    seen: Seen
    remarks: Remarks


def gather(
    settings: Settings,
    session: Session,
    digest: DigestSettings,
    slot: str,
    now: datetime,
    states: Mapping[str, FeedState] | None = None,
) -> Gathered:
    """What the digest is to be composed from, read in one session; `states` of its sources, else as they are kept."""
    states = states_of(settings, session, digest) if states is None else states
    audiences = audiences_of(settings, session, digest)
    keys = [each.key for each in audiences]
    window, minimum = window_of(digest, now), minimum_of(digest)
    rows = [
        (topic, row)
        for topic in settings.topics_of(digest)
        for row in relevant_stories(session, topic.name, window, audiences=keys, minimum=minimum)
    ]
    stories = [row.story.id or 0 for _, row in rows]
    remarks = remarks_of(settings, session, digest, now, keys, stories)
    telling = told(session, keys, [*stories, *(each.story_id for each in remarks.alerted)])
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
        news=source_news(session, states, now, keys),
        seen=seen_since_last(settings, session, digest, states, now, keys),
        remarks=remarks,
    )


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
            told_as=memory.told_as(story, revision),
        )
