"""When something is to be done: what a schedule and its time zone must be to be kept. Decides on texts alone."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from croniter import croniter

# What a field of a cron expression may hold, crontab(5) and the last day or weekday of a month besides: fixed times
# alone. The libraries know more (R for a time drawn at random, H for one drawn from a name); Prefect refuses both.
_PART = r"(?:\*|\d{1,2}|[a-z]{3})(?:-(?:\d{1,2}|[a-z]{3}))?(?:/\d{1,2})?"
_FIELD = re.compile(rf"{_PART}(?:,{_PART})*", re.ASCII)
_LAST_DAY = re.compile(rf"(?:l|{_PART})(?:,(?:l|{_PART}))*", re.ASCII)
_WEEKDAY = re.compile(rf"(?:l[0-7]|[0-7]#[1-5]|{_PART})(?:,(?:l[0-7]|[0-7]#[1-5]|{_PART}))*", re.ASCII)
_FIELDS = (_FIELD, _FIELD, _LAST_DAY, _FIELD, _WEEKDAY)
# A step is no longer than what it steps through: "*/90" is no ninety minutes, but minute 0 of every hour.
_STEPS = (60, 24, 31, 12, 7)


def schedule_faults(schedule: str, timezone: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a schedule and its time zone: the key, and what is wrong with the remedy."""
    if not _comes(schedule.lower()):
        yield (
            "schedule",
            f'"{schedule}" is no cron expression of a time that comes: write minute, hour, day, month and weekday, as '
            '"0 7 * * 1-5"',
        )
    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, KeyError):
        yield "timezone", f'"{timezone}" is no IANA time zone: write one as "Europe/London" or "UTC"'


def _comes(schedule: str) -> bool:
    """Whether a schedule names fixed times, and one of them comes: the 30th of February is written well, and never."""
    fields = schedule.split()
    if len(fields) != len(_FIELDS) or not all(map(re.Pattern[str].fullmatch, _FIELDS, fields)):
        return False
    if any(int(step) > most for field, most in zip(fields, _STEPS, strict=True) for step in _steps(field)):
        return False
    try:
        return croniter(schedule).get_next() > 0
    except (ValueError, KeyError):
        return False


def _steps(field: str) -> list[str]:
    return re.findall(r"/(\d+)", field)
