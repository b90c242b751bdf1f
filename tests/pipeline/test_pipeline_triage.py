"""Which pages are asked first, and which are left unread, over a site on loopback."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from encoders import encoders_followed
from pipeline_house import CRANES, LOAVES, NOW, House, item, page, rss
from servers import Site, says

from monitor.models import Article, Entry, EntryState, Topic
from monitor.pipeline.collect import Request, collect
from monitor.pipeline.judging.explain import explain
from monitor.pipeline.judging.triage import decide, triage
from monitor.pipeline.learning.evaluating import unread_of
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.tally import Tally
from monitor.relevance import encoders, meaning
from monitor.relevance import triage as judged
from monitor.relevance.triage import SAMPLED, Prospect
from monitor.store.triage import Listed

ALL = Request(everything=True)
BAKING = "# Bread\n\n- Bakeries: bakers that close, their ovens and their sourdough loaves\n- Flour: what flour costs\n"
XML = "application/xml"


@pytest.fixture(autouse=True)
def none_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lot but what a test lets be drawn: addresses have another port each time."""
    monkeypatch.setattr(judged, "is_drawn", lambda address: address.endswith("/drawn"))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher whose feed lists three pages on loaves and, oldest and last, one on cranes."""
    async with Site("127.1.0.1") as running:
        pages = {"/loaves": LOAVES, "/ovens": LOAVES[1:] + LOAVES[:1], "/drawn": LOAVES[2:] + LOAVES[:2]}
        running.routes |= {path: says(page(f"A bakery of {path}", text)) for path, text in pages.items()}
        running.routes["/cranes"] = says(page("Forty cranes without drivers", CRANES))
        listed = [
            item(running.url(path), "The last loaf of Mill Lane", " ".join(text[:2]), NOW - timedelta(hours=hours))
            for hours, (path, text) in enumerate(pages.items())
        ]
        cranes = item(running.url("/cranes"), "Forty driverless cranes", " ".join(CRANES[:2]), NOW - timedelta(hours=9))
        running.routes["/feed"] = says(rss(*listed, cranes), content_type=XML)
        running.routes["/cranes-too"] = says(rss(cranes), content_type=XML)
        yield running


@pytest.fixture
def saving(house: House, site: Site) -> House:
    """A house whose only topic asks for promising pages."""
    house.sources(wire=site.url("/feed"))
    house.topic(fetch="promising")
    return house


def not_to_be_called(*arguments: object) -> None:
    raise AssertionError(arguments)


async def collected(house: House, request: Request = ALL) -> Tally:
    async with house.context() as context:
        return await collect(context, request)


def pages_of(site: Site) -> list[str]:
    return [path for path in site.paths() if path in ("/loaves", "/ovens", "/drawn", "/cranes")]


def states(house: House) -> dict[str, str]:
    return {each.url.rpartition("/")[2]: each.state for each in house.rows(Entry)}


async def test_the_promising_are_asked_first_though_they_are_the_oldest(house: House, site: Site) -> None:
    house.monitor("per_host = 1")
    house.sources(wire=site.url("/feed"))
    tally = await collected(house)
    assert pages_of(site) == ["/cranes", "/loaves", "/ovens", "/drawn"]
    assert (tally.unpromising, tally.stored) == (0, 4)


async def test_a_bounded_run_reads_the_promising(house: House, site: Site) -> None:
    house.sources(wire=site.url("/feed"))
    await collected(house, Request(everything=True, limit=1))
    assert pages_of(site) == ["/cranes"]


async def test_where_everything_is_read_nothing_is_encoded_before(house: House, site: Site) -> None:
    """Vectors beside the pages took all our processes above 1 GB, and time, where only the order depends on them."""
    house.sources(wire=site.url("/feed"))
    async with house.context() as context:
        await poll(context, ["wire"])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(meaning, "encode", not_to_be_called)
            await triage(context)
    promised = {each.promise: each.url.rpartition("/")[2] for each in house.rows(Entry)}
    assert None not in promised
    assert promised[max(promised)] == "cranes"


async def test_the_hopeless_stay_unread_with_a_reason_but_for_those_drawn(saving: House, site: Site) -> None:
    tally = await collected(saving)
    assert (tally.new, tally.unpromising, tally.stored) == (4, 2, 2)
    assert tally.to_json()["entries"] == {"listed": 4, "new": 4, "unpromising": 2}
    assert sorted(pages_of(site)) == ["/cranes", "/drawn"]
    assert states(saving) == {
        "cranes": "stored",
        "drawn": "stored",
        "loaves": "unpromising",
        "ovens": "unpromising",
    }
    known = {each.url.rpartition("/")[2]: each for each in saving.rows(Entry)}
    assert [known[name].probability for name in ("cranes", "drawn", "loaves")] == [0.0, SAMPLED, 0.0]
    assert known["loaves"].error.startswith("it promises harbours most, 0.0")
    assert (known["cranes"].promise or 0) > 0.02 > (known["loaves"].promise or 0)


async def test_what_a_topic_that_reads_everything_may_want_is_read(saving: House, site: Site) -> None:
    saving.topic("weather", seed="# Weather\n\n- Storms: storms at sea and what they break\n")
    assert (await collected(saving)).unpromising == 0
    assert len(pages_of(site)) == 4


async def test_a_topic_that_looks_elsewhere_is_no_reason_to_read(saving: House, site: Site) -> None:
    saving.sources(wire=site.url("/feed"), other=site.url("/cranes-too"))
    saving.topic("weather", seed="# Weather\n\n- Storms: storms at sea and what they break\n", sources=["other"])
    assert (await collected(saving)).unpromising == 2


async def test_what_one_of_two_saving_topics_has_reason_to_read_is_read(saving: House) -> None:
    saving.topic("bread", seed=BAKING, fetch="promising")
    assert (await collected(saving)).unpromising == 0


async def test_with_another_seed_it_is_looked_at_again_while_it_is_recent(saving: House, site: Site) -> None:
    await collected(saving)
    saving.clock.move(hours=1)
    assert (await collected(saving)).unpromising == 0
    assert len(pages_of(site)) == 2
    saving.topic(seed=BAKING, fetch="promising")
    tally = await collected(saving)
    assert (tally.stored, tally.unpromising) == (2, 0)
    assert set(states(saving).values()) == {"stored"}
    assert {each.error for each in saving.rows(Entry)} == {""}


async def test_what_was_judged_by_all_that_stands_needs_nothing_loaded(
    saving: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unread entries are looked at by every collect: seconds, were models opened and vectors made ready for that."""
    assert (await collected(saving)).unpromising == 2
    monkeypatch.setattr("monitor.pipeline.judging.triage.current_model", not_to_be_called)
    monkeypatch.setattr(encoders, "available", not_to_be_called)
    async with saving.context() as context:
        assert await triage(context) == Tally()


async def test_the_encoder_is_let_go_before_pages_are_read(saving: House) -> None:
    with encoders_followed() as loaded:
        async with saving.context() as context:
            await poll(context, ["wire"])
            assert encoders.available()
            assert len(loaded) == 1
            await triage(context)
        assert len(loaded) == 0


async def test_with_another_seed_what_is_old_stays_unread(saving: House) -> None:
    await collected(saving)
    saving.clock.move(days=8)
    saving.topic(seed=BAKING, fetch="promising")
    assert (await collected(saving)).stored == 0
    assert states(saving)["loaves"] == "unpromising"


@pytest.mark.parametrize("changes", [{"threshold": "0"}, {"fetch": "all"}])
async def test_with_another_threshold_or_way_it_is_read(saving: House, changes: dict[str, Any]) -> None:
    await collected(saving)
    saving.topic(**{"fetch": "promising", **changes})
    assert (await collected(saving)).stored == 2


async def test_titles_alone_are_read(saving: House, site: Site) -> None:
    site.routes["/feed"] = says(rss(item(site.url("/loaves"), "The last loaf")), content_type=XML)
    assert (await collected(saving)).stored == 1


async def test_a_source_that_is_mostly_relevant_is_read_whole(saving: House, site: Site) -> None:
    for number in range(12):
        article = saving.store(f"cranes-{number}", source="wire")
        saving.place(article, None, 0.9 if number < 4 else 0.1)
        with saving.database() as database, database.writing() as session:
            fields = {"url": f"https://paper.example/{number}", "source": "wire", "first_seen": saving.clock()}
            fields |= {"canonical_url": fields["url"], "state": EntryState.STORED, "article_id": article}
            session.add(Entry.model_validate(fields))
    assert (await collected(saving)).unpromising == 0
    assert len(pages_of(site)) == 4


async def test_a_topic_whose_seeds_cannot_be_had_reads_everything(saving: House, site: Site) -> None:
    site.routes["/seed"] = says(b"", status=500)
    saving.topic(fetch="promising", seeds=[site.url("/seed")])
    tally = await collected(saving)
    assert (tally.unpromising, tally.stored, tally.topics_failed) == (0, 4, 1)


async def test_what_cannot_be_judged_is_read(
    saving: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*arguments: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(judged, "prospects", stumble)
    tally = await collected(saving)
    assert (tally.unpromising, tally.stored) == (0, 4)
    assert "an error that nobody expects, judging by title and summary" in caplog.text


async def test_what_is_left_unread_and_what_that_lost_is_told(saving: House, site: Site) -> None:
    await collected(saving)
    (topic,) = saving.settings.topics
    with saving.database() as database, database.reading() as session:
        unread = unread_of(saving.settings, session, topic, NOW)
    assert unread.lost is not None
    assert (unread.left, unread.lost.answers, unread.lost.recall.value) == (2, 1, 1.0)
    assert unread.text.startswith(
        "2 pages of the last 60 days were left unread; of what the topic would take, 100% was"
    )
    with saving.database() as database, database.writing() as session:
        for article in saving.rows(Article):
            saving.judge(session, article.id or 0, 0.9)
    with saving.database() as database, database.reading() as session:
        lossy = unread_of(saving.settings, session, topic, NOW).lost
        assert lossy is not None
        assert lossy.recall.value == pytest.approx(0.5)
        nobody = unread_of(saving.settings, session, Topic("other", "", ()), NOW)
    assert nobody.lost is None
    assert nobody.text.endswith("none that was drawn at random is read yet, so what is lost is not known")


async def test_why_a_page_was_left_unread_is_explained(saving: House, site: Site) -> None:
    async with saving.context() as context:
        await collect(context, ALL)
        explained = await explain_beside(saving, site.url("/loaves"))
    assert explained[1].startswith("left unread by the collects: it promises harbours most")


async def explain_beside(house: House, url: str) -> list[str]:
    """What `monitor explain` says, which runs a loop of its own."""
    return list((await asyncio.to_thread(explain, house.settings, url)).lines())


LISTED = Listed(
    7, "https://a.example/x", "https://a.example/x", "wire", "T", "t", EntryState.PENDING, frozenset({"wire"})
)
SAVING, READING = Topic("saving", "", (), fetch="promising"), Topic("reading", "", ())
POOR, GOOD = Prospect("saving", 0.001, 0.02), Prospect("saving", 0.3, 0.02)


@pytest.mark.parametrize(
    ("wanted", "rich", "state", "promise"),
    [
        ([], False, "pending", None),
        ([(SAVING, None)], False, "pending", None),
        ([(SAVING, POOR)], False, "unpromising", 0.001),
        ([(SAVING, POOR)], True, "pending", 0.001),
        ([(SAVING, GOOD)], False, "pending", 0.3),
        ([(SAVING, POOR), (READING, POOR)], False, "pending", 0.001),
        ([(SAVING, POOR), (SAVING, None)], False, "pending", 0.001),
        ([(SAVING, POOR), (SAVING, GOOD)], False, "pending", 0.3),
    ],
)
def test_what_becomes_of_an_entry(wanted: list[Any], rich: bool, state: str, promise: float | None) -> None:
    made = decide(LISTED, wanted, rich)
    assert (made.id, made.state, made.promise, bool(made.reason)) == (7, state, promise, state == "unpromising")
