"""Bytes to and from one machine: asyncio's own transports, made to fit httpcore.

In: an address, or the name of the operator's proxy. Out: a stream that httpcore writes requests to and reads answers
from. httpcore's own goes through anyio, whose scopes and checkpoints cost more than all else of a request: over a pool
of httpcore's a first request to each of 1,000 loopback hosts took 0.31 of the processor time that httpx takes for it
instead of 0.65. Whom to ask is not decided here.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Iterable
from typing import Any, Self, cast

import httpcore

_HELD = 65_536
"""Bytes held from which the other side has to wait: as many as httpcore reads at once."""
_HEAD_START = 0.25
"""Seconds that an address of a proxy is tried before the next is tried too (RFC 8305, section 8)."""
_NAMES = {"client_addr": "sockname", "server_addr": "peername", "socket": "socket", "ssl_object": "ssl_object"}
"""What httpcore calls the properties of a connection, and what asyncio does."""


async def connect(host: str, port: int, seconds: float | None, *, head_start: float | None = None) -> "Stream":
    """A connection to a literal address; to a name, whose next address is tried too after a `head_start`.

    Raises httpcore's ConnectError, and ConnectTimeout past so many seconds; None is no limit.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            _, stream = await loop.create_connection(Stream, host, port, happy_eyeballs_delay=head_start)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return stream


class Backend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, unguarded: to the operator's own proxy."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's to give; it gives what a pool is told, nothing
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - the same
    ) -> httpcore.AsyncNetworkStream:
        """A connection to `host`, which may be an address or a name."""
        return await connect(host, port, timeout, head_start=_HEAD_START)


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection; closed without TLS's farewell, for nothing is read any more that could be cut short."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._held = bytearray()
        self._full = False
        self._ended = False
        self._broken: Exception | None = None
        self._waiting: asyncio.Future[None] | None = None

    # -- what asyncio tells ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Something came in; where much of it waits to be read, its sender waits with it."""
        self._held += data
        if len(self._held) > _HELD:
            self._full = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Nothing more will come; asyncio closes the connection then."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, or broke."""
        self._ended, self._broken = True, exc
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    # -- what httpcore asks for --------------------------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most so many of the bytes that came in, once there are any; none at the end.

        Raises httpcore's ReadError, and ReadTimeout past so many seconds.
        """
        if not self._held and not self._ended:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._waiting
            except TimeoutError as error:
                raise httpcore.ReadTimeout(str(error)) from error
        if self._broken is not None and not self._held:
            raise httpcore.ReadError(str(self._broken)) from self._broken
        data = bytes(memoryview(self._held)[:max_bytes])
        del self._held[:max_bytes]
        if self._full and len(self._held) <= _HELD:
            self._full = False
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see below
        """Hand over some kilobytes of a request, which the system takes at once or later; nobody has to wait for it.

        Raises httpcore's WriteError where the connection is closed.
        """
        if self._transport.is_closing():
            raise httpcore.WriteError(str(self._broken or "closed")) from self._broken
        self._transport.write(buffer)

    async def aclose(self) -> None:
        """Close it at once."""
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Self:
        """The same connection, secured; closed where that fails or is cancelled. Raises httpcore's ConnectError."""
        raw, loop = self._transport, asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                raw, self, ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=timeout
            )
        except BaseException as error:
            raw.abort()
            if isinstance(error, OSError | ValueError):  # ValueError: a name that no certificate can be for
                raise httpcore.ConnectError(str(error)) from error
            raise
        if secured is None:
            raise httpcore.ConnectError("closed before it was secured")
        self._transport = secured
        return self

    def get_extra_info(self, info: str) -> Any:
        """A property of the connection, None for one that it does not have.

        Where nothing is awaited, `is_readable` means that the server closed it.
        """
        if info == "is_readable":
            return self._ended or bool(self._held) or _is_readable(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info(_NAMES[info]) if info in _NAMES else None


def _is_readable(connection: socket.socket) -> bool:
    """Whether something came in that asyncio did not hear of yet, the end included."""
    descriptor = connection.fileno()
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # as on Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
