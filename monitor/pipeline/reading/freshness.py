"""When an article was published, and whether it is news on the day that it is read.

What is not is only kept: searched, judged against, and never told.
"""

from datetime import datetime, time, timedelta

from monitor.models import BACKFILL, Document

# A day somewhere on the earth, by its first instant in UTC: local time is 14 hours ahead of UTC at most, 12 behind.
_BEGINS, _ENDS = timedelta(hours=-14), timedelta(days=1, hours=12)


def published_moment(source: str, document: Document, in_listing: datetime | None) -> datetime | None:
    """When a page was published by what it says and by what lists it; None where neither tells.

    The page counts, but where its date is only found somewhere in its layout, and where it is a day alone of which the
    listing tells the time. What an archive lists is when a page was changed last.
    """
    on_page = document.published
    if on_page is None or in_listing is None or source == BACKFILL:
        return on_page or in_listing
    is_day_alone = on_page.time() == time.min and _BEGINS <= in_listing - on_page < _ENDS
    return in_listing if document.published_in_layout or is_day_alone else on_page


def is_news(
    source: str, on_page: datetime | None, in_listing: datetime | None, seen: datetime, max_age: timedelta
) -> bool:
    """Whether an article that was first seen at a moment was then at most `max_age` old, as a collect wants them.

    Of two dates the later one counts, for a page shows many dates and what a feed has just listed is rarely old. An
    archive lists all it holds, and its dates are those of its last change: there the page's own counts, and what has no
    date at all is no news.
    """
    dates = [date for date in (on_page, in_listing) if date is not None]
    if not dates:
        return source != BACKFILL
    return seen - (dates[0] if source == BACKFILL else max(dates)) <= max_age
