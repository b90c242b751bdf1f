"""How soon news is seen, and at what cost: fourteen simulated days of asking 300 sources by their learned rhythm.

    python bench/polling.py [--seeds 2 3 4 5] [--sources 300] [--days 14] [--tick 10]

Beside it, the same sources asked all together every thirty minutes. Both begin knowing nothing. What decides is what
the program runs: `monitor.pipeline.polling.asking.due`, and `monitor.pipeline.polling.hearing`, which takes an answer
and learns from it when to ask next; only the clock and the answers are made up here. Collects begin every `--tick`
minutes and ask a source within their first minute; one request in fifty fails.

The sources are drawn as follows, once and for all before anything was tuned; seed 1 was tuned on, the others judge.

- news a day: log-normal, median 6, sigma 1.5, between 0.05 and 300;
- by the hour: a bell around a working hour of the source's own time zone (between -8 and +9 hours), 4 to 12 hours wide,
  over a floor of 2 to 40%; at weekends 5 to 100% of it;
- one source in six publishes in editions, one to three a day, all within ten minutes; in one of five every entry
  brings on another within half an hour, with a chance of 0.4;
- a source lists its newest 10 to 100 entries; one in twenty gives no dates;
- every other source names a lifetime by Cache-Control (one to fifteen minutes, rarely an hour), one in seven an RSS ttl
  of 5 to 60 minutes; one in thirty skips the hours of its night. Every thirty minutes is every thirty minutes: the
  baseline heeds none of it.

Delay is from publication to being seen. Printed for both: requests, its median, mean and 90th percentile over all
entries, the median over the sources of their own median delay, and how many entries rolled off unseen (their delay has
no end). Entries published within the last `CEILING` of the time simulated are left out for both.
"""

import argparse
import bisect
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean, median, quantiles
from types import SimpleNamespace

from monitor.models import FeedState, Source
from monitor.pipeline.polling import hearing
from monitor.pipeline.polling.asking import due
from monitor.pipeline.polling.rhythm import CEILING
from monitor.sources import Listing

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
PAST = timedelta(days=30)
HOUR = timedelta(hours=1)
FAILING = 0.02


@dataclass
class Simulated:
    """A source as it behaves: when it published, what it lists and what it asks for."""

    source: Source
    published: list[datetime]
    window: int
    dated: bool
    lifetime: int = 0
    ttl: int = 0
    skip_hours: tuple[int, ...] = ()
    seen: dict[int, datetime] = field(default_factory=dict)
    asked: int = 0
    entries: dict[int, SimpleNamespace] = field(default_factory=dict)

    def listed(self, now: datetime) -> range:
        """Which of its entries it lists, by their number."""
        end = bisect.bisect_right(self.published, now)
        return range(max(0, end - self.window), end)

    def listing(self, now: datetime) -> Listing:
        """The same as a document would list it, newest first."""
        entries = [self.entry(number) for number in reversed(self.listed(now))]
        ttl = timedelta(minutes=self.ttl) if self.ttl else None
        return Listing("rss", "", tuple(entries), refresh=ttl, skip_hours=self.skip_hours)

    def entry(self, number: int) -> SimpleNamespace:
        """One of its entries, as much of it as is looked at, made once."""
        if number not in self.entries:
            published = self.published[number] if self.dated else None
            address = f"{self.source.url}/{number}"
            self.entries[number] = SimpleNamespace(canonical_url=address, published=published)
        return self.entries[number]

    def notice(self, now: datetime) -> None:
        """A reader looks at what it lists."""
        for number in self.listed(now):
            self.seen.setdefault(number, now)


def drawn(number: int, chance: random.Random, days: int) -> Simulated:
    """A source, drawn; see the module's docstring."""
    daily = min(300.0, max(0.05, chance.lognormvariate(math.log(6), 1.5)))
    zone, peak, width = chance.uniform(-8, 9), chance.uniform(9, 18), chance.uniform(2, 6)
    floor, weekend = chance.uniform(0.02, 0.4), chance.uniform(0.05, 1.0)
    editions = sorted(chance.uniform(0, 24) for _ in range(chance.randint(1, 3))) if chance.random() < 1 / 6 else []
    echo = 0.4 if chance.random() < 0.2 else 0.0

    def weight(moment: datetime) -> float:
        local = moment + HOUR * zone
        off = abs((local.hour + local.minute / 60 - peak + 12) % 24 - 12)
        return (floor + (1 - floor) * math.exp(-((off / width) ** 2) / 2)) * (weekend if local.weekday() >= 5 else 1)

    begin, end = START - PAST, START + timedelta(days=days)
    usual = mean(weight(begin + HOUR * hour) for hour in range(24 * 7))
    news: list[datetime] = []
    if editions:
        day = begin
        while day < end:
            share = daily * (weekend if day.weekday() >= 5 else 1) / len(editions)
            for hour in editions:
                news += [
                    day + HOUR * hour + timedelta(minutes=chance.uniform(0, 10)) for _ in range(poisson(share, chance))
                ]
            day += timedelta(days=1)
    else:
        moment = begin
        while moment < end:
            step = timedelta(minutes=15)
            expected = daily / 96 * weight(moment) / usual * (1 - echo)
            news += [moment + step * chance.random() for _ in range(poisson(expected, chance))]
            moment += step
        for first in list(news):
            following = first
            while chance.random() < echo:
                following += timedelta(minutes=chance.uniform(0, 30))
                news.append(following)
    lifetime = chance.choice((60, 60, 120, 300, 300, 600, 900, 3600)) if chance.random() < 0.5 else 0
    ttl = chance.choice((5, 15, 30, 60)) if chance.random() < 1 / 7 else 0
    night = tuple(int(2 - zone + hour) % 24 for hour in range(4)) if chance.random() < 1 / 30 else ()
    return Simulated(
        Source(name=f"s{number}", url=f"https://s{number}.example"),
        sorted(moment for moment in news if moment < end),
        chance.choice((10, 15, 20, 20, 30, 50, 100)),
        chance.random() >= 0.05,
        lifetime,
        ttl,
        night,
    )


def poisson(expected: float, chance: random.Random) -> int:
    """A number drawn from the Poisson distribution (Knuth's method)."""
    limit, count, product = math.exp(-expected), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def learned(sources: list[Simulated], days: int, tick: int, chance: random.Random) -> None:
    """Ask as the program does."""
    by_name = {each.source.name: each for each in sources}
    states: dict[str, FeedState] = {}
    for number in range(days * 24 * 60 // tick):
        collect = START + timedelta(minutes=tick * number)
        for source in due([each.source for each in sources], states, collect, everything=False):
            simulated, now = by_name[source.name], collect + timedelta(seconds=chance.uniform(0, 60))
            simulated.asked += 1
            state = states.get(source.name) or FeedState.model_validate({"source": source.name, "url": source.url})
            if chance.random() < FAILING:
                states[source.name] = hearing.failed(state, OSError("no answer"), now)
                continue
            simulated.notice(now)
            headers = {"cache-control": f"max-age={simulated.lifetime}"} if simulated.lifetime else {}
            states[source.name] = hearing.listed(state, simulated.listing(now), headers, now)


def regularly(sources: list[Simulated], days: int, chance: random.Random) -> None:
    """Ask everything every thirty minutes."""
    for number in range(days * 48):
        collect = START + timedelta(minutes=30 * number)
        for simulated in sources:
            simulated.asked += 1
            if chance.random() >= FAILING:
                simulated.notice(collect + timedelta(seconds=chance.uniform(0, 60)))


@dataclass(frozen=True)
class Outcome:
    """What a way of asking cost and gave; delays in minutes."""

    requests: int
    delays: list[float]
    by_source: list[float]
    lost: int

    def row(self) -> str:
        """The figures, as a row."""
        tenths = quantiles(self.delays, n=10)
        return (
            f"{self.requests:9} {median(self.delays):8.1f} {mean(self.delays):8.1f} {tenths[8]:8.1f}"
            f" {median(self.by_source):10.1f} {self.lost:6} {len(self.delays) + self.lost:8}"
        )


def outcome(sources: list[Simulated], days: int) -> Outcome:
    """What came of asking these sources."""
    delays: list[float] = []
    by_source: list[float] = []
    lost = 0
    for each in sources:
        own: list[float] = []
        for number, published in enumerate(each.published):
            if not START <= published < START + timedelta(days=days) - CEILING:
                continue
            if number in each.seen:
                own.append((each.seen[number] - published) / timedelta(minutes=1))
            else:
                lost += 1
        delays += own
        by_source += [median(own)] if own else []
    return Outcome(sum(each.asked for each in sources), delays, by_source, lost)


def pooled(outcomes: list[Outcome]) -> Outcome:
    """Several simulations as one."""
    return Outcome(
        sum(each.requests for each in outcomes),
        [delay for each in outcomes for delay in each.delays],
        [delay for each in outcomes for delay in each.by_source],
        sum(each.lost for each in outcomes),
    )


def main() -> None:
    """Simulate and print a pair of rows for every seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3, 4, 5])
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--tick", type=int, default=10, help="minutes between two collects")
    arguments = parser.parse_args()
    print(f"{'':24}{'requests':>9} {'median':>8} {'mean':>8} {'90%':>8} {'by source':>10} {'lost':>6} {'entries':>8}")
    ways: dict[str, list[Outcome]] = {"every 30 minutes": [], "by rhythm": []}
    for seed in arguments.seeds:
        for way, outcomes in ways.items():
            chance = random.Random(seed)
            sources = [drawn(number, chance, arguments.days) for number in range(arguments.sources)]
            if way == "by rhythm":
                learned(sources, arguments.days, arguments.tick, chance)
            else:
                regularly(sources, arguments.days, chance)
            outcomes.append(outcome(sources, arguments.days))
            print(f"seed {seed}, {way:16} {outcomes[-1].row()}", flush=True)
    judged = {way: pooled(outcomes) for way, outcomes in ways.items()}
    for way, whole in judged.items():
        print(f"all,    {way:16} {whole.row()}")
    plain, own = judged.values()
    share, times = own.requests / plain.requests, median(own.delays) / median(plain.delays)
    print(
        f"{share:.3f} of the requests, {times:.2f} of the median delay (goal: no more delay at a third of the requests)"
    )
    raise SystemExit(0 if share <= 1 / 3 and times <= 1 else 1)


if __name__ == "__main__":
    main()
