"""Why an article was or was not sent."""

import asyncio
from datetime import timedelta

import pytest
from pipeline_house import CRANES, DESK, TOPIC, House, die, page
from servers import Site, says
from sqlmodel import select

from monitor.errors import AddressError, ConfigurationError, FetchError
from monitor.models import Article, Assessment, Entry, EntryState, Reasons
from monitor.pipeline import parsing
from monitor.pipeline.context import clock
from monitor.pipeline.digest import Slot, send
from monitor.pipeline.judging.explain import Explained, Verdict, explain
from monitor.store.entries import EntryChange, change_entries, keep_entries

CRANE_NEWS = "https://paper.example/cranes"


@pytest.fixture
def told(house: House) -> House:
    """A house of today with one article, told in one digest."""
    house.clock.time = clock()
    house.monitor(DESK)
    house.digest()
    house.keep("cranes")
    house.clock.move(seconds=1)
    house.collected()
    send(house.settings, [Slot("morning", "one")], house.clock)
    return house


def test_what_is_kept_is_explained_from_the_store(told: House) -> None:
    explained = explain(told.settings, f"{CRANE_NEWS}?utm_source=mail")
    assert (explained.kept, explained.told, explained.title) == (True, ("morning one",), "What happened to cranes")
    (verdict,) = explained.verdicts
    assert (verdict.topic, verdict.score, verdict.threshold, verdict.relevant) == (TOPIC, 0.9, 0.5, True)
    lines = explained.lines()
    assert lines[0] == "What happened to cranes (from the store; told in morning one)"
    assert lines[1] == "harbours: relevant, 0.90 at a threshold of 0.50"
    assert lines[2] == "  facet      Cranes"
    assert lines[-1] == "  judged by  profile by hand, no model taught by verdicts"
    topic = explained.to_json()["topics"][0]
    assert topic["reasons"]["facet"] == "Cranes"
    assert topic["would_change_it"] == ["only a threshold above 0.90 would leave it out"]
    assert (topic["profile_version"], topic["model_version"]) == ("by hand", "")


def test_what_is_kept_and_was_not_judged_is_judged_now(told: House) -> None:
    told.topic("ports")
    explained = explain(told.settings, CRANE_NEWS, "ports")
    assert explained.kept
    assert [verdict.topic for verdict in explained.verdicts] == ["ports"]
    assert len(told.rows(Assessment)) == 1  # and nothing is kept of it


async def test_what_is_not_kept_is_fetched_and_judged_and_not_kept(told: House) -> None:
    async with Site("127.1.0.1") as site:
        site.routes["/cranes"] = says(page("Cranes without drivers", CRANES))
        explained = await asyncio.to_thread(explain, told.settings, site.url("/cranes"))
    assert (explained.kept, explained.told, explained.title) == (False, (), "Cranes without drivers")
    (verdict,) = explained.verdicts
    assert verdict.relevant
    assert verdict.reasons.terms
    assert "(fetched afresh, not kept; never told)" in explained.lines()[0]
    assert len(told.rows(Article)) == 1


async def test_what_was_listed_and_never_read_says_why(told: House) -> None:
    now = told.clock.time
    async with Site("127.1.0.1") as site:
        site.routes |= {"/old": says(page("Old cranes", CRANES)), "/shut": says(page("Cranes", CRANES))}
        listed = {
            name: Entry.model_validate({"url": site.url(name), "canonical_url": site.url(name), "source": "wire"})
            for name in ("/old", "/shut")
        }
        listed["/old"].published = now - timedelta(days=30)
        with told.database() as database, database.writing() as session:
            keep_entries(session, list(listed.values()), now=now, max_age=timedelta(days=7))
            shut = next(entry.id for entry in session.exec(select(Entry)) if entry.url.endswith("/shut"))
            change_entries(session, [EntryChange(shut or 0, EntryState.FAILED, 5, "it answered 503")])
        old = await asyncio.to_thread(explain, told.settings, site.url("/old"))
        shut_once = await asyncio.to_thread(explain, told.settings, site.url("/shut"))
    assert old.unread == (
        f"it was published on {now - timedelta(days=30):%Y-%m-%d}, more than collect.max_age before it was first seen "
        f"on {now:%Y-%m-%d}"
    )
    assert old.lines()[1] == f"left unread by the collects: {old.unread}"
    assert shut_once.unread == "it answered 503"


async def test_what_cannot_be_explained_says_why(told: House, monkeypatch) -> None:
    async with Site("127.1.0.1") as site:
        site.routes["/empty"] = says(b"<html><body></body></html>")
        site.routes["/bad"] = says(page("Bad"))
        with pytest.raises(FetchError, match="404"):
            await asyncio.to_thread(explain, told.settings, site.url("/nowhere"))
        with pytest.raises(ConfigurationError, match="the page holds no text"):
            await asyncio.to_thread(explain, told.settings, site.url("/empty"))
        monkeypatch.setattr(parsing, "read_page", die)
        with pytest.raises(ConfigurationError, match="/bad: broke the process that read it"):
            await asyncio.to_thread(explain, told.settings, site.url("/bad"))


def test_what_is_no_address_and_no_topic_is_refused(told: House) -> None:
    with pytest.raises(ConfigurationError, match='did you mean "harbours"'):
        explain(told.settings, CRANE_NEWS, "harbors")
    with pytest.raises(AddressError):
        explain(told.settings, "cranes")


def test_every_reason_has_its_line() -> None:
    reasons = Reasons("Cranes", "The seed.", "The article.", (("crane", 0.25),), "must: quay", ("A neighbour", "B"))
    lines = Explained("u", "t", True, (), (Verdict("t", 0.1, 0.5, relevant=False, reasons=reasons),)).lines()
    assert lines[1:] == [
        "t: not relevant, 0.10 at a threshold of 0.50",
        "  rule       must: quay",
        "  facet      Cranes",
        "  seed       The seed.",
        "  article    The article.",
        "  terms      crane 25%",
        "  beside     A neighbour; B",
    ]
    missed = Explained("u", "t", True, (), (Verdict("t", 0.1, 0.5, relevant=False, reasons=Reasons()),)).lines()
    assert missed[-1] == "  it would take 0.40 more, or a lower threshold"
