"""Newsletters collected from a mailbox on loopback and from a folder: each message an article, told once."""

from collections.abc import AsyncIterator

import pytest
from mail_server import PASSWORD, MailServer
from pipeline_house import CRANES, LOAVES, NOW, House
from test_extract_letter import letter

from monitor.models import Article, Entry, FeedState
from monitor.pipeline.check import check
from monitor.pipeline.context import refuse_nameless
from monitor.pipeline.polling.asking import poll
from monitor.pipeline.reading.fetching import read
from monitor.pipeline.tally import Tally
from monitor.store.entries import due_entries


def message(number: int, lines: tuple[str, ...] = CRANES) -> bytes:
    page = "".join(f"<p>{line}</p>" for line in lines)
    return letter(page, Message_ID=f"<{number}@quay.example>", Subject=f"Letter {number}").as_bytes()


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer({"INBOX": [message(1), message(2, LOAVES)]}) as running:
        yield running


def declare(house: House, url: str) -> None:
    house.sources({"the-quay": {"kind": "newsletters"}}, **{"the-quay": url})
    if url.startswith("imap"):
        house.environment["MONITOR_SOURCES__THE_QUAY__PASSWORD"] = PASSWORD


async def collected(house: House) -> tuple[Tally, Tally]:
    async with house.context() as context:
        polled = await poll(context, ["the-quay"])
        with context.database.reading() as session:
            due = due_entries(session, now=house.clock())
        return polled, await read(context, [entry.id for entry in due])


async def test_each_message_is_an_article(house: House, server: MailServer) -> None:
    declare(house, server.url())
    polled, tally = await collected(house)
    assert (polled.new, polled.failures, tally.stored, tally.fetched, tally.failures) == (2, (), 2, 0, ())
    article = next(each for each in house.rows(Article) if each.title == "Letter 1")
    assert article.canonical_url == "mid:1@quay.example"
    assert article.text.split("\n") == list(CRANES)
    assert (article.site, article.authors, article.grade) == ("The Quay Letter", ["Ada Quay"], "full")
    assert (article.language, article.next_check) == ("en", None)
    assert {entry.state for entry in house.rows(Entry)} == {"stored"}
    (state,) = house.rows(FeedState)
    assert (state.kind, state.title, state.etag) == ("newsletters", "The Quay Letter", "7:2")


async def test_no_message_comes_twice(house: House, server: MailServer) -> None:
    declare(house, server.url())
    await collected(house)
    server.validity = 8  # the server numbers its messages anew: all are read again
    server.folders["INBOX"].append(message(3, CRANES[:3]))
    house.clock.move(hours=1)
    polled, tally = await collected(house)
    assert (polled.listed, polled.new, tally.stored) == (3, 1, 1)
    (state,) = house.rows(FeedState)
    assert state.rolled_off == 0


async def test_only_what_came_since_is_asked_and_nothing_rolls_off(house: House, server: MailServer) -> None:
    declare(house, server.url())
    await collected(house)
    server.folders["INBOX"].append(message(3, CRANES[:3]))
    polled, _ = await collected(house)
    assert (polled.listed, polled.new) == (1, 1)
    assert house.rows(FeedState)[0].rolled_off == 0


async def test_a_folder_of_messages_is_a_source(house: House) -> None:
    (house.root / "letters").mkdir()
    (house.root / "letters" / "one.eml").write_bytes(message(1))
    (house.root / "letters" / "copy.eml").write_bytes(message(1))
    declare(house, "file:letters")
    house.clock.time = NOW.replace(year=2000)  # the folder's clock is the machine's
    polled, tally = await collected(house)
    assert (polled.listed, polled.new, tally.stored) == (2, 1, 1)


async def test_a_mailbox_that_refuses_is_the_failure_of_its_source(house: House, server: MailServer) -> None:
    declare(house, server.url())
    house.environment["MONITOR_SOURCES__THE_QUAY__PASSWORD"] = "not-the-one"
    polled, _ = await collected(house)
    assert polled.sources_failed == 1
    assert "the mail server refused" in polled.failures[0].error
    assert "not-the-one" not in polled.failures[0].error


async def test_a_message_without_a_text_is_given_up(house: House, server: MailServer) -> None:
    server.folders["INBOX"][:] = [letter("", " ", Message_ID="<9@quay.example>").as_bytes()]
    declare(house, server.url())
    _, tally = await collected(house)
    assert tally.stored == 0
    assert [entry.state for entry in house.rows(Entry)] == ["failed"]


def test_check_asks_a_mailbox(house: House) -> None:
    (house.root / "letters").mkdir()
    (house.root / "letters" / "one.eml").write_bytes(message(1))
    house.sources(
        {"the-quay": {"kind": "newsletters"}, "gone": {"kind": "newsletters"}},
        gone="file:none",
        **{"the-quay": "file:letters"},
    )
    trials = {trial.source.name: trial for trial in check(house.settings, online=True).trials}
    assert trials["the-quay"].summary == 'the-quay: newsletters "The Quay Letter", 1 entry'
    assert "there is no folder" in trials["gone"].error


def test_newsletters_alone_need_no_address_for_publishers(house: House) -> None:
    house.sources({"the-quay": {"kind": "newsletters"}}, **{"the-quay": "imaps://me@mail.example/INBOX"})
    house.environment["MONITOR_FETCH__USER_AGENT"] = "news-monitor (+https://example.org/about)"
    refuse_nameless(house.settings)
