"""A topic as its reader sees it: what the model reads in the seeds, how well it does, what a threshold lets in.

All of it is read from the store and from the seeds; nothing is judged anew, and nothing is written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.models import Feedback, Profile, Topic
from monitor.pipeline.judging.profiles import local_seed
from monitor.pipeline.learning.evaluating import LeftUnread, missed_of, unread_of
from monitor.relevance.asking import Missed
from monitor.relevance.bursts import bursts
from monitor.relevance.evaluate import Interval, wilson
from monitor.relevance.profile import build
from monitor.relevance.threshold import parse
from monitor.relevance.weights import WeighedFacet, weigh_facets
from monitor.store.topic_page import decisions, latest_threshold, published_by_hour, scores_since, taken_since
from monitor.store.topics import accepted_model, latest_profile, verdicts
from monitor.urls import names_address

# How far back the spread of scores is looked at, and the volume: a fortnight says what a day is like, eight weeks what
# a burst is.
SPREAD_OVER = timedelta(days=14)
VOLUME_OVER = timedelta(days=56)
BINS = 40
# Thresholds that can be tried: 0, 0.01, ... 1.
STEPS = 100
# Of pages left unread, so many are named: enough to see whether the bound lies where it should.
MOST_UNREAD = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a topic decides, from verdicts; each None where nothing tells.

    `precision` is of what it took, of `taken` verdicts; `recall` of what readers found relevant, of `relevant` of them,
    which flatters, for readers judge what they are shown; `drawn` is what random draws say is missed.
    """

    verdicts: int
    taken: int
    relevant: int
    precision: Interval | None
    recall: Interval | None
    drawn: Missed | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How scores are spread: articles in each of `BINS` equal bins, and the stories a day that each of the thresholds
    0, 0.01, ... 1 would let in; `days` is how many days that was counted over.
    """

    bins: tuple[int, ...]
    daily: tuple[float, ...]
    days: float

    def passing(self, threshold: float) -> float:
        """Stories a day at a threshold in [0, 1]."""
        return self.daily[min(STEPS, max(0, round(threshold * STEPS)))]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many articles were published, how many the topic took, and whether it belongs to a burst."""

    day: date
    published: int
    relevant: int
    burst: bool


@dataclass(frozen=True, slots=True)
class Portrait:
    """A topic as it stands. `cut` is the threshold as a number, `profile_warning` why the profile is an earlier one.

    `unread` is None for a topic that reads every page.
    """

    facets: tuple[WeighedFacet, ...]
    profile_warning: str
    taught_at: datetime | None
    cut: float
    measured: Measured
    spread: Spread
    volume: tuple[Day, ...]
    unread: LeftUnread | None


def portrait(settings: Settings, session: Session, topic: Topic, now: datetime, zone: str) -> Portrait:
    """The portrait of a topic; days are those of the time zone `zone`."""
    profile, warning = _profile(settings, session, topic, now)
    scores = scores_since(session, topic.name, since=now - SPREAD_OVER, until=now)
    taken = taken_since(session, topic.name, since=now - VOLUME_OVER, until=now)
    published = published_by_hour(session, since=now - VOLUME_OVER, until=now)
    model = accepted_model(session, topic.name)
    return Portrait(
        facets=weigh_facets(profile) if profile else (),
        profile_warning=warning,
        taught_at=model.made_at if model and profile and model.profile_version == profile.version else None,
        cut=_cut(session, topic),
        measured=measured(session, topic.name),
        spread=spread(scores, min(SPREAD_OVER, now - min(published, default=now))),
        volume=volume(taken, published, now, zone),
        unread=None if topic.fetch == "all" else unread_of(settings, session, topic, now, shown=MOST_UNREAD),
    )


def measured(session: Session, topic: str) -> Measured:
    """How well a topic decides, on the verdicts that count."""
    given = verdicts(session, topic)
    took_it = decisions(session, topic, list(given))
    judged = [(each, took_it[key]) for key, each in given.items() if key in took_it]
    hits = sum(each.relevant and took for each, took in judged)
    taken, relevant = sum(took for _, took in judged), sum(each.relevant for each, _ in judged)
    answers: list[Feedback] = list(given.values())
    return Measured(
        verdicts=len(judged),
        taken=taken,
        relevant=relevant,
        precision=wilson(hits, taken) if taken else None,
        recall=wilson(hits, relevant) if relevant else None,
        drawn=missed_of(session, topic, answers),
    )


def spread(scores: Sequence[tuple[int | None, float]], over: timedelta) -> Spread:
    """How scores are spread that were given over so long, a day at least; each comes with its story.

    A story counts by its best article, an article without one for itself.
    """
    bins = [0] * BINS
    best: dict[tuple[bool, int], float] = {}
    for number, (story, score) in enumerate(scores):
        bins[min(BINS - 1, int(score * BINS))] += 1
        key = (story is not None, number if story is None else story)
        best[key] = max(best.get(key, 0.0), score)
    days = max(1.0, over / timedelta(days=1))
    # A hair above each threshold, for 0.29 * 100 is less than 29.
    at = Counter(min(STEPS, int(score * STEPS + 1e-9)) for score in best.values())
    passing, found = [], 0
    for step in range(STEPS, -1, -1):
        found += at[step]
        passing.append(found / days)
    return Spread(tuple(bins), tuple(passing[::-1]), days)


def volume(taken: Sequence[datetime], published: Mapping[datetime, int], now: datetime, zone: str) -> tuple[Day, ...]:
    """Day by day, from the first on which anything was published; `taken` are the moments of what the topic took."""
    if not published:
        return ()
    there = ZoneInfo(zone)
    everything: Counter[date] = Counter()
    for hour, number in published.items():
        everything[hour.astimezone(there).date()] += number
    relevant = Counter(moment.astimezone(there).date() for moment in taken)
    first, last = min(everything), now.astimezone(there).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = bursts([relevant[day] for day in days], [everything[day] for day in days])
    high = {number for burst in found for number in range(burst.first, burst.last + 1)}
    return tuple(Day(day, everything[day], relevant[day], number in high) for number, day in enumerate(days))


def _profile(settings: Settings, session: Session, topic: Topic, now: datetime) -> tuple[Profile | None, str]:
    """The profile as the seeds stand now; where one is an address, which only a collect asks, the one made last."""
    if any(names_address(seed) for seed in topic.seeds):
        kept = latest_profile(session, topic.name)
        return kept, "" if kept else "its seeds are asked at the next collect"
    try:
        return build(topic, [local_seed(seed, settings.root) for seed in topic.seeds], now), ""
    except ConfigurationError as error:
        return latest_profile(session, topic.name), str(error)


def _cut(session: Session, topic: Topic) -> float:
    """The threshold as a number: as it is written, or where that is a promise as it was kept last."""
    purpose = parse(topic.threshold)
    if purpose.cut is not None:
        return purpose.cut
    return min(1.0, latest_threshold(session, topic.name) or parse("balanced").cut or 0.0)
