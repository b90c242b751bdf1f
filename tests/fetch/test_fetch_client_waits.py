import asyncio
import pickle
from datetime import timedelta
from itertools import pairwise

import pytest
from fetching import Clock, client
from servers import Route, Site, drips, redirects, says, silent

from monitor.errors import Deferred, FetchError

PAGE = b"<!doctype html><title>News</title><p>Something happened.</p>"


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize("retry_after", ["3600", "Tue, 24 Nov 2026 08:00:00 GMT"])
async def test_a_page_that_asks_to_wait_speaks_for_itself(status: int, retry_after: str) -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/busy"] = says(b"", status, retry_after=retry_after)
        site.routes["/news"] = says(PAGE)
        with pytest.raises(Deferred) as raised:
            await fetch.get(site.url("/busy"))
        assert raised.value.until == clock.later(hours=1)
        assert (await fetch.get(site.url("/news"))).content == PAGE
        assert all(host.not_before is None for host in fetch.changed_hosts())


async def test_three_pages_running_speak_for_their_host() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/busy"] = says(b"", 429, retry_after="3600")
        site.routes["/news"] = says(PAGE)
        for times in (2, 3):
            for _ in range(times):
                with pytest.raises(Deferred, match="answered 429"):
                    await fetch.get(site.url("/busy"))
            if times == 2:
                assert (await fetch.get(site.url("/news"))).content == PAGE
        asked = len(site.requests)
        with pytest.raises(Deferred, match="left alone until 2026-11-24 08:00") as raised:
            await fetch.get(site.url("/news"))
        assert raised.value.until == clock.later(hours=1)
        assert len(site.requests) == asked
        [kept] = fetch.changed_hosts()
        assert (kept.origin, kept.not_before) == (f"http://127.1.0.1:{site.port}", clock.later(hours=1))


async def test_a_feed_that_asks_to_wait_speaks_for_its_host_until_then() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, Site("127.1.0.2") as other:
        site.routes["/feed"] = says(b"", 503, retry_after="600")
        site.routes["/news"] = other.routes["/news"] = says(PAGE)
        async with client(clock) as fetch:
            with pytest.raises(Deferred):
                await fetch.get(site.url("/feed"), purpose="feed")
            kept = fetch.changed_hosts()
        asked = len(site.requests)
        async with client(clock, kept) as fetch:
            with pytest.raises(Deferred) as raised:
                await fetch.get(site.url("/news"))
            assert raised.value.until == clock.later(minutes=10)
            assert len(site.requests) == asked
            assert (await fetch.get(other.url("/news"))).content == PAGE
            clock.move(minutes=10)
            assert (await fetch.get(site.url("/news"))).content == PAGE


async def test_those_in_line_are_sent_away_once_the_host_says_so() -> None:
    async with Site("127.1.0.1", latency=0.05) as site, client(per_host=1) as fetch:
        site.routes["/feed"] = says(b"", 429, retry_after="60")
        site.routes["/news"] = says(PAGE)
        feed = asyncio.create_task(fetch.get(site.url("/feed"), purpose="feed"))
        await asyncio.sleep(0.02)
        pages = [fetch.get(site.url("/news")) for _ in range(20)]
        results = await asyncio.gather(feed, *pages, return_exceptions=True)
    assert all(isinstance(result, Deferred) for result in results)
    assert site.paths() == ["/robots.txt", "/feed"]


@pytest.mark.parametrize("retry_after", ["", "0", "soon", "Tue, 24 Nov 2026 06:00:00 GMT"])
async def test_busy_without_a_time_is_a_plain_failure(retry_after: str) -> None:
    async with Site("127.1.0.1") as site, client() as fetch:
        site.routes["/busy"] = says(b"", 429, retry_after=retry_after)
        with pytest.raises(FetchError) as raised:
            await fetch.get(site.url("/busy"))
    assert type(raised.value) is FetchError


async def test_no_server_sends_us_away_for_longer_than_a_day() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/busy"] = says(b"", 503, retry_after="31536000")
        with pytest.raises(Deferred) as raised:
            await fetch.get(site.url("/busy"))
    assert raised.value.until == clock.later(days=1)


async def test_errors_cross_process_borders_whole() -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        site.routes["/busy"] = says(b"", 503, retry_after="60")
        with pytest.raises(Deferred) as raised:
            await fetch.get(site.url("/busy"))
    again = pickle.loads(pickle.dumps(raised.value))
    assert (again.url, again.reason, again.until) == (raised.value.url, raised.value.reason, clock.later(minutes=1))


async def test_one_host_is_asked_by_two_at_once_whatever_the_port() -> None:
    async with Site("127.1.0.1", latency=0.03) as site, Site("127.1.0.1", latency=0.03) as beside, client() as fetch:
        site.routes["/news"] = beside.routes["/news"] = says(PAGE)
        await asyncio.gather(*(fetch.get(each.url("/news")) for each in (site, beside) for _ in range(8)))
    requests = [*site.requests, *beside.requests]
    together = [sum(other.began <= request.began < other.ended for other in requests) for request in requests]
    assert len(requests) == 18
    assert max(together) == 2


async def test_a_pause_lies_between_requests_robots_and_redirects_among_them() -> None:
    async with Site("127.1.0.1", latency=0.01) as site, client(pause_per_host=timedelta(seconds=0.1)) as fetch:
        site.routes["/old"] = redirects("/news")
        site.routes["/news"] = says(PAGE)
        await asyncio.gather(fetch.get(site.url("/old")), fetch.get(site.url("/news")))
    began = sorted(request.began for request in site.requests)
    assert len(began) == 4
    assert min(after - before for before, after in pairwise(began)) >= 0.1


async def test_a_pause_is_kept_as_a_busy_host_sees_it() -> None:
    async with Site("127.1.0.1") as site, client(pause_per_host=timedelta(seconds=0.1), timeout=timedelta(5)) as fetch:
        site.routes["/news"] = says(PAGE)
        await fetch.get(site.url("/news"))
        site.latency = 0.15
        await asyncio.gather(*(fetch.get(site.url("/news")) for _ in range(3)))
    last = site.asked("/news")[1:]
    assert all(after.began - before.ended >= 0.09 for before, after in pairwise(last))


async def test_a_pause_does_not_wait_for_long_answers_to_end() -> None:
    async with Site("127.1.0.1") as site, client(pause_per_host=timedelta(seconds=0.05)) as fetch:
        site.routes["/long"] = drips(b"x" * 20, 0.02)
        await asyncio.gather(*(fetch.get(site.url("/long")) for _ in range(2)))
    assert site.most_in_flight == 2


async def test_waiting_in_line_costs_nothing_of_the_time_limit() -> None:
    quick = timedelta(seconds=0.25)
    async with Site("127.1.0.1", latency=0.1) as site, client(per_host=1, timeout=quick) as fetch:
        site.routes["/news"] = says(PAGE)
        pages = await asyncio.gather(*(fetch.get(site.url("/news")) for _ in range(6)))
    assert len(pages) == 6


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        (silent(), r"no answer within 0\.3 s"),
        (drips(b"x" * 100, 0.05), r"not complete within 0\.3 s"),
    ],
)
async def test_the_time_limit_runs_to_the_last_byte(route: Route, reason: str) -> None:
    async with Site("127.1.0.1") as site, client(timeout=timedelta(seconds=0.3)) as fetch:
        site.routes["/slow"] = route
        with pytest.raises(FetchError, match=reason):
            await fetch.get(site.url("/slow"))


async def test_the_time_limit_covers_all_redirects_together() -> None:
    async with Site("127.1.0.1", latency=0.12) as site, client(timeout=timedelta(seconds=0.3)) as fetch:
        for number in range(5):
            site.routes[f"/{number}"] = redirects(f"/{number + 1}")
        site.routes["/5"] = says(PAGE)
        with pytest.raises(FetchError, match=r"after a redirect to .*: no answer within 0\.3 s"):
            await fetch.get(site.url("/0"))


async def test_cancelling_passes_through_and_frees_the_host() -> None:
    async with Site("127.1.0.1") as site, client(per_host=1, connections=1) as fetch:
        site.routes["/slow"] = silent()
        site.routes["/news"] = says(PAGE)
        task = asyncio.create_task(fetch.get(site.url("/slow")))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await fetch.get(site.url("/slow"))
        assert (await fetch.get(site.url("/news"))).content == PAGE


async def test_closing_leaves_no_connection_and_no_task() -> None:
    async with Site("127.1.0.1", latency=0.02) as site:
        site.routes["/news"] = says(PAGE)
        site.routes["/drip"] = drips(b"x" * 1000, 0.01)
        site.routes["/late"] = says(PAGE)
        async with client(per_host=10) as fetch:
            drip = asyncio.create_task(fetch.get(site.url("/drip")))
            await asyncio.gather(*(fetch.get(site.url("/news")) for _ in range(20)))
            drip.cancel()
            await asyncio.gather(drip, return_exceptions=True)
        await asyncio.sleep(0.1)
        assert not site.open
        assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize(("status", "purpose"), [(429, "feed"), (403, "feed"), (429, "page")])
async def test_a_host_that_has_had_enough_and_names_no_time_is_left_alone_for_a_while(status: int, purpose) -> None:
    clock = Clock()
    async with Site("127.1.0.1") as site, client(clock) as fetch:
        for name in ("/a", "/b", "/c"):
            site.routes[name] = says(b"", status)
            with pytest.raises(FetchError, match=f"answered {status}") as raised:
                await fetch.get(site.url(name), purpose=purpose)
            assert not isinstance(raised.value, Deferred)
        asked = len(site.requests)
        with pytest.raises(Deferred) as waits:
            await fetch.get(site.url("/d"), purpose=purpose)
        assert waits.value.until == clock.later(minutes=15)
        assert len(site.requests) == asked


async def test_pages_that_are_not_for_programs_close_no_host() -> None:
    async with Site("127.1.0.1") as site, client(Clock()) as fetch:
        site.routes |= {"/closed": says(b"", 403), "/news": says(PAGE)}
        for _ in range(5):
            with pytest.raises(FetchError, match="answered 403"):
                await fetch.get(site.url("/closed"))
        assert (await fetch.get(site.url("/news"))).content == PAGE
