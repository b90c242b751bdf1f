"""When to ask again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_house import NOW

from monitor.pipeline.rhythm import after_failure, after_success

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


@pytest.mark.parametrize(
    ("refresh", "waits"),
    [(None, timedelta()), (timedelta(hours=1), timedelta(hours=1)), (timedelta(days=30), DAY)],
)
def test_a_success_waits_as_long_as_the_source_says_up_to_a_day(refresh: timedelta | None, waits: timedelta) -> None:
    assert after_success(refresh, NOW) == NOW + waits
