"""Sources asked: what a poll keeps, what it costs, and what becomes of a source that fails."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from pipeline_house import NOW, House, WatchedWorkers, index, item, page, rss, sitemap, stumble_over_listing
from servers import Route, Site, redirects, resets, says, silent

from monitor.errors import Held
from monitor.fetch.room import LARGE
from monitor.models import Entry, FeedState
from monitor.pipeline import parsing
from monitor.pipeline.polling.asking import due, poll
from monitor.pipeline.polling.health import health_of, is_broken
from monitor.pipeline.polling.rhythm import CEILING, FIRST_DELAY
from monitor.pipeline.tally import Failure, Tally
from monitor.store.entries import keep_entries

XML = {"content_type": "application/xml"}
DAY = timedelta(days=1)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        running.routes["/feed"] = says(rss(item(running.url("/1")), item(running.url("/2"))), etag='"a"', **XML)
        yield running


async def polled(house: House, *names: str) -> Tally:
    async with house.context() as context:
        return await poll(context, names)


def state(house: House, name: str = "wire") -> FeedState:
    return next(each for each in house.rows(FeedState) if each.source == name)


def listed(house: House) -> list[str]:
    return sorted(entry.url.rpartition("/")[2] for entry in house.rows(Entry))


async def test_what_a_feed_lists_is_kept_as_pending_before_any_page_is_asked(house: House, site: Site) -> None:
    house.sources(wire=site.url("/feed"))
    tally = await polled(house, "wire")
    assert (tally.polled, tally.listed, tally.new, tally.failures) == (1, 2, 2, ())
    assert [entry.state for entry in house.rows(Entry)] == ["pending", "pending"]
    assert site.paths() == ["/robots.txt", "/feed"]
    kept = state(house)
    assert (kept.kind, kept.title, kept.etag, kept.entries_seen) == ("rss", "Wire", '"a"', 2)
    assert kept.last_success == kept.last_polled == kept.last_new == NOW
    house.clock.move(hours=1)
    await polled(house, "wire")
    assert (state(house).last_success, state(house).last_new) == (NOW + timedelta(hours=1), NOW)


async def test_not_modified_costs_one_request_and_no_parsing(house: House, site: Site, monkeypatch) -> None:
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    house.clock.move(minutes=30)
    monkeypatch.setattr(parsing, "read_listing", None)
    before = len(site.requests)
    tally = await polled(house, "wire")
    assert (tally.polled, tally.not_modified, tally.listed, tally.sources_failed) == (1, 1, 0, 0)
    assert [request.headers["if-none-match"] for request in site.requests[before:]] == ['"a"']
    assert state(house).last_success == house.clock.time


async def test_of_what_a_feed_listed_before_no_text_is_read_again(house: House, site: Site) -> None:
    first = item(site.url("/1"), "First", "What came first.")
    site.routes["/feed"] = says(rss(first), **XML)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    site.routes["/feed"] = says(rss(item(site.url("/2"), "Second", "What came next."), first), **XML)
    watched = WatchedWorkers(house.workers)
    assert (await polled(replace(house, workers=watched), "wire")).new == 1
    assert [(each.title, each.summary) for each in watched.made[0].entries] == [("Second", "What came next."), ("", "")]
    assert {each.title for each in house.rows(Entry)} == {"First", "Second"}
    assert len(state(house).listed) == 2


async def test_the_same_bytes_without_a_validator_are_not_parsed_again(house: House, site: Site, monkeypatch) -> None:
    site.routes["/feed"] = says(rss(item(site.url("/1"))), **XML)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    monkeypatch.setattr(parsing, "read_listing", None)
    assert (await polled(house, "wire")).not_modified == 1
    monkeypatch.undo()
    site.routes["/feed"] = says(rss(item(site.url("/1")), item(site.url("/2"))), **XML)
    assert (await polled(house, "wire")).new == 1


async def test_sources_that_fail_are_recorded_with_their_cause_and_the_others_go_on(house: House, site: Site) -> None:
    site.routes |= {
        "/plain": says(b"<html><title>Hello</title><p>no feed is announced here</p></html>"),
        "/nothing": says(b"", **XML),
        "/garbage": says(bytes(range(256)) * 40, content_type="application/octet-stream"),
        "/broken": says(b"oh no", status=500),
        "/cut": resets(),
    }
    names = ("plain", "nothing", "garbage", "broken", "cut")
    house.sources(**{name: site.url(f"/{name}") for name in names}, wire=site.url("/feed"))
    tally = await polled(house, *names, "wire")
    assert (tally.polled, tally.sources_failed, tally.new) == (6, 5, 2)
    causes = {failure.source: failure.error for failure in tally.failures}
    assert sorted(causes) == sorted(names)
    assert "announces no feed" in causes["plain"]
    assert "the answer was empty" in causes["nothing"]
    assert "500 (Internal Server Error)" in causes["broken"]
    for name in names:
        kept = state(house, name)
        assert (kept.failures, kept.failing_since, kept.error) == (1, NOW, causes[name])
        assert kept.last_success is None
        assert kept.next_poll is not None
        assert kept.next_poll > NOW


async def test_each_further_failure_waits_longer_up_to_a_day_and_a_success_forgives_all(
    house: House, site: Site
) -> None:
    site.routes["/feed"] = says(b"", status=500)
    house.sources(wire=site.url("/feed"))
    for number in range(1, 12):
        await polled(house, "wire")
        kept = state(house)
        assert kept.failures == number
        assert kept.failing_since == NOW
        assert kept.next_poll is not None
        whole = min(timedelta(minutes=15) * 2 ** (number - 1), DAY)
        assert whole / 2 <= kept.next_poll - house.clock.time <= whole
        house.clock.time = kept.next_poll
    site.routes["/feed"] = says(rss(item(site.url("/1"))), **XML)
    await polled(house, "wire")
    kept = state(house)
    assert (kept.failures, kept.failing_since, kept.error) == (0, None, "")


async def test_a_source_that_does_not_answer_is_given_up_at_the_time_limit(house: House, site: Site) -> None:
    site.routes["/silent"] = silent()
    house.monitor(timeout="0.5s")
    house.sources(slow=site.url("/silent"), wire=site.url("/feed"))
    tally = await polled(house, "slow", "wire")
    assert (tally.sources_failed, tally.new) == (1, 2)


async def test_a_page_leads_to_the_feed_that_it_announces_and_the_feed_is_asked_from_then_on(
    house: House, site: Site
) -> None:
    site.routes["/"] = says(page("Home", head='<link rel=alternate type="application/rss+xml" href="/feed">'))
    house.sources(wire=site.url("/"))
    assert (await polled(house, "wire")).new == 2
    kept = state(house)
    assert (kept.url, kept.resolved_url, kept.etag) == (site.url("/"), site.url("/feed"), '"a"')
    before = len(site.requests)
    assert (await polled(house, "wire")).not_modified == 1
    assert site.paths()[before:] == ["/feed"]


@pytest.mark.parametrize("kind", ["feed", "sitemap", "search"])
async def test_behind_a_page_nothing_is_looked_for_where_the_source_is_declared_as_no_page(
    house: House, site: Site, kind: str
) -> None:
    site.routes["/"] = says(page("Home", head='<link rel=alternate type="application/rss+xml" href="/feed">'))
    url = site.url("/") + ("?q={query}" if kind == "search" else "")
    house.sources({"wire": {"kind": kind, "query": "cranes" if kind == "search" else ""}}, wire=url)
    tally = await polled(house, "wire")
    assert tally.sources_failed == 1
    assert f'is a page, and source "wire" is declared as {kind}' in tally.failures[0].error
    assert "/feed" not in site.paths()
    house.sources({"wire": {"kind": "page"}}, wire=site.url("/"))
    house.clock.move(days=2)
    assert (await polled(house, "wire")).new == 2


async def test_the_first_announced_feed_that_lists_something_is_taken(house: House, site: Site) -> None:
    links = "".join(
        f'<link rel=alternate type="application/rss+xml" href="/{name}">' for name in ("gone", "none", "feed")
    )
    site.routes |= {"/": says(page("Home", head=links)), "/none": says(rss(), **XML)}
    house.sources(wire=site.url("/"))
    assert (await polled(house, "wire")).new == 2
    assert state(house).resolved_url == site.url("/feed")


async def test_a_discovered_feed_that_is_gone_is_looked_for_again(house: House, site: Site) -> None:
    link = '<link rel=alternate type="application/rss+xml" href="/{}">'
    site.routes["/"] = says(page("Home", head=link.format("feed")))
    house.sources(wire=site.url("/"))
    await polled(house, "wire")
    site.routes["/moved"] = site.routes.pop("/feed")
    site.routes["/"] = says(page("Home", head=link.format("moved")))
    assert (await polled(house, "wire")).sources_failed == 1
    assert state(house).resolved_url == ""
    assert (await polled(house, "wire")).sources_failed == 0
    assert state(house).resolved_url == site.url("/moved")


async def test_a_feed_that_moved_to_where_nobody_answers_any_more_is_looked_for_again(house: House, site: Site) -> None:
    async with Site("127.1.0.2") as other:
        site.routes["/old"] = redirects(other.url("/new"), 301)
        other.routes["/new"] = says(rss(item(site.url("/1"))), **XML)
        house.sources(wire=site.url("/old"))
        await polled(house, "wire")
        assert state(house).resolved_url == other.url("/new")
    site.routes["/old"] = says(rss(item(site.url("/1")), item(site.url("/2"))), **XML)
    assert [(await polled(house, "wire")).sources_failed for _ in range(4)] == [1, 1, 1, 0]
    assert (state(house).resolved_url, listed(house)) == ("", ["1", "2"])


async def test_a_feed_that_asks_to_wait_is_still_where_it_was_found(house: House, site: Site) -> None:
    site.routes |= {"/old": redirects("/new", 301), "/new": says(rss(item(site.url("/1"))), **XML)}
    house.sources(wire=site.url("/old"))
    await polled(house, "wire")
    site.routes["/new"] = says(b"", status=429, retry_after="60")
    for _ in range(3):
        assert (await polled(house, "wire")).sources_failed == 1
        house.clock.move(hours=1)
    assert state(house).resolved_url == site.url("/new")


async def test_large_feeds_are_held_one_after_another_where_there_is_one_place(house: House, site: Site) -> None:
    house.monitor('max_feed = "200MB"')
    names = ["one", "two", "three"]
    home = (
        b'<html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="/feed">' + b" " * LARGE
    )
    site.routes |= {"/one": says(rss(item(site.url("/1"))) + b" " * LARGE, **XML), "/three": says(home)}
    site.routes |= {"/two": says(index(site.url("/a.xml"))), "/a.xml": says(sitemap(site.url("/5")) + b" " * LARGE)}
    site.routes["/feed"] = says(rss(item(site.url("/2"))) + b" " * LARGE, **XML)
    house.sources(**{name: site.url(f"/{name}") for name in names})
    watched = WatchedWorkers(house.workers)
    assert (await polled(replace(house, workers=watched), *names)).new == 3
    assert watched.most == 1


@pytest.mark.parametrize("latest", [429, 503])
async def test_one_feed_that_asks_to_wait_fails_alone_and_the_others_of_its_host_have_their_turn_first(
    house: House, site: Site, latest: int
) -> None:
    """Whoever makes a host close must neither be said of the others nor keep them from ever being asked."""
    site.routes["/busy"] = says(b"", status=latest, retry_after="3600")
    house.sources(busy=site.url("/busy"), wire=site.url("/feed"))
    async with house.context() as context:
        assert (await poll(context, ["busy"])).sources_failed == 1
        tally = await poll(context, ["wire"])
        assert (tally.polled, tally.put_off, tally.sources_failed, tally.failures) == (0, 1, 0, ())
        waiting, source = state(house), house.settings.source("wire")
        assert (waiting.failures, waiting.error, waiting.failing_since) == (0, "", None)
        assert waiting.next_poll == NOW + timedelta(hours=1)
        assert health_of(source, waiting, NOW).condition == "new"
        house.clock.move(hours=1)
        states = {each.source: each for each in house.rows(FeedState)}
        waits = [each.name for each in due(house.settings.sources, states, house.clock(), everything=False)]
        assert waits == ["wire", "busy"]
        assert (await poll(context, waits)).new == 2
    assert health_of(source, state(house), NOW).condition == "well"


async def test_a_page_whose_feed_is_on_a_host_that_wants_to_be_left_alone_waits_for_it(
    house: House, site: Site
) -> None:
    async with Site("127.1.0.2") as other:
        other.routes |= {"/busy": says(b"", status=429, retry_after="3600"), "/feed": says(rss(item(site.url("/1"))))}
        announces = f'<link rel="alternate" type="application/rss+xml" href="{other.url("/feed")}">'
        site.routes["/"] = says(f"<html><head>{announces}</head><p>Home</p></html>".encode())
        house.sources(busy=other.url("/busy"), wire=site.url("/"))
        async with house.context() as context:
            assert (await poll(context, ["busy"])).sources_failed == 1
            assert (await poll(context, ["wire"])).put_off == 1
            house.clock.move(hours=1)
            assert (await poll(context, ["wire"])).new == 1
    assert state(house).failures == 0


async def test_a_page_without_a_feed_leads_to_the_sitemap_that_robots_txt_names(house: House, site: Site) -> None:
    site.routes |= {
        "/robots.txt": says(f"User-agent: *\nAllow: /\nSitemap: {site.url('/news.xml')}\n".encode()),
        "/": says(page("Home")),
        "/news.xml": says(sitemap(site.url("/3"), site.url("/4")), **XML),
    }
    house.sources(wire=site.url("/"))
    assert (await polled(house, "wire")).new == 2
    assert listed(house) == ["3", "4"]
    assert state(house).resolved_url == site.url("/news.xml")


async def test_a_sitemap_index_gives_what_its_sitemaps_list_though_one_fails(house: House, site: Site) -> None:
    site.routes |= {
        "/index.xml": says(index(site.url("/a.xml"), site.url("/gone.xml"), site.url("/b.xml")), **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
        "/b.xml": says(sitemap(site.url("/6")), **XML),
    }
    house.sources(wire=site.url("/index.xml"))
    tally = await polled(house, "wire")
    assert (tally.new, tally.sources_failed) == (2, 0)
    assert listed(house) == ["5", "6"]


@pytest.mark.parametrize(
    ("child", "says_what", "cause", "status"),
    [
        (says(b"oh no", status=500), "answered 500", "status", 500),
        (says(b"gone", status=404), "answered 404", "status", 404),
        (resets(), "broke off", "unreachable", 0),
        (says(bytes(range(256)) * 40, content_type="application/octet-stream"), "", "listing", 0),
        (says(b"<html><title>Sorry</title><p>not today</p></html>"), "lists no news: it is html", "listing", 0),
    ],
    ids=["500", "404", "reset", "garbage", "page"],
)
async def test_a_sitemap_of_an_index_that_fails_is_a_failure_of_its_source_until_it_answers(
    house: House, site: Site, child: Route, says_what: str, cause: str, status: int
) -> None:
    site.routes |= {
        "/index.xml": says(index(site.url("/a.xml"), site.url("/b.xml")), **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
        "/b.xml": child,
    }
    house.sources(wire=site.url("/index.xml"))
    tally = await polled(house, "wire")
    assert (tally.new, tally.sources_failed) == (1, 0)
    (failure,) = tally.failures
    assert failure.source == "wire"
    assert failure.error.startswith(f"{site.url('/b.xml')}: ")
    assert says_what in failure.error
    kept = state(house)
    assert (kept.failures, kept.failing_since, kept.error) == (0, NOW, failure.error)
    assert (kept.cause, kept.status, kept.last_success, kept.next_poll) == (cause, status, NOW, NOW + FIRST_DELAY)
    health = health_of(house.settings.source("wire"), kept, NOW)
    assert (health.condition, health.failing_since, health.error) == ("failing", NOW, failure.error)
    house.clock.move(hours=1)
    await polled(house, "wire")
    assert state(house).failing_since == NOW
    site.routes["/b.xml"] = says(sitemap(site.url("/6")), **XML)
    tally = await polled(house, "wire")
    assert (tally.new, tally.failures) == (1, ())
    kept = state(house)
    assert (kept.failing_since, kept.error, kept.cause, kept.status) == (None, "", "", 0)


async def test_a_part_that_fails_and_the_whole_are_two_troubles_each_since_its_own_moment(
    house: House, site: Site
) -> None:
    site.routes |= {"/a.xml": says(sitemap(site.url("/5")), **XML), "/b.xml": says(b"gone", status=404)}
    whole = says(index(site.url("/a.xml"), site.url("/b.xml")), **XML)
    house.sources(wire=site.url("/index.xml"))
    seen = []
    for answers in (True, True, False, False, True, True, False, False, False):
        site.routes["/index.xml"] = whole if answers else says(b"oh no", status=500)
        await polled(house, "wire")
        kept = state(house)
        assert kept.failing_since is not None
        seen.append(((kept.failing_since - NOW) // timedelta(days=1), is_broken(kept, house.clock())))
        house.clock.move(days=1)
    fails, broke = False, True
    assert seen[:2] == [(0, fails), (0, fails)]
    assert seen[2:4] == [(2, fails), (2, broke)], "a failure after days of a part that fails is the first one"
    assert seen[4:6] == [(0, fails), (0, fails)], "the outage has ended, the part fails on, as it has from the first"
    assert seen[6:] == [(6, fails), (6, broke), (6, broke)], "another outage"


async def test_of_several_sitemaps_that_fail_each_is_told_and_the_source_counts_them(house: House, site: Site) -> None:
    children = [site.url(f"/{name}.xml") for name in ("a", "gone", "lost")]
    site.routes |= {
        "/index.xml": says(index(*children), **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
    }
    house.sources(wire=site.url("/index.xml"))
    tally = await polled(house, "wire")
    assert [failure.error.partition(": ")[0] for failure in tally.failures] == children[1:]
    assert state(house).error == f"{tally.failures[0].error} (and 1 more)"


async def test_an_error_that_nobody_expects_is_a_failure_of_its_source_alone(
    house: House, site: Site, monkeypatch, caplog
) -> None:
    site.routes |= {
        "/bad": says(rss(item(site.url("/9"))), **XML),
        "/index.xml": says(index(site.url("/a.xml"), site.url("/bad")), **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
    }
    house.sources(bad=site.url("/bad"), wire=site.url("/feed"), whole=site.url("/index.xml"))
    monkeypatch.setattr(parsing, "read_listing", stumble_over_listing)
    tally = await polled(house, "bad", "wire", "whole")
    assert (tally.polled, tally.sources_failed, tally.new) == (3, 1, 3)
    assert {failure.source: failure.error for failure in tally.failures} == {
        "bad": "unexpected ValueError: a fault of ours",
        "whole": f"{site.url('/bad')}: unexpected ValueError: a fault of ours",
    }
    kept = state(house, "bad")
    assert (kept.failures, kept.cause, kept.error) == (1, "fault", "unexpected ValueError: a fault of ours")
    assert "asking bad" in caplog.text
    assert f"reading {site.url('/bad')}" in caplog.text
    assert "Traceback" in caplog.text


async def test_entries_that_cannot_be_kept_are_a_failure_of_their_source_alone(
    house: House, site: Site, monkeypatch, caplog
) -> None:
    site.routes["/other"] = says(rss(item(site.url("/bad"))), **XML)
    house.sources(bad=site.url("/other"), wire=site.url("/feed"))

    def picky(session, entries, **choice):
        if any(entry.url.endswith("/bad") for entry in entries):
            raise OverflowError("no room for it")
        return keep_entries(session, entries, **choice)

    monkeypatch.setattr("monitor.pipeline.polling.asking.keep_entries", picky)
    tally = await polled(house, "bad", "wire")
    assert (tally.polled, tally.sources_failed, tally.new) == (2, 1, 2)
    assert tally.failures == (Failure("unexpected OverflowError: no room for it", source="bad"),)
    assert "keeping what bad lists" in caplog.text
    assert "Traceback" in caplog.text
    house.clock.move(hours=1)
    assert (await polled(house, "bad", "wire")).sources_failed == 1
    kept = state(house, "bad")
    assert (kept.failures, kept.failing_since, kept.last_success, kept.listed) == (2, NOW, None, [])
    monkeypatch.undo()
    assert (await polled(house, "bad", "wire")).new == 1  # the same answer is read again
    assert state(house, "bad").failures == 0


async def test_what_could_not_be_kept_comes_whole_the_next_time(house: House, site: Site, monkeypatch) -> None:
    """A listing's texts are read of entries alone that it did not list before: one not kept was not listed."""
    good = item(site.url("/1"), "Cranes strike", "What the dockers said.")
    site.routes["/feed"] = says(rss(item(site.url("/0"), "Gulls")), **XML)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")

    def picky(session, entries, **choice):
        if any(entry.url.endswith("/bad") for entry in entries):
            raise OverflowError("no room for it")
        return keep_entries(session, entries, **choice)

    monkeypatch.setattr("monitor.pipeline.polling.asking.keep_entries", picky)
    site.routes["/feed"] = says(rss(good, item(site.url("/bad"))), **XML)
    house.clock.move(hours=1)
    assert (await polled(house, "wire")).sources_failed == 1
    site.routes["/feed"] = says(rss(good), **XML)
    house.clock.move(hours=1)
    assert (await polled(house, "wire")).new == 1
    came = {entry.url: (entry.title, entry.summary) for entry in house.rows(Entry)}
    assert came[site.url("/1")] == ("Cranes strike", "What the dockers said.")


@pytest.mark.parametrize(
    ("robots", "feed", "cause", "status"),
    [
        (None, says(b"gone", status=404), "status", 404),
        (None, says(b"gone", status=410), "status", 410),
        (None, says(b"no", status=403), "status", 403),
        (None, says(b"later", status=503, retry_after="60"), "wait", 503),
        (None, resets(), "unreachable", 0),
        (None, says(b"", **XML), "answer", 0),
        (None, says(b"<html><p>hello</p></html>"), "listing", 0),
        (says(b"User-agent: *\nDisallow: /feed\n"), None, "robots", 0),
        (says(b"oh no", status=500), None, "status", 500),
        (resets(), None, "unreachable", 0),
        (says(b"later", status=429, retry_after="60"), None, "wait", 429),
    ],
)
async def test_the_kind_of_a_failure_and_its_status_are_kept(
    house: House, site: Site, robots: Route | None, feed: Route | None, cause: str, status: int
) -> None:
    site.routes |= {"/robots.txt": robots} if robots else {}
    site.routes |= {"/feed": feed} if feed else {}
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    assert (state(house).failures, state(house).cause, state(house).status) == (1, cause, status)


async def test_a_sitemap_index_that_stays_the_same_hides_no_news_in_its_sitemaps(house: House, site: Site) -> None:
    site.routes |= {
        "/index.xml": says(index(site.url("/a.xml")), etag='"1"', **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
    }
    house.sources(wire=site.url("/index.xml"))
    assert (await polled(house, "wire")).new == 1
    site.routes["/a.xml"] = says(sitemap(site.url("/6"), site.url("/5")), **XML)
    assert (await polled(house, "wire")).new == 1
    assert listed(house) == ["5", "6"]


async def test_a_sitemap_index_is_never_believed_when_it_says_nothing_changed(house: House, site: Site) -> None:
    site.routes |= {
        "/index.xml": says(index(site.url("/a.xml"), lastmod="2026-11-24"), etag='"1"', **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
    }
    house.sources(wire=site.url("/index.xml"))
    await polled(house, "wire")
    assert (await polled(house, "wire")).not_modified == 0
    assert len(site.asked("/a.xml")) == 2


async def test_a_sitemap_index_of_which_nothing_answers_has_failed(house: House, site: Site) -> None:
    site.routes["/index.xml"] = says(index(site.url("/gone.xml")), **XML)
    house.sources(wire=site.url("/index.xml"))
    tally = await polled(house, "wire")
    assert tally.sources_failed == 1
    assert "404" in tally.failures[0].error


async def test_a_search_asks_with_its_query(house: House, site: Site) -> None:
    site.routes["/search"] = site.routes["/feed"]
    house.sources({"wire": {"kind": "search", "query": "crane & quay"}}, wire=site.url("/search?q={query}"))
    assert (await polled(house, "wire")).new == 2
    assert site.paths()[-1] == "/search?q=crane%20%26%20quay"


async def test_a_permanent_redirect_is_remembered_and_a_passing_one_is_not(house: House, site: Site) -> None:
    site.routes |= {"/old": redirects("/feed", 301), "/away": redirects("/feed", 302)}
    house.sources(old=site.url("/old"), away=site.url("/away"))
    await polled(house, "old", "away")
    assert state(house, "old").resolved_url == site.url("/feed")
    assert state(house, "away").resolved_url == ""


async def test_a_source_that_moved_and_stayed_the_same_is_asked_at_its_new_address(house: House, site: Site) -> None:
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    site.routes |= {"/new": site.routes["/feed"], "/feed": redirects("/new", 301)}
    assert (await polled(house, "wire")).not_modified == 1
    assert state(house).resolved_url == site.url("/new")
    await polled(house, "wire")
    assert [len(site.asked(path)) for path in ("/feed", "/new")] == [2, 2]


@pytest.mark.parametrize("kind", ["page", "index", "paged"])
async def test_what_leads_to_a_host_that_another_worker_asks_is_as_due_as_before(
    house: House, site: Site, kind: str
) -> None:
    async with Site("127.1.0.2") as other:
        link = f'<link rel="{{}}" type="application/rss+xml" href="{other.url("/more")}"/>'
        documents = {
            "page": page(
                "Home", ["<a href='/a-headline-of-today'>A long headline of today</a>"] * 9, link.format("alternate")
            ),
            "index": index(site.url("/near"), other.url("/more")),
            "paged": rss(
                item(site.url("/9")),
                channel=link.format("next").replace("<link", "<a:link xmlns:a='http://www.w3.org/2005/Atom'"),
            ),
        }
        site.routes["/near"] = says(sitemap(site.url("/3")), **XML)
        house.sources(wire=site.url("/feed"))
        await polled(house, "wire")
        site.routes["/feed"] = says(documents[kind], content_type="text/html" if kind == "page" else "application/xml")
        before = state(house)
        async with house.context() as context:
            context.client.ask_only(partial(refuse_held, other.url("")))
            tally = await poll(context, ["wire"])
            assert (tally.polled, tally.failures, tally.new) == (0, (), 0)
            assert context.held == {"wire"}
        assert state(house) == before
        assert other.requests == []


def refuse_held(another: str, origin: str) -> None:
    """What a worker of a shared collect says of a host that another one asks."""
    if origin == another:
        raise Held(origin, "another worker of this collect is asking that host", NOW)


async def test_a_source_whose_address_was_changed_begins_anew(house: House, site: Site) -> None:
    house.sources(wire=site.url("/nowhere"))
    await polled(house, "wire")
    assert state(house).failures == 1
    house.sources(wire=site.url("/feed"))
    assert [each.name for each in due(house.settings.sources, {"wire": state(house)}, NOW, everything=False)] == [
        "wire"
    ]
    assert (await polled(house, "wire")).new == 2
    assert state(house).failures == 0


async def test_a_host_that_asked_to_be_left_alone_is_not_asked_even_when_all_are(house: House, site: Site) -> None:
    site.routes["/feed"] = says(b"busy", status=429, retry_after="3600")
    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])
        before = len(site.requests)
        house.clock.move(minutes=59)
        tally = await poll(context, ["wire"])
        assert (tally.polled, tally.put_off, tally.sources_failed, tally.failures) == (0, 1, 0, ())
        assert len(site.requests) == before
        house.clock.move(minutes=2)
        await poll(context, ["wire"])
        assert len(site.requests) == before + 1
    assert state(house).next_poll is not None
    assert state(house).next_poll >= NOW + timedelta(hours=1)


def test_due_are_sources_whose_time_has_come_and_all_but_the_paused_where_everything_is_asked(house: House) -> None:
    house.sources({"off": {"paused": True}}, new="http://a.example/", late="http://b.example/", off="http://c.example/")
    waiting = FeedState.model_validate({"source": "late", "url": "http://b.example/", "next_poll": NOW + DAY})
    sources = house.settings.sources

    def names(moment, **choice) -> list[str]:
        return [source.name for source in due(sources, {"late": waiting}, moment, **choice)]

    assert names(NOW, everything=False) == ["new"]
    assert names(NOW, everything=True) == ["new", "late"]
    assert names(NOW + DAY, everything=False) == ["new", "late"]


async def test_a_feeds_own_time_to_live_is_kept_up_to_a_day(house: House, site: Site) -> None:
    for minutes, kept in ((420, timedelta(hours=7)), (20160, DAY)):
        site.routes["/feed"] = says(rss(item(site.url("/1")), channel=f"<ttl>{minutes}</ttl>"), **XML)
        house.sources(wire=site.url("/feed"))
        await polled(house, "wire")
        assert state(house).next_poll == NOW + kept


async def test_a_flood_is_cut(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.polling.asking.ENTRIES", 3)
    site.routes["/feed"] = says(rss(*(item(site.url(f"/{number}")) for number in range(9))), **XML)
    house.sources(wire=site.url("/feed"))
    assert (await polled(house, "wire")).listed == 3


async def test_what_was_heard_is_kept_while_others_are_still_silent(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.polling.asking.KEEP_EVERY", 1)
    kept: list[int] = []
    house.sources(wire=site.url("/feed"), other=site.url("/nowhere"))

    def seen(stage: str, done: int, total: int) -> None:
        assert (stage, total) == ("polling", 2)
        kept.append(len(house.rows(FeedState)))

    async with house.context(progress=seen) as context:
        tally = await poll(context, ["wire", "other"])
    assert kept == [0, 1]
    assert (tally.polled, tally.new, tally.sources_failed) == (2, 2, 1)


async def test_a_source_is_not_asked_before_its_rhythm_or_its_lifetime_says_so(house: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item(site.url("/1"))), cache_control="max-age=36000", etag='"a"', **XML)
    house.sources(wire=site.url("/feed"), bare=site.url("/bare"))
    site.routes["/bare"] = says(rss(item(site.url("/2"))), **XML)
    await polled(house, "wire", "bare")
    assert state(house).next_poll == NOW + timedelta(hours=10)
    states = {each.source: each for each in house.rows(FeedState)}
    sources = house.settings.sources
    assert NOW < states["bare"].next_poll <= NOW + CEILING
    assert due(sources, states, NOW + timedelta(minutes=1), everything=False) == ()
    house.clock.move(hours=10)
    await polled(house, "wire")
    assert state(house).next_poll == house.clock.time + timedelta(hours=10), "a 304 confirms it"


@pytest.mark.parametrize(("silent", "whole"), [(timedelta(minutes=30), False), (timedelta(days=1), True)])
async def test_not_modified_is_not_believed_for_ever(house: House, site: Site, silent, whole) -> None:
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    house.clock.time += silent
    await polled(house, "wire")
    request = site.asked("/feed")[-1]
    assert ("if-none-match" not in request.headers) is whole


def pages(site: Site, *, last: int) -> None:
    """A feed in pages of two entries, newest first, numbered up to `last`."""
    for number, newest in enumerate(range(last, 0, -2)):
        following = site.url(f"/page{number + 1}") if newest > 2 else ""
        link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="{following}"/>' if following else ""
        items = [item(site.url(f"/n{each}")) for each in (newest, newest - 1) if each > 0]
        site.routes["/feed" if number == 0 else f"/page{number}"] = says(rss(*items, channel=link), **XML)


async def test_what_rolled_off_between_two_looks_is_read_from_the_pages_that_follow(house: House, site: Site) -> None:
    pages(site, last=4)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    assert listed(house) == ["n3", "n4"], "a first look has no gap to close"
    pages(site, last=10)
    await polled(house, "wire")
    assert listed(house) == sorted(f"n{number}" for number in range(3, 11))
    assert state(house).rolled_off == 0
    assert [path for path in site.paths() if path.startswith("/page")] == ["/page1", "/page2", "/page3"]


async def test_what_rolled_off_and_stands_nowhere_is_counted(house: House, site: Site) -> None:
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    site.routes["/feed"] = says(rss(item(site.url("/3")), item(site.url("/2"))), **XML)
    await polled(house, "wire")
    assert state(house).rolled_off == 0
    site.routes["/feed"] = says(rss(item(site.url("/8")), item(site.url("/9"))), **XML)
    house.clock.move(hours=1)
    await polled(house, "wire")
    assert (state(house).rolled_off, state(house).last_rolled_off) == (1, house.clock.time)


async def test_a_page_of_a_feed_that_fails_is_told_and_the_rest_is_kept(house: House, site: Site) -> None:
    pages(site, last=2)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    pages(site, last=10)
    site.routes["/page2"] = says(b"", status=500)
    tally = await polled(house, "wire")
    assert (tally.new, tally.sources_failed, len(tally.failures)) == (4, 0, 1)
    assert state(house).rolled_off == 1


SECTION = """<html><title>Harbour news</title><body><nav><a href="/all">All of our many sections here</a></nav>
<main>{links}<a href="/tag/cranes">Everything we ever wrote about cranes</a><a href="https://else.example/x">Another
site's article with a long name</a></main><footer><a href="/terms">Terms and conditions of all our use</a></footer>"""


def section(*names: str) -> Route:
    links = "".join(f'<h3><a href="/{name}#top">The port opens its gate number {name}</a></h3>' for name in names)
    return says(SECTION.format(links=links).encode())


async def test_a_section_without_any_feed_lists_the_articles_that_it_links_to(house: House, site: Site) -> None:
    site.routes["/harbour"] = section("a1", "a2", "a3")
    house.sources(wire=site.url("/harbour"))
    tally = await polled(house, "wire")
    assert (tally.new, tally.failures) == (3, ())
    assert listed(house) == ["a1", "a2", "a3"]
    assert {entry.title for entry in house.rows(Entry)} == {f"The port opens its gate number a{n}" for n in (1, 2, 3)}
    site.routes["/harbour"] = section("a4", "a1", "a2", "a3")
    house.clock.move(hours=1)
    assert (await polled(house, "wire")).new == 1
    assert (state(house).kind, state(house).title) == ("html", "Harbour news")


async def test_an_announced_feed_that_fails_is_told_though_the_links_of_the_page_stand_in(
    house: House, site: Site
) -> None:
    announced = b'<link rel=alternate type="application/rss+xml" href="/feed"><title>'
    names = ["a1", "a2", "a3"]
    links = "".join(f'<h3><a href="/{name}">The port opens its gate number {name}</a></h3>' for name in names)
    body = SECTION.format(links=links).encode().replace(b"<title>", announced)
    site.routes |= {"/harbour": says(body, etag='"1"'), "/feed": says(b"", status=500)}
    house.sources(wire=site.url("/harbour"))
    for hours in (0, 1):
        house.clock.move(hours=hours)
        tally = await polled(house, "wire")
        assert (tally.sources_failed, [failure.source for failure in tally.failures]) == (0, ["wire"])
        assert tally.failures[0].error.startswith(f"{site.url('/feed')}: ")
        assert health_of(house.settings.source("wire"), state(house), house.clock()).condition == "failing"
    assert (listed(house), state(house).failing_since) == (names, NOW)
    site.routes["/feed"] = says(rss(item(site.url("/b1"))), **XML)
    house.clock.move(hours=1)
    assert (await polled(house, "wire")).failures == ()
    assert (state(house).error, state(house).resolved_url) == ("", site.url("/feed"))


async def test_a_part_that_goes_on_failing_is_asked_for_ever_more_rarely(house: House, site: Site) -> None:
    site.routes |= {
        "/index.xml": says(index(site.url("/a.xml"), site.url("/b.xml")), **XML),
        "/a.xml": says(sitemap(site.url("/5")), **XML),
    }
    house.sources(wire=site.url("/index.xml"))
    waits = []
    for _ in range(4):
        await polled(house, "wire")
        again = state(house).next_poll
        assert again is not None
        waits.append(again - house.clock())
        house.clock.move(seconds=waits[-1].total_seconds())
    assert waits == [FIRST_DELAY, FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]


async def test_what_another_source_lists_first_is_no_silence(house: House, site: Site) -> None:
    feed = says(rss(item(site.url("/1"))), **XML)
    site.routes |= {"/all": feed, "/some": feed}
    house.sources(first=site.url("/all"))
    await polled(house, "first")
    house.sources(first=site.url("/all"), second=site.url("/some"))
    await polled(house, "second")
    kept = state(house, "second")
    assert (kept.last_new, kept.last_fresh) == (None, NOW)
    house.clock.move(hours=1)
    site.routes["/some"] = says(rss(item(site.url("/1"), title="Said anew")), **XML)
    await polled(house, "second")
    assert state(house, "second").last_fresh == NOW


async def test_a_source_gone_for_good_is_asked_once_a_day_at_once(house: House, site: Site) -> None:
    site.routes["/feed"] = says(b"", status=410)
    house.sources(wire=site.url("/feed"))
    await polled(house, "wire")
    assert state(house).next_poll == NOW + DAY
