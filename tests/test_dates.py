"""Dates: what feeds write, and what must stay unknown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dates import moment

SAME_MORNING = [
    "Tue, 24 Nov 2026 07:15:00 GMT",
    "Tue, 24 Nov 2026 08:15:00 +0100",
    "Tue, 24 Nov 2026 08:15:00 +01:00",
    "24 Nov 2026 07:15 UT",
    "Tuesday, 24 November 2026 07:15:00 Z",
    "tue,24nov2026 07:15:00 gmt",
    "Tue, 24 Nov 26 02:15 EST",
    "Mon, 23 Nov 2026 23:15:00 PST",
    "Mon, 23 Nov 2026 23:15:00 America/Los_Angeles",
    "Tue, 24 Nov 2026 16:15:00 JST",
    "Tue, 24 Nov 2026 07:15:00 XYZ",
    "Wed, 24 Nov 2026 07:15:00 GMT",
    "Tue, 24 Nov 126 07:15:00 GMT",
    "Tue, 24 Nov 2026 07.15.00 GMT",
    "Tue Nov 24 07:15:00 2026",
    "Tue Nov 24 07:15:00 +0000 2026",
    "Mon Nov 23 23:15:00 PST 2026",
    "Tue Nov 24 2026 08:15:00 GMT+0100 (Central European Standard Time)",
    "2026-11-24T07:15:00Z",
    "2026-11-24T07:15Z",
    "2026-11-24t07:15:00.000z",
    "2026-11-24T08:15:00,123+01:00",
    "2026-11-24 07:15:00",
    "2026-11-24T16:15+09:00[Asia/Tokyo]",
    "2026-11-24T08:15:00 Europe/Paris",
    "2026/11/24 07:15",
    "2026.11.24 07:15",
    "2026-328T07:15:00Z",
    "20261124T071500Z",
    "20261124071500",
    "0026-11-24T07:15:00Z",
    "2026-24-11T07:15:00Z",
    "24.11.2026 07:15",
    "24. November 2026, 07:15 Uhr GMT",
    "11/24/2026 7:15:00 AM",
    "24/11/2026 07:15",
    "November 24, 2026 7:15 am GMT",
    "Nov. 24th, 2026 2:15 a.m. ET",
    "2:15 AM EST, November 24, 2026",
    "mar., 24 nov. 2026 08:15:00 +0100",
    "24 de noviembre de 2026 07:15",
    "Вт, 24 ноя 2026 10:15:00 +0300",
    "الثلاثاء، 24 نوفمبر 2026 - 7:15 ص",
    "24 בנובמבר 2026, 07:15",
    "24 नवंबर 2026 07:15",
    "24 พฤศจิกายน 2569 07:15",
    "24. marraskuuta 2026 07:15",
    "24 листопада 2026, 07:15",
    "2026. november 24. 07:15",
    "2026 m. lapkričio 24 d. 07:15",
    "2026年11月24日 15:15 +0800",
    "2026년 11월 24일 오후 4:15 KST",
    "1795504500",
    "1795504500000",
    "  Tue,\n 24 Nov 2026\t07:15:00  GMT ",
]


@pytest.mark.parametrize("text", SAME_MORNING)
def test_every_form_of_one_moment(text: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.replace(microsecond=0) == datetime(2026, 11, 24, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", "2026-11-24T00:00:00+00:00"),
        ("20261124", "2026-11-24T00:00:00+00:00"),
        ("Tue, 24 Nov 2026", "2026-11-24T00:00:00+00:00"),
        ("1er janvier 2026", "2026-01-01T00:00:00+00:00"),
        ("24-Nov-26", "2026-11-24T00:00:00+00:00"),
        ("24 Nov 97 07:15 GMT", "1997-11-24T07:15:00+00:00"),
        ("05/05/2026", "2026-05-05T00:00:00+00:00"),
        ("Tue, 24 Nov 2026 24:00:00 GMT", "2026-11-25T00:00:00+00:00"),
        ("Tue, 24 Nov 2026 07:15:60 GMT", "2026-11-24T07:15:59+00:00"),
        ("Tue, 24 Nov 2026 25:61:00 GMT", "2026-11-24T00:00:00+00:00"),
        ("2026-11-24T07:15:00+2500", "2026-11-24T07:15:00+00:00"),
        ("12 Nov 2026 12:30 AM", "2026-11-12T00:30:00+00:00"),
        ("12 Nov 2026 12:30 PM", "2026-11-12T12:30:00+00:00"),
        ("Tue, 24 Nov 2099 07:15:00 GMT", "2099-11-24T07:15:00+00:00"),
    ],
)
def test_the_better_reading(text: str, expected: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Tue, 31 Feb 2026 10:00:00 GMT",
        "31 Nov 2026",
        "2026-13-32",
        "2026-366",
        "03/04/2026",
        "2026-11",
        "2026",
        "May 5",
        "24 Foo 2026",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0",
        "0001-01-01T00:00:00",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "0000-00-00 00:00:00",
        "9999-12-31T23:59:59-10:00",
        "Tue, 24 Nov 2026 07:15:00 GMT" + " and so on" * 20,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text) is None


@given(st.text(max_size=120) | st.text("0123456789-/:.,TZ+ GMTNovAM年月日", max_size=40))
def test_never_raises_and_is_in_utc(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2089, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - made aware below
def test_what_standards_write_comes_back(naive: datetime, minutes: int) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    expected = datetime.fromisoformat(f"{naive:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}").astimezone(UTC)
    assert moment(f"{naive:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}") == expected
    assert moment(f"{naive:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}") == expected
    assert moment(f"{naive:%a %b %d %H:%M:%S} {sign}{hours:02}{rest:02} {naive:%Y}") == expected


@given(
    st.from_regex(
        r"((Mon|Sun), )?[0-3]?[0-9] (Jan|Feb|Mai|Foo) (19|20)[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
        r" (GMT|[+-][01][0-9][0-6][0-9])",
        fullmatch=True,
    )
)
def test_a_plain_date_means_what_it_means_among_words(text: str) -> None:
    """Plain dates are read past all other forms, which must not be seen."""
    assert moment(text) == moment(f"{text} !")
