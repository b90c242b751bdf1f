"""When an article was published: from what a page states, else from where its layout shows a date.

In: the moments stated, most trusted first, as they are written. Out: an aware moment in UTC, or None. A moment
without zone is taken as UTC, a day as its first instant in UTC: nobody can know better, and the error is below a day.
Never raises.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape

from htmldate import find_date
from lxml.html import HtmlElement

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Before it there was no news on the web: such a date is a default (1970, 0001), never a moment of publication."""

_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[T ]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")
_SLASHED = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})")


def stated_moment(values: Sequence[str]) -> datetime | None:
    """The moment of publication that `values` state, most trusted first; None where none can be read.

    A value with a time of day is preferred to an earlier one that gives the same day alone.
    """
    moments = [moment for value in values if (moment := read_moment(value)) is not None]
    if not moments:
        return None
    first = moments[0]
    if first.time() != datetime.min.time():
        return first
    finer = (moment for moment in moments[1:] if timedelta(0) < moment - first < timedelta(days=1))
    return next(finer, first)


def read_moment(value: str) -> datetime | None:
    """One moment as pages write it (ISO 8601, RFC 5322, seconds since 1970), in UTC; None where it is none."""
    text = unescape(value).strip()[:100]
    moment = _iso(text) or _digits(text) or _mail(text)
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None


def shown_moment(tree: HtmlElement, url: str) -> datetime | None:
    """The day that the layout or the address of a page shows, found by htmldate; None where it finds none.

    Days after today are left out, the only thing here that depends on when it runs. The extensive search comes second:
    where both find a day it is the same one, and it loads dateparser's tables, 1.5 s in a fresh process.
    """
    for extensive in (False, True):
        try:
            day = find_date(tree, original_date=True, extensive_search=extensive, url=url or None)
        except Exception:  # noqa: BLE001 - a library over foreign markup: what it trips over, the article has no date
            return None
        if day:
            return read_moment(day)
    return None


def _iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match is None:
        return None
    year, month, day = match["day"].split("-")
    clock = (match["time"] or "00:00").rjust(5, "0")
    zone = (match["zone"] or "+00:00").upper()
    if re.fullmatch(r"[+-]\d{1,2}", zone):
        zone = f"{zone[0]}{zone[1:].rjust(2, '0')}:00"
    return _moment(f"{year}-{month.rjust(2, '0')}-{day.rjust(2, '0')}T{clock}{zone}")


def _digits(text: str) -> datetime | None:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    match = _COMPACT.fullmatch(text) or _SLASHED.match(text)
    if match is None:
        return None
    day, clock = (part.rjust(2, "0") for part in match.groups()[1:3]), [part or "00" for part in match.groups()[3:]]
    return _moment(f"{match[1]}-{'-'.join(day)}T{':'.join(clock) or '00:00'}+00:00")


def _mail(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _utc(moment)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _utc(moment)


def _utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
