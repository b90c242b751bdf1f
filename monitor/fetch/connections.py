"""Connections to hosts: one for each request in hand, kept a while afterwards for the next to the same host.

In: httpcore's requests. Out: httpcore's answers. httpcore's own pool looks through all of its connections twice a
request, to bound their number and to share them: here turns bound them, and nobody waits for another's.
"""

import ssl
from collections.abc import AsyncIterator
from typing import Protocol, cast

import httpcore

KEPT_IDLE = 512
"""Connections kept while they idle: together with those in use well below the 1,024 files of a process."""
KEPT_OPEN = 4.0
"""Seconds that an idle connection is kept: less than the 5 s after which Apache closes it, perhaps as we send."""

_Origin = tuple[bytes, bytes, int | None]


class Connections:
    """Opens connections over a backend, by way of a proxy or none; `tls` are the certificates trusted."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext, proxy: httpcore.Proxy | None = None
    ) -> None:
        # It only makes connections, for it knows how each kind of proxy wants them; it never holds one.
        self._maker = httpcore.AsyncConnectionPool(
            ssl_context=tls, proxy=proxy, keepalive_expiry=KEPT_OPEN, network_backend=backend
        )
        self._idle: dict[_Origin, list[httpcore.AsyncConnectionInterface]] = {}  # those that were used last come last
        self._kept = 0
        self._in_hand: set[httpcore.AsyncConnectionInterface] = set()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """The head of the answer, its body to be read and closed; raises what httpcore and the backend raise."""
        origin = (request.url.scheme, request.url.host, request.url.port)
        connection = await self._waiting(origin) or self._maker.create_connection(request.url.origin)
        self._in_hand.add(connection)
        try:
            answer = await connection.handle_async_request(request)
        except BaseException:  # cancelled where it waits for a lock of its own, it would stay open
            await self.drop(connection)
            raise
        answer.stream = _KeepingChunks(cast(_Chunks, answer.stream), origin, connection, self)
        return answer

    async def keep(self, origin: _Origin, connection: httpcore.AsyncConnectionInterface) -> None:
        """Keep a connection whose answer was read, if it can be used again; those that waited for too long go."""
        was_in_hand = connection in self._in_hand
        self._in_hand.discard(connection)
        if was_in_hand and connection.is_idle():
            waiting = self._idle.pop(origin, [])
            waiting.append(connection)
            self._idle[origin] = waiting
            self._kept += 1
        while self._idle:
            origin = next(iter(self._idle))
            if self._kept <= KEPT_IDLE and not self._idle[origin][0].has_expired():
                return
            await self._taken(origin, 0).aclose()

    async def drop(self, connection: httpcore.AsyncConnectionInterface) -> None:
        """Close a connection whose answer is not read to its end."""
        self._in_hand.discard(connection)
        await connection.aclose()

    async def aclose(self) -> None:
        """Close every connection, those in hand too."""
        while self._idle:
            await self._taken(next(iter(self._idle)), 0).aclose()
        while self._in_hand:
            await self._in_hand.pop().aclose()

    async def _waiting(self, origin: _Origin) -> httpcore.AsyncConnectionInterface | None:
        """A connection to an origin that can be used again; those that cannot are closed."""
        while origin in self._idle:
            connection = self._taken(origin, -1)
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    def _taken(self, origin: _Origin, place: int) -> httpcore.AsyncConnectionInterface:
        connection = self._idle[origin].pop(place)
        if not self._idle[origin]:
            del self._idle[origin]
        self._kept -= 1
        return connection


class _Chunks(Protocol):
    """The body of an answer as it comes, as httpcore gives it."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class _KeepingChunks:
    """The same; its connection is kept once it is closed."""

    def __init__(
        self, chunks: _Chunks, origin: _Origin, connection: httpcore.AsyncConnectionInterface, connections: Connections
    ) -> None:
        self._chunks = chunks
        self._origin = origin
        self._connection = connection
        self._connections = connections

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._chunks)

    async def aclose(self) -> None:
        try:
            await self._chunks.aclose()
        except BaseException:
            await self._connections.drop(self._connection)
            raise
        await self._connections.keep(self._origin, self._connection)
