"""One collect: poll what is due, read what is pending, ask again, group, assess, send what cannot wait.

    due sources ─(batches)─ poll ─> pending entries ─(batches)─ read ─> group ─> assess each topic ─> instant digests
                                              due articles ─ recheck ─'

Pages are asked again before anything is judged, so that a text that changed is judged in the same run.
Nothing is lost when it is killed: entries are kept before their pages are asked, articles before they are judged, and
each step takes up whatever an earlier run left. A lease keeps two collects from running at once: it is held for longer
with every step and with all that is kept, and a collect that lost it writes no more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from monitor.deliver.ping import ping
from monitor.errors import ConfigurationError, MonitorError
from monitor.models import Run, Source
from monitor.pipeline import judging, polling, reading, rechecking
from monitor.pipeline.context import Context, refuse_nameless
from monitor.pipeline.instant import keep_instant
from monitor.pipeline.profiles import refuse_unreadable_seeds
from monitor.pipeline.queue import in_turns
from monitor.pipeline.tally import Tally
from monitor.store.entries import due_entries
from monitor.store.polling import feed_states
from monitor.store.runs import acquire, finish_run, holder_of, release, renew, start_run

# One task of a flow: large enough that orchestration is small beside it (16 ms a task, research on speed), small
# enough that a run shows how far it is. Of a batch's pages only as many are in memory as may be asked at once; its
# entries all are, some 10 MB where feeds carry whole texts.
SOURCES_A_BATCH = 200
PAGES_A_BATCH = 1000
# A collect that kept nothing for so long has lost its process: another may take its place.
LEASE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect: every source or those due, of some topics or sources only, with at most `limit` pages."""

    everything: bool = False
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    limit: int | None = None


class AlreadyRunning(ConfigurationError):
    """Another collect holds the lease; the text says since when and how to go on."""


class LeaseLost(MonitorError):
    """Another collect took the place of this one, which was silent for too long; it stopped before it wrote more."""


async def collect(context: Context, request: Request) -> Tally:
    """Run a whole collect. Returns what it did.

    Raises AlreadyRunning where another one is under way, LeaseLost where another one took over meanwhile,
    ConfigurationError where the user agent still names nobody, or a seed in a file cannot be read.
    """
    refuse_nameless(context.settings)
    refuse_unreadable_seeds(context.settings.root, context.settings.topics)
    holder = _begin(context)
    context = replace(context, hold=partial(_hold, holder, context.now))
    tally, good = Tally(), False
    try:
        tally = await _steps(context, request)
        good = _is_good(context, tally)
    finally:
        with context.database.writing() as session:
            release(session, "collect", holder)
            finish_run(session, int(holder), context.now(), succeeded=good, figures=tally.to_json())
    if good and context.settings.alerts.ping_url:
        await asyncio.to_thread(ping, context.settings.alerts.ping_url)
    return tally


def _is_good(context: Context, tally: Tally) -> bool:
    """Whether a run did its job. Where no source was due they must be well: one that waits to be asked again is not."""
    if tally.polled or tally.in_doubt:
        return not tally.in_doubt
    with context.database.reading() as session:
        states = feed_states(session)
    known = [states[each.name] for each in context.settings.sources if not each.paused and each.name in states]
    return sum(state.failures > 0 for state in known) * 5 <= len(known) > 0


def _begin(context: Context) -> str:
    now = context.now()
    with context.database.writing() as session:
        run = start_run(session, "collect", now)
        if not acquire(session, "collect", str(run), now, LEASE):
            raise AlreadyRunning(_under_way(session))
    return str(run)


def _under_way(session: Session) -> str:
    """Which collect is under way, since when and where, and how to go on."""
    held = holder_of(session, "collect")
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


async def _steps(context: Context, request: Request) -> Tally:
    sources = chosen(context, request)
    with context.database.reading() as session:
        states = feed_states(session)
    due = polling.due(sources, states, context.now(), everything=request.everything)
    names = [source.name for source in due]
    tally = await _batches(context, "poll", polling.poll, names, SOURCES_A_BATCH)
    restricted = [source.name for source in sources] if request.sources or request.topics else None
    read = await _read_pending(context, request, restricted)
    tally += read
    room = None if request.limit is None else max(0, request.limit - read.pages)
    again = rechecking.due(context, restricted, room)
    tally += await _batches(context, "recheck", rechecking.recheck, again, PAGES_A_BATCH)
    # Judging needs memory of its own; workers that have nothing more to read would hold theirs beside it.
    await context.workers.close()
    tally += await _timed(context, "group", judging.group)
    for topic in context.settings.topics:
        if not request.topics or topic.name in request.topics:
            tally += await _timed(context, f"assess {topic.name}", judging.assess, topic.name)
    if any(digest.instant for digest in context.settings.digests):
        tally += await _timed(context, "instant", _instant)
    return tally


async def _instant(context: Context) -> Tally:
    await asyncio.to_thread(keep_instant, context.settings, context.database, context.now)
    return Tally()


def chosen(context: Context, request: Request) -> tuple[Source, ...]:
    """The sources that a request is about. Raises ConfigurationError for a name that is not there."""
    settings = context.settings
    wanted = {settings.source(name).name for name in request.sources}
    for name in request.topics:
        wanted |= settings.sources_of(settings.topic(name))
    restricted = bool(request.sources or request.topics)
    return tuple(source for source in settings.sources if not restricted or source.name in wanted)


async def _read_pending(context: Context, request: Request, restricted: Sequence[str] | None) -> Tally:
    with context.database.reading() as session:
        pending = due_entries(session, now=context.now(), sources=restricted)
    return await _batches(context, "read", reading.read, in_turns(pending)[: request.limit], PAGES_A_BATCH)


async def _batches(
    context: Context, label: str, step: Callable[..., Awaitable[Tally]], items: Sequence[Any], size: int
) -> Tally:
    tally = Tally()
    for start in range(0, len(items), size):
        batch = items[start : start + size]
        tally += await _timed(context, f"{label} {start + 1}-{start + len(batch)}", step, batch)
    return tally


async def _timed(context: Context, label: str, step: Callable[..., Awaitable[Tally]], *arguments: object) -> Tally:
    """A step's tally with the seconds it took. Raises LeaseLost where it must not begin."""
    with context.writing():
        pass
    started = time.monotonic()
    tally = await context.call(label, step, context, *arguments)
    return tally + Tally(seconds={label.partition(" ")[0]: time.monotonic() - started})
