"""A site on loopback that answers as it is told, well or badly, and remembers who asked what.

    async with Site() as site:
        site.routes["/news"] = says(b"<p>news</p>", etag='"1"')
        ... site.url("/news") ...
        assert [request.path for request in site.requests] == ["/robots.txt", "/news"]

Written on bare streams, for a well-behaved server library cannot misbehave. What is not in `routes` is answered by 404,
/robots.txt too, which allows everything.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HEAD = 65_536


@dataclass
class Request:
    """A request as it came: header names in lower case, when it began and ended (monotonic seconds)."""

    method: str
    path: str
    headers: Mapping[str, str]
    began: float
    ended: float = field(default=float("inf"))


Route = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer; a route that raises ConnectionError has the connection closed after it."""


class Site:
    """One address and port; `connections` counts those ever accepted, `open` those open now."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, latency: float = 0.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.host, self.port, self.latency, self._tls = host, port, latency, tls
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.connections = 0
        self.open: set[asyncio.StreamWriter] = set()
        self.in_flight = self.most_in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, self.host, self.port, limit=HEAD, backlog=512, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str = "/", host: str = "") -> str:
        """The address of a path, on this site's address or under another name for it."""
        return f"{'https' if self._tls else 'http'}://{host or self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]

    def asked(self, path: str) -> list[Request]:
        """The requests for one path."""
        return [request for request in self.requests if request.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open.add(writer)
        try:
            while True:
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        except asyncio.CancelledError:
            pass  # the site closes; asyncio would log the cancelled connection
        finally:
            writer.close()
            self.open.discard(writer)
            self._tasks.discard(task)

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        request = Request(method, target, headers, time.monotonic())
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.latency)
            await self.routes.get(target.partition("?")[0], says(b"not found", status=404))(request, writer)
            await writer.drain()
        finally:
            self.in_flight -= 1
            request.ended = time.monotonic()


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """A status line and headers, with the empty line after them; an underscore in a name stands for a hyphen."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def says(body: bytes = b"", status: int = 200, **headers: str) -> Route:
    """A whole answer, text/html unless `content_type` says otherwise ("" sends none); 304 where its `etag` holds."""
    named = {"content_type": "text/html; charset=utf-8", **headers}
    sent = {name: value for name, value in named.items() if value}

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        if headers.get("etag") and request.headers.get("if-none-match") == headers["etag"]:
            writer.write(head(304, {"etag": headers["etag"]}))
            return
        writer.write(head(status, {**sent, "content_length": str(len(body))}) + body)

    return route


def zipped(body: bytes, **headers: str) -> Route:
    """A whole answer in gzip, for those who accept it."""
    return says(gzip.compress(body), 200, content_encoding="gzip", **headers)


def redirects(location: str, status: int = 302) -> Route:
    """A redirect."""
    return says(b"over there", status, location=location)


def raw(answer: bytes) -> Route:
    """These very bytes, then the end of the connection."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        raise ConnectionResetError

    return route


def resets(after: bytes = b"") -> Route:
    """A connection reset by force, after some bytes."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        raise ConnectionResetError

    return route


def silent() -> Route:
    """Takes the request and never answers."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    return route


def trickles(answer: bytes, seconds: float) -> Route:
    """These very bytes, one every so many seconds."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        for index in range(len(answer)):
            writer.write(answer[index : index + 1])
            await writer.drain()
            await asyncio.sleep(seconds)

    return route


def drips(body: bytes, seconds: float) -> Route:
    """An answer whose head comes at once and whose body comes one byte every so many seconds."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content_type": "text/html", "content_length": str(len(body))}))
        await trickles(body, seconds)(request, writer)

    return route


def endless(chunk: bytes = b"<p>and so on</p>" * 4096, **headers: str) -> Route:
    """An answer that never ends."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content_type": "text/html", "connection": "close", **headers}))
        while True:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)

    return route


def bomb(size: int, layers: int = 1) -> bytes:
    """Zeros, gzipped so many times over; made piece by piece, so that making it takes no memory."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    piece = bytes(1_000_000)
    packed = b"".join([*(packer.compress(piece) for _ in range(size // len(piece))), packer.flush()])
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed
