"""The sample newsroom over HTTP on loopback: one address a publisher, standard library only.

    127.2.0.1:PORT  The Meridian Courier        127.0.0.1:PORT    where the system has no other loopback address
    127.2.0.2:PORT  Ledger & Market             127.0.0.1:PORT+1  than that (macOS), publishers are told apart by
    ...                                         ...               their ports

Which of the two it is follows from the system alone, so the addresses of a second run are those of the first as long
as the port is the same.
"""

import asyncio
import contextlib
import gzip
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

from monitor.demo.answers import Answer, Catalogue
from monitor.demo.articles import Newsroom, Publisher
from monitor.demo.places import Places
from monitor.errors import ConfigurationError

_BLOCK = "127.2.0"
_LARGEST_HEAD = 65_536
_PATIENCE = 60.0  # seconds that a kept connection may stay silent
# Below the range from which systems hand out ports of their own, so that a second run finds its port free again.
_PORTS = range(20_000, 32_000)
_TRIES = 50  # at finding one that is free on every address


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was answered: whom it asked, for what, and the status given."""

    publisher: str
    method: str
    target: str
    status: int


class Site:
    """A newsroom served: `async with Site(newsroom) as site`, or `start` and `stop`.

    `port` 0 takes a free one; `log` grows by one Exchange a request.
    """

    def __init__(self, newsroom: Newsroom, port: int = 0) -> None:
        self.newsroom = newsroom
        self.port = port
        self.log: list[Exchange] = []
        self._places: Places | None = None
        self._catalogue: Catalogue | None = None
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()

    @property
    def places(self) -> Places:
        """Where everything stands, once it has started; RuntimeError before."""
        if self._places is None:
            message = "the sample newsroom has no addresses before it is started"
            raise RuntimeError(message)
        return self._places

    @property
    def blocks(self) -> tuple[str, ...]:
        """The private blocks that a client has to be allowed to ask, as `fetch.allow_addresses` takes them."""
        one_machine = any("//127.0.0.1:" in base for base in self.places.bases.values())
        return ("127.0.0.1/32",) if one_machine else (f"{_BLOCK}.0/24",)

    async def start(self) -> None:
        """Begin to answer; ConfigurationError where the port asked for is taken."""
        publishers = self.newsroom.publishers
        sockets = _bind(len(publishers), self.port)
        bases = {}
        for publisher, bound in zip(publishers, sockets, strict=True):
            host, port = bound.getsockname()
            bases[publisher.name] = f"http://{host}:{port}"
        self.port = sockets[0].getsockname()[1]
        self._places = Places.of(self.newsroom, bases)
        self._catalogue = Catalogue(self.newsroom, self._places)
        for publisher, bound in zip(publishers, sockets, strict=True):
            self._servers.append(await self._serve(publisher, bound))

    async def stop(self) -> None:
        """Answer no more: every connection is closed and every task ended when this returns."""
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)  # a connection just accepted begins its handler, and is known
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._handlers)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def __aenter__(self) -> Self:
        """Started."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stopped."""
        await self.stop()

    async def _serve(self, publisher: Publisher, bound: socket.socket) -> asyncio.Server:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._handlers.add(task)
                task.add_done_callback(self._handlers.discard)
            self._writers.add(writer)
            # A client that goes away in the middle of anything is no fault of the site's.
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                while await self._exchange(publisher, reader, writer):
                    pass
            self._writers.discard(writer)
            writer.close()

        return await asyncio.start_server(handle, sock=bound, limit=_LARGEST_HEAD)

    async def _exchange(self, publisher: Publisher, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request answered; whether the connection stays open."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
        except asyncio.LimitOverrunError:
            return False
        request, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = request.partition(" ")
        target, _, version = rest.partition(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        answer = self._answer(publisher, method, target, headers)
        stays = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close" and answer.status != 405
        self.log.append(Exchange(publisher.name, method, target, answer.status))
        writer.write(_written(answer, method, stays, "gzip" in headers.get("accept-encoding", "")))
        await writer.drain()
        return stays

    def _answer(self, publisher: Publisher, method: str, target: str, headers: dict[str, str]) -> Answer:
        if method not in ("GET", "HEAD"):
            return Answer(405)
        if not target.startswith("/") or self._catalogue is None:
            return Answer(400)
        return self._catalogue.answer(publisher, target, headers)


def _written(answer: Answer, method: str, stays: bool, compressed: bool) -> bytes:
    """An answer as HTTP/1.1 bytes."""
    body = b"" if answer.status == 304 else answer.body
    headers = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
        "Server: sample-newsroom",
        f"Content-Type: {answer.content_type}",
        "Vary: Accept-Encoding",
    ]
    if answer.modified:
        headers += [f"ETag: {answer.etag}", f"Last-Modified: {answer.last_modified}", "Cache-Control: no-cache"]
    if compressed and len(body) > 500 and answer.content_type != "application/gzip":
        body = gzip.compress(body, mtime=0)
        headers.append("Content-Encoding: gzip")
    if answer.status != 304:
        headers.append(f"Content-Length: {len(body)}")
    headers.append(f"Connection: {'keep-alive' if stays else 'close'}")
    head = "\r\n".join([*headers, "", ""]).encode("latin-1")
    return head if method == "HEAD" else head + body


def _bind(count: int, port: int) -> list[socket.socket]:
    """As many listening sockets, on one port of as many loopback addresses, or on ports in a row of the only one."""
    one_machine = not _bindable(f"{_BLOCK}.1")
    for _ in range(1 if port else _TRIES):
        first = port or random.choice(_PORTS)  # noqa: S311 - a port is no secret
        places = [
            ("127.0.0.1", first + number) if one_machine else (f"{_BLOCK}.{number + 1}", first)
            for number in range(count)
        ]
        with contextlib.suppress(OSError):
            return _bind_all(places)
    message = (
        f"the sample newsroom stood at port {port}, which another program has taken: end that one, or start over "
        "with --fresh"
        if port
        else "the sample newsroom found no port on which it could stand: is listening on 127.0.0.1 allowed here?"
    )
    raise ConfigurationError(message)


def _bind_all(places: Sequence[tuple[str, int]]) -> list[socket.socket]:
    bound: list[socket.socket] = []
    try:
        for place in places:
            bound.append(socket.create_server(place))
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound


def _bindable(host: str) -> bool:
    """Whether the system answers for a loopback address other than the first."""
    try:
        socket.create_server((host, 0)).close()
    except OSError:
        return False
    return True
