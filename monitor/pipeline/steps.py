"""The steps of a collect, each timed, none begun by a run that may write no more; the last ones judge what came in."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

from monitor.pipeline.context import Context
from monitor.pipeline.judging import assessing, grouping
from monitor.pipeline.tally import Tally
from monitor.pipeline.telling.instant import keep_instant


async def timed(context: Context, label: str, step: Callable[..., Awaitable[Tally]], *arguments: object) -> Tally:
    """A step's tally with the seconds it took. Raises LeaseLost where it must not begin."""
    with context.writing():
        pass
    started = time.monotonic()
    tally = await context.call(label, step, context, *arguments)
    return tally + Tally(seconds={label.partition(" ")[0]: time.monotonic() - started})


async def judged(context: Context, topics: Collection[str] = ()) -> Tally:
    """Group and assess what no run did yet, and compose what cannot wait; `topics` are all where none is named."""
    # Judging needs memory of its own; workers that have nothing more to read would hold theirs beside it.
    await context.workers.close()
    tally = await timed(context, "group", grouping.group)
    for topic in context.settings.topics:
        if not topics or topic.name in topics:
            tally += await timed(context, f"assess {topic.name}", assessing.assess, topic.name)
    if any(digest.instant for digest in context.settings.digests):
        tally += await timed(context, "instant", _instant)
    return tally


async def _instant(context: Context) -> Tally:
    await asyncio.to_thread(keep_instant, context.settings, context.database, context.now)
    return Tally()
