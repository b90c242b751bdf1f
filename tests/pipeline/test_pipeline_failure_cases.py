"""Failures that other readers of news had, each through all of polling and reading; docs/fetching.md lists them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pipeline_house import NOW, House, item, page, rss
from servers import Site, redirects, says

from monitor.models import Article, Entry, FeedState
from monitor.pipeline import reading
from monitor.pipeline.polling import poll
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
        return tally + await reading.read(context, waiting)


def entries(house: House) -> list[Entry]:
    return sorted(house.rows(Entry), key=lambda entry: entry.url)


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
    assert (await looked(house)).sources_failed == 12
    assert sum(path != "/robots.txt" for path in site.paths()) < 6


async def test_a_link_that_only_a_script_can_follow_is_marked_and_never_asked(house: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item("https://news.google.com/rss/articles/" + "CBMiK0FVX3lxTE5hYmNkZWZn")), **XML)
    house.sources(wire=site.url("/feed"))
    assert (await looked(house)).refused == 1
    (entry,) = entries(house)
    assert (entry.state, "only a script" in entry.error) == ("refused", True)
