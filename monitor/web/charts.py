"""Charts as shapes for a template to draw: bars in a box of 1000 by 100 units, stretched to the page's width. Pure.

Nothing is written in a chart, for its letters would be stretched with it: scales stand beside it as text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.pipeline.topics.portrait import BINS, Day, Spread

WIDTH, HEIGHT = 1000, 100
_GAP = 0.12  # of a bar's width
# A week of news drawn as if it were all there is would look like a month of it.
LEAST_DAYS = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; `kind` says how it is coloured, `told` what it stands for, `value` where on the scale it begins."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    told: str
    value: str = ""


def histogram(spread: Spread, cut: float) -> tuple[Bar, ...]:
    """A bar for each bin of scores; those that pass are of kind "in", the one that is cut in two counts as out.

    Heights are logarithmic: of a thousand articles a handful is on the subject, and that handful is looked at.
    """
    tallest = math.log1p(max(1, *spread.bins))
    bars = []
    for number, count in enumerate(spread.bins):
        low, high = number / BINS, (number + 1) / BINS
        told = f"{count:,} {'article' if count == 1 else 'articles'} from {low:.3g} to {high:.3g}"
        kind = "in" if low >= cut - 1e-9 else "out"
        bars.append(_bar(number, BINS, math.log1p(count) / tallest, kind, told, f"{low:.3g}"))
    return tuple(bars)


def timeline(days: Sequence[Day]) -> tuple[Bar, ...]:
    """A bar for each day's relevant articles, today's at the right; the days of a burst are of kind "burst"."""
    tallest = max((day.relevant for day in days), default=0) or 1
    slots = max(LEAST_DAYS, len(days))
    return tuple(
        _bar(slots - len(days) + number, slots, day.relevant / tallest, "burst" if day.burst else "in", _told(day))
        for number, day in enumerate(days)
    )


def burst_spans(days: Sequence[Day]) -> list[tuple[date, date, int]]:
    """First day, last day and relevant articles of each burst, in order."""
    spans: list[tuple[date, date, int]] = []
    for number, day in enumerate(days):
        if not day.burst:
            continue
        if number and days[number - 1].burst:
            first, _, found = spans.pop()
            spans.append((first, day.day, found + day.relevant))
        else:
            spans.append((day.day, day.day, day.relevant))
    return spans


def _told(day: Day) -> str:
    return f"{day.day:%a} {day.day.day} {day.day:%b}: {day.relevant:,} of {day.published:,} articles"


def _bar(number: int, count: int, share: float, kind: str, told: str, value: str = "") -> Bar:
    step = WIDTH / count
    height = HEIGHT * share
    # What is there is seen, however little it is.
    height = max(height, 1.5) if share else 0.0
    x, width = number * step + step * _GAP / 2, step * (1 - _GAP)
    return Bar(round(x, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2), kind, told, value)
