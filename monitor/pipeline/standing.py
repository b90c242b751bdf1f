"""How the whole monitor stands: is it alive, what broke, what does it cost. For the status page and `monitor status`.

Everything is read from the store: a run that nobody began leaves no trace, so what should have begun is reckoned from
the schedules.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.wording import counted
from monitor.models import Run
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.digest import scheduled
from monitor.pipeline.polling.health import Health, health_of
from monitor.pipeline.schedule import latest
from monitor.store.database import Database
from monitor.store.digests import digests
from monitor.store.leases import working
from monitor.store.outbox import digest_at
from monitor.store.polling import feed_states
from monitor.store.runs import first_success, runs
from monitor.store.standing import Backlog, Holdings, backlog, holdings, size_of
from monitor.store.told import delivery_counts

# A run that should have begun so long ago is late: schedulers take runs up within seconds, a machine that boots within
# minutes.
LATE_AFTER = timedelta(minutes=15)
LATELY = timedelta(days=1)
# Runs over which the cost of a collect is told.
_COSTED = 20
# Free space, in sizes of the database, below which it cannot be copied beside itself, and soon not written.
_ROOM = 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a collect costs: medians over its last good runs, in seconds, by stage and in all, and pages fetched."""

    runs: int
    seconds: float
    stages: Mapping[str, float]
    pages: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should see to: what, and the one thing to do."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How everything stands at a moment; `alive` is False where nothing was collected when it should have been.

    `last_digests` says by name when each was composed last, None for never; `failing` are the sources that do not
    answer as they should, the broken ones first.
    """

    now: datetime
    alive: bool
    troubles: tuple[Trouble, ...]
    last_collect: Run | None
    last_success: datetime | None
    collecting: bool
    last_digests: Mapping[str, datetime | None]
    late: tuple[str, ...]
    sources: Mapping[str, int]
    failing: tuple[Health, ...]
    deliveries: Mapping[str, int]
    backlog: Backlog
    holdings: Holdings
    database_bytes: int
    free_bytes: int
    cost: Cost | None

    def lines(self) -> Iterator[str]:
        """What a person reads in a shell."""
        yield "alive" if self.alive else "not alive"
        for each in self.troubles:
            yield f"to see to: {each.what}; {each.remedy}"
        success = f"{self.last_success:%Y-%m-%d %H:%M} UTC" if self.last_success else "never"
        yield f"last good collect: {success}{'; one is under way' if self.collecting else ''}"
        for name, moment in self.last_digests.items():
            yield f"digest {name}: " + (f"composed {moment:%Y-%m-%d %H:%M} UTC" if moment else "never composed yet")
        yield "sources: " + (", ".join(f"{number} {name}" for name, number in sorted(self.sources.items())) or "none")
        for source in self.failing:
            yield f"{source.condition}: {source.source.name}, {source.error}"
        waits = self.backlog
        if waits.unread:
            yield f"left unread: {counted(waits.unread, 'page')} that no topic had reason to ask for"
        yield (
            f"waiting: {counted(waits.pending, 'page')}, {counted(waits.ungrouped, 'article')} to group, "
            f"{counted(waits.deliveries, 'delivery', 'deliveries')}"
        )
        articles, stories = self.holdings.articles, self.holdings.stories
        kept = f"{counted(articles, 'article')} in {counted(stories, 'story', 'stories')}"
        yield f"kept: {kept}, {in_bytes(self.database_bytes)}"
        if self.cost:
            yield f"a collect: {self.cost.seconds:.1f} s, the median of {self.cost.runs}"

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor status --json`."""
        last = self.last_collect
        return {
            "alive": self.alive,
            "troubles": [{"what": each.what, "remedy": each.remedy} for each in self.troubles],
            "last_collect": None
            if last is None
            else {"started": last.started.isoformat(), "succeeded": last.succeeded},
            "last_success": self.last_success.isoformat() if self.last_success else None,
            "collecting": self.collecting,
            "last_digests": {name: moment.isoformat() for name, moment in self.last_digests.items() if moment},
            "late": list(self.late),
            "sources": dict(self.sources),
            "failing": {each.source.name: each.error for each in self.failing},
            "deliveries": dict(self.deliveries),
            "backlog": {
                "pending": self.backlog.pending,
                "deferred": self.backlog.deferred,
                "ungrouped": self.backlog.ungrouped,
                "deliveries": self.backlog.deliveries,
                "unread": self.backlog.unread,
            },
            "articles": self.holdings.articles,
            "stories": self.holdings.stories,
            "verdicts": self.holdings.verdicts,
            "stored_in_a_day": self.holdings.lately,
            "relevant_in_a_day": dict(self.holdings.relevant),
            "database_bytes": self.database_bytes,
            "free_bytes": self.free_bytes,
            "seconds_a_collect": self.cost.seconds if self.cost else None,
        }


def standing_now(settings: Settings) -> Standing:
    """How everything stands now. Raises StoreError where the database cannot be used."""
    with opened_database(settings) as database:
        return standing(settings, database, clock())


def standing(settings: Settings, database: Database, now: datetime) -> Standing:
    """How everything stands, with a database at hand."""
    with database.reading() as session:
        collects = runs(session, "collect", limit=_COSTED)
        begun = first_success(session, "collect")
        collecting = bool(working(session, "collect", now))
        late = tuple(_late(settings, session, collects, now, begun)) if begun and not collecting else ()
        states = feed_states(session)
        health = [health_of(each, states.get(each.name), now) for each in settings.sources]
        deliveries = delivery_counts(session)
        waiting, kept = backlog(session), holdings(session, since=now - LATELY)
        size = size_of(session, database.location)
        told = {each.name: digests(session, each.name, alerts=False, limit=1) for each in settings.digests}
    free = shutil.disk_usage(database.location.path.parent if database.location.path else settings.root).free
    ended = [run for run in collects if run.ended is not None]
    success = max((run.ended for run in ended if run.succeeded and run.ended), default=None)
    troubles = [
        *_troubles(late, health, deliveries, ended),
        *_room(size, free, local=database.location.path is not None),
    ]
    return Standing(
        now=now,
        alive=bool(ended) and "collect" not in late,
        troubles=tuple(troubles),
        last_collect=collects[0] if collects else None,
        last_success=success,
        collecting=collecting,
        last_digests={name: found[0].composed_at if found else None for name, found in told.items()},
        late=late,
        sources=Counter(each.condition for each in health),
        failing=tuple(each for condition in ("broken", "failing") for each in health if each.condition == condition),
        deliveries=deliveries,
        backlog=waiting,
        holdings=kept,
        database_bytes=size,
        free_bytes=free,
        cost=_cost(ended),
    )


def in_bytes(count: int) -> str:
    """A size as people say it, in powers of a thousand (SI)."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _late(
    settings: Settings, session: Session, collects: Sequence[Run], now: datetime, begun: datetime
) -> Iterator[str]:
    """The names of what its schedule has let begin, and what has not; nothing was to begin before the first collect."""
    at = now - LATE_AFTER
    due = latest(settings.collect.schedule, settings.collect.timezone, at)
    if due > begun and not any(run.started >= due for run in collects):
        yield "collect"
    for digest in settings.digests:
        slot = scheduled(digest, at)
        since = max(begun, _declared(settings, digest.name, now) or begun)
        if datetime.fromisoformat(slot.slot) > since and digest_at(session, digest.name, slot.slot) is None:
            yield f"digest {digest.name}"


def _declared(settings: Settings, digest: str, now: datetime) -> datetime | None:
    """When a digest's file was last changed: what it says now was not yet to be done before.

    None where the file cannot be asked, or claims a time that has not come.
    """
    try:
        changed = (settings.root / "config" / "digests" / f"{digest}.toml").stat().st_mtime
    except OSError:
        return None
    declared = datetime.fromtimestamp(changed, UTC)
    return declared if declared <= now else None


def _troubles(
    late: Sequence[str], health: Sequence[Health], deliveries: Mapping[str, int], ended: Sequence[Run]
) -> Iterator[Trouble]:
    if not ended:
        yield Trouble("nothing was collected yet", "run `monitor collect`, or start `monitor serve`")
    if late:
        remedy = "see that `monitor serve` runs; what runs by another schedule should be declared so in config/"
        yield Trouble(f"late: {', '.join(late)}", remedy)
    if ended and not ended[0].succeeded:
        yield Trouble("the last collect did not do its job", "see which sources failed, then run `monitor collect`")
    broken = [each.source.name for each in health if each.condition == "broken"]
    if broken:
        shown = ", ".join(broken[:5]) + (f" and {len(broken) - 5} more" if len(broken) > 5 else "")
        yield Trouble(f"broken: {shown}", "each source's own remedy stands with it on the sources page")
    if unknown := deliveries.get("unknown", 0):
        what = f"{counted(unknown, 'delivery', 'deliveries')} that may or may not have arrived"
        yield Trouble(what, "ask the recipient, then send it again by hand")
    if failed := deliveries.get("failed", 0):
        yield Trouble(
            counted(failed, "failed delivery", "failed deliveries"),
            "see why, and when it is tried again, in the outbox",
        )


def _room(size: int, free: int, *, local: bool) -> Iterator[Trouble]:
    if local and free < _ROOM * size:
        yield Trouble(
            "the disk has no room for a copy of the database",
            "make room, or lower store.keep and run `monitor maintain`",
        )


def _cost(ended: Sequence[Run]) -> Cost | None:
    good = [run for run in ended if run.succeeded and run.ended is not None]
    if not good:
        return None
    stages = {name for run in good for name in run.figures.get("seconds", {})}
    return Cost(
        runs=len(good),
        seconds=median((run.ended - run.started).total_seconds() for run in good if run.ended),
        stages={name: median(run.figures.get("seconds", {}).get(name, 0.0) for run in good) for name in sorted(stages)},
        pages=median(run.figures.get("pages", {}).get("fetched", 0) for run in good),
    )
