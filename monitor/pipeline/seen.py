"""What a digest says beside its stories: what was looked at since its last turn, and which sources are not well.

Instant alerts are no turns of a digest: they tell one story and report on nothing else. That one was sent says only
that the monitor was not silent then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.config.settings import selected
from monitor.digest.material import BROKEN, FAILING, RECOVERED, Figures, Seen, SourceNews
from monitor.digest.settings import DigestSettings
from monitor.models import Digest, FeedState
from monitor.pipeline.health import REMARKED_FOR, YIELD_OVER, Remark, failing_in_part, is_broken, remarks_on, remedy
from monitor.pipeline.schedule import latest
from monitor.store.digests import Window, digests, looked
from monitor.store.polling import feed_states
from monitor.store.runs import runs, successes
from monitor.store.yields import yields

# Digests of the past in which a source may have been told as broken: three weeks of one that is sent every hour.
REMEMBERED = 500


def seen_since_last(settings: Settings, session: Session, digest: DigestSettings, now: datetime) -> Seen:
    """What was looked at for a digest since it had its turn last."""
    previous = next(iter(digests(session, digest.name, until=now, alerts=False, limit=1)), None)
    since = previous.composed_at if previous else None
    topics = settings.topics_of(digest)
    look = looked(session, [topic.name for topic in topics], Window(since, now))
    states = _states(settings, session, digest)
    failing = tuple(_failing(states[name]) for name in sorted(states) if states[name].failures)
    seen = Seen(
        since=since,
        articles=look.articles,
        relevant_articles=look.relevant,
        collects_ok=successes(session, "collect", since=since and min(since, _collect_due(settings, now))),
        sources_failing=len(failing),
        failing=failing,
        quiet_since=_quiet_since(session, digest, now),
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


def source_news(settings: Settings, session: Session, digest: DigestSettings, now: datetime) -> Iterator[SourceNews]:
    """Sources of the digest's topics that broke, recovered or became remarkable, since it last said so."""
    states = _states(settings, session, digest)
    before = digests(session, digest.name, until=now, sent=True, alerts=False, limit=REMEMBERED)
    yield from _turns(states, before, now)
    came = yields(session, states, now - YIELD_OVER, now - REMARKED_FOR)
    for name, state in sorted(states.items()):
        part = failing_in_part(state, now)
        for remark in (*remarks_on(state, came.get(name), now), *([part] if part else ())):
            if not _was_said(name, remark, before, now):
                yield SourceNews(name, remark.kind, remark.since, remark.text, remark.remedy)


def _states(settings: Settings, session: Session, digest: DigestSettings) -> dict[str, FeedState]:
    """What is known of the sources of the digest's topics, without paused ones."""
    selectors = {selector for topic in settings.topics_of(digest) for selector in topic.sources}
    names = selected(selectors, [source for source in settings.sources if not source.paused])
    return {name: state for name, state in feed_states(session).items() if name in names}


def _failing(state: FeedState) -> SourceNews:
    return SourceNews(state.source, FAILING, state.failing_since, state.error, remedy(state))


def _turns(states: Mapping[str, FeedState], before: Sequence[Digest], now: datetime) -> Iterator[SourceNews]:
    """Sources that are broken though the last word on them was another, or recovered from what was the last."""
    said: dict[str, str] = {}
    for each in before:
        for news in Figures.of(each).sources:
            if news.state in (BROKEN, RECOVERED):
                said.setdefault(news.source, news.state)
    for name, state in sorted(states.items()):
        broken = is_broken(state, now)
        if broken and said.get(name) != BROKEN:
            yield SourceNews(name, BROKEN, state.failing_since, state.error, remedy(state))
        elif said.get(name) == BROKEN and not state.failures:
            yield SourceNews(name, RECOVERED, state.last_success)


def _was_said(source: str, remark: Remark, before: Sequence[Digest], now: datetime) -> bool:
    """Whether a digest said so already: of the same silence, or of late."""
    return any(
        (news.source, news.state, news.since) == (source, remark.kind, remark.since)
        for each in before
        if each.composed_at > now - remark.said_for
        for news in Figures.of(each).sources
    )


def _collect_due(settings: Settings, now: datetime) -> datetime:
    """When the last collect was to begin that must have ended by now, for the next one was due too.

    Whoever sends a digest twice within minutes has not seen that the monitor is dead.
    """
    collect = settings.collect
    following = latest(collect.schedule, collect.timezone, now)
    return latest(collect.schedule, collect.timezone, following - timedelta(microseconds=1))


def _quiet_since(session: Session, digest: DigestSettings, now: datetime) -> datetime | None:
    """When the digest last told something; if it never did, when the monitor first ran."""
    if told := digests(session, digest.name, until=now, sent=True, limit=1):
        return told[0].composed_at
    earliest = runs(session, "collect", limit=1000)
    return earliest[-1].started if earliest else None
