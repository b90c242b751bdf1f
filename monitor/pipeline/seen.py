"""What a digest says beside its stories: what was looked at since its last turn, and which sources broke or recovered.

Instant alerts are no turns of a digest: they tell one story and report on nothing else. That one was sent says only
that the monitor was not silent then.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.config.settings import selected
from monitor.digest.material import Figures, Seen, SourceNews
from monitor.digest.settings import DigestSettings
from monitor.pipeline.health import is_broken, remedy
from monitor.pipeline.schedule import latest
from monitor.store.digests import Window, digests, looked
from monitor.store.polling import feed_states
from monitor.store.runs import runs, successes

# Digests of the past in which a source may have been told as broken.
REMEMBERED = 50


def seen_since_last(settings: Settings, session: Session, digest: DigestSettings, now: datetime) -> Seen:
    """What was looked at for a digest since it had its turn last."""
    previous = next(iter(digests(session, digest.name, until=now, alerts=False, limit=1)), None)
    since = previous.composed_at if previous else None
    topics = settings.topics_of(digest)
    look = looked(session, [topic.name for topic in topics], Window(since, now))
    states = feed_states(session)
    declared = {source.name for source in settings.sources if not source.paused}
    failing = tuple(sorted(name for name in declared if name in states and states[name].failures))
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
    """Sources of the digest's topics that broke, or recovered, since it last said so."""
    selectors = {selector for topic in settings.topics_of(digest) for selector in topic.sources}
    names = selected(selectors, [source for source in settings.sources if not source.paused])
    states = {name: state for name, state in feed_states(session).items() if name in names}
    said: dict[str, str] = {}
    for each in digests(session, digest.name, until=now, sent=True, alerts=False, limit=REMEMBERED):
        for news in Figures.of(each).sources:
            said.setdefault(news.source, news.state)
    for name, state in sorted(states.items()):
        broken = is_broken(state, now)
        if broken and said.get(name) != "broken":
            yield SourceNews(name, "broken", state.failing_since, state.error, remedy(state))
        elif said.get(name) == "broken" and not state.failures:
            yield SourceNews(name, "recovered", state.last_success)


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
