"""One request and its answer: in turn, within its time, within its size, no redirect followed.

All that can go wrong between two machines leaves here as a FetchError with a reason that a person can read.
"""

import asyncio
import errno
import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

import httpcore
import httpx

from monitor.errors import Cause, FetchError
from monitor.fetch.address import Address
from monitor.fetch.answers import quoted
from monitor.fetch.body import Body
from monitor.fetch.room import LARGE, Place
from monitor.fetch.settings import FetchSettings
from monitor.fetch.transport import Transport
from monitor.fetch.turns import Turns

FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.ConnectionNotAvailable,
    httpx.HTTPError,
    httpx.StreamError,
    OSError,
)
"""Everything that a server, a proxy or the network between can make the libraries raise."""

_DRAINED = 16_384
"""Bytes read of the body of a redirect or an error, so that its connection can be used again."""
_DRAINING = 0.5
"""Seconds spent on that: about what a new connection with TLS would cost."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to be made, `pause` seconds after the last one to the same host began.

    At most `limit` decoded bytes are taken, in `seconds` (what earlier redirects left of the time limit); an answer
    that is longer is refused, or with `cut` taken up to there. One that grows large takes its `place` first.
    """

    address: Address
    limit: int
    seconds: float
    pause: float
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cut: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, content (decoded) of a 200 only, and the seconds that it took."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float


class Exchange:
    """Makes requests, each when its turn has come."""

    def __init__(self, transport: Transport, turns: Turns, settings: FetchSettings) -> None:
        self._transport = transport
        self._turns = turns
        self._user_agent = settings.user_agent
        self._timeout = settings.timeout.total_seconds()
        self._proxied = bool(settings.proxy)

    async def send(self, ask: Ask, welcome: Callable[[], None]) -> Answer:
        """The answer of the host, whatever its status.

        `welcome` raises where the host must not be asked any more (see `Turns.take`). Raises Refused where the guard
        does, FetchError where no whole answer came in time and size; both may name the host for the address.
        """
        async with self._turns.take(ask.address.host, ask.pause, welcome) as turn:
            loop = asyncio.get_running_loop()
            begun = loop.time()
            status = 0
            try:
                async with asyncio.timeout(ask.seconds) as deadline:
                    response = await self._transport.handle_async_request(self._request(ask))
                    turn.heard()
                    status = response.status_code
                    try:
                        headers = _headers(response)
                        content = await _content(response, headers, ask, deadline)
                    finally:
                        await response.aclose()
            except FAILURES as error:
                reason = _reason(error, answered=bool(status), seconds=self._timeout, proxied=self._proxied)
                raise FetchError(ask.address.text, reason, Cause.UNREACHABLE) from error
            return Answer(status, headers, content, loop.time() - begun)

    def _request(self, ask: Ask) -> httpx.Request:
        url = ask.address.url
        headers = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
            **ask.headers,
        }
        if ask.address.authorization:
            headers["Authorization"] = ask.address.authorization
        # the deadline is ours; httpcore needs the time only to share it among the addresses of a host
        return httpx.Request("GET", url, headers=headers, extensions={"timeout": {"connect": ask.seconds}})


def _headers(response: httpx.Response) -> dict[str, str]:
    """Header names in lower case; a name that came twice has both values, as RFC 9110, section 5.2, joins them."""
    joined: dict[str, str] = {}
    for name, value in response.headers.raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


async def _content(response: httpx.Response, headers: Mapping[str, str], ask: Ask, deadline: asyncio.Timeout) -> bytes:
    if response.status_code != 200:
        await _drain(response, headers)
        return b""
    body = Body(ask.address.text, headers, ask.limit, cut=ask.cut)
    try:
        async for chunk in _chunks(response):
            if not body.add(chunk):
                break
            if ask.place and body.size > LARGE:
                await ask.place.take(deadline)
        return body.whole()
    finally:
        body.forget()


def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes, past httpx's own reading of it, which counts and would allow for decoding."""
    return aiter(cast(httpx.AsyncByteStream, response.stream))


async def _drain(response: httpx.Response, headers: Mapping[str, str]) -> None:
    """Read a short body that nobody wants; whatever becomes of it, the status stands."""
    length = headers.get("content-length", "")
    short = length.isascii() and length.isdecimal() and len(length) < 9 and int(length) <= _DRAINED
    if short or response.status_code == 304:
        with suppress(*FAILURES):
            async with asyncio.timeout(_DRAINING):
                async for _ in _chunks(response):
                    pass


def _reason(error: BaseException, *, answered: bool, seconds: float, proxied: bool) -> str:
    """What went wrong, for a person: the innermost cause that says something."""
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        what = "the answer was not complete" if answered else "no answer"
        return f"{what} within {seconds:g} s"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not hold: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection ({cause.reason or 'TLS failed'})"
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno in errno.errorcode:
            unconnected = "no connection to the proxy that fetch.proxy names" if proxied else "no connection"
            what = unconnected if isinstance(error, httpcore.ConnectError) else "the connection broke off"
            return f"{what} ({os.strerror(cause.errno).lower()})"
    return _plainly(error)


def _plainly(error: BaseException) -> str:
    said = quoted(str(error), 200)
    if isinstance(error, httpcore.ProxyError):
        return f"the proxy refused ({said})"
    if isinstance(error, httpcore.NetworkError):
        return "the connection broke off"
    return f"no whole HTTP answer ({said})" if said else "no whole HTTP answer"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
