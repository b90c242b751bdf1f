"""What an article is besides its words, as words of the full-text index: its source, its language, when it came out.

Each is one word, the same on both engines, of letters and digits that no stemmer changes, after a sign that no word of
a text holds. They never change once an article is kept.
"""

from datetime import UTC, datetime

# Where nobody says from when on, from here on: no article on the web is older than its century.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def facet(kind: str, value: str) -> str:
    """One facet as a word."""
    return f"={kind}{value.encode('utf-8', 'surrogatepass').hex()}q"


def facets_of(source: str, language: str, published: datetime) -> list[str]:
    """The facets of an article."""
    moment = published.astimezone(UTC)
    return [
        facet("source", source),
        facet("language", language),
        facet("year", f"{moment.year:04}"),
        facet("month", f"{moment.year:04}-{moment.month:02}"),
    ]


def periods(since: datetime | None, until: datetime) -> list[str]:
    """Facets of which every article published from `since` to before `until` has one: whole years, and months (UTC)."""
    first, last = (since or EARLIEST).astimezone(UTC), until.astimezone(UTC)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    years = {year for year in range(first.year, last.year + 1) if year * 12 in months and year * 12 + 11 in months}
    return [facet("year", f"{year:04}") for year in sorted(years)] + [
        facet("month", f"{month // 12:04}-{month % 12 + 1:02}") for month in months if month // 12 not in years
    ]
