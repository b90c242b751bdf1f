"""The site over real HTTP: every page answers, answers 304 to whoever holds it, and survives bad clients."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo import Newsroom, Site, feeds, site
from monitor.demo.answers import Catalogue
from monitor.demo.places import Places
from monitor.errors import ConfigurationError

NEWSROOM = Newsroom.load(datetime(2025, 11, 24, 7, 15, tzinfo=UTC))


@pytest.fixture
async def served() -> AsyncIterator[Site]:
    async with Site(NEWSROOM) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def addresses(served: Site) -> list[str]:
    """Everything the newsroom serves, but for what is broken on purpose."""
    found = []
    for publisher in NEWSROOM.publishers:
        base = served.places.base(publisher)
        found += [f"{base}/", f"{base}/robots.txt"]
        if publisher.feed not in ("broken", "search"):
            found.append(base + feeds.path(publisher))
        if publisher.feed == "search":
            found += [f"{base}/rss/search?q=chatbot", f"{base}/api/v2/doc/doc?query=chatbot"]
    return found + [served.places.url(piece, "utm_source=rss") for piece in NEWSROOM.pieces]


async def test_everything_answers_and_nothing_is_sent_twice(served: Site, client: httpx.AsyncClient) -> None:
    for address in addresses(served):
        first = await client.get(address)
        assert first.status_code == 200, address
        assert first.content, address
        by_tag = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
        by_date = await client.get(address, headers={"If-Modified-Since": first.headers["last-modified"]})
        assert (by_tag.status_code, by_date.status_code) == (304, 304), address
        assert not by_tag.content
    assert {exchange.status for exchange in served.log} == {200, 304}
    assert len(served.log) == 3 * len(addresses(served))


async def test_another_tag_or_an_older_date_brings_the_page(served: Site, client: httpx.AsyncClient) -> None:
    address = served.places.url(NEWSROOM.pieces[0])
    for headers in (
        {"If-None-Match": '"another"'},
        {"If-Modified-Since": "Mon, 06 Jan 2020 10:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-None-Match": '"another"', "If-Modified-Since": "Mon, 06 Jan 2031 10:00:00 GMT"},
    ):
        assert (await client.get(address, headers=headers)).status_code == 200


async def test_a_second_run_of_the_same_newsroom_is_told_304(served: Site, client: httpx.AsyncClient) -> None:
    tags = {address: (await client.get(address)).headers["etag"] for address in addresses(served)}
    port = served.port
    await served.stop()
    async with Site(Newsroom.load(NEWSROOM.first_run), port=port) as again:
        assert again.places == served.places
        for address, tag in tags.items():
            assert (await client.get(address, headers={"If-None-Match": tag})).status_code == 304


async def test_each_publisher_has_an_address_of_its_own(served: Site) -> None:
    hosts = {httpx.URL(base).host for base in served.places.bases.values()}
    assert len(hosts) == len(NEWSROOM.publishers) or hosts == {"127.0.0.1"}
    assert all(host.startswith("127.") for host in hosts)


async def test_where_loopback_has_one_address_publishers_have_ports(
    monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
) -> None:
    monkeypatch.setattr(site, "_bindable", lambda _: False)
    async with Site(NEWSROOM) as served:
        assert served.blocks == ("127.0.0.1/32",)
        assert len({httpx.URL(base).port for base in served.places.bases.values()}) == len(NEWSROOM.publishers)
        for publisher in NEWSROOM.publishers:
            answer = await client.get(served.places.base(publisher) + "/")
            assert f"<h1>{publisher.title}</h1>".replace("&", "&amp;").replace("'", "&#39;") in answer.text


async def test_what_is_not_there_and_what_is_broken(served: Site, client: httpx.AsyncClient) -> None:
    base = served.places.base(NEWSROOM.publishers[0])
    broken = served.places.base(NEWSROOM.publisher("weathervane"))
    assert (await client.get(f"{base}/account/login")).status_code == 404
    assert (await client.get(f"{broken}/feed")).status_code == 500
    assert (await client.post(f"{base}/", content=b"x=1")).status_code == 405
    head = await client.head(f"{base}/")
    assert (head.status_code, head.content) == (200, b"")


async def test_a_body_is_compressed_for_whoever_takes_it(served: Site, client: httpx.AsyncClient) -> None:
    address = served.places.url(NEWSROOM.pieces[0])
    squeezed = await client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = await client.get(address, headers={"Accept-Encoding": "identity"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert squeezed.content == plain.content


@pytest.mark.parametrize(
    "sent", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET http://x/ HTTP/1.1\r\n\r\n", b"\xff\xfe" * 40_000, b""]
)
async def test_a_bad_client_harms_nobody(served: Site, client: httpx.AsyncClient, sent: bytes) -> None:
    url = httpx.URL(served.places.base(NEWSROOM.publishers[0]))
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(sent)
    writer.write_eof()
    await reader.read()
    writer.close()
    assert (await client.get(url.join("/"))).status_code == 200


async def test_a_port_that_is_taken_is_said_with_the_remedy(served: Site) -> None:
    with pytest.raises(ConfigurationError, match=r"--fresh"):
        await Site(NEWSROOM, port=served.port).start()


async def test_it_has_no_addresses_before_it_is_started() -> None:
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = Site(NEWSROOM).places


PLACES = Places.of(NEWSROOM, {each.name: f"http://127.2.0.1:8{each.feed[:1]}" for each in NEWSROOM.publishers})
CATALOGUE = Catalogue(NEWSROOM, PLACES)


@given(
    publisher=st.sampled_from(NEWSROOM.publishers),
    target=st.text(max_size=60).map(lambda text: f"/{text}") | st.text(max_size=40).map(lambda q: f"/rss/search?q={q}"),
    headers=st.dictionaries(st.sampled_from(["if-none-match", "if-modified-since"]), st.text(max_size=40)),
)
def test_any_request_has_an_answer(publisher: object, target: str, headers: dict[str, str]) -> None:
    answer = CATALOGUE.answer(publisher, target, headers)  # type: ignore[arg-type]
    assert answer.status in (200, 304, 400, 404, 500)
