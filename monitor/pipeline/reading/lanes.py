"""Pages side by side: each host has as many lanes as it may be asked at once, each lane one page at a time."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from monitor.fetch.settings import FetchSettings
from monitor.pipeline.context import Context
from monitor.pipeline.reading.queue import host_of
from monitor.pipeline.tally import Tally

Item = TypeVar("Item")
Result = TypeVar("Result")


# What came of pages is kept after every so many: a killed run asks no more than these again.
KEEP_EVERY = 25


async def kept_in_lanes(
    context: Context, label: str, outcomes: AsyncIterator[Result], total: int, keep: Callable[[list[Result]], Tally]
) -> Tally:
    """What `keep` counts of all outcomes, given to it a few at a time; the progress of that `label` is told."""
    tally, waiting, done = Tally(), list[Result](), 0
    async for outcome in outcomes:
        waiting.append(outcome)
        done += 1
        context.progress(label, done, total)
        if len(waiting) >= KEEP_EVERY:
            tally += keep(waiting)
            waiting = []
    return tally + keep(waiting)


async def in_lanes(
    settings: FetchSettings,
    items: Sequence[Item],
    url: Callable[[Item], str],
    work: Callable[[Item], Awaitable[Result]],
) -> AsyncIterator[Result]:
    """What `work` makes of each item, as it comes; the hosts are those of the addresses that `url` gives.

    `work` must not raise. A lane waits for its result before it takes the next item, and only so many are in hand in
    all: that is the back-pressure from extraction to fetching, and the bound on memory.
    """
    hosts: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        hosts[host_of(url(item))].append(item)
    room = asyncio.Semaphore(settings.connections * 2)
    results: asyncio.Queue[Result] = asyncio.Queue()

    async def lane(waiting: list[Item]) -> None:
        while waiting:
            item = waiting.pop(0)
            async with room:
                results.put_nowait(await work(item))

    lanes = [asyncio.ensure_future(lane(waiting)) for waiting in hosts.values() for _ in range(settings.per_host)]
    try:
        for _ in items:
            yield await results.get()
    finally:
        for each in lanes:
            each.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
