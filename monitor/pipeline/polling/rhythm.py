"""When to ask again: decided on values and `now` alone, after a success and after a failure."""

import math
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from monitor.pipeline.polling.learned_rhythm import STEP, Rhythm

# A source or page that failed waits this long, then twice as long each time, up to a day: never for ever.
FIRST_DELAY = timedelta(minutes=15)
LONGEST_DELAY = timedelta(days=1)
# The shortest and the longest time between two looks at a source that answers. A little less than the ten minutes
# between two collects, so that one takes up again what the last one asked some minutes after it began; and never more
# than half a morning, for the sources that seldom have news are the ones whose news are awaited.
FLOOR = timedelta(minutes=8)
CEILING = timedelta(hours=6)
# Entry-hours of waiting let gather at a source of one entry an hour before it is asked, and the power of its rate by
# which busier ones are let gather less: 0 would make the sum of all waiting least, more than that favours the entry in
# the middle. Chosen by bench/polling.py on seed 1, over seven days: the least median at a third of the requests.
PATIENCE = 0.24
LEANING = 1.1
# A rate below which no more patience is had: one entry in four days.
_SLOWEST = 0.01
# A source is due so long before the moment meant: a little late for one collect, it would wait for the whole next.
_SLACK = timedelta(minutes=2)
_HOUR = timedelta(hours=1)
# After so many failed attempts a page is given up, and kept as such (DESIGN, step 2).
ATTEMPTS = 5
# Where its answer cannot be read (too large, no text, or what ends its reader), once more: that a page changes within
# minutes is rare, each attempt costs its host the whole page and may cost us a worker for its time limit. Not given up
# at once, for what was cut off or half written is often whole a little later.
UNREADABLE_ATTEMPTS = 2
# A page that tells a relevant story is asked again so long after it was stored: most corrections come within hours, a
# few after a day; twice is what its publisher is burdened with.
CHECKS = (timedelta(hours=6), timedelta(hours=48))
# A page that answers 404 is asked again so long after, before anybody is told that it is gone: a site that is moved or
# mended answers so for an hour, and a publisher who withdraws a page leaves it withdrawn.
CONFIRMATION = timedelta(hours=6)
# A check that was put off for so long since is let go: the story is told by then.
LAST_CHECK = timedelta(days=7)


def after_failure(failures: int, now: datetime, until: datetime | None = None) -> datetime:
    """When to ask again after the `failures`-th failure running (1 or more), or the later `until` the server named.

    Exponential delay with equal jitter (half fixed, half drawn), so that what failed together is not asked together.
    """
    delay: timedelta = min(FIRST_DELAY * 2 ** min(failures - 1, 10), LONGEST_DELAY)
    drawn = now + delay * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, keeps no secret
    return max(drawn, until) if until else drawn


@dataclass(frozen=True, slots=True)
class Wishes:
    """When a source asks not to be asked: before a moment (HTTP freshness), within a time to live, at hours and days.

    `skip_hours` are hours of the day in UTC, `skip_days` weekdays, Monday 0: RSS 2.0, skipHours and skipDays.
    """

    not_before: datetime | None = None
    refresh: timedelta | None = None
    skip_hours: Collection[int] = ()
    skip_days: Collection[int] = ()


def after_success(rhythm: Rhythm, listed: int, wishes: Wishes, now: datetime) -> datetime:
    """When to ask a source again that answered `now` and lists so many entries: by its rhythm, and by its wishes.

    By its rhythm: once the news to be expected has waited as long together as `PATIENCE` and `LEANING` say, or would
    fill half of what the source lists, for what rolls off unseen is lost; between `FLOOR` and `CEILING`. Were all
    asked when as much waiting has gathered at each (a rate of asking that grows with the square root of the rate of
    news), the sum of it would be least for a number of requests. Its wishes are heeded for a day at most.
    """
    return _heeded(_wanted(rhythm, listed, now), wishes, now)


def _wanted(rhythm: Rhythm, listed: int, now: datetime) -> datetime:
    patience = PATIENCE * max(rhythm.level, _SLOWEST) ** -LEANING
    most = listed / 2 if listed else math.inf

    def is_enough(gathered: tuple[float, float]) -> bool:
        return gathered[0] >= most or gathered[1] >= patience

    so_far, passed = (0.0, 0.0), 0
    for steps, expected in rhythm.ahead(now, CEILING):
        after = partial(_gathered, so_far, expected)
        if is_enough(after(steps)):
            step = next(step for step in range(1, steps + 1) if is_enough(after(step)))
            return now + max(STEP * (passed + step) - _SLACK, FLOOR)
        so_far, passed = after(steps), passed + steps
    return now + CEILING


def _gathered(so_far: tuple[float, float], expected: float, steps: int) -> tuple[float, float]:
    """Entries, and the entry-hours of their waiting, after so many steps more with as many entries in each."""
    entries, waiting = so_far
    return entries + expected * steps, waiting + (entries + expected * steps / 2) * steps * (STEP / _HOUR)


def _heeded(wanted: datetime, wishes: Wishes, now: datetime) -> datetime:
    """The moment wanted, put off until the source's wishes allow it, up to a day from now."""
    last = now + LONGEST_DELAY
    patient = now + min(max(wishes.refresh or timedelta(), timedelta()), LONGEST_DELAY)
    moment = min(max(wanted, patient, wishes.not_before or wanted), last)
    while _is_skipped(moment, wishes) and moment < last:
        moment = (moment.astimezone(UTC) + _HOUR).replace(minute=0, second=0, microsecond=0)
    return min(moment, last)


def _is_skipped(moment: datetime, wishes: Wishes) -> bool:
    there = moment.astimezone(UTC)
    return there.hour in wishes.skip_hours or there.weekday() in wishes.skip_days


def after_check(stored: datetime, now: datetime, until: datetime | None = None) -> datetime | None:
    """When to ask a page again that was asked again now, if ever; not before the `until` that its server named."""
    planned = next((stored + wait for wait in CHECKS if stored + wait > now), None)
    return max(planned, until) if planned and until else planned


def after_missing(stored: datetime, now: datetime) -> datetime | None:
    """When to ask a page again that is missing, to see whether it stays so, if it is worth the wait."""
    return put_off(stored, now + CONFIRMATION)


def stays_missing(since: datetime | None, now: datetime) -> bool:
    """Whether a page that is missing now was so long ago too, when it was asked before."""
    return since is not None and now - since >= CONFIRMATION


def put_off(stored: datetime, until: datetime) -> datetime | None:
    """When to ask a page again whose check has to wait, if it is worth the wait."""
    return until if until - stored <= LAST_CHECK else None
