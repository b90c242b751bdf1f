"""An httpx request in, the answer's head out and its body as it comes; every connection past the guard.

Below httpx's client, which would add a cookie jar, redirects and authentication of its own to each request.
"""

import ssl
from collections.abc import AsyncIterator

import httpcore
import httpx

from monitor.fetch.connections import Connections
from monitor.fetch.guard import Guard, GuardedBackend
from monitor.fetch.streams import Backend


class Transport(httpx.AsyncBaseTransport):
    """Sends requests, directly or by way of a proxy.

    Directly, the guard chooses the address of every connection. A proxy makes its own connections: there the guard
    can only look where the name leads from here before the proxy is asked, and the operator's proxy itself may stand
    in a private network. `tls` are the certificates trusted, by default those of the certifi package.
    """

    def __init__(self, guard: Guard, proxy: str = "", tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._proxied = bool(proxy)
        trusted = tls or httpx.create_ssl_context(trust_env=False)
        self._connections = (
            Connections(Backend(), trusted, _proxy(proxy)) if proxy else Connections(GuardedBackend(guard), trusted)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer; raises what httpcore raises, Refused and FetchError of the guard."""
        url = request.url
        host = url.raw_host
        if self._proxied:
            await self._guard.addresses(host.decode("ascii"), url.port or 0)
        answer = await self._connections.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Chunks(answer))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connections.aclose()


class _Chunks(httpx.AsyncByteStream):
    """The body of an answer as it comes, as httpx takes it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_stream()

    async def aclose(self) -> None:
        await self._answer.aclose()


def _proxy(url: str) -> httpcore.Proxy:
    """The proxy of a setting, user and password apart, for httpcore takes none in a URL."""
    parsed = httpx.URL(url)
    user = (parsed.username, parsed.password) if parsed.userinfo else None
    return httpcore.Proxy(
        httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=b"/"), auth=user
    )
