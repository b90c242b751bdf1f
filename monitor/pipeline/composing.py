"""Composes a digest at its slot and keeps it whole: items, a message for each audience, and what each is told.

Gathers what the store knows, lets `monitor.digest` decide and render, and commits all of it at once. Where another run
told one of the audiences something meanwhile, nothing is kept and it is composed anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.config.settings import selected
from monitor.deliver import message_id, recipients
from monitor.digest.compose import Composition, compose, for_audience, worth_telling
from monitor.digest.material import Figures, Seen, SourceNews, StoryView
from monitor.digest.render import render
from monitor.digest.settings import DigestSettings
from monitor.digest.wording import first_line
from monitor.errors import StoreError
from monitor.models import (
    Assessment,
    Delivery,
    DeliveryState,
    Digest,
    DigestItem,
    Told,
    Topic,
    audience,
)
from monitor.pipeline.health import is_broken, remedy
from monitor.pipeline.schedule import latest
from monitor.relevance.threshold import parse
from monitor.store.database import Database
from monitor.store.digests import StoryRows, Window, digests, last_digest, looked, relevant_stories, told
from monitor.store.outbox import Kept, keep_digest, kept_at, unsubscribed
from monitor.store.polling import feed_states
from monitor.store.runs import runs, successes

# How far back a digest looks. Told rows keep anything from being told twice, so this only bounds what a new audience,
# or one after a long outage, is told at once.
WINDOW = {"daily": timedelta(days=7), "weekly": timedelta(days=14)}
# Another run told something meanwhile: composing anew settles it, for that run has ended by then.
ATTEMPTS = 5
# Digests of the past in which a source may have been told as broken.
REMEMBERED = 50


@dataclass(frozen=True, slots=True)
class Audience:
    """One channel and recipient of a digest; `key` is what told rows are kept under."""

    channel: str
    recipient: str
    key: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a digest is composed from, as it stood at one moment."""

    settings: DigestSettings
    slot: str
    now: datetime
    audiences: tuple[Audience, ...]
    stories: tuple[StoryView, ...]
    known: Mapping[str, Mapping[int, int]]
    sources: tuple[SourceNews, ...]
    seen: Seen


def compose_and_keep(
    settings: Settings,
    database: Database,
    digest: DigestSettings,
    slot: str,
    now: Callable[[], datetime],
    *,
    only: int | None = None,
) -> Kept:
    """The digest of a slot, kept: composed now, or found where the slot was told before.

    With `only` it tells of that story alone. A slot with nothing to tell is kept too, without deliveries: what was seen
    then, and that it was looked at. Raises StoreError where other runs kept changing what was told.
    """
    for _ in range(ATTEMPTS):
        with database.reading() as session:
            if (before := kept_at(session, digest.name, slot)) is not None:
                return before
            gathered = gather(settings, session, digest, slot, now())
        if only is not None:
            stories = tuple(view for view in gathered.stories if view.story.id == only)
            # Composed within a collect, before that has ended well: it is no sign of a dead monitor.
            seen = replace(gathered.seen, collects_ok=max(1, gathered.seen.collects_ok))
            gathered = replace(gathered, stories=stories, sources=(), seen=seen)
        made, items, deliveries, telling = _decided(settings, gathered)
        with database.writing(durable=True) as session:
            kept = keep_digest(session, made, items, deliveries, telling)
        if kept is not None:
            return kept
    message = f"digest {digest.name}: other runs kept telling its audiences something; it is composed at the next run"
    raise StoreError(message)


def gather(settings: Settings, session: Session, digest: DigestSettings, slot: str, now: datetime) -> Gathered:
    """What the digest is to be composed from, read in one session."""
    topics = settings.topics_of(digest)
    audiences = audiences_of(settings, session, digest)
    window = Window(now - WINDOW.get(digest.form, WINDOW["weekly"]), now)
    keys = [each.key for each in audiences]
    rows = [
        (topic, row)
        for topic in topics
        for row in relevant_stories(session, topic.name, window, audiences=keys, minimum=minimum_of(digest))
    ]
    telling = told(session, keys, [row.story.id or 0 for _, row in rows])
    views = [view for topic, row in rows for view in _views(topic, row, keys, telling, minimum_of(digest))]
    return Gathered(
        settings=digest,
        slot=slot,
        now=now,
        audiences=audiences,
        stories=tuple(views),
        known={key: {story: row.revision for story, row in by_story.items()} for key, by_story in telling.items()},
        sources=tuple(_source_news(settings, session, digest, now)),
        seen=_seen(settings, session, digest, now),
    )


def audiences_of(settings: Settings, session: Session, digest: DigestSettings) -> tuple[Audience, ...]:
    """Whom a digest tells: every recipient of its channels who has not had enough."""
    found = [
        Audience(channel, recipient, audience(digest.name, channel, recipient))
        for channel in digest.channels
        for recipient in recipients(settings.channel(channel))
    ]
    gone = unsubscribed(session, [each.key for each in found])
    return tuple(each for each in found if each.key not in gone)


def composed(gathered: Gathered) -> Composition:
    """What `monitor.digest` makes of it; without items where there is nothing to tell."""
    made = compose(gathered.settings, gathered.slot, gathered.now, gathered.stories, gathered.sources, gathered.seen)
    return made or Composition(_silent(gathered), ())


def _decided(settings: Settings, gathered: Gathered) -> tuple[Digest, Sequence[DigestItem], list[Delivery], list[Told]]:
    made = composed(gathered)
    deliveries: list[Delivery] = []
    telling: list[Told] = []
    for each in gathered.audiences:
        items = for_audience(made.items, gathered.known.get(each.key, {}))
        if worth_telling(made.digest, items):
            deliveries.append(_delivery(settings, gathered, each, made.digest, items))
            telling += [_told(each, item, gathered.now) for item in items]
    return made.digest, made.items, deliveries, telling


def _silent(gathered: Gathered) -> Digest:
    """The record of a turn at which there was nothing to tell."""
    digest = gathered.settings
    figures = Figures(items=0, seen=gathered.seen, sources=(), alarms=())
    return Digest.model_validate(
        {
            "name": digest.name,
            "slot": gathered.slot,
            "title": digest.title or digest.name,
            "form": digest.form,
            "topics": sorted(gathered.seen.topics) or list(digest.topics),
            "first_line": first_line((), figures, digest.timezone, gathered.now),
            "figures": figures.to_json(),
            "since": gathered.seen.since,
            "composed_at": gathered.now,
        }
    )


def _delivery(
    settings: Settings, gathered: Gathered, to: Audience, digest: Digest, items: Sequence[DigestItem]
) -> Delivery:
    message = render(digest, items, gathered.settings)
    from_address = settings.channel(to.channel).from_address
    return Delivery.model_validate(
        {
            "digest_id": 0,
            "channel": to.channel,
            "recipient": to.recipient,
            "state": DeliveryState.PENDING,
            "message_id": message_id(gathered.settings.name, gathered.slot, to.channel, to.recipient, from_address),
            "subject": message.subject,
            "html": message.html,
            "text": message.text,
            "blocks": [dict(block) for block in message.blocks],
            "created_at": gathered.now,
            "changed_at": gathered.now,
        }
    )


def _told(to: Audience, item: DigestItem, now: datetime) -> Told:
    return Told.model_validate(
        {
            "audience": to.key,
            "story_id": item.story_id,
            "revision": item.revision,
            "delivery_id": 0,
            "told_at": now,
        }
    )


def minimum_of(digest: DigestSettings) -> float | None:
    """The least score of a digest with a threshold of its own; None where each topic's decision stands."""
    return parse(digest.threshold).cut if digest.threshold else None


def _views(
    topic: Topic, row: StoryRows, keys: Sequence[str], telling: Mapping[str, Mapping[int, Told]], minimum: float | None
) -> Iterator[StoryView]:
    """A story once for each revision that some audience was last told of, 0 for those never told."""
    before = [telling[key].get(row.story.id or 0) for key in keys]
    for revision in sorted({each.revision if each else 0 for each in before}):
        yield StoryView(
            story=row.story,
            articles=row.articles,
            assessments=decided_at(row.assessments, minimum),
            topic=topic,
            told_revision=revision,
        )


def decided_at(assessments: Mapping[int, Assessment], minimum: float | None) -> Mapping[int, Assessment]:
    """The assessments as a digest with its own threshold decides them."""
    if minimum is None:
        return assessments
    return {
        key: Assessment.model_validate({**each.model_dump(), "relevant": each.score >= minimum, "threshold": minimum})
        for key, each in assessments.items()
    }


def _seen(settings: Settings, session: Session, digest: DigestSettings, now: datetime) -> Seen:
    previous = last_digest(session, digest.name)
    since = previous.composed_at if previous else None
    topics = settings.topics_of(digest)
    look = looked(session, [topic.name for topic in topics], Window(since, now))
    states = feed_states(session)
    declared = {source.name for source in settings.sources if not source.paused}
    seen = Seen(
        since=since,
        articles=look.articles,
        relevant_articles=look.relevant,
        collects_ok=successes(session, "collect", since=since and min(since, _collect_due(settings, now))),
        sources_failing=sum(1 for name in declared if name in states and states[name].failures),
        quiet_since=_quiet_since(session, digest),
        topics={topic.name: topic.title for topic in topics},
    )
    if look.nearest_miss is None or look.nearest_miss_assessment is None:
        return seen
    return replace(
        seen,
        nearest_miss=look.nearest_miss.title,
        nearest_miss_url=look.nearest_miss.canonical_url,
        nearest_miss_score=look.nearest_miss_assessment.score,
        nearest_miss_threshold=look.nearest_miss_assessment.threshold,
    )


def _collect_due(settings: Settings, now: datetime) -> datetime:
    """When the last collect was to begin that must have ended by now, for the next one was due too.

    Whoever sends a digest twice within minutes has not seen that the monitor is dead.
    """
    collect = settings.collect
    following = latest(collect.schedule, collect.timezone, now)
    return latest(collect.schedule, collect.timezone, following - timedelta(microseconds=1))


def _quiet_since(session: Session, digest: DigestSettings) -> datetime | None:
    """When the digest last told something; if it never did, when the monitor first ran."""
    for each in digests(session, digest.name, limit=REMEMBERED):
        figures = Figures.of(each)
        if figures.items or figures.alarms:
            return each.composed_at
    earliest = runs(session, "collect", limit=1000)
    return earliest[-1].started if earliest else None


def _source_news(settings: Settings, session: Session, digest: DigestSettings, now: datetime) -> Iterator[SourceNews]:
    """Sources of the digest's topics that broke, or recovered, since it last said so."""
    selectors = {selector for topic in settings.topics_of(digest) for selector in topic.sources}
    names = selected(selectors, [source for source in settings.sources if not source.paused])
    states = {name: state for name, state in feed_states(session).items() if name in names}
    said: dict[str, str] = {}
    for each in digests(session, digest.name, limit=REMEMBERED):
        figures = Figures.of(each)
        for news in figures.sources if figures.items or figures.alarms else ():
            said.setdefault(news.source, news.state)
    for name, state in sorted(states.items()):
        broken = is_broken(state, now)
        if broken and said.get(name) != "broken":
            yield SourceNews(name, "broken", state.failing_since, state.error, remedy(name, state.error))
        elif said.get(name) == "broken" and not state.failures:
            yield SourceNews(name, "recovered", state.last_success)
