"""Who may ask which host now: a few requests at once, a pause between their starts, and a limit over all hosts.

A request waits first for its host and only then for one of the connections, so that a hundred pages of one slow host
take no connection from the others. Waiting costs nothing of a request's own time limit.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    door: asyncio.Lock = field(default_factory=asyncio.Lock)  # who holds it is next, or has not been heard yet
    begun: float = float("-inf")


class Turn:
    """A request's leave to ask its host. The next one may start a pause after this one was `heard`."""

    def __init__(self, host: _Host) -> None:
        self._host = host
        self._waiting = True
        self._heard = False

    def heard(self) -> None:
        """The host has certainly begun on this request: its answer has begun. Said twice, the first counts."""
        if not self._heard:
            self._heard = True
            self.let_next()

    def let_next(self) -> None:
        """The next request may begin its pause now, counted from here until the answer to this one begins."""
        self._host.begun = asyncio.get_running_loop().time()
        if self._waiting:
            self._waiting = False
            self._host.door.release()


class Turns:
    """Gives out turns, first come first served on each host.

    The pause is counted from the moment an answer begins, not from when we sent: a busy host may read a request long
    after that, and would see two of them in one breath. So a pause is kept as the host sees it, and a slow host is
    asked less often.
    """

    def __init__(self, connections: int, per_host: int) -> None:
        self._slots = asyncio.Semaphore(connections)
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def take(self, name: str, pause: float, welcome: Callable[[], None]) -> AsyncIterator[Turn]:
        """A turn on the host of that name, `pause` seconds after the last one began.

        `welcome` raises where the host must not be asked any more; it is called before waiting out the pause and again
        after, for the host may have said so to another request meanwhile.
        """
        host = self._hosts.setdefault(name, _Host(asyncio.Semaphore(self._per_host)))
        async with host.places:
            await host.door.acquire()
            try:
                welcome()
                rest = host.begun + pause - asyncio.get_running_loop().time()
                if rest > 0:
                    await asyncio.sleep(rest)
                await self._slots.acquire()
            except BaseException:
                host.door.release()
                raise
            turn = Turn(host)
            try:
                welcome()
                if not pause:
                    turn.let_next()  # nothing to keep apart, unless robots.txt asks for it meanwhile
                yield turn
            finally:
                turn.heard()
                self._slots.release()
