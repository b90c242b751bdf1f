from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.throttle import (
    FREE,
    FREE_TOGETHER,
    LONGEST_WAIT,
    LONGEST_WAIT_TOGETHER,
    MOST_ADDRESSES,
    Throttle,
    place,
)


def test_mistyping_costs_nothing(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FREE - 1):
        throttle.failed("192.0.2.1", now)
    assert throttle.wait("192.0.2.1", now) == timedelta(0)


def test_each_wait_is_twice_the_last_up_to_the_longest(now: datetime) -> None:
    throttle = Throttle()
    waits = []
    for _ in range(FREE + 30):
        throttle.failed("192.0.2.1", now)
        waits.append(throttle.wait("192.0.2.1", now).total_seconds())
    assert waits[FREE - 1 : FREE + 4] == [1, 2, 4, 8, 16]
    assert waits[-1] == LONGEST_WAIT.total_seconds()
    assert throttle.wait("192.0.2.1", now + LONGEST_WAIT) == timedelta(0)


def test_one_guesser_does_not_keep_another_out(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FREE + 5):
        throttle.failed("192.0.2.1", now)
    assert throttle.wait("192.0.2.2", now) == timedelta(0)


def test_many_guessers_together_slow_everybody_a_little(now: datetime) -> None:
    throttle = Throttle()
    for number in range(FREE_TOGETHER + 20):
        throttle.failed(f"2001:db8:{number:x}::1", now)
    assert throttle.wait("192.0.2.2", now) == LONGEST_WAIT_TOGETHER


def test_success_forgets(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FREE + 5):
        throttle.failed("192.0.2.1", now)
    throttle.succeeded("192.0.2.1")
    assert throttle.wait("192.0.2.1", now) == timedelta(0)


def test_yesterdays_failures_do_not_count(now: datetime) -> None:
    throttle = Throttle()
    for _ in range(FREE + 5):
        throttle.failed("192.0.2.1", now)
    throttle.failed("192.0.2.1", now + timedelta(days=1))
    assert throttle.wait("192.0.2.1", now + timedelta(days=1)) == timedelta(0)


def test_memory_is_bounded(now: datetime) -> None:
    throttle = Throttle()
    for number in range(MOST_ADDRESSES + 500):
        throttle.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", now)
    assert len(throttle._failures) <= MOST_ADDRESSES
    assert throttle.wait("192.0.2.2", now) == LONGEST_WAIT_TOGETHER


def test_addresses_of_one_customer_are_one_place() -> None:
    assert place("2001:db8:1:2::1") == place("2001:db8:1:2:ffff::9") != place("2001:db8:1:3::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1")
    assert place("") == "?"


@given(st.text(max_size=60))
def test_any_text_is_a_place(text: str) -> None:
    assert place(text)
