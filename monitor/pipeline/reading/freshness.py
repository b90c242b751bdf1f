"""Whether an article is news on the day that it is read, or only kept: searched, judged against, and never told."""

from datetime import datetime, timedelta

from monitor.models import BACKFILL


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
