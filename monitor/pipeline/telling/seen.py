"""What a digest says of its silence: what was looked at since its last turn, and how many sources fail or are not well.

Instant alerts are no turns of a digest: they tell one story and report on nothing else. That one was sent says only
that the monitor was not silent then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.material import Seen
from monitor.digest.settings import DigestSettings
from monitor.models import FeedState
from monitor.pipeline.polling.health import SILENT, SILENT_FOR, is_unwell
from monitor.pipeline.schedule import latest
from monitor.pipeline.telling.wanted import minimum_of
from monitor.store.digests import Window, digests, looked, told_of_sources
from monitor.store.runs import runs, successes


def seen_since_last(
    settings: Settings,
    session: Session,
    digest: DigestSettings,
    states: Mapping[str, FeedState],
    now: datetime,
    keys: Sequence[str],
) -> Seen:
    """What was looked at for a digest since it had its turn last, and how its sources fare; `keys` of its audiences."""
    previous = next(iter(digests(session, digest.name, until=now, alerts=False, limit=1)), None)
    since = previous.composed_at if previous else None
    topics = settings.topics_of(digest)
    minimum = minimum_of(digest)
    look = looked(session, [topic.name for topic in topics], Window(since, now), minimum=minimum)
    seen = Seen(
        since=since,
        articles=look.articles,
        relevant_articles=look.relevant,
        collects_ok=successes(session, "collect", since=since and min(since, _collect_due(settings, now))),
        sources_failing=sum(state.failures > 0 for state in states.values()),
        sources_unwell=len({*_unwell(states, now), *_told_as_silent(session, states, now, keys)}),
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
        nearest_miss_threshold=look.nearest_miss_assessment.threshold if minimum is None else minimum,
    )


def _unwell(states: Mapping[str, FeedState], now: datetime) -> Iterator[str]:
    """The sources that answer and are silent, or fail in part."""
    return (name for name, state in states.items() if is_unwell(state, now))


def _told_as_silent(
    session: Session, states: Mapping[str, FeedState], now: datetime, keys: Sequence[str]
) -> Iterator[str]:
    """Those that were told as silent and have listed nothing new since: in months a rhythm forgets that it had any."""
    quiet = [
        name
        for name, state in states.items()
        if not state.failures and state.last_fresh is not None and now - state.last_fresh >= SILENT_FOR
    ]
    for by_source in told_of_sources(session, keys, quiet).values():
        for name, said in by_source.items():
            if any(each.state == SILENT and each.since == states[name].last_fresh for each in said):
                yield name


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
