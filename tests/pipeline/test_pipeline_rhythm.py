"""When to ask again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_house import NOW

from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.pipeline.polling.rhythm import CEILING, FLOOR, Wishes, after_failure, after_success

DAY = timedelta(days=1)


@given(st.integers(1, 10**6))
def test_a_failure_waits_between_half_and_the_whole_of_a_delay_that_doubles_up_to_a_day(failures: int) -> None:
    whole = min(timedelta(minutes=15) * 2 ** min(failures - 1, 10), DAY)
    assert NOW + whole / 2 <= after_failure(failures, NOW) <= NOW + whole


def test_what_failed_together_is_not_asked_together() -> None:
    assert len({after_failure(3, NOW) for _ in range(20)}) > 10


def test_the_later_of_the_delay_and_what_the_server_named_counts() -> None:
    assert after_failure(1, NOW, NOW + timedelta(hours=5)) == NOW + timedelta(hours=5)
    assert after_failure(9, NOW, NOW + timedelta(seconds=1)) >= NOW + timedelta(hours=12)


def published_every(hours: float, days: int = 10) -> Rhythm:
    """A source looked at from day to day, with an entry every so many hours."""
    rhythm, begin = Rhythm(), NOW - DAY * days
    for day in range(1, days + 1):
        moment = begin + DAY * day
        count = round(24 / hours) if hours <= 24 else int(day * 24 % hours < 24)
        rhythm = rhythm.watch([moment - DAY * (number + 0.5) / max(count, 1) for number in range(count)], moment)
    return rhythm


def waits(rhythm: Rhythm, wishes: Wishes = Wishes(), listed: int = 100) -> timedelta:  # noqa: B008 - frozen
    return after_success(rhythm, listed, wishes, NOW) - NOW


def test_a_source_is_asked_as_often_as_it_has_news() -> None:
    busy, hourly, daily, weekly = (waits(published_every(hours)) for hours in (0.2, 1, 24, 168))
    assert FLOOR <= busy < timedelta(minutes=15)
    assert busy < hourly < daily <= weekly <= CEILING
    assert timedelta(minutes=20) < hourly < timedelta(hours=2)


def test_of_a_source_that_lists_little_nothing_rolls_off() -> None:
    assert waits(published_every(3), listed=1) < waits(published_every(3), listed=100)


def test_at_night_a_source_is_asked_less_often_than_by_day() -> None:
    rhythm = Rhythm()
    for day in range(10, 0, -1):
        noon = (NOW - DAY * day).replace(hour=12)
        rhythm = rhythm.watch([noon + timedelta(minutes=10 * number) for number in range(18)], noon + DAY / 2)
    night, noon = NOW.replace(hour=1), NOW.replace(hour=13)
    assert after_success(rhythm, 100, Wishes(), night) - night > 3 * (after_success(rhythm, 100, Wishes(), noon) - noon)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (Wishes(NOW + timedelta(hours=7)), timedelta(hours=7)),
        (Wishes(refresh=timedelta(hours=8)), timedelta(hours=8)),
        (Wishes(NOW + timedelta(hours=7), timedelta(hours=8)), timedelta(hours=8)),
        (Wishes(refresh=timedelta(days=30)), DAY),
        (Wishes(NOW + timedelta(hours=7), skip_hours=(14, 15)), timedelta(hours=9)),
        (Wishes(NOW + timedelta(hours=7), skip_days=(NOW.weekday(),)), timedelta(hours=17)),
        (Wishes(skip_hours=tuple(range(24))), DAY),
    ],
)
def test_what_a_source_asks_for_is_heeded_for_a_day_at_most(wishes: Wishes, expected: timedelta) -> None:
    assert waits(published_every(1), wishes) == expected


@given(
    st.lists(st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), max_size=5), max_size=8),
    st.integers(0, 10_000),
    st.builds(
        Wishes,
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.none() | st.timedeltas(),
        st.lists(st.integers(0, 23)),
        st.lists(st.integers(0, 6)),
    ),
)
def test_whatever_was_listed_and_wished_the_next_look_is_within_a_day(
    looks: list[list[datetime | None]], listed: int, wishes: Wishes
) -> None:
    rhythm = Rhythm()
    for number, news in enumerate(looks):
        rhythm = rhythm.watch(news, NOW - DAY + timedelta(hours=number))
        assert Rhythm.from_json(rhythm.to_json()).to_json() == rhythm.to_json()
    assert FLOOR <= waits(rhythm, wishes, listed) <= DAY


def test_a_first_look_learns_from_the_dates_of_what_is_listed() -> None:
    hourly = Rhythm().watch([NOW - timedelta(hours=number) for number in range(20)], NOW)
    rare = Rhythm().watch([NOW - DAY * number for number in range(20)], NOW)
    archive = Rhythm().watch([NOW - DAY * 365], NOW)
    assert hourly.level == pytest.approx(0.8, abs=0.3)
    assert rare.level == pytest.approx(1 / 24, abs=0.02)
    assert archive.expected(NOW, NOW + DAY) < 3
