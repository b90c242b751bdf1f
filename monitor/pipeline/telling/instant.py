"""Instant alerts: digests that ask for it tell at once what is very relevant, or breaks in many sources at once.

Each is a digest of its own, made at the end of a collect, at a slot named by story and revision. A story is told at
once but once, to those who were told nothing of it: the next digest names it as told, and tells what came in since,
for forty alerts on one story are no news. Within quiet hours nothing is told at once, but when they end, where no
digest told it before. What a backfill brought waits for the digest, and so does what the first collect of all found, to
which everything is new, and what is older than a day: to a topic or a digest that was made just now a week is new.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.digest.cleaning import source_of
from monitor.digest.settings import DigestSettings
from monitor.models import BACKFILL, alert_slot
from monitor.pipeline.telling.audiences import audiences_of
from monitor.pipeline.telling.wanted import minimum_of, window_of
from monitor.store.database import Database
from monitor.store.digests import StoryRows, Window, relevant_stories, told
from monitor.store.runs import first_success

# So many hours are "at once": the wires have an event within minutes, others within a morning.
AT_ONCE = timedelta(hours=6)
# What came out and in so long ago is told at once, a night of quiet hours included.
LATELY = timedelta(days=1)


def keep_instant(settings: Settings, database: Database, now: Callable[[], datetime]) -> int:
    """Compose and keep what is to be told at once; returns how many digests that made."""
    made = 0
    for digest in settings.digests:
        moment = now()
        if not digest.instant or is_quiet(digest, moment):
            continue
        urgent = replace(digest, threshold=digest.instant_threshold)
        found = _stories(settings, database, urgent, moment, partial(_is_of_late, moment))
        broken = _stories(settings, database, digest, moment, partial(_breaks, digest, moment))
        if not (found or broken):
            continue
        from monitor.pipeline.telling.composing import (
            compose_and_keep,  # 0.3 s, and most of the time there is nothing to tell
        )

        for story in sorted(found | broken.keys()):
            slot = alert_slot(story, found.get(story) or broken[story])
            by = urgent if story in found else digest
            made += compose_and_keep(settings, database, by, slot, now, only=story).new
    return made


def is_quiet(digest: DigestSettings, moment: datetime) -> bool:
    """Whether a moment lies in a digest's quiet hours, by the wall clock of its time zone; they may span midnight."""
    if not digest.quiet_hours:
        return False
    start, end = digest.quiet_hours.split("-")
    clock = f"{moment.astimezone(ZoneInfo(digest.timezone)):%H:%M}"
    return start <= clock < end if start <= end else clock >= start or clock < end


def _is_of_late(moment: datetime, row: StoryRows) -> bool:
    """Whether a report of the story came out and in lately: a source that is new lists what it had for days."""
    since = moment - LATELY
    return any(a.news and a.published > since and (a.stored_at or moment) > since for a in row.articles)


def _breaks(digest: DigestSettings, moment: datetime, row: StoryRows) -> bool:
    """Whether so many sources that are independent of one another told the story within the last hours."""
    recent = {
        source_of(article)
        for article in row.articles
        if article.duplicate_of is None and article.news and article.published > moment - AT_ONCE
    }
    return 0 < digest.instant_sources <= len(recent)


def _stories(
    settings: Settings,
    database: Database,
    digest: DigestSettings,
    moment: datetime,
    is_urgent: Callable[[StoryRows], bool],
) -> dict[int, int]:
    """The revision of each story that reaches the digest's threshold, `is_urgent`, and was told to nobody of it yet."""
    window, minimum = window_of(digest, moment), minimum_of(digest)
    with database.reading() as session:
        if (begun := first_success(session, "collect")) is None:
            return {}
        window = Window(max(window.since or begun, begun, moment - LATELY), window.until)
        keys = [each.key for each in audiences_of(settings, session, digest)]
        found = {
            row.story.id or 0: row.story.revision
            for topic in settings.topics_of(digest)
            for row in relevant_stories(session, topic.name, window, audiences=keys, minimum=minimum, but_from=BACKFILL)
            if keys and is_urgent(row)
        }
        known = told(session, keys, list(found))
    return {story: revision for story, revision in found.items() if not any(story in each for each in known.values())}
