"""When an article was published: from what a page states, else from where its layout shows a date.

In: the moments stated, most trusted first, as they are written. Out: an aware moment in UTC, or None. A moment
without zone is taken as UTC, a day as its first instant in UTC: nobody can know better, and the error is below a day.
Never raises.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape

from htmldate import find_date
from lxml.html import HtmlElement

from monitor.dates import moment

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Before it there was no news on the web: such a date is a default (1970, 0001), never a moment of publication."""

_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_FIRST_OF_A_YEAR = "-01-01"


def stated_moment(values: Sequence[str]) -> datetime | None:
    """The moment of publication that `values` state, most trusted first; None where none can be read.

    A value with a time of day is preferred to an earlier one that gives the same day alone.
    """
    moments = [read for value in values if (read := read_moment(value)) is not None]
    if not moments:
        return None
    first = moments[0]
    if first.time() != datetime.min.time():
        return first
    finer = (later for later in moments[1:] if timedelta(0) < later - first < timedelta(days=1))
    return next(finer, first)


def read_moment(value: str) -> datetime | None:
    """One moment as pages write it, in any form that `monitor.dates` knows, in UTC; None where it is none."""
    found = moment(unescape(value).strip()[:100])
    return found if found is not None and _EARLIEST <= found < _LATEST else None


def shown_moment(tree: HtmlElement, url: str) -> datetime | None:
    """The day that the layout or the address of a page shows, found by htmldate; None where it finds none.

    Days after today are left out, the only thing here that depends on when it runs. The extensive search comes second:
    where both find a day it is the same one, and it loads dateparser's tables, 1.5 s in a fresh process. It gives the
    first of January where a page shows no more than a year: that of its copyright, or one that it tells of. Of 21 days
    that it found on 725 real pages ten are so, and none of them is the day of its page.
    """
    for extensive in (False, True):
        try:
            day = find_date(tree, original_date=True, extensive_search=extensive, url=url or None)
        except Exception:  # noqa: BLE001 - a library over foreign markup: what it trips over, the article has no date
            return None
        if day and not (extensive and day.endswith(_FIRST_OF_A_YEAR)):
            return read_moment(day)
    return None
