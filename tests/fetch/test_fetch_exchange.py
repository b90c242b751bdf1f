import asyncio
import gzip
import resource
import tracemalloc
from collections.abc import Mapping
from datetime import timedelta

import pytest
from fetching import client
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Route, Site, bomb, drips, endless, head, raw, resets, says, silent, trickles

from monitor.errors import FetchError
from monitor.fetch.settings import LEAST_SIZE
from monitor.models import Page

PAGE = b"<p>news</p>" * 100

MISBEHAVIOUR: dict[str, tuple[Route, str]] = {
    "closes without a word": (raw(b""), "no whole HTTP answer"),
    "resets without a word": (resets(), "the connection broke off"),
    "resets within the head": (resets(b"HTTP/1.1 200 OK\r\nContent-"), "the connection broke off"),
    "resets within the body": (resets(head(200, {"content_length": "9999"}) + PAGE), "the connection broke off"),
    "sends less than it announced": (raw(head(200, {"content_length": "9999"}) + PAGE), "no whole HTTP answer"),
    "breaks off between chunks": (
        raw(head(200, {"transfer_encoding": "chunked"}) + b"5\r\nhello\r\n"),
        "no whole HTTP answer",
    ),
    "sends broken chunks": (raw(head(200, {"transfer_encoding": "chunked"}) + b"x\r\nhello"), "no whole HTTP answer"),
    "speaks another language": (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "no whole HTTP answer"),
    "sends an endless head": (raw(b"HTTP/1.1 200 OK\r\n" + b"X-Long: y\r\n" * 20_000), "no whole HTTP answer"),
    "sends two lengths": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), "no whole HTTP"),
    "sends a negative length": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxx"), "no whole HTTP answer"),
    "never answers": (silent(), r"no answer within 1 s"),
    "drips": (drips(PAGE, 0.02), r"the answer was not complete within 1 s"),
    "drips its head": (trickles(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: y\r\n" * 99, 0.02), r"no answer within 1 s"),
    "never ends": (endless(), r"the answer grew past 1 MB$"),
    "never ends, zipped": (
        endless(gzip.compress(b""), content_encoding="gzip"),
        r"the answer grew past 1 MB decoded|not complete within",
    ),
    "announces too much": (raw(head(200, {"content_length": "99999999"}) + PAGE), "announces more than 1 MB"),
    "breaks its gzip off": (says(gzip.compress(PAGE)[:-9], 200, content_encoding="gzip"), "broke off"),
    "calls gzip what is none": (says(PAGE, 200, content_encoding="gzip"), "not the gzip that it claims to be"),
    "zips twice": (says(bomb(3_000_000, 2), 200, content_encoding="gzip, gzip"), "encoded 2 times over"),
    "zips otherwise": (says(PAGE, 200, content_encoding="br"), "encoded as br, which was not asked for"),
    "switches protocols": (
        raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "no whole HTTP",
    ),
    "continues for ever": (raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "no whole HTTP answer"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
async def test_a_server_that_misbehaves_gives_an_error_that_says_how(name: str) -> None:
    route, reason = MISBEHAVIOUR[name]
    quick = timedelta(seconds=1)  # long enough for a busy machine to be given its robots.txt
    async with Site("127.1.0.1") as site, client(max_page=1_000_000, timeout=quick) as fetch:
        site.routes["/bad"] = route
        site.routes["/good"] = says(PAGE)
        with pytest.raises(FetchError, match=reason) as raised:
            await fetch.get(site.url("/bad"))
        assert type(raised.value) is FetchError
        assert raised.value.url == site.url("/bad")
        assert raised.value.__cause__ is not None
        assert (await fetch.get(site.url("/good"))).content == PAGE


async def test_nobody_there() -> None:
    async with client(respect_robots=False) as fetch:
        with pytest.raises(FetchError, match=r"no connection \(connection refused\)"):
            await fetch.get("http://127.1.0.1:9/")
        with pytest.raises(FetchError, match="does not resolve"):
            await fetch.get("http://nobody.example/")


async def test_a_bomb_is_stopped_at_the_limit() -> None:
    """300 MB of zeros in 1.3 MB: both the memory of our objects and that of the process stay near the limit."""
    packed = bomb(300_000_000)
    async with Site("127.1.0.1") as site, client(max_page=2_000_000) as fetch:
        site.routes["/bomb"] = says(packed, 200, content_encoding="gzip")
        site.routes["/news"] = says(PAGE)
        await fetch.get(site.url("/news"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        tracemalloc.start()
        with pytest.raises(FetchError, match="grew past 2 MB decoded"):
            await fetch.get(site.url("/bomb"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 10_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


async def test_an_error_that_is_kept_keeps_no_content() -> None:
    """A run keeps its failures to list them; their frames must not hold what was read."""
    async with Site("127.1.0.1") as site, client(max_page=2_000_000, timeout=timedelta(seconds=0.5)) as fetch:
        site.routes["/endless"] = endless()
        site.routes["/short"] = raw(head(200, {"content_length": "1900000"}) + b"x" * 1_800_000)
        await asyncio.gather(fetch.get(site.url("/endless")), return_exceptions=True)
        tracemalloc.start()
        paths = ["/endless", "/short"] * 5
        errors = await asyncio.gather(*(fetch.get(site.url(path)) for path in paths), return_exceptions=True)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    assert all(isinstance(error, FetchError) for error in errors)
    assert held < 3_000_000


async def test_a_connection_is_used_again_after_pages_errors_and_not_modified() -> None:
    async with Site("127.1.0.1") as site, client(per_host=1) as fetch:
        site.routes["/news"] = says(PAGE, etag='"1"')
        for path in ("/news", "/missing", "/news"):
            await asyncio.gather(fetch.get(site.url(path)), return_exceptions=True)
        await fetch.get(site.url("/news"), etag='"1"')
    assert len(site.requests) == 5
    assert site.connections == 1


async def test_a_long_error_is_not_read_to_its_end() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = raw(head(500, {"content_length": "99999999"}))
        with pytest.raises(FetchError, match="answered 500"):
            await fetch.get(site.url("/news"))


async def test_an_error_whose_body_never_comes_is_that_error_all_the_same() -> None:
    async def route(request: object, writer: asyncio.StreamWriter) -> None:
        writer.write(head(500, {"content_length": "10"}))
        await writer.drain()
        await asyncio.sleep(60)

    async with Site("127.1.0.1") as site, client(timeout=timedelta(seconds=5)) as fetch:
        site.routes["/news"] = route
        with pytest.raises(FetchError, match="answered 500"):
            await asyncio.wait_for(fetch.get(site.url("/news")), 3)


NAMES = st.sampled_from(
    [
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "etag",
        "location",
        "retry-after",
        "set-cookie",
        "transfer-encoding",
        "x-any",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["0", "5", "-1", "99999999999", "chunked", "gzip", "gzip, gzip", "br", "close", "keep-alive"]),
    st.sampled_from(
        ["/elsewhere", "file:///etc", "http://127.9.9.9/", "http://[", "//", "text/html", "image/png", "60"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)
BODIES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=50).map(gzip.compress),
    st.just(b"5\r\nhello\r\n0\r\n\r\n"),
    st.sampled_from([LEAST_SIZE, LEAST_SIZE + 1]).map(lambda size: gzip.compress(b"x" * size)),
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    headers: Mapping[str, str] = draw(st.dictionaries(NAMES, VALUES, max_size=4))
    lines = [f"HTTP/1.{draw(st.integers(0, 2))} {draw(st.integers(0, 1000))} x"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + draw(BODIES)


@settings(max_examples=max(150, settings.default.max_examples), deadline=None)
@given(st.one_of(st.binary(max_size=300), answers()), st.sampled_from(["feed", "page"]), st.booleans())
def test_any_answer_gives_a_page_or_an_error_of_ours(answer: bytes, purpose: str, as_robots: bool) -> None:
    async def ask() -> None:
        quick = timedelta(seconds=1)
        async with Site("127.1.0.1") as site, client(timeout=quick, max_page=LEAST_SIZE, max_feed=LEAST_SIZE) as fetch:
            site.routes["/robots.txt" if as_robots else "/news"] = raw(answer)
            [result] = await asyncio.gather(
                fetch.get(site.url("/news"), purpose=purpose, etag='"1"'),  # type: ignore[arg-type]
                return_exceptions=True,
            )
            if isinstance(result, Page):
                assert result.status in (200, 304)
                assert bool(result.content) is not result.not_modified
            else:
                assert isinstance(result, FetchError), repr(result)
                assert result.url == site.url("/news")
                assert result.reason.isprintable()

    asyncio.run(ask())
