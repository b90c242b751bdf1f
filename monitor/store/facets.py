"""What an article is besides its words, as words of the full-text index: its source, its language, when it came out.

Each is one word, the same on both engines, of letters and digits that no stemmer changes, after a sign that no word of
a text holds. They never change once an article is kept.
"""

from calendar import monthrange
from datetime import UTC, date, datetime

# Where nobody says from when on, from here on: no article on the web is older than its century.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def facet(kind: str, value: str) -> str:
    """One facet as a word."""
    return f"={kind}{value.encode('utf-8', 'surrogatepass').hex()}q"


def facets_of(source: str, language: str, published: datetime) -> list[str]:
    """The facets of an article."""
    day = published.astimezone(UTC).date().isoformat()
    said = {"source": source, "language": language, "year": day[:4], "month": day[:7], "day": day}
    return [facet(kind, value) for kind, value in said.items()]


def periods(since: datetime | None, until: datetime) -> list[str]:
    """Facets of which each article published from `since` to before `until` has one: years, months and days (UTC)."""
    first, last = (each.astimezone(UTC).toordinal() for each in (since or EARLIEST, until))
    found = []
    while first <= last:
        day = date.fromordinal(first)
        month_end = day.replace(day=monthrange(day.year, day.month)[1])
        ends = {"year": ("-01-01", day.replace(month=12, day=31)), "month": ("-01", month_end), "day": ("", day)}
        kind, begins, end = next(
            (kind, begins, end.toordinal())
            for kind, (begins, end) in ends.items()
            if day.isoformat().endswith(begins) and end.toordinal() <= last
        )
        found.append(facet(kind, day.isoformat().removesuffix(begins)))
        first = end + 1
    return found
