"""Which time of a schedule came last, on every night of the year."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.schedule import latest

FORWARD = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham", "UTC"]
SCHEDULES = ["0 7 * * 1-5", "30 1 * * *", "*/30 * * * *", "0 * * * *", "15 2 * * 0", "59 23 31 12 *", "*/30 1,2 * * *"]
MOMENTS = st.timedeltas(timedelta(), timedelta(days=5 * 365)).map(
    lambda passed: datetime(2024, 1, 1, tzinfo=UTC) + passed
)


def times(schedule: str, around: datetime, zone: str = "Europe/London") -> list[str]:
    """The times that come from noon before a night to noon after it."""
    minutes = (around + timedelta(minutes=minute) for minute in range(-13 * 60, 11 * 60))
    found = [latest(schedule, zone, minute) for minute in minutes]
    assert found == sorted(found)
    return [f"{moment:%H:%M}" for moment in dict.fromkeys(found) if moment >= around - timedelta(hours=13)]


@pytest.mark.parametrize(
    ("schedule", "forward", "back"),
    [
        ("30 0 * * *", ["00:30"], ["23:30"]),
        ("30 1 * * *", ["01:30"], ["00:30"]),
        ("30 2 * * *", ["01:30"], ["02:30"]),
        ("*/30 1 * * *", ["01:00", "01:30"], ["00:00", "00:30"]),
        ("0 3 * * *", ["02:00"], ["03:00"]),
    ],
)
def test_in_the_nights_in_which_clocks_change_each_time_comes_once(
    schedule: str, forward: list[str], back: list[str]
) -> None:
    assert times(schedule, FORWARD) == forward
    assert times(schedule, BACK) == back


def test_every_hour_of_the_day_comes_once_by_the_clock() -> None:
    assert len(times("0 * * * *", FORWARD)) == 24
    assert len(times("0 * * * *", BACK)) == 23  # the hour that comes twice


@given(st.sampled_from(SCHEDULES), st.sampled_from(ZONES), MOMENTS, st.integers(0, 10**6))
def test_it_never_lies_ahead_never_goes_back_and_is_its_own_time(
    schedule: str, zone: str, now: datetime, seconds: int
) -> None:
    moment = latest(schedule, zone, now)
    assert moment <= now
    assert moment.tzinfo is UTC
    assert latest(schedule, zone, moment) == moment
    assert latest(schedule, zone, now + timedelta(seconds=seconds)) >= moment
    before = latest(schedule, zone, moment - timedelta(microseconds=1))
    assert before < moment
