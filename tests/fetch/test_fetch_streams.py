import asyncio
import os
import ssl

import httpcore
import pytest
from servers import Request, Site, resets, says

from monitor.fetch.streams import Backend, Stream, connect

ASK = b"GET /news HTTP/1.1\r\n\r\n"
MUCH = 30_000_000  # more than the buffers of two sockets on loopback


async def test_what_comes_in_is_read_in_pieces_to_its_end() -> None:
    async with Site("127.1.0.1") as site:
        site.routes["/news"] = says(b"0123456789")
        stream = await connect("127.1.0.1", site.port, 1.0)
        await stream.write(ASK)
        read = b""
        while not read.endswith(b"0123456789"):
            piece = await stream.read(7, 1.0)
            assert 0 < len(piece) <= 7
            read += piece
        await stream.aclose()
    assert read.startswith(b"HTTP/1.1 200")


async def test_whoever_sends_more_than_is_read_has_to_wait() -> None:
    sent = 0

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while sent < MUCH:
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    async with Site("127.1.0.1") as site:
        site.routes["/news"] = route
        stream = await connect("127.1.0.1", site.port, 1.0)
        await stream.write(ASK)
        await stream.read(1, 1.0)
        await asyncio.sleep(0.3)
        assert sent < MUCH
        received = 1
        while received < MUCH:
            received += len(await stream.read(65_536, 1.0))
        await stream.aclose()
    assert sent == received == MUCH


async def test_a_connection_that_is_reset_is_no_end() -> None:
    async with Site("127.1.0.1") as site:
        site.routes["/news"] = resets()
        stream = await connect("127.1.0.1", site.port, 1.0)
        await stream.write(ASK)
        with pytest.raises(httpcore.ReadError, match="reset"):
            await stream.read(100, 1.0)
        with pytest.raises(httpcore.WriteError, match="reset"):
            await stream.write(ASK)


async def test_reading_and_connecting_have_their_time() -> None:
    async with Site("127.1.0.1") as site:
        stream = await connect("127.1.0.1", site.port, 1.0)
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(100, 0.05)
        await stream.aclose()
    with pytest.raises(httpcore.ConnectTimeout):
        await connect("127.1.0.1", site.port, 0.0)
    with pytest.raises(httpcore.ConnectError):
        await connect("127.1.0.1", site.port, 1.0)


async def test_an_idle_connection_is_readable_once_its_server_left() -> None:
    async with Site("127.1.0.1") as site:
        stream = await connect("127.1.0.1", site.port, 1.0)
        await asyncio.sleep(0.05)
        assert not stream.get_extra_info("is_readable")
        for writer in site.open:
            writer.close()
        await asyncio.sleep(0.05)
        assert stream.get_extra_info("is_readable")
        assert await stream.read(100) == b""
    assert stream.get_extra_info("nothing of the kind") is None


async def test_what_came_in_unasked_is_noticed_before_asyncio_hears_of_it() -> None:
    async with Site("127.1.0.1") as site:
        stream = await connect("127.1.0.1", site.port, 1.0)
        await asyncio.sleep(0.05)
        for writer in site.open:
            os.write(writer.get_extra_info("socket").fileno(), b"unasked")
        assert stream.get_extra_info("is_readable")
        await stream.aclose()


async def test_a_cancelled_handshake_closes_its_connection() -> None:
    async with Site("127.1.0.1") as site:
        stream = await connect("127.1.0.1", site.port, 1.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await stream.start_tls(ssl.create_default_context(), "good.example")
        await asyncio.sleep(0.05)
        assert not site.open


@pytest.mark.parametrize("name", ["good.example", ".no-certificate-can-be-for.this"])
async def test_a_failed_handshake_closes_its_connection(name: str) -> None:
    async with Site("127.1.0.1") as site:
        stream = await connect("127.1.0.1", site.port, 1.0)
        with pytest.raises(httpcore.ConnectError):
            await stream.start_tls(ssl.create_default_context(), name, 0.1)
        await asyncio.sleep(0.05)
        assert not site.open


async def test_a_name_is_tried_at_each_of_its_addresses() -> None:
    async with Site("127.0.0.1") as site:  # localhost is ::1, too, where nobody answers
        stream = await Backend().connect_tcp("localhost", site.port, 1.0)
        assert isinstance(stream, Stream)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", site.port)
        await stream.aclose()
