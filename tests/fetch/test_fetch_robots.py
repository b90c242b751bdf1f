import asyncio
import contextlib
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from fetching import Clock, client
from hypothesis import given
from hypothesis import strategies as st
from servers import Route, Site, endless, raw, redirects, resets, says, silent, zipped

from monitor.errors import Deferred, FetchError, Refused
from monitor.fetch.address import address_of
from monitor.fetch.exchange import Answer
from monitor.fetch.memory import Memory, moment
from monitor.fetch.robots import LONGEST, Robots, product_token
from monitor.models import HostState

PAGE = b"<p>news</p>"
RULES = b"User-agent: *\nDisallow: /private\nSitemap: https://example.com/sitemap.xml\n"


def rules(text: bytes, **headers: str) -> Route:
    return says(text, 200, content_type="text/plain", **headers)


async def test_rules_hold_for_pages_and_feeds() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = rules(RULES)
        site.routes["/news"] = site.routes["/private/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE
        for purpose in ("feed", "page"):
            with pytest.raises(Refused, match=r"robots\.txt forbids it"):
                await fetch.get(site.url("/private/news"), purpose=purpose)  # type: ignore[arg-type]
    assert site.paths() == ["/robots.txt", "/news"]


async def test_rules_are_asked_for_once_however_many_wait() -> None:
    async with Site("127.1.0.1", latency=0.02) as site, client(per_host=5) as fetch:
        site.routes["/robots.txt"] = rules(RULES)
        site.routes["/news"] = says(PAGE)
        await asyncio.gather(*(fetch.get(site.url("/news")) for _ in range(20)))
    assert len(site.asked("/robots.txt")) == 1
    assert site.paths()[0] == "/robots.txt"


async def test_whoever_asked_first_and_was_cancelled_leaves_the_asking_to_the_next() -> None:
    async with Site("127.1.0.1", latency=0.05) as site, client() as fetch:
        site.routes["/robots.txt"] = rules(RULES)
        site.routes["/news"] = says(PAGE)
        first = asyncio.create_task(fetch.get(site.url("/news")))
        second = asyncio.create_task(fetch.get(site.url("/news")))
        await asyncio.sleep(0.02)
        first.cancel()
        assert (await second).content == PAGE
        await asyncio.gather(first, return_exceptions=True)


async def test_without_respect_nothing_is_asked() -> None:
    async with Site("127.1.0.1") as site, client(respect_robots=False) as fetch:
        site.routes["/robots.txt"] = rules(b"User-agent: *\nDisallow: /")
        site.routes["/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE
    assert site.paths() == ["/news"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_4xx_allows_everything(status: int) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = says(b"User-agent: *\nDisallow: /", status)
        site.routes["/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE
        [kept] = fetch.changed_hosts()
        assert (kept.robots, kept.robots_status) == ("", status)


@pytest.mark.parametrize(
    ("route", "why"),
    [
        (says(b"", 500), "answered 500"),
        (says(b"", 503), "answered 503"),
        (says(b"", 429), "answered 429"),
        (silent(), "no answer within"),
        (resets(), "broke off"),
        (raw(b"what?\r\n\r\n"), "no whole HTTP answer"),
        (says(b"x" * 99, 200, content_encoding="gzip"), "not the gzip"),
        (redirects("http://127.9.9.9/robots.txt"), "redirects to where nothing may be asked"),
        (redirects("file:///etc/passwd"), "redirects to where nothing may be asked"),
    ],
)
async def test_silence_refuses_until_it_answers(route: Route, why: str) -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock, timeout=timedelta(seconds=0.2)) as fetch:
        site.routes["/robots.txt"] = route
        site.routes["/news"] = says(PAGE)
        for _ in range(3):
            with pytest.raises(Deferred, match=why) as raised:
                await fetch.get(site.url("/news"))
            assert raised.value.url == site.url("/news")
            assert raised.value.until == clock.later(minutes=15)
        assert site.paths() == ["/robots.txt"]
        clock.move(minutes=15)
        site.routes["/robots.txt"] = rules(RULES)
        assert (await fetch.get(site.url("/news"))).content == PAGE


async def test_silence_is_remembered_from_run_to_run() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site:
        site.routes["/robots.txt"] = says(b"", 500)
        site.routes["/news"] = says(PAGE)
        async with client(clock) as fetch:
            with pytest.raises(Deferred):
                await fetch.get(site.url("/news"))
            kept = fetch.changed_hosts()
        async with client(clock, kept) as fetch:
            with pytest.raises(Deferred) as raised:
                await fetch.get(site.url("/news"))
    told = "the robots.txt of 127.1.0.1 gives no rules: it answered 500 (Internal Server Error); nothing there may be "
    assert raised.value.reason == f"{told}asked before {moment(clock.later(minutes=15))}"
    assert site.paths() == ["/robots.txt"]


async def test_a_private_address_is_refused_not_waited_for() -> None:
    async with client() as fetch:
        with pytest.raises(Refused, match="not a public address"):
            await fetch.get("http://127.0.0.1/")
        assert fetch.changed_hosts() == ()


async def test_redirects_are_followed_to_other_hosts_too() -> None:
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other, client() as fetch:
        site.routes["/robots.txt"] = redirects("/elsewhere", 301)
        site.routes["/elsewhere"] = redirects(other.url("/rules"))
        other.routes["/rules"] = rules(RULES)
        site.routes["/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE
        with pytest.raises(Refused):
            await fetch.get(site.url("/private"))
    assert other.paths() == ["/rules"]


async def test_redirects_that_lead_nowhere_allow_as_if_there_were_none() -> None:
    """RFC 9309, section 2.3.1.2."""
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other, client() as fetch:
        site.routes["/robots.txt"] = redirects("/robots.txt")
        site.routes["/news"] = other.routes["/news"] = says(PAGE)
        for number in range(9):
            other.routes[f"/{number}"] = redirects(f"/{number + 1}")
        other.routes["/robots.txt"] = redirects("/0")
        assert (await fetch.get(site.url("/news"))).content == PAGE
        assert (await fetch.get(other.url("/news"))).content == PAGE
    assert len(other.requests) == 7


@pytest.mark.parametrize("status", [429, 503])
async def test_one_that_names_a_time_speaks_for_the_host(status: int) -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/robots.txt"] = says(b"", status, retry_after="7200")
        for _ in range(2):
            with pytest.raises(Deferred) as raised:
                await fetch.get(site.url("/news"))
            assert raised.value.until == clock.later(hours=2)
        [kept] = fetch.changed_hosts()
        assert kept.not_before == clock.later(hours=2)
        assert site.paths() == ["/robots.txt"]
        clock.move(hours=2)
        site.routes["/robots.txt"] = rules(RULES)
        site.routes["/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE


@pytest.mark.parametrize(
    ("cache_control", "kept"),
    [
        ("", timedelta(days=1)),
        ("max-age=3600", timedelta(hours=1)),
        ("max-age=31536000", timedelta(days=1)),
        ("max-age=0", timedelta(minutes=5)),
        ("no-cache", timedelta(minutes=5)),
    ],
)
async def test_rules_are_kept_for_a_day_at_most(cache_control: str, kept: timedelta) -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site:
        site.routes["/robots.txt"] = rules(RULES, cache_control=cache_control)
        site.routes["/news"] = says(PAGE)
        async with client(clock) as fetch:
            await fetch.get(site.url("/news"))
            [state] = fetch.changed_hosts()
        assert state.robots == RULES.decode()
        assert (state.robots_status, state.robots_expires) == (200, clock.time + kept)
        clock.time += kept - timedelta(seconds=1)
        async with client(clock, [state]) as fetch:
            await fetch.get(site.url("/news"))
            with pytest.raises(Refused):
                await fetch.get(site.url("/private"))
            assert fetch.changed_hosts() == ()
            assert len(site.asked("/robots.txt")) == 1
            clock.move(seconds=1)
            await fetch.get(site.url("/news"))
    assert len(site.asked("/robots.txt")) == 2


@pytest.mark.parametrize("zip_it", [False, True])
async def test_no_more_is_read_than_has_to_be(zip_it: bool) -> None:
    long = b"User-agent: *\nDisallow: /early\n" + b"# and so on\n" * 50_000 + b"Disallow: /late\n"
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = zipped(long) if zip_it else rules(long)
        site.routes["/late"] = says(PAGE)
        assert (await fetch.get(site.url("/late"))).content == PAGE
        with pytest.raises(Refused):
            await fetch.get(site.url("/early"))
        [kept] = fetch.changed_hosts()
    assert len(kept.robots) == LONGEST


async def test_one_without_end_is_cut_off() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = endless(b"User-agent: *\nDisallow: /private\n" * 1000)
        site.routes["/news"] = says(PAGE)
        assert (await fetch.get(site.url("/news"))).content == PAGE
        with pytest.raises(Refused):
            await fetch.get(site.url("/private"))


async def test_a_site_may_ask_for_a_longer_pause() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = rules(b"User-agent: *\nCrawl-delay: 0.1\n")
        site.routes["/news"] = says(PAGE)
        await asyncio.gather(*(fetch.get(site.url("/news")) for _ in range(3)))
    assert min(after.began - before.began for before, after in pairwise(site.requests)) >= 0.1


async def test_the_robots_of_each_origin_are_its_own() -> None:
    async with Site("127.1.0.1") as site, Site("127.1.0.1") as beside, client() as fetch:
        site.routes["/robots.txt"] = rules(b"User-agent: *\nDisallow: /")
        site.routes["/news"] = beside.routes["/news"] = says(PAGE)
        assert (await fetch.get(beside.url("/news"))).content == PAGE
        with pytest.raises(Refused):
            await fetch.get(site.url("/news"))


async def test_the_sitemaps_it_names_are_told() -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/robots.txt"] = rules(RULES)
        site.routes["/"] = says(PAGE)
        assert fetch.sitemaps(site.url("/")) == ()
        await fetch.get(site.url("/"))
        assert fetch.sitemaps(site.url("/news?a")) == ("https://example.com/sitemap.xml",)


# -- without a network ----------------------------------------------------------------------------------------------


def keeper(text: bytes, agent: str = "news-monitor (+https://example.org/about)", status: int = 200) -> Robots:
    clock = Clock()

    async def ask(address: object) -> Answer:
        return Answer(status, {}, text, 0.0)

    return Robots(Memory({}, clock), ask, agent, clock)


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("news-monitor (+https://example.org/about)", "news-monitor"),
        ("News_Monitor/1.0", "news_monitor"),
        ("Mozilla/5.0 (compatible; NewsBot/2.1; +https://example.org)", "newsbot"),
        ("(+https://example.org)", "https"),
        ("+", "*"),
    ],
)
def test_the_name_that_rules_are_written_for(agent: str, token: str) -> None:
    assert product_token(agent) == token


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a/b", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: News-Monitor\nDisallow: /b", "/a", True),
        ("User-agent: news-monitor\nDisallow: /\n\nUser-agent: *\nDisallow:", "/a", False),
        ("User-agent: example\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?b", True),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("<!doctype html><p>Disallow: /</p>", "/a", True),
    ],
)
async def test_the_most_exact_rule_for_us_decides(text: str, path: str, allowed: bool) -> None:
    address = address_of(f"https://example.com{path}")
    if allowed:
        assert await keeper(text.encode()).admit(address) == timedelta(0)
    else:
        with pytest.raises(Refused):
            await keeper(text.encode()).admit(address)


@pytest.mark.parametrize(
    ("text", "pause"),
    [("0.5", 0.5), ("10", 10), ("3600", 30), ("1e300", 30), ("-1", 0), ("inf", 0), ("nan", 0), ("x", 0)],
)
async def test_a_crawl_delay_is_bounded(text: str, pause: float) -> None:
    robots = keeper(f"User-agent: *\nCrawl-delay: {text}".encode())
    assert await robots.admit(address_of("https://example.com/")) == timedelta(seconds=pause)


@given(st.binary(max_size=400), st.integers(200, 599))
def test_any_bytes_admit_or_refuse(text: bytes, status: int) -> None:
    try:
        pause = asyncio.run(
            keeper(b"User-agent: *\n" + text, status=status).admit(address_of("https://example.com/a?b"))
        )
    except (Refused, Deferred):
        return
    assert timedelta(0) <= pause <= timedelta(seconds=30)


NAMES = ("User-agent:", "Disallow:", "Allow:", "Crawl-delay:", "Request-rate:", "Visit-time:", "Sitemap:", "#", "x")
ODD = ("Crawl-delay: 1e999", "Request-rate: 1/0s", "Visit-time: 99-0", "Disallow: /%zz*$*", "Host: [")
LINES = st.lists(
    st.builds(lambda name, value: f"{name} {value}", st.sampled_from(NAMES), st.text(max_size=12))
    | st.sampled_from(ODD),
    max_size=12,
)


@given(LINES)
def test_any_rules_admit_or_refuse(lines: list[str]) -> None:
    robots = keeper("\n".join(["User-agent: *", *lines]).encode("utf-8", "replace"))
    address = address_of("https://example.com/a?b")
    with contextlib.suppress(Refused):
        assert timedelta(0) <= asyncio.run(robots.admit(address)) <= timedelta(seconds=30)
    assert all(isinstance(sitemap, str) for sitemap in robots.sitemaps(address.origin))


async def test_the_longest_and_worst_rules_are_judged_quickly() -> None:
    worst = b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*a*b\n" * 15_000
    robots = keeper(worst[:LONGEST])
    begun = time.process_time()
    await robots.admit(address_of("https://example.com/" + "a" * 2000))
    assert time.process_time() - begun < 5


async def test_what_was_kept_is_used_as_it_stands() -> None:
    clock = Clock()
    kept = HostState.model_validate(
        {
            "origin": "https://example.com",
            "robots": "User-agent: *\nDisallow: /a",
            "robots_status": 200,
            "robots_expires": clock.later(hours=1),
        }
    )

    async def ask(address: object) -> Answer:
        raise FetchError("https://example.com/robots.txt", "must not be asked")

    robots = Robots(Memory({kept.origin: kept}, clock), ask, "news-monitor", clock)
    assert await robots.admit(address_of("https://example.com/b")) == timedelta(0)
    with pytest.raises(Refused):
        await robots.admit(address_of("https://example.com/a"))
