import asyncio
import base64
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from fetching import TLS, client, settings
from servers import Site, head, raw, resets, says

from monitor.errors import FetchError, Refused
from monitor.fetch.client import Client

PAGE = b"<p>news</p>"
CERTIFICATE = Path(__file__).parents[1] / "data" / "fetch" / "good.example.pem"


@pytest.fixture
def asked_for() -> list[str]:
    """The host names that TLS asked for."""
    return []


@pytest.fixture
def served(asked_for: list[str]) -> ssl.SSLContext:
    """The certificate of good.example, for a site to serve with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    return context


def trusting(*trusted: Path, **changes: object) -> Client:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.1.0.1"]

    context = ssl.create_default_context(cafile=trusted[0]) if trusted else TLS
    return Client(settings(**changes), resolver=resolve, tls=context)


async def test_the_name_stays_what_tls_and_http_ask_for(served: ssl.SSLContext, asked_for: list[str]) -> None:
    async with Site("127.1.0.1", tls=served) as site, trusting(CERTIFICATE) as fetch:
        site.routes["/news"] = says(PAGE)
        page = await fetch.get(f"https://good.example:{site.port}/news")
        assert page.content == PAGE
    assert set(asked_for) == {"good.example"}
    assert {request.headers["host"] for request in site.requests} == {f"good.example:{site.port}"}


async def test_large_pages_come_whole_over_one_secured_connection(served: ssl.SSLContext) -> None:
    page = b"<p>" + bytes(range(32, 127)) * 40_000
    async with Site("127.1.0.1", tls=served) as site, trusting(CERTIFICATE) as fetch:
        site.routes["/news"] = says(page)
        for _ in range(3):
            assert (await fetch.get(f"https://good.example:{site.port}/news")).content == page
        assert site.connections == 1


async def test_a_secured_connection_that_breaks_off_is_no_whole_answer(served: ssl.SSLContext) -> None:
    async with Site("127.1.0.1", tls=served) as site, trusting(CERTIFICATE, respect_robots=False) as fetch:
        site.routes["/cut"] = raw(head(200, {"content_type": "text/html", "content_length": "9999"}) + PAGE)
        site.routes["/reset"] = resets(head(200, {"content_type": "text/html"}))
        for path in ("/cut", "/reset"):
            with pytest.raises(FetchError, match=r"no whole HTTP answer|broke off"):
                await fetch.get(f"https://good.example:{site.port}{path}")
        await asyncio.sleep(0.05)
        assert not site.open


async def test_a_certificate_for_another_name_does_not_hold(served: ssl.SSLContext) -> None:
    async with Site("127.1.0.1", tls=served) as site, trusting(CERTIFICATE, respect_robots=False) as fetch:
        with pytest.raises(FetchError, match=r"certificate does not hold: .*other\.example"):
            await fetch.get(f"https://other.example:{site.port}/news")
        assert site.requests == []


async def test_a_certificate_that_nobody_vouches_for_does_not_hold(served: ssl.SSLContext) -> None:
    async with Site("127.1.0.1", tls=served) as site, trusting(respect_robots=False) as fetch:
        with pytest.raises(FetchError, match="certificate does not hold: self-signed"):
            await fetch.get(f"https://good.example:{site.port}/news")


async def test_https_to_a_server_that_speaks_none() -> None:
    async with Site("127.1.0.1") as site, trusting(respect_robots=False, timeout=timedelta(seconds=0.3)) as fetch:
        with pytest.raises(FetchError, match=r"no (answer|secure connection)"):
            await fetch.get(f"https://good.example:{site.port}/news")
        await asyncio.sleep(0.05)
        assert not site.open


# -- proxies --------------------------------------------------------------------------------------------------------


async def test_proxies_named_in_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Site("127.1.0.1") as site, Site("127.9.9.9") as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        site.routes["/news"] = says(PAGE)
        async with client() as fetch:
            assert (await fetch.get(site.url("/news"))).content == PAGE
        assert proxy.connections == 0


async def test_a_proxy_may_be_private_but_not_what_it_is_asked_for() -> None:
    names = {"good.example": "8.8.8.8", "inside.example": "10.0.0.1"}
    async with Site("127.0.0.1") as proxy:
        proxy.routes["http://good.example/news"] = says(PAGE)
        proxied = f"http://user:p%40ss@127.0.0.1:{proxy.port}"
        async with client(names=names, proxy=proxied) as fetch:
            assert (await fetch.get("http://good.example/news")).content == PAGE
            asked = len(proxy.requests)
            for url in (
                "http://inside.example/",
                "http://127.0.0.1/",
                "http://169.254.169.254/",
                "https://inside.example/",
            ):
                with pytest.raises(Refused):
                    await fetch.get(url)
        assert len(proxy.requests) == asked == 2
    credentials = base64.b64encode(b"user:p@ss").decode()
    assert {request.headers["proxy-authorization"] for request in proxy.requests} == {f"Basic {credentials}"}
    assert proxy.paths() == ["http://good.example/robots.txt", "http://good.example/news"]


async def test_a_proxy_that_takes_no_connection_is_named_by_its_setting() -> None:
    async with client(proxy="http://127.0.0.1:1") as fetch:
        with pytest.raises(
            FetchError, match=r"no connection to the proxy that fetch\.proxy names \(connection refused\)"
        ):
            await fetch.get("http://127.1.0.1/news", purpose="page")


async def test_https_goes_through_a_proxy_as_a_tunnel() -> None:
    async with Site("127.0.0.1") as proxy:
        proxy.routes["good.example:443"] = raw(head(403, {"content_length": "0"}))
        proxied = f"http://127.0.0.1:{proxy.port}"
        async with client(names={"good.example": "8.8.8.8"}, proxy=proxied, respect_robots=False) as fetch:
            with pytest.raises(FetchError, match=r"the proxy refused \(403"):
                await fetch.get("https://good.example/news")
    assert (proxy.requests[0].method, proxy.requests[0].path) == ("CONNECT", "good.example:443")


async def test_a_proxy_that_is_not_there() -> None:
    async with client(names={"good.example": "8.8.8.8"}, proxy="http://127.0.0.1:9", respect_robots=False) as fetch:
        with pytest.raises(FetchError, match="no connection"):
            await fetch.get("http://good.example/")
