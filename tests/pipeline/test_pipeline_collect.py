"""A whole collect, from sources to assessments, over a site on loopback."""

import os
import platform
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pipeline_house import CRANES, LOAVES, NOW, TOPIC, House, item, page, rss
from servers import Site, says

from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment, Entry, Lease, Run, Story
from monitor.pipeline.collect import LEASE, AlreadyRunning, LeaseLost, Request, collect
from monitor.pipeline.judging import grouping
from monitor.pipeline.tally import Tally
from monitor.store.runs import acquire
from monitor.stories import place

ALL = Request(everything=True)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Two publishers: one of cranes, one of loaves, who prints the cranes' text too."""
    async with Site("127.1.0.1") as running:
        running.routes |= {
            "/cranes": says(page("Forty cranes without drivers", CRANES)),
            "/loaves": says(page("The last loaf of Mill Lane", LOAVES)),
            "/reprint": says(page("Cranes: what the port said", CRANES)),
            "/quay": says(rss(item(running.url("/cranes"))), etag='"q"', content_type="application/xml"),
            "/mill": says(
                rss(item(running.url("/loaves")), item(running.url("/reprint"))), content_type="application/xml"
            ),
        }
        yield running


@pytest.fixture
def declared(house: House, site: Site) -> House:
    house.sources({"quay": {"tags": ["port"]}}, quay=site.url("/quay"), mill=site.url("/mill"))
    return house


async def collected(house: House, request: Request = ALL, **more: Any) -> Tally:
    async with house.context(**more) as context:
        return await collect(context, request)


def last_run(house: House) -> Run:
    return max(house.rows(Run), key=lambda run: run.id or 0)


async def test_from_sources_to_assessments(declared: House) -> None:
    tally = await collected(declared)
    assert (tally.polled, tally.new, tally.fetched, tally.stored) == (2, 3, 3, 3)
    assert (tally.near_duplicates, dict(tally.relevant), tally.failures) == (1, {TOPIC: 2}, ())
    assert set(tally.seconds) == {"poll", "triage", "read", "group", "assess"}
    assert {entry.state for entry in declared.rows(Entry)} == {"stored"}
    assert len(declared.rows(Story)) == 2
    assert len(declared.rows(Assessment)) == 3
    run = last_run(declared)
    assert (run.kind, run.succeeded, run.started, run.ended) == ("collect", True, NOW, NOW)
    assert run.figures == tally.to_json()
    assert declared.rows(Lease) == []


async def test_again_it_asks_all_sources_reads_no_page_and_stores_nothing(declared: House, site: Site) -> None:
    await collected(declared)
    before = len(site.requests)
    declared.clock.move(minutes=30)
    tally = await collected(declared)
    assert (tally.polled, tally.not_modified, tally.fetched, tally.stored) == (2, 2, 0, 0)
    assert site.paths()[before:] == ["/quay", "/mill"]
    assert site.requests[before].headers["if-none-match"] == '"q"'


async def test_sources_that_are_not_due_are_asked_only_where_all_are(declared: House, site: Site) -> None:
    site.routes["/quay"] = says(
        rss(item(site.url("/cranes")), channel="<ttl>420</ttl>"), content_type="application/xml"
    )
    await collected(declared, Request())
    declared.clock.move(minutes=419)
    assert (await collected(declared, Request())).polled == 1
    assert (await collected(declared)).polled == 2
    declared.clock.move(minutes=421)
    assert (await collected(declared, Request())).polled == 2


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        (Request(sources=("quay",)), {"/cranes"}),
        (Request(topics=("ports",)), {"/cranes"}),
        (Request(topics=(TOPIC,)), {"/cranes", "/loaves", "/reprint"}),
    ],
)
async def test_a_part_can_be_asked_for(declared: House, site: Site, asked: Request, stored: set[str]) -> None:
    declared.topic("ports", sources=["tag:port"])
    tally = await collected(declared, asked)
    assert {article.canonical_url.removeprefix(site.url("")) for article in declared.rows(Article)} == stored
    assert set(tally.relevant) == (set(asked.topics) or {TOPIC, "ports"})


async def test_a_limit_leaves_the_rest_to_the_next_run(declared: House) -> None:
    assert (await collected(declared, Request(limit=2))).stored == 2
    assert [entry.state for entry in declared.rows(Entry)].count("pending") == 1
    assert (await collected(declared, Request())).stored == 1


async def test_a_seed_that_is_no_article_any_more_stops_nothing_and_is_told(declared: House, site: Site) -> None:
    site.routes["/brief"] = says(page("Cranes without drivers", CRANES))
    declared.topic("ports", seeds=[site.url("/brief")])
    first = await collected(declared)
    assert first.failures == ()
    for route, because in ((says(b"<html></html>"), "holds no article"), (says(b"", status=404), "answered 404")):
        site.routes["/brief"] = route
        tally = await collected(declared)
        (failure,) = tally.failures
        assert failure.topic == "ports"
        assert failure.error.startswith(f"topic ports: {site.url('/brief')}")
        assert because in failure.error
        assert set(tally.relevant) == {"ports", TOPIC}
        assert last_run(declared).succeeded


async def test_a_topic_without_any_profile_fails_alone(declared: House, site: Site) -> None:
    declared.topic("bare", seeds=[site.url("/nowhere")])
    declared.topic("empty", seeds=[site.url("/plain")])
    site.routes["/plain"] = says(b"<html></html>")
    tally = await collected(declared)
    assert dict(tally.relevant) == {TOPIC: 2}
    assert tally.topics_failed == 2
    assert [failure.topic for failure in tally.failures] == ["bare", "empty"]
    assert not last_run(declared).succeeded
    assert {each.topic for each in declared.rows(Assessment)} == {TOPIC}


async def test_a_seed_in_a_file_that_says_nothing_is_refused_before_anything_is_asked(
    declared: House, site: Site
) -> None:
    for content in (b"caf\xe9", b"\n"):
        (declared.root / "seeds" / f"{TOPIC}.md").write_bytes(content)
        with pytest.raises(ConfigurationError, match=f"{TOPIC}"):
            await collected(declared)
    assert site.requests == []


async def test_a_seed_that_is_spoiled_stops_no_topic_but_its_own(declared: House, site: Site) -> None:
    declared.topic("spoiled", seeds=["seeds/spoiled.md"])
    for content, because in ((b"caf\xe9", "no UTF-8 text"), (b"\n", "is empty")):
        (declared.root / "seeds" / "spoiled.md").write_bytes(content)
        tally = await collected(declared)
        assert set(tally.relevant) == {TOPIC}
        (failure,) = tally.failures
        assert failure.topic == "spoiled"
        assert failure.error.startswith("topic spoiled: ")
        assert because in failure.error
        assert tally.in_doubt
    assert {each.topic for each in declared.rows(Assessment)} == {TOPIC}


async def test_a_collect_that_lost_its_lease_while_it_grouped_keeps_no_story(declared: House, monkeypatch) -> None:
    def stalled(*arguments: Any) -> Any:
        declared.clock.time += LEASE
        assert not refused(declared)
        return place(*arguments)

    monkeypatch.setattr(grouping, "place", stalled)
    with pytest.raises(LeaseLost):
        await collected(declared)
    assert declared.rows(Story) == []


async def test_names_that_are_not_there_are_refused_before_anything_is_asked(declared: House, site: Site) -> None:
    for wrong in (Request(sources=("quai",)), Request(topics=("harbour",))):
        with pytest.raises(ConfigurationError, match="did you mean"):
            await collected(declared, wrong)
    assert site.requests == []
    assert declared.rows(Lease) == []
    assert {run.succeeded for run in declared.rows(Run)} == {False}


async def test_what_a_killed_run_left_is_taken_up(declared: House, site: Site, monkeypatch) -> None:
    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    for step in (
        "monitor.pipeline.reading.fetching.read",
        "monitor.pipeline.judging.grouping.group",
        "monitor.pipeline.judging.assessing.assess",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(step, killed)
            with pytest.raises(KeyboardInterrupt):
                await collected(declared)
        assert not last_run(declared).succeeded
    site.routes["/quay"] = site.routes["/mill"] = says(b"", status=500)
    await collected(declared)
    assert len(declared.rows(Article)) == 3
    assert len(declared.rows(Assessment)) == 3
    assert all(article.story_id for article in declared.rows(Article))


async def test_two_collects_do_not_run_at_once(declared: House) -> None:
    async with declared.context() as context:
        with context.database.writing() as session:
            acquire(session, "collect", "another", NOW, LEASE)
        with pytest.raises(AlreadyRunning, match="another collect is under way, by process") as caught:
            await collect(context, ALL)
        assert f"by process {os.getpid()} on {platform.node()}; wait for it to end, or end that process" in str(
            caught.value
        )
        assert declared.rows(Run) == []
        declared.clock.time += LEASE
        assert (await collect(context, ALL)).stored == 3


async def test_a_collect_under_way_is_told_with_the_time_it_began(declared: House) -> None:
    told: list[str] = []

    async def meanwhile(label: str, step: Any, *arguments: object) -> Any:
        if label == "group":
            declared.clock.move(minutes=5)
            with pytest.raises(AlreadyRunning) as caught:
                await collected(declared)
            told.append(str(caught.value))
        return await step(*arguments)

    await collected(declared, call=meanwhile)
    (line,) = told
    assert line.startswith(f"another collect is under way since {NOW:%Y-%m-%d %H:%M} UTC, by process {os.getpid()} on ")
    assert line.count("\n") == 0


def refused(house: House) -> bool:
    """Whether another collect that asks for the lease now is turned away; where not, it has it."""
    with house.database() as database, database.writing() as session:
        return not acquire(session, "collect", "another", house.clock(), LEASE)


async def test_a_collect_that_takes_longer_than_its_lease_holds_it_with_every_step(declared: House) -> None:
    turned_away: list[bool] = []

    async def slowly(label: str, step: Any, *arguments: object) -> Any:
        declared.clock.time += LEASE * 0.9
        turned_away.append(refused(declared))
        return await step(*arguments)

    assert (await collected(declared, call=slowly)).stored == 3
    assert turned_away == [True] * 5
    assert declared.rows(Lease) == []


async def test_a_batch_that_takes_longer_than_the_lease_holds_it_with_all_that_is_kept(
    declared: House, monkeypatch
) -> None:
    monkeypatch.setattr("monitor.pipeline.polling.asking.KEEP_EVERY", 1)
    monkeypatch.setattr("monitor.pipeline.reading.lanes.KEEP_EVERY", 1)
    turned_away: list[bool] = []

    def slowly(stage: str, done: int, total: int) -> None:
        declared.clock.time += LEASE * 0.9
        turned_away.append(refused(declared))

    assert (await collected(declared, progress=slowly)).stored == 3
    assert turned_away == [True] * 5


async def test_a_collect_that_lost_its_lease_stops_before_the_next_step(declared: House, site: Site) -> None:
    async def stalled(label: str, step: Any, *arguments: object) -> Any:
        tally = await step(*arguments)
        declared.clock.time += LEASE
        assert not refused(declared)
        return tally

    with pytest.raises(LeaseLost, match="another collect took over"):
        await collected(declared, call=stalled)
    assert site.asked("/cranes") == []
    assert [lease.holder.partition("@")[0] for lease in declared.rows(Lease)] == ["another"]
    assert (last_run(declared).succeeded, last_run(declared).ended) == (False, declared.clock())


async def test_a_collect_that_lost_its_lease_within_a_batch_writes_no_more(declared: House, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.reading.lanes.KEEP_EVERY", 1)

    def stalled(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("reading", 2):
            declared.clock.time += LEASE
            assert not refused(declared)

    with pytest.raises(LeaseLost):
        await collected(declared, progress=stalled)
    assert len(declared.rows(Article)) == 1
    assert sorted(entry.state for entry in declared.rows(Entry)) == ["pending", "pending", "stored"]
    assert {entry.attempts for entry in declared.rows(Entry)} == {0}


async def test_hosts_are_read_side_by_side_in_every_batch(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.collect.PAGES_A_BATCH", 2)
    async with Site("127.1.0.2") as other:
        for each, name in ((site, "slow"), (other, "quick")):
            paths = [f"/{name}-{number}" for number in range(3)]
            each.routes |= {path: says(page(path, LOAVES)) for path in paths}
            items = [item(each.url(path), published=NOW - timedelta(hours=3 - at)) for at, path in enumerate(paths)]
            each.routes["/feed"] = says(rss(*items), content_type="application/xml")
        house.sources(slow=site.url("/feed"), quick=other.url("/feed"))
        batches: list[list[str]] = []

        async def noting(label: str, step: Any, *arguments: Any) -> Any:
            if label.startswith("read"):
                urls = {entry.id: entry.url.rpartition("/")[2] for entry in house.rows(Entry)}
                batches.append(sorted(urls[identity] for identity in arguments[1]))
            return await step(*arguments)

        await collected(house, call=noting)
    assert batches == [["quick-2", "slow-2"], ["quick-1", "slow-1"], ["quick-0", "slow-0"]]


async def test_steps_are_handed_to_the_caller_in_their_order_and_in_batches(declared: House, monkeypatch) -> None:
    monkeypatch.setattr("monitor.pipeline.collect.SOURCES_A_BATCH", 1)
    monkeypatch.setattr("monitor.pipeline.collect.PAGES_A_BATCH", 2)
    labels: list[str] = []

    async def noting(label: str, step: Any, *arguments: object) -> Any:
        labels.append(label)
        return await step(*arguments)

    assert (await collected(declared, call=noting)).stored == 3
    assert labels == ["poll 1-1", "poll 2-2", "triage", "read 1-2", "read 3-3", "group", f"assess {TOPIC}"]


async def test_the_example_user_agent_asks_nobody_but_this_machine(declared: House, site: Site) -> None:
    nameless = (declared.root / "config/monitor.toml").read_text().replace("about.example", "example.org")
    declared.write("config/monitor.toml", nameless)
    assert (await collected(declared)).stored == 3
    declared.sources(quay=site.url("/quay"), live="http://news.example/feed")
    with pytest.raises(ConfigurationError, match=r"fetch\.user_agent: it still names example\.org"):
        await collected(declared)
    declared.sources({"live": {"paused": True}}, quay=site.url("/quay"), live="http://news.example/feed")
    await collected(declared)


async def test_a_run_in_which_more_than_a_fifth_failed_is_no_success(declared: House, site: Site) -> None:
    site.routes["/mill"] = says(b"", status=500)
    await collected(declared)
    assert not last_run(declared).succeeded


async def test_where_nothing_is_due_the_run_is_as_good_as_its_sources(declared: House, site: Site) -> None:
    assert (await collected(declared, Request(sources=()))).polled == 2
    feed = rss(item(site.url("/cranes")), channel="<ttl>600</ttl>")
    site.routes["/quay"] = site.routes["/mill"] = says(feed, content_type="application/xml")
    await collected(declared)
    declared.clock.move(minutes=30)
    assert (await collected(declared, Request())).polled == 0
    assert last_run(declared).succeeded
    site.routes["/quay"] = site.routes["/mill"] = says(b"", status=500)
    await collected(declared)
    assert (await collected(declared, Request())).polled == 0
    assert not last_run(declared).succeeded


async def test_the_dead_mans_switch_is_called_after_a_good_run_alone(declared: House, site: Site) -> None:
    declared.monitor(f'[alerts]\nping_url = "{site.url("/ping")}"')
    site.routes["/ping"] = says(b"ok")
    await collected(declared)
    assert len(site.asked("/ping")) == 1
    site.routes["/mill"] = says(b"", status=500)
    await collected(declared)
    assert len(site.asked("/ping")) == 1


async def test_an_error_in_a_step_is_kept_as_a_run_that_failed(declared: House, monkeypatch) -> None:
    async def broken(*arguments: object) -> Tally:
        raise ZeroDivisionError

    monkeypatch.setattr(grouping, "group", broken)
    with pytest.raises(ZeroDivisionError):
        await collected(declared)
    assert not last_run(declared).succeeded
    assert last_run(declared).ended == NOW
    assert declared.rows(Lease) == []


async def test_old_entries_are_noted_and_their_pages_not_fetched(declared: House, site: Site) -> None:
    old = item(site.url("/loaves"), published=NOW - timedelta(days=8))
    site.routes["/mill"] = says(rss(old), content_type="application/xml")
    assert (await collected(declared)).stored == 1
    assert sorted(entry.state for entry in declared.rows(Entry)) == ["skipped", "stored"]
    assert site.asked("/loaves") == []
