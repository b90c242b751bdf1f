"""One collect: poll what is due, read what is pending, ask again, group, assess, send what cannot wait.

    due sources ─(batches)─ poll ─> pending entries ─ triage ─(batches)─ read ─> group ─> assess each topic ─> instant
                                                       due articles ─ recheck ─'                               digests

Pages are asked again before anything is judged, so that a text that changed is judged in the same run.
Nothing is lost when it is killed: entries are kept before their pages are asked, articles before they are judged, and
each step takes up whatever an earlier run left. A lease keeps two collects from running at once: it is held for longer
with every step and with all that is kept, and a collect that lost it writes no more. One that is shared by several
workers (`Request.part`) polls and reads as `shared.py` shows; the last of them to end judges what all of them kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from monitor.deliver.ping import ping
from monitor.errors import ConfigurationError, MonitorError
from monitor.models import Run, Source
from monitor.pipeline.context import Context, refuse_nameless
from monitor.pipeline.judging.profiles import refuse_unreadable_seeds
from monitor.pipeline.judging.triage import triage
from monitor.pipeline.polling import asking
from monitor.pipeline.reading import fetching, rechecking
from monitor.pipeline.reading.hosts import TTL, Hosts
from monitor.pipeline.reading.parts import Part
from monitor.pipeline.reading.queue import in_turns
from monitor.pipeline.shared import Share, work
from monitor.pipeline.steps import judged, timed
from monitor.pipeline.tally import Tally
from monitor.store.entries import due_entries
from monitor.store.leases import holds_any, lock_leases, release_all, working
from monitor.store.polling import feed_states, looked_at
from monitor.store.runs import acquire, finish_run, holder_of, release, renew, start_run

# One task of a flow: large enough that orchestration is small beside it (16 ms a task, research on speed), small
# enough that a run shows how far it is. Of a batch's pages only as many are in memory as may be asked at once; its
# entries all are, some 10 MB where feeds carry whole texts.
SOURCES_A_BATCH = 200
PAGES_A_BATCH = 1000
# A collect that kept nothing for so long has lost its process: another may take its place.
LEASE = timedelta(hours=2)
# What the leases are called: of a whole collect, of a part before its number, and of the worker that judges.
WHOLE, PART = "collect", "collect "
JUDGING = "collect judging"
# How soon it is looked again whether another worker has ended judging.
_JUDGING_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect: every source or those due, of some topics or sources only, with at most `limit` pages.

    `part` is which of how many workers this is, where a collect is shared.
    """

    everything: bool = False
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    limit: int | None = None
    part: Part = field(default_factory=Part)


class AlreadyRunning(ConfigurationError):
    """Another collect holds the lease; the text says since when and how to go on."""


class LeaseLost(MonitorError):
    """Another collect took the place of this one, which was silent for too long; it stopped before it wrote more."""


async def collect(context: Context, request: Request) -> Tally:
    """Run a whole collect, or one worker's part of it. Returns what it did.

    Raises AlreadyRunning where another one is under way, LeaseLost where another one took over meanwhile,
    ConfigurationError where the user agent still names nobody, or no topic has seeds that can be read.
    """
    refuse_nameless(context.settings)
    refuse_unreadable_seeds(context)
    holder = _begin(context, request.part)
    run = _alone if request.part.of == 1 else _shared
    tally, good = Tally(), False
    try:
        tally = await run(context, request, holder)
        good = _is_good(context, tally)
    finally:
        with context.database.writing() as session:
            release_all(session, holder)
            finish_run(session, int(holder), context.now(), succeeded=good, figures=tally.to_json())
    if good and context.settings.alerts.ping_url:
        await asyncio.to_thread(ping, context.settings.alerts.ping_url)
    return tally


async def _alone(context: Context, request: Request, holder: str) -> Tally:
    context = replace(context, hold=partial(_hold, holder, context.now))
    return await _gathered(context, request) + await judged(context, request.topics)


async def _shared(context: Context, request: Request, holder: str) -> Tally:
    """A worker's part, and the judging where it is the last one out."""
    context = replace(context, hold=partial(_hold_part, holder, context.now))
    hosts = Hosts(context.database, context.client, holder, context.now)
    sources = chosen(context, request)
    share = Share(request.part, sources, request.everything, _restricted(request, sources), request.limit)
    async with hosts.held():
        tally = await work(context, share, hosts)
        while (last := _leave(context, request.part, holder)) is None:
            await asyncio.sleep(_JUDGING_AGAIN)
        return tally + await judged(context, request.topics) if last else tally


def _is_good(context: Context, tally: Tally) -> bool:
    """Whether a run did its job. Where no source was due they must be well: one that waits to be asked again is not."""
    if tally.polled or tally.in_doubt:
        return not tally.in_doubt
    with context.database.reading() as session:
        states = feed_states(session)
    known = [states[each.name] for each in context.settings.sources if not each.paused and each.name in states]
    return sum(state.failures > 0 for state in known) * 5 <= len(known) > 0


def _begin(context: Context, part: Part) -> str:
    """The run's id, under which it holds its lease. Raises AlreadyRunning."""
    now = context.now()
    with context.database.writing() as session:
        lock_leases(session)
        run = start_run(session, "collect", now)
        holder, ttl = str(run), LEASE if part.of == 1 else TTL
        others = working(session, PART if part.of == 1 else "collect", now)
        in_the_way = [name for name in others if part.of == 1 or name == WHOLE]
        if in_the_way or not acquire(session, part.lease, holder, now, ttl):
            raise AlreadyRunning(_under_way(session, next(iter(in_the_way), part.lease)))
    return holder


def _leave(context: Context, part: Part, holder: str) -> bool | None:
    """Whether this worker judges: the last to leave does. None where others judge still, and it has to wait."""
    now = context.now()
    with context.database.writing() as session:
        lock_leases(session)
        if any(name not in (part.lease, JUDGING) for name in working(session, PART, now)):
            release(session, part.lease, holder)
            return False
        if not acquire(session, JUDGING, holder, now, TTL):
            return None
        release(session, part.lease, holder)
        return True


def _under_way(session: Session, lease: str) -> str:
    """Which collect is under way, since when and where, and how to go on."""
    held = holder_of(session, lease)
    if held is None:
        return "another collect ended just now; collect again"
    run = session.get(Run, int(held.name)) if held.name.isdecimal() else None
    since = f" since {run.started:%Y-%m-%d %H:%M} UTC" if run else ""
    return (
        f"another collect is under way{since}, by process {held.process} on {held.machine}; wait for it to end, or end "
        f"that process: a dead one is noticed at once on its own machine, elsewhere at {held.until:%H:%M} UTC"
    )


def _hold(holder: str, now: Callable[[], datetime], session: Session) -> None:
    """Hold the lease for longer. Raises LeaseLost."""
    if not renew(session, "collect", holder, now(), LEASE):
        message = (
            "another collect took over, for this one had kept nothing for two hours; what it kept is taken up there"
        )
        raise LeaseLost(message)


def _hold_part(holder: str, now: Callable[[], datetime], session: Session) -> None:
    """See that this worker's leases hold still. Raises LeaseLost."""
    if not holds_any(session, holder, now()):
        message = (
            f"this worker's leases ran out, for nothing was heard of it for {TTL.total_seconds() / 60:.0f} minutes; "
            "what it kept is taken up by the others, or by the next collect"
        )
        raise LeaseLost(message)


async def _gathered(context: Context, request: Request) -> Tally:
    """Everything polled, read and asked again."""
    sources = chosen(context, request)
    with context.database.reading() as session:
        looked = looked_at(session)
    due = asking.due(sources, looked, context.now(), everything=request.everything)
    names = [source.name for source in due]
    tally = await _batches(context, "poll", asking.poll, names, SOURCES_A_BATCH)
    restricted = _restricted(request, sources)
    read = await _read_pending(context, request, restricted)
    tally += read
    room = None if request.limit is None else max(0, request.limit - read.pages)
    again = [each.id for each in rechecking.due(context, restricted, room)]
    return tally + await _batches(context, "recheck", rechecking.recheck, again, PAGES_A_BATCH)


def _restricted(request: Request, sources: Sequence[Source]) -> list[str] | None:
    """The sources whose entries alone are read; None for those of all."""
    return [source.name for source in sources] if request.sources or request.topics else None


def chosen(context: Context, request: Request) -> tuple[Source, ...]:
    """The sources that a request is about. Raises ConfigurationError for a name that is not there."""
    settings = context.settings
    wanted = {settings.source(name).name for name in request.sources}
    for name in request.topics:
        wanted |= settings.sources_of(settings.topic(name))
    restricted = bool(request.sources or request.topics)
    return tuple(source for source in settings.sources if not restricted or source.name in wanted)


async def _read_pending(context: Context, request: Request, restricted: Sequence[str] | None) -> Tally:
    tally = await timed(context, "triage", triage, restricted)
    with context.database.reading() as session:
        pending = due_entries(session, now=context.now(), sources=restricted)
    return tally + await _batches(context, "read", fetching.read, in_turns(pending)[: request.limit], PAGES_A_BATCH)


async def _batches(
    context: Context, label: str, step: Callable[..., Awaitable[Tally]], items: Sequence[Any], size: int
) -> Tally:
    tally = Tally()
    for start in range(0, len(items), size):
        batch = items[start : start + size]
        tally += await timed(context, f"{label} {start + 1}-{start + len(batch)}", step, batch)
    return tally
