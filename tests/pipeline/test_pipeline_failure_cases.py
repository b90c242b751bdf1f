"""Failures that other readers of news had, each through all of polling and reading; docs/fetching.md lists them."""

import asyncio
import gzip
import sqlite3
import zlib
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

import pytest
from pipeline_house import NOW, House, item, page, rss
from servers import Request, Route, Site, bomb, redirects, says

from monitor.models import Article, Entry, FeedState
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.reading import fetching
from monitor.pipeline.tally import Tally

XML = {"content_type": "application/xml"}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        yield running


async def looked(house: House) -> Tally:
    """Every source asked, every page that waits read."""
    async with house.context() as context:
        tally = await poll(context, [source.name for source in context.settings.sources])
        waiting = [entry.id or 0 for entry in house.rows(Entry)]
        return tally + await fetching.read(context, waiting)


def entries(house: House) -> list[Entry]:
    return sorted(house.rows(Entry), key=lambda entry: entry.url)


@pytest.mark.parametrize("inside", ["100.64.0.1", "100.127.255.254", "0x64400001", "[::ffff:100.100.100.200]"])
async def test_2_the_addresses_of_carriers_are_private_wherever_they_stand(
    house: House, site: Site, inside: str, connected: list[str]
) -> None:
    site.routes |= {
        "/feed": says(rss(item(f"http://{inside}/"), item(site.url("/1"))), **XML),
        "/1": redirects(f"http://{inside}/latest/meta-data/"),
        "/moved": redirects(f"http://{inside}/feed", 301),
    }
    house.sources(wire=site.url("/feed"), moved=site.url("/moved"))
    tally = await looked(house)
    assert (tally.refused, tally.sources_failed) == (2, 1)
    assert set(connected) == {site.host}


DISAGREED = [
    "http://{inside}#@{outside}/",
    "http://{inside}?@{outside}/",
    "http://{inside}\\@{outside}/",
    "http://{outside}@{inside}/",
    "http://{outside}\\@{inside}/",
    "http://{outside}%2f@{inside}/",
    "http://{outside}%00@{inside}/",
    "http:{inside}/",
    "http:/{inside}/",
    "http:\\\\{inside}/",
    "//{inside}/",
    "ht\ttp://{inside}/",
    "http://{inside}\n.{outside}/",
]
"""Addresses of which parsers of different languages name different hosts."""


@pytest.mark.parametrize("form", DISAGREED)
async def test_3_an_address_on_whose_host_parsers_disagree_leads_nowhere_inside(
    house: House, site: Site, form: str
) -> None:
    async with Site("127.0.0.1") as inside:
        address = form.format(inside=f"127.0.0.1:{inside.port}", outside=f"127.1.0.1:{site.port}")
        site.routes |= {
            "/feed": says(rss(item(escape(address)), item(site.url("/1"))), **XML),
            "/1": redirects(quote(address, safe=":/@?#%\\")),
        }
        house.sources(wire=site.url("/feed"))
        await looked(house)
        assert inside.connections == 0
    assert "stored" not in {entry.state for entry in entries(house)}


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/feed", "http://169.254.169.254/", "file:///etc/passwd"])
async def test_4_a_feed_that_moves_inside_is_refused_and_its_address_not_kept(
    house: House, site: Site, target: str
) -> None:
    site.routes["/feed"] = redirects(target, 301)
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).sources_failed == 1
    (state,) = house.rows(FeedState)
    assert (state.resolved_url, state.failures) == ("", 1)


async def test_4_a_page_that_announces_a_file_as_its_feed_leads_nowhere(house: House, site: Site) -> None:
    site.routes["/"] = says(b'<head><link rel=alternate type="application/rss+xml" href="file:///etc/passwd"></head>')
    house.sources(wire=site.url("/"))
    tally = await looked(house)
    assert tally.sources_failed == 1
    assert "announces no feed" in tally.failures[0].error


async def test_5_addresses_inside_entries_pass_the_same_guard(house: House, site: Site) -> None:
    async with Site("127.0.0.1") as inside:
        inside.routes["/admin"] = says(page("Secret"))
        site.routes["/feed"] = says(
            rss(item(inside.url("/admin")), item("http://0x7f000001/"), item("ftp://a/b")), **XML
        )
        house.sources(wire=site.url("/feed"))
        assert (await looked(house)).refused == 2
        assert inside.connections == 0
    assert [entry.state for entry in entries(house)] == ["refused", "refused"]


PACKED = {
    "gzip bomb": (bomb(60_000_000), "gzip", "grew past"),
    "deflate bomb": (zlib.compress(bytes(60_000_000)), "deflate", "encoded as deflate"),
    "br bomb": (b"\x5b\xff\xff\xff" * 99, "br", "encoded as br"),
    "stacked bomb": (bomb(60_000_000, 2), "gzip, gzip", "encoded 2 times over"),
    "cut": (gzip.compress(rss(item("http://127.1.0.1/lost")))[:-9], "gzip", "its gzip has no end"),
}


@pytest.mark.parametrize("name", PACKED)
async def test_9_what_is_packed_to_harm_or_cut_off_fails_alone_as_a_feed_and_as_a_page(
    house: House, site: Site, name: str
) -> None:
    body, encoding, reason = PACKED[name]
    site.routes |= {
        "/packed": says(body, content_encoding=encoding, **XML),
        "/feed": says(rss(item(site.url("/page")), item(site.url("/1"))), **XML),
        "/page": says(body, content_encoding=encoding),
        "/1": says(page("Cranes")),
    }
    house.sources(wire=site.url("/feed"), packed=site.url("/packed"))
    tally = await looked(house)
    assert (tally.sources_failed, tally.pages_failed, tally.stored) == (1, 1, 1)
    assert [reason in failure.error for failure in tally.failures] == [True, True]


@pytest.mark.parametrize("layers", [1, 2])
async def test_9_a_sitemap_that_is_itself_a_bomb_fails_alone(house: House, site: Site, layers: int) -> None:
    site.routes |= {
        "/sitemap.xml.gz": says(bomb(60_000_000, layers), content_type="application/gzip"),
        "/feed": says(rss(item(site.url("/1"))), **XML),
        "/1": says(page("Cranes")),
    }
    house.sources(map=site.url("/sitemap.xml.gz"), wire=site.url("/feed"))
    tally = await looked(house)
    assert (tally.sources_failed, tally.stored) == (1, 1)


async def test_11_12_a_feed_with_entities_is_read_without_them(house: House, site: Site) -> None:
    bombs = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "boom" * 10}">' for n in range(12))
    feed = rss(item(site.url("/1"), title="Before &b11; &file; after")).decode()
    doctype = f'<!DOCTYPE rss [{bombs}<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    site.routes["/feed"] = says((doctype + feed).encode(), **XML)
    site.routes["/1"] = says(page("Cranes"))
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).stored == 1
    (entry,) = entries(house)
    assert (entry.title.startswith("Before"), len(entry.title) < 100) == (True, True)


TITLE, SENTENCE = "Краны вернулись на побережье", "Краны вернулись на побережье после долгой зимы, сообщил порт."


@pytest.mark.parametrize(
    ("encoding", "named", "declared"),
    [
        ("cp1251", "utf-8", "windows-1251"),
        ("cp1251", "", "windows-1251"),
        ("cp1251", "windows-1251", "utf-8"),
        ("cp1251", "klingon", "windows-1251"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-8", "windows-1251", ""),
        ("utf-8", "us-ascii", "windows-1251"),
        ("koi8-r", "koi8-r", ""),
    ],
)
async def test_13_where_header_and_declaration_disagree_the_encoding_that_fits_is_taken(
    house: House, site: Site, encoding: str, named: str, declared: str
) -> None:
    charset = f"; charset={named}" if named else ""
    head = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    meta = f"<meta charset={declared}>" if declared else ""
    feed = head + rss(item(site.url("/1"), title=TITLE)).decode()
    html = page(TITLE, [SENTENCE] * 8, head=meta).decode()
    site.routes |= {
        "/feed": says(feed.encode(encoding), content_type=f"application/rss+xml{charset}"),
        "/1": says(html.encode(encoding), content_type=f"text/html{charset}"),
    }
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).stored == 1
    (entry,), (article,) = house.rows(Entry), house.rows(Article)
    assert (entry.title, article.title) == (TITLE, TITLE)
    assert SENTENCE in article.text


@pytest.mark.parametrize("stated", ["Fri, 01 Jan 0200 00:00:00 GMT", "yesterday", "Tue,"])
async def test_14_a_date_that_cannot_be_is_none_and_the_entry_is_news(house: House, site: Site, stated: str) -> None:
    feed = rss(item(site.url("/1"), published=None)).replace(b"</item>", f"<pubDate>{stated}</pubDate></item>".encode())
    site.routes |= {"/feed": says(feed, **XML), "/1": says(page("Cranes"))}
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).stored == 1
    (article,) = house.rows(Article)
    assert article.published == NOW


async def test_15_a_date_a_century_ahead_is_clamped(house: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item(site.url("/1"), published=datetime(2126, 1, 1, tzinfo=UTC))), **XML)
    site.routes["/1"] = says(page("Cranes"))
    house.sources(wire=site.url("/feed"))
    await looked(house)
    (article,) = house.rows(Article)
    assert (article.published, article.published_clamped) == (NOW, True)


async def test_16_a_page_of_a_million_elements_ends_and_the_others_are_read(house: House, site: Site) -> None:
    monstrous = b"<html><body><table>" + b"<tr><td colspan=9007199254740991>x" * 250_000 + b"</table></body></html>"
    site.routes["/feed"] = says(rss(item(site.url("/1")), item(site.url("/2"))), **XML)
    site.routes |= {"/1": says(monstrous), "/2": says(page("Cranes"))}
    house.sources(wire=site.url("/feed"))
    tally = await looked(house)
    assert (tally.stored, tally.pages_failed) == (1, 1)


async def test_17_when_every_identifier_changes_nothing_is_new(house: House, site: Site) -> None:
    def feed(build: int, mark: str) -> bytes:
        items = [item(site.url(f"/{n}{mark}")).replace("</item>", f"<guid>{build}-{n}</guid></item>") for n in (1, 2)]
        return rss(*items)

    site.routes |= {"/feed": says(feed(1, ""), **XML), "/1": says(page("One")), "/2": says(page("Two"))}
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).new == 2
    for build, mark in ((2, ""), (3, "?utm_source=rss"), (4, "#top")):
        site.routes["/feed"] = says(feed(build, mark), **XML)
        tally = await looked(house)
        assert (tally.listed, tally.new, tally.fetched) == (2, 0, 0)


async def test_18_identifiers_that_are_alike_empty_or_none_hide_no_entry(house: House, site: Site) -> None:
    same = [
        item(site.url(f"/{name}")).replace("</item>", "<guid isPermaLink='false'>same</guid></item>") for name in "ab"
    ]
    other = [
        item(site.url("/c")).replace("</item>", "<guid></guid></item>"),
        item(site.url("/d")),
        item(site.url("/D")),
    ]
    site.routes["/feed"] = says(rss(*same, *other, item(site.url("/d"))), **XML)
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).new == 5


async def test_20_a_source_added_is_asked_once(house: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item(site.url("/1"))), **XML)
    house.sources(wire=site.url("/feed"))
    await looked(house)
    assert len(site.asked("/feed")) == 1


async def test_22_of_many_feeds_on_one_host_that_has_had_enough_few_are_asked(house: House, site: Site) -> None:
    names = [f"f{number}" for number in range(12)]
    site.routes |= {f"/{name}": says(b"", 403) for name in names}
    house.sources(**{name: site.url(f"/{name}") for name in names})
    tally = await looked(house)
    asked = sum(path != "/robots.txt" for path in site.paths())
    assert 3 <= asked < 6
    assert (tally.polled, tally.sources_failed, tally.put_off) == (asked, asked, 12 - asked)
    assert sum(state.failures == 0 and state.error == "" for state in house.rows(FeedState)) == 12 - asked


async def test_a_link_that_only_a_script_can_follow_is_marked_and_never_asked(house: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item("https://news.google.com/rss/articles/" + "CBMiK0FVX3lxTE5hYmNkZWZn")), **XML)
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).refused == 1
    (entry,) = entries(house)
    assert (entry.state, "only a script" in entry.error) == ("refused", True)


async def test_24_while_anything_is_asked_others_can_write(house: House, site: Site) -> None:
    """A reader's click must be kept while pages are fetched: no transaction is open while anybody is waited for."""
    waited: list[str] = []

    def with_a_writer(answer: Route) -> Route:
        async def route(request: Request, writer: asyncio.StreamWriter) -> None:
            with closing(sqlite3.connect(house.root / "var/monitor.db", timeout=0)) as other, other:
                other.execute("BEGIN IMMEDIATE")
            waited.append(request.path)
            await answer(request, writer)

        return route

    pages = {f"/{number}": says(page(f"Cranes {number}")) for number in range(60)}
    feed = says(rss(*(item(site.url(path)) for path in pages)), **XML)
    routes = {"/robots.txt": says(b"User-agent: *"), "/feed": feed, **pages}
    site.routes |= {path: with_a_writer(route) for path, route in routes.items()}
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).stored == 60
    assert sorted(waited) == sorted(routes)
