"""How a story went on over several days: for each day what came in, the first to the last. Pure."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from monitor.digest.cleaning import source_of
from monitor.models import Article

# Of a longer arc the first and the latest days are told: how it began, and where it stands.
_FIRST, _LATEST = 2, 5


def arc(articles: Sequence[Article], zone: str) -> list[dict[str, Any]]:
    """For each day on which the story had news {"day", "title", "source", "url", "articles"}, the first day first.

    A day is one of the wall clock of `zone`, as an ISO date; title, source and url are of the day's earliest article
    that is no reprint, and `articles` counts all of the day. At most seven days: of more, the first two and the last
    five. Empty where all came in on one day, for that is no arc.
    """
    place = ZoneInfo(zone)
    ordered = sorted(articles, key=lambda each: (each.published, each.id or 0))
    days = [(day, list(group)) for day, group in groupby(ordered, lambda each: each.published.astimezone(place).date())]
    told = [_told(day, group) for day, group in days if any(each.duplicate_of is None for each in group)]
    if len(told) < 2:
        return []
    return told if len(told) <= _FIRST + _LATEST else [*told[:_FIRST], *told[-_LATEST:]]


def _told(day: date, articles: Sequence[Article]) -> dict[str, Any]:
    first = next(each for each in articles if each.duplicate_of is None)
    return {
        "day": day.isoformat(),
        "title": first.title,
        "source": source_of(first),
        "url": first.canonical_url,
        "articles": len(articles),
    }
