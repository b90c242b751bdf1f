"""What is asked of an address in, the answer's head out and its body as it comes; every connection past the guard.

On httpcore itself: httpx's client would add a cookie jar, redirects and authentication of its own to each request, and
its requests and answers, made of httpcore's, say nothing more.
"""

import ssl
from collections.abc import Mapping

import httpcore
import httpx

from monitor.fetch.address import Address
from monitor.fetch.connections import Connections
from monitor.fetch.guard import Guard, GuardedBackend
from monitor.fetch.streams import Backend


class Transport:
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

    async def get(self, address: Address, headers: Mapping[str, str], seconds: float) -> httpcore.Response:
        """The head of the answer, its body to be read (`aiter_stream`) and closed (`aclose`).

        The deadline is the caller's: `seconds` are only shared among the addresses of the host. Raises what httpcore
        raises, Refused and FetchError of the guard.
        """
        url = address.url
        if self._proxied:
            await self._guard.addresses(address.host, url.port or 0)
        return await self._connections.handle_async_request(
            httpcore.Request(
                b"GET",
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
                extensions={"timeout": {"connect": seconds}},
            )
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connections.aclose()


def _proxy(url: str) -> httpcore.Proxy:
    """The proxy of a setting, user and password apart, for httpcore takes none in a URL."""
    parsed = httpx.URL(url)
    user = (parsed.username, parsed.password) if parsed.userinfo else None
    return httpcore.Proxy(
        httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=b"/"), auth=user
    )
