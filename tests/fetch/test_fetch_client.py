import base64

import pytest
from fetching import Clock, client
from servers import Site, head, raw, redirects, says, zipped

from monitor.errors import FetchError, Gone, Refused

PAGE = b"<!doctype html><title>News</title><p>Something happened.</p>"


async def test_a_page_is_what_was_sent_and_where_it_came_from() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/news"] = zipped(PAGE, etag='"7"', X_Twice="a")
        page = await fetch.get(site.url("/news"))
    assert page.content == PAGE
    assert (page.status, page.not_modified) == (200, False)
    assert page.requested_url == page.final_url == site.url("/news")
    assert page.headers["etag"] == '"7"'
    assert page.headers["x-twice"] == "a"
    assert page.fetched_at == clock.time
    assert page.moved_to == ""


async def test_we_say_who_we_are_and_ask_for_gzip_alone() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(PAGE)
        await fetch.get(site.url("/news"))
    for request in site.requests:
        assert request.headers["user-agent"] == "test-monitor (+http://about.example/)"
        assert request.headers["accept-encoding"] == "gzip"
        assert request.headers["host"] == f"127.1.0.1:{site.port}"
        assert "cookie" not in request.headers
        assert "authorization" not in request.headers


async def test_what_is_wanted_is_asked_for() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(PAGE)
        await fetch.get(site.url("/news"))
        await fetch.get(site.url("/news"), purpose="feed")
    page, feed = (request.headers["accept"] for request in site.asked("/news"))
    assert page.startswith("text/html,")
    assert feed.startswith("application/rss+xml,")


async def test_no_cookie_is_kept() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(PAGE, set_cookie="track=1; Path=/")
        await fetch.get(site.url("/news"))
        await fetch.get(site.url("/news"))
    assert all("cookie" not in request.headers for request in site.requests)


async def test_what_did_not_change_is_not_sent_again() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/feed"] = says(PAGE, etag='"7"')
        page = await fetch.get(site.url("/feed"), purpose="feed", etag='"7"', last_modified="Tue, 24 Nov 2026")
        assert (page.status, page.not_modified, page.content) == (304, True, b"")
        headers = site.asked("/feed")[0].headers
        assert (headers["if-none-match"], headers["if-modified-since"]) == ('"7"', "Tue, 24 Nov 2026")
        assert (await fetch.get(site.url("/feed"), purpose="feed", etag='"6"')).content == PAGE


async def test_a_validator_that_no_header_can_hold_is_left_off() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/feed"] = says(PAGE)
        assert (await fetch.get(site.url("/feed"), etag='"é"', last_modified="a\r\nX-Evil: 1")).content == PAGE
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(site.asked("/feed")[0].headers)


async def test_not_modified_without_having_asked_is_no_answer() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = raw(head(304, {}))
        with pytest.raises(FetchError, match="answered 304"):
            await fetch.get(site.url("/news"))


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_gone(status: int) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(b"", status)
        with pytest.raises(Gone, match=f"answered {status}"):
            await fetch.get(site.url("/news"))


@pytest.mark.parametrize("status", [204, 206, 400, 401, 402, 403, 418, 429, 451, 500, 502, 503, 599, 999])
async def test_any_other_status_is_a_failure_that_names_it(status: int) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(b"" if status == 204 else b"sorry", status)
        with pytest.raises(FetchError, match=f"answered {status}") as raised:
            await fetch.get(site.url("/news"))
    assert type(raised.value) is FetchError
    assert raised.value.url == site.url("/news")


async def test_what_is_no_page_is_refused_as_a_page_and_taken_as_a_feed() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/a"] = says(b"\x1f\x8b", content_type="application/x-gzip")
        site.routes["/b"] = says(b"%PDF-1.7\x00", content_type="")
        with pytest.raises(FetchError, match="not html but application/x-gzip"):
            await fetch.get(site.url("/a"))
        with pytest.raises(FetchError, match="not html but binary data"):
            await fetch.get(site.url("/b"))
        assert (await fetch.get(site.url("/a"), purpose="feed")).content == b"\x1f\x8b"


async def test_nothing_is_no_page_and_no_feed() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(b"")
        site.routes["/zipped"] = zipped(b"")
        for path in ("/news", "/zipped"):
            with pytest.raises(FetchError, match="empty"):
                await fetch.get(site.url(path), purpose="feed")


async def test_the_purpose_decides_how_much_is_taken() -> None:
    async with Site("127.1.0.1") as site, client(max_feed=10_000, max_page=20_000) as fetch:
        site.routes["/long"] = says(b"x" * 15_000)
        assert len((await fetch.get(site.url("/long"))).content) == 15_000
        with pytest.raises(FetchError, match="more than"):
            await fetch.get(site.url("/long"), purpose="feed")


async def test_redirects_are_followed_to_their_end() -> None:
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other, client() as fetch:
        site.routes["/old"] = redirects("/older?a=1#part", 307)
        site.routes["/older"] = redirects(other.url("/new"), 303)
        other.routes["/new"] = says(PAGE)
        page = await fetch.get(site.url("/old"))
    assert (page.requested_url, page.final_url, page.moved_to) == (site.url("/old"), other.url("/new"), "")
    assert "/robots.txt" in other.paths()


@pytest.mark.parametrize(("first", "second", "moved"), [(301, 308, True), (301, 302, False), (307, 301, False)])
async def test_a_page_moved_where_every_redirect_says_for_ever(first: int, second: int, moved: bool) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/a"] = redirects("/b", first)
        site.routes["/b"] = redirects("/c", second)
        site.routes["/c"] = says(PAGE, etag='"7"')
        for etag in ("", '"7"'):
            page = await fetch.get(site.url("/a"), etag=etag)
            assert page.moved_to == (site.url("/c") if moved else "")


async def test_five_redirects_are_followed_and_no_sixth() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        for number in range(7):
            site.routes[f"/{number}"] = redirects(f"/{number + 1}")
        site.routes["/7"] = says(PAGE)
        assert (await fetch.get(site.url("/2"))).content == PAGE
        with pytest.raises(FetchError, match="more than 5 redirects") as raised:
            await fetch.get(site.url("/1"))
    assert raised.value.url == site.url("/1")
    assert site.paths().count("/7") == 1


async def test_a_circle_is_seen_at_once() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/a"] = redirects("/b")
        site.routes["/b"] = redirects("/a")
        with pytest.raises(FetchError, match="circle"):
            await fetch.get(site.url("/a"))
    assert site.paths() == ["/robots.txt", "/a", "/b"]


async def test_a_redirect_to_nowhere_is_a_failure() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = says(b"", 302)
        with pytest.raises(FetchError, match=r"answered 302 \(Found\) with no address"):
            await fetch.get(site.url("/news"))


@pytest.mark.parametrize(
    "target", ["http://127.9.9.9:{port}/meta", "http://[::ffff:127.9.9.9]:{port}/", "//127.0.0.1/"]
)
async def test_a_redirect_inside_is_refused_and_never_connected(target: str) -> None:
    async with Site("127.1.0.1") as site, Site("127.9.9.9", site.port) as trap, client() as fetch:
        site.routes["/news"] = redirects(target.format(port=site.port))
        with pytest.raises(Refused, match=r"after a redirect to .* is not a public address") as raised:
            await fetch.get(site.url("/news"))
    assert raised.value.url == site.url("/news")
    assert trap.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.1.0.1/", "gopher://127.1.0.1/", "javascript:1"])
async def test_a_redirect_to_another_scheme_is_refused(target: str) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/news"] = redirects(target)
        with pytest.raises(Refused, match="no http or https"):
            await fetch.get(site.url("/news"))


async def test_a_redirect_obeys_the_rules_of_where_it_leads() -> None:
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other, client() as fetch:
        other.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /private", content_type="text/plain")
        site.routes["/news"] = redirects(other.url("/private/news"))
        with pytest.raises(Refused, match="forbids it"):
            await fetch.get(site.url("/news"))
    assert other.paths() == ["/robots.txt"]


async def test_a_password_stays_with_its_origin_and_shows_nowhere() -> None:
    names = {"good.example": "127.1.0.1", "other.example": "127.1.0.2"}
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other, client(names=names) as fetch:
        site.routes["/feed"] = redirects("/feed.xml")
        site.routes["/feed.xml"] = redirects(other.url("/feed", host="eve:eve@other.example"))
        other.routes["/feed"] = says(PAGE)
        page = await fetch.get(f"http://reader:hunter2@good.example:{site.port}/feed")
        other.routes["/feed"] = says(b"", 500)
        with pytest.raises(FetchError) as raised:
            await fetch.get(f"http://reader:hunter2@good.example:{site.port}/feed")
    basic = "Basic " + base64.b64encode(b"reader:hunter2").decode()
    assert [r.headers.get("authorization") for r in site.requests] == [None, basic, basic, basic, basic]
    assert [r.headers.get("authorization") for r in other.requests] == [None, None, None]
    assert "hunter2" not in repr(page) + str(raised.value) + raised.value.url
    assert page.requested_url == site.url("/feed", host="good.example")
