import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpcore
import pytest
from fetching import TLS
from servers import Site, raw, says

from monitor.fetch.connections import Connections
from monitor.fetch.guard import Guard, GuardedBackend, SystemResolver


@asynccontextmanager
async def opened() -> AsyncIterator[Connections]:
    connections = Connections(GuardedBackend(Guard(["127.0.0.0/8"], SystemResolver())), TLS)
    yield connections
    await connections.aclose()


async def asked(connections: Connections, site: Site, path: str = "/news") -> bytes:
    """What a site answers; the answer is read and closed."""
    url = httpcore.URL(scheme=b"http", host=site.host.encode(), port=site.port, target=path.encode())
    headers = [(b"Host", site.host.encode())]
    answer = await connections.handle_async_request(httpcore.Request(b"GET", url, headers=headers))
    try:
        return b"".join([chunk async for chunk in answer.aiter_stream()])
    finally:
        await answer.aclose()


async def left(site: Site, count: int) -> None:
    """Wait until a site has so many connections open."""
    async with asyncio.timeout(2):
        while len(site.open) != count:
            await asyncio.sleep(0.01)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as served:
        served.routes["/news"] = says(b"news")
        yield served


async def test_a_connection_is_used_again_and_closed_at_the_end(site: Site) -> None:
    async with opened() as connections:
        assert [await asked(connections, site) for _ in range(3)] == [b"news"] * 3
        assert site.connections == len(site.open) == 1
    await left(site, 0)


async def test_two_requests_at_once_have_a_connection_each(site: Site) -> None:
    site.latency = 0.05
    async with opened() as connections:
        await asyncio.gather(*(asked(connections, site) for _ in range(2)))
        await asyncio.gather(*(asked(connections, site) for _ in range(2)))
    assert (site.connections, site.most_in_flight) == (2, 2)


async def test_one_that_its_server_closed_is_not_used_again(site: Site) -> None:
    async with opened() as connections:
        await asked(connections, site)
        for writer in site.open:
            writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
        assert await asked(connections, site) == b"news"
    assert site.connections == 2


async def test_one_that_idled_for_long_is_closed_when_another_host_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.fetch.connections.KEPT_OPEN", 0.1)
    async with Site("127.1.0.2") as other, opened() as connections:
        other.routes["/news"] = says(b"other")
        await asked(connections, site)
        await asyncio.sleep(0.15)
        await asked(connections, other)
        await left(site, 0)
        assert len(other.open) == 1


async def test_of_those_that_idle_the_first_are_closed_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.fetch.connections.KEPT_IDLE", 3)
    async with AsyncExitStack() as stack:
        sites = [await stack.enter_async_context(Site(f"127.1.0.{number}")) for number in range(1, 6)]
        connections = await stack.enter_async_context(opened())
        for each in sites:
            each.routes["/news"] = says(b"news")
            await asked(connections, each)
        for each, count in zip(sites, (0, 0, 1, 1, 1), strict=True):
            await left(each, count)
        await asked(connections, sites[2])
        assert sites[2].connections == 1


async def test_one_that_broke_off_is_not_kept(site: Site) -> None:
    site.routes["/broken"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnews")
    async with opened() as connections:
        with pytest.raises(httpcore.RemoteProtocolError):
            await asked(connections, site, "/broken")
        await left(site, 0)
        assert await asked(connections, site) == b"news"
    assert site.connections == 2


@pytest.mark.parametrize("warm", [False, True])
async def test_a_request_cancelled_at_any_step_leaves_no_connection_that_nobody_knows(site: Site, warm: bool) -> None:
    for steps in range(20):
        async with opened() as connections:
            if warm:
                await asked(connections, site)
            task = asyncio.create_task(asked(connections, site))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asked(connections, site)
            await left(site, 1)
        await left(site, 0)


async def test_a_connection_whose_answer_is_being_read_is_closed_at_the_end_too(site: Site) -> None:
    site.routes["/long"] = says(b"x" * 1_000_000)
    async with opened() as connections:
        url = httpcore.URL(scheme=b"http", host=site.host.encode(), port=site.port, target=b"/long")
        answer = await connections.handle_async_request(
            httpcore.Request(b"GET", url, headers=[(b"Host", site.host.encode())])
        )
        await anext(aiter(answer.aiter_stream()))
    await left(site, 0)


async def test_an_answer_closed_twice_gives_its_connection_back_once(site: Site) -> None:
    async with opened() as connections:
        url = httpcore.URL(scheme=b"http", host=site.host.encode(), port=site.port, target=b"/news")
        answer = await connections.handle_async_request(
            httpcore.Request(b"GET", url, headers=[(b"Host", site.host.encode())])
        )
        assert b"".join([chunk async for chunk in answer.aiter_stream()]) == b"news"
        await answer.aclose()
        await answer.aclose()
        site.latency = 0.05
        await asyncio.gather(*(asked(connections, site) for _ in range(2)))
        assert site.connections == 2
