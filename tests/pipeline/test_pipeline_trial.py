"""One trial of an address: it finds what a poll would find, and keeps nothing."""

from collections.abc import AsyncIterator

import pytest
from pipeline_house import House, index, item, page, rss, sitemap
from servers import Site, says

from monitor.models import FeedState, Source
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.polling.trial import Trial, try_source

XML = {"content_type": "application/xml"}
LINKS = b"".join(b'<h3><a href="/a%d">The port opens its gate number %d</a></h3>' % (n, n) for n in range(3))
LINK = '<link rel=alternate type="application/rss+xml" href="{}">'


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        running.routes |= {
            "/feed": says(rss(item(running.url("/1"), "One"), item(running.url("/2"), "Two")), **XML),
            "/empty": says(rss(), **XML),
            "/garbage": says(bytes(range(256)) * 9, content_type="application/octet-stream"),
            "/page": says(page("Home", head=LINK.format("/gone") + LINK.format("/empty") + LINK.format("/feed"))),
            "/plain": says(page("Plain")),
            "/map": says(sitemap(running.url("/3")), **XML),
            "/index": says(index(running.url("/gone.xml"), running.url("/map")), **XML),
            "/itself": says(index(running.url("/itself")), **XML),
            "/broken": says(b"", status=500),
            "/harbour": says(page("Harbour", head=LINK.format("/broken")).replace(b"<main>", b"<main>" + LINKS)),
        }
        yield running


async def tried(house: House, url: str, **keys: str) -> Trial:
    async with house.context() as context:
        return await try_source(context.client, Source("wire", url, **keys))


@pytest.mark.parametrize(
    ("path", "kind", "entries", "feed"),
    [
        ("/feed", "rss", 2, "/feed"),
        ("/empty", "rss", 0, "/empty"),
        ("/page", "rss", 2, "/feed"),
        ("/map", "sitemap", 1, "/map"),
        ("/index", "sitemap", 1, "/index"),
        ("/harbour", "html", 3, "/harbour"),
    ],
)
async def test_what_lists_news_is_found(
    house: House, site: Site, path: str, kind: str, entries: int, feed: str
) -> None:
    trial = await tried(house, site.url(path))
    assert (trial.error, trial.kind, len(trial.entries), trial.feed) == ("", kind, entries, site.url(feed))
    assert house.rows(FeedState) == []


async def test_what_robots_txt_names_is_found_behind_a_page(house: House, site: Site) -> None:
    site.routes["/robots.txt"] = says(f"Sitemap: {site.url('/index')}".encode())
    trial = await tried(house, site.url("/plain"))
    assert (trial.feed, len(trial.entries)) == (site.url("/index"), 1)


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
async def test_a_page_is_none_of_what_a_source_was_declared_as(house: House, site: Site, kind: str) -> None:
    trial = await tried(house, site.url("/page"), kind=kind)
    assert f'is a page, and source "wire" is declared as {kind}' in trial.error
    assert "/feed" not in site.paths()
    assert (await tried(house, site.url("/page"), kind="page")).error == ""


async def test_a_poll_finds_the_same(house: House, site: Site) -> None:
    site.routes["/robots.txt"] = says(f"Sitemap: {site.url('/index')}".encode())
    for path in ("/feed", "/page", "/plain", "/map", "/index"):
        trial = await tried(house, site.url(path))
        house.sources(**{path[1:]: site.url(path)})
        async with house.context() as context:
            tally = await poll(context, [path[1:]])
        state = next(each for each in house.rows(FeedState) if each.source == path[1:])
        assert tally.listed == len(trial.entries)
        assert state.resolved_url in ("", trial.feed)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/plain", "lists no news: it is html"),
        ("/itself", "lists no news: it is sitemap-index"),
        ("/broken", "answered 500"),
        ("/nowhere", "answered 404"),
        ("/garbage", ""),
    ],
)
async def test_what_lists_none_says_why(house: House, site: Site, path: str, error: str) -> None:
    trial = await tried(house, site.url(path))
    assert trial.error
    assert error in trial.error
    assert trial.summary == f"wire: {trial.error}"


async def test_a_page_whose_feeds_all_fail_says_how(house: House, site: Site) -> None:
    site.routes["/page"] = says(page("Home", head=LINK.format("/gone") + LINK.format("/broken")))
    assert "answered 500" in (await tried(house, site.url("/page"))).error


async def test_a_search_is_tried_with_its_query(house: House, site: Site) -> None:
    trial = await tried(house, site.url("/feed?q={query}"), kind="search", query="crane quay")
    assert trial.feed == site.url("/feed?q=crane%20quay")
    assert trial.summary == 'wire: rss "Wire", 2 entries'


async def test_its_summary_says_where_the_feed_was_found(house: House, site: Site) -> None:
    trial = await tried(house, site.url("/page"))
    assert trial.summary == f'wire: rss "Wire", 2 entries, found at {site.url("/feed")}'
