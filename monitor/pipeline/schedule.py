"""Schedules by the wall clock of a place: which of their times came last. Decides on values and `now` alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

# When clocks go back they show times again: one that has come already may lie so far ahead of what they show now.
_LONGEST_SHIFT = timedelta(hours=2)


def latest(schedule: str, timezone: str, now: datetime) -> datetime:
    """The latest time of a cron schedule that is not later than `now`, as a moment in UTC.

    In the night in which clocks go back, a time that they show twice comes once, the first time; in the other one, a
    time that they leave out comes as much later as they were put forward. (croniter itself, given a time zone, goes
    back to the day before in the hour that comes twice.)
    """
    zone = ZoneInfo(timezone)
    shown = now.astimezone(zone).replace(tzinfo=UTC) + _LONGEST_SHIFT
    times = croniter(schedule, shown)
    while True:
        moment = times.get_prev(datetime).replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment <= now:
            return moment
