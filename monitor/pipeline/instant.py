"""Instant alerts: at the end of a collect, what is very relevant is told at once by the digests that ask for it.

Each is a digest of its own, at a slot named by story and revision: told once, however often a collect runs. The next
digest on the schedule knows it as told. Within quiet hours nothing is told at once: it waits for that digest, and so
does what a backfill brought, and what the first collect of all found, to which everything is new.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.digest.settings import DigestSettings
from monitor.models import BACKFILL, alert_slot
from monitor.pipeline.audiences import audiences_of
from monitor.pipeline.composing import compose_and_keep
from monitor.pipeline.gathering import minimum_of, window_of
from monitor.store.database import Database
from monitor.store.digests import Window, relevant_stories
from monitor.store.runs import first_success


def keep_instant(settings: Settings, database: Database, now: Callable[[], datetime]) -> int:
    """Compose and keep what is to be told at once; returns how many digests that made."""
    made = 0
    for digest in settings.digests:
        moment = now()
        if not digest.instant or is_quiet(digest, moment):
            continue
        urgent = replace(digest, threshold=digest.instant_threshold)
        for story, revision in _stories(settings, database, urgent, moment):
            slot = alert_slot(story, revision)
            made += compose_and_keep(settings, database, urgent, slot, now, only=story).new
    return made


def is_quiet(digest: DigestSettings, moment: datetime) -> bool:
    """Whether a moment lies in a digest's quiet hours, by the wall clock of its time zone; they may span midnight."""
    if not digest.quiet_hours:
        return False
    start, end = digest.quiet_hours.split("-")
    clock = f"{moment.astimezone(ZoneInfo(digest.timezone)):%H:%M}"
    return start <= clock < end if start <= end else clock >= start or clock < end


def _stories(settings: Settings, database: Database, digest: DigestSettings, moment: datetime) -> list[tuple[int, int]]:
    """Story and revision of what reaches the digest's threshold and was told to nobody of it yet."""
    window, minimum = window_of(digest, moment), minimum_of(digest)
    with database.reading() as session:
        if (begun := first_success(session, "collect")) is None:
            return []
        window = Window(max(window.since or begun, begun), window.until)
        keys = [each.key for each in audiences_of(settings, session, digest)]
        found = {
            (row.story.id or 0, row.story.revision)
            for topic in settings.topics_of(digest)
            for row in relevant_stories(session, topic.name, window, audiences=keys, minimum=minimum, but_from=BACKFILL)
            if keys
        }
    return sorted(found)
