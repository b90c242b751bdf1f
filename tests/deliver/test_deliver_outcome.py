import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.outcome import failed, masked, masked_logs, pause

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("0", timedelta(seconds=1)),
        ("9" * 30, timedelta(days=1)),
        ("Tue, 24 Nov 2026 07:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2026 06:00:00 GMT", timedelta(seconds=1)),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_a_pause_is_read(header, wait):
    assert pause(header, NOW) == wait


@given(st.text(max_size=60))
def test_no_header_breaks_the_reading(header):
    wait = pause(header, NOW)
    assert wait is None or timedelta(seconds=1) <= wait <= timedelta(days=1)


@given(st.text(min_size=8, max_size=40), st.text(max_size=200), st.text(max_size=200))
def test_no_secret_stays_in_a_detail(secret, before, after):
    assert secret not in masked(before + secret + after, (secret,)) or secret in "***"


def test_an_address_is_masked_in_pieces_too():
    address = "https://user:long-password@hooks.example.org/services/T000/B000/verylongtoken?key=alsosecret"
    text = f"POST /services/T000/B000/verylongtoken?key=alsosecret verylongtoken long-password {address}"

    shown = masked(text, (address,))

    assert not any(piece in shown for piece in ("verylongtoken", "alsosecret", "long-password"))


def test_a_detail_is_one_short_printable_line():
    detail = failed("a\r\nb\x1b[31m\u202e" + "x" * 1000).detail

    assert detail.isprintable()
    assert len(detail) <= 300


def test_two_that_listen_at_once_hear_each_their_own_and_leave_the_logger_as_it_was():
    name = "tests.listened"
    logging.getLogger(name).setLevel(logging.ERROR)
    heard: dict[str, list[str]] = {}
    first_is_in, second_asks = threading.Event(), threading.Event()

    def first():
        with masked_logs((), name) as overheard:
            first_is_in.set()
            second_asks.wait(5)
            logging.getLogger(name).warning("of the first")
            heard["first"] = overheard.warnings

    def second():
        first_is_in.wait(5)
        second_asks.set()
        with masked_logs((), name) as overheard:
            logging.getLogger(name).warning("of the second")
            heard["second"] = overheard.warnings

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"first": ["of the first"], "second": ["of the second"]}
    assert logging.getLogger(name).level == logging.ERROR
