"""Room for large answers: how many of them are held at once, from their bodies until what came of them was read.

An answer that has grown large waits for a place before more of it is taken; its server waits with it. Small ones need
none. So many connections, each with the largest page allowed, would hold far more than all else together.
"""

import asyncio

from monitor.fetch.settings import FetchSettings

LARGE = 1_000_000
"""Bytes, decoded, from which an answer needs a place: of 725 real pages 12 have more, the median has 142 KB."""

TOGETHER = 100_000_000
"""Bytes that all large answers may hold together: ten pages of the greatest size that the settings allow as shipped.
Of 192 pages of 9.4 MB from 64 hosts, 200, 100 and 60 MB took 1,021, 916 and 862 MB in all processes, in equal time."""


class Room:
    """As many places as answers of the greatest size allowed fit into `TOGETHER`, one at least."""

    def __init__(self, settings: FetchSettings) -> None:
        self._places = asyncio.Semaphore(max(1, TOGETHER // max(settings.max_page, settings.max_feed)))

    def place(self) -> "Place":
        """A place that nobody took yet."""
        return Place(self._places)


class Place:
    """Where one answer may grow, once it is taken; whoever asked leaves it when the content is needed no more."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def take(self, deadline: asyncio.Timeout) -> None:
        """Wait for it, first come first served; the waiting costs nothing of the time until the deadline."""
        if self._taken:
            return
        loop, when = asyncio.get_running_loop(), deadline.when()
        left = None if when is None else when - loop.time()
        deadline.reschedule(None)
        await self._places.acquire()
        self._taken = True
        deadline.reschedule(None if left is None else loop.time() + left)

    def leave(self) -> None:
        """Let the next one take it; nothing where it was never taken."""
        if self._taken:
            self._taken = False
            self._places.release()
