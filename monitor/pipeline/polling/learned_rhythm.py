"""How often a source has news, by the hour of the day and the day of the week: learned from what it listed, and when.

In: what was learned so far, the moments at which new entries were published, and the time watched. Out: the same with
that added, and how much news to expect when. Pure: the time is given.

The rate at a moment is a level (entries an hour) times the share of its hour of the day times that of its weekday, all
in UTC. Each of the three is a Gamma-Poisson estimate: what was counted and a little that was not, over the time watched
and a little that was not, so that a source heard of yesterday is taken for an ordinary one and not for a dead one.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

HOURS, DAYS = 24, 7
MEMORY = timedelta(days=21)
"""What was seen so long ago counts 1/e: three weekends, and a season that ends is forgotten in a month."""
LONGEST_PAST = timedelta(days=28)
"""How far back a first listing is believed: what stands there from before is the rest of an archive."""
STEP = timedelta(minutes=5)
"""Steps in which expected news is added up."""
_STEP_MINUTES, _STEP_HOURS = STEP // timedelta(minutes=1), STEP / timedelta(hours=1)

# Of a source of which nothing is known: two entries a day, on the word of half of one.
_LEVEL_COUNT, _LEVEL_HOURS = 0.5, 6.0
# Entries that an hour, or a weekday, must be ahead or behind by before it is believed to differ by half.
_SHARE_COUNT = 2.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Entries counted and hours watched, by hour of the day (24 each) and by weekday (7 each, Monday first).

    All of them fade with `MEMORY`; `until` is the moment up to which the source was watched, None where it never was.
    """

    counts: tuple[float, ...] = (0.0,) * (HOURS + DAYS)
    watched: tuple[float, ...] = (0.0,) * (HOURS + DAYS)
    until: datetime | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept as `to_json` wrote it; nothing learned where it is anything else."""
        counts, watched, until = kept.get("counts", ()), kept.get("watched", ()), kept.get("until")
        if len(counts) != HOURS + DAYS or len(watched) != HOURS + DAYS or not until:
            return cls()
        return cls(tuple(counts), tuple(watched), datetime.fromisoformat(until))

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value; counts to a thousandth of an entry, hours to four seconds."""
        if self.until is None:
            return {}
        return {
            "counts": [int(value * 1000 + 0.5) / 1000 for value in self.counts],
            "watched": [int(value * 1000 + 0.5) / 1000 for value in self.watched],
            "until": self.until.isoformat(),
        }

    @property
    def level(self) -> float:
        """Entries an hour, over day and night and week."""
        return (sum(self.counts[:HOURS]) + _LEVEL_COUNT) / (sum(self.watched[:HOURS]) + _LEVEL_HOURS)

    def watch(self, news: Sequence[datetime | None], now: datetime) -> Self:
        """What is known once the source was looked at `now` and `news` was new, each by its moment of publication.

        A first look is at what the source has listed already: it was watched since the oldest of that which is in
        reach, and what has no date tells nothing. Later, what is dated before the last look, or not at all, came
        somewhere in between.
        """
        if self.until is None:
            news = [moment for moment in news if moment is not None and now - LONGEST_PAST <= moment <= now]
        begin = self.until if self.until is not None else min((each for each in news if each), default=now - STEP)
        if now <= begin:
            return self
        fading = math.exp(-(now - begin) / MEMORY) if self.until is not None else 1.0
        counts, watched = [value * fading for value in self.counts], [value * fading for value in self.watched]
        between = begin + (now - begin) / 2
        for published in news:
            moment = published if published is not None and begin <= published <= now else between
            counts[_hour(moment)] += 1
            counts[_day(moment)] += 1
        for hour, day, length in _pieces(begin, now):
            watched[hour] += length
            watched[day] += length
        return type(self)(tuple(counts), tuple(watched), now)

    def expected(self, begin: datetime, end: datetime) -> float:
        """Entries to be expected between two moments, at most `LONGEST_PAST` apart."""
        rates = self._rates()
        last = min(end, begin + LONGEST_PAST)
        return sum(rates[hour] * rates[day] * length for hour, day, length in _pieces(begin, last))

    def ahead(self, begin: datetime, longest: timedelta) -> Iterator[tuple[int, float]]:
        """The time after a moment in steps (`STEP`): how many of them expect as much news, and the entries in each."""
        rates = self._rates()
        first = begin.astimezone(UTC)
        minute, hour, day = first.minute, first.hour, first.weekday()
        left = longest // STEP
        while left > 0:
            steps = min(left, -((minute - 60) // _STEP_MINUTES))  # a step expects what the hour that it begins in does
            yield steps, rates[hour] * rates[HOURS + day] * _STEP_HOURS
            left -= steps
            minute, hour = minute + steps * _STEP_MINUTES - 60, hour + 1
            if hour == HOURS:
                hour, day = 0, (day + 1) % DAYS

    def _rates(self) -> list[float]:
        """For each hour of the day entries an hour, for each weekday the factor on it."""
        level = self.level
        shares = [
            (count + _SHARE_COUNT) / (level * hours + _SHARE_COUNT)
            for count, hours in zip(self.counts, self.watched, strict=True)
        ]
        return [level * share for share in shares[:HOURS]] + shares[HOURS:]


def _pieces(begin: datetime, end: datetime) -> Iterator[tuple[int, int, float]]:
    """The time between two moments cut at full hours: where the hour and the weekday of each piece stand, its hours."""
    first = begin.astimezone(UTC)
    hour, day = first.hour, first.weekday()
    room = 1 - (first.minute * 60 + first.second + first.microsecond / 1e6) / 3600
    left = (end - begin) / timedelta(hours=1)
    while left > 0:
        length = min(left, room)
        yield hour, HOURS + day, length
        left -= length
        room, hour = 1.0, hour + 1
        if hour == HOURS:
            hour, day = 0, (day + 1) % DAYS


def _hour(moment: datetime) -> int:
    return moment.astimezone(UTC).hour


def _day(moment: datetime) -> int:
    return HOURS + moment.astimezone(UTC).weekday()
