from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.answers import LONGEST_WAIT, described, fresh_until, is_text, lifetime, waiting_until

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 3600 ", timedelta(hours=1)),
        ("31536000", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("Tue, 24 Nov 2026 08:00:00 GMT", timedelta(hours=1)),
        ("Tue, 24 Nov 2026 08:00:00 -0000", timedelta(hours=1)),
        ("Tuesday, 24-Nov-26 08:00:00 GMT", timedelta(hours=1)),
        ("Tue Nov 24 08:00:00 2026", timedelta(hours=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("120, 900", timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 08:00:00 GMT, Tue, 24 Nov 2026 09:00:00 GMT", timedelta(hours=1)),
    ],
)
def test_a_retry_after_names_a_moment(value: str, wait: timedelta) -> None:
    assert waiting_until({"retry-after": value}, NOW) == NOW + wait


@pytest.mark.parametrize(
    "value", ["", "0", "-5", "1.5", "soon", "Tue, 24 Nov 2026 06:00:00 GMT", "Tue, 99 Nov 2026 06:00:00 GMT", "²"]
)
def test_a_retry_after_that_names_none(value: str) -> None:
    assert waiting_until({"retry-after": value}, NOW) is None


@pytest.mark.parametrize(("ahead", "wait"), [(-3, 2), (3, 2), (40, 5)])
def test_a_date_is_read_by_the_clock_of_the_server_that_wrote_it(ahead: int, wait: int) -> None:
    sent = NOW + timedelta(hours=ahead)
    headers = {"date": format_datetime(sent, usegmt=True)}
    headers["retry-after"] = format_datetime(sent + timedelta(hours=wait), usegmt=True)
    assert waiting_until(headers, NOW) == NOW + timedelta(hours=wait)


@given(st.text())
def test_any_retry_after_is_at_most_a_day(value: str) -> None:
    until = waiting_until({"retry-after": value}, NOW)
    assert until is None or NOW < until <= NOW + LONGEST_WAIT


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", timedelta(days=1)),
        ("max-age=600", timedelta(minutes=10)),
        ("public, Max-Age=600", timedelta(minutes=10)),
        ('private,max-age="60"', timedelta(minutes=1)),
        ("s-maxage=5", timedelta(days=1)),
        ("no-cache", timedelta(0)),
        ("no-store, max-age=600", timedelta(0)),
        ("max-age=never", timedelta(days=1)),
    ],
)
def test_how_long_an_answer_is_kept(value: str, kept: timedelta) -> None:
    assert lifetime(value, timedelta(days=1)) == kept


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "text/plain",
        "application/xhtml+xml",
        "application/xml",
        "application/rss+xml",
        "application/ld+json",
        "application/vnd.wap.xhtml+xml",
    ],
)
def test_kinds_that_can_be_a_page(kind: str) -> None:
    assert is_text(kind, b"\x00")


@pytest.mark.parametrize(
    "kind",
    [
        "application/octet-stream",
        "application/pdf",
        "image/png",
        "image/svg+xml",
        "video/mp4",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    ],
)
def test_kinds_that_cannot(kind: str) -> None:
    assert not is_text(kind, b"<html>")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"<!doctype html><title>a</title>", True),
        ("<p>Überraschung</p>".encode("latin-1"), True),
        ("<p>Überraschung</p>".encode("utf-16"), True),
        (b"\xef\xbb\xbf<p>", True),
        (b"%PDF-1.7 and on", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"GIF89a", False),
        (b"\xff\xd8\xff\xe0JFIF", False),
        (b"PK\x03\x04", False),
        (b"<p>\x00</p>", False),
    ],
)
def test_without_a_kind_the_first_bytes_decide(content: bytes, text: bool) -> None:
    assert is_text("", content) is text
    assert is_text("html", content) is text


def test_a_status_is_described_whether_known_or_not() -> None:
    assert described(503) == "answered 503 (Service Unavailable)"
    assert described(599) == "answered 599"


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"cache-control": "public, max-age=600"}, timedelta(minutes=10)),
        ({"cache-control": "max-age=600", "age": "240"}, timedelta(minutes=6)),
        ({"cache-control": "max-age=600", "age": "700"}, None),
        ({"cache-control": "max-age=600", "expires": "Tue, 24 Nov 2026 09:00:00 GMT"}, timedelta(minutes=10)),
        ({"cache-control": "no-cache", "expires": "Tue, 24 Nov 2026 09:00:00 GMT"}, None),
        ({"cache-control": "max-age=31536000"}, timedelta(days=1)),
        (
            {"expires": "Tue, 24 Nov 2026 09:00:00 GMT", "date": "Tue, 24 Nov 2026 08:30:00 GMT"},
            timedelta(minutes=30),
        ),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_until_when_an_answer_stays_as_it_is(headers: dict[str, str], fresh: timedelta | None) -> None:
    assert fresh_until(headers, NOW) == (NOW + fresh if fresh else None)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_headers_keep_us_away_for_a_day_at_most(control: str, age: str, expires: str, date: str) -> None:
    until = fresh_until({"cache-control": control, "age": age, "expires": expires, "date": date}, NOW)
    assert until is None or NOW < until <= NOW + timedelta(days=1)


WRITTEN = st.one_of(
    st.text(),
    st.sampled_from(["0", "-5", "1e9", "²", "9" * 40, "Tue, 24 Nov 2026 08:00:00 GMT", "Fri, 31 Feb 2026 99:00 GMT"]),
    st.sampled_from(["Tue, 24 Nov 2026 08:00 +9999", "Mon, 01 Jan 0000 00:00 GMT", "1 Jan 99999 00:00 GMT", "1,2"]),
    st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")),
)
NAMED = (
    "max-age=60",
    "max-age=-1",
    'max-age="60"',
    "max-age=²",
    "max-age=9999999999",
    "no-store",
    "private",
    "s-maxage=1",
)
DIRECTIVES = st.lists(st.sampled_from(NAMED)).map(", ".join)


@given(WRITTEN, DIRECTIVES, WRITTEN, WRITTEN, WRITTEN)
def test_whatever_is_written_for_a_time_keeps_us_away_for_a_day_at_most(
    retry_after: str, control: str, age: str, expires: str, date: str
) -> None:
    headers = {"cache-control": control, "age": age, "expires": expires, "date": date, "retry-after": retry_after}
    for until in (waiting_until(headers, NOW), fresh_until(headers, NOW), fresh_until({"expires": expires}, NOW)):
        assert until is None or NOW < until <= NOW + timedelta(days=1)
