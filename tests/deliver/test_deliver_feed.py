"""A digest's stories as Atom and JSON Feed, read back by feedparser and by this monitor's own parser."""

import json
import multiprocessing
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from monitor.deliver import ChannelSettings, deliver, message_id, recipients
from monitor.deliver import feed as feeds
from monitor.models import DeliveryState
from monitor.sources import parse

SETTINGS = ChannelSettings(name="reader", kind="feed", path="var/feeds")
ATOM = "{http://www.w3.org/2005/Atom}"
TOLD = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def entry(number, **changes):
    values = {
        "feed": "Harbours, every morning",
        "id": f"urn:uuid:00000000-0000-5000-8000-{number:012d}",
        "url": f"https://paper.example/{number}?a=1&b=2",
        "title": f"Story {number} & <b>more</b>",
        "html": f"<p>Story {number}</p>",
        "text": f"Story {number} in short",
        "language": "de",
        "source": "Paper",
        "published": (TOLD - timedelta(hours=number)).isoformat(),
        "updated": TOLD.isoformat(),
        "tags": ["Cranes"],
    }
    return values | changes


@pytest.fixture(name="tell")
def _tell(make_delivery, tmp_path):
    def tell(*entries, digest="morning", slot="2026-11-24T07:00:00+00:00"):
        named = message_id(digest, slot, "reader", "var/feeds")
        made = make_delivery(channel="reader", recipient="var/feeds", message_id=named, blocks=list(entries))
        return deliver(SETTINGS, made, tmp_path)

    return tell


def atom_of(tmp_path, digest="morning"):
    return (tmp_path / "var" / "feeds" / f"{digest}.atom").read_bytes()


def json_of(tmp_path, digest="morning"):
    return json.loads((tmp_path / "var" / "feeds" / f"{digest}.json").read_text(encoding="utf-8"))


def test_any_reader_reads_it(tell, tmp_path):
    outcome = tell(entry(1), entry(2))

    assert (outcome.state, outcome.detail) == (DeliveryState.SENT, "var/feeds/morning.atom")
    read = feedparser.parse(atom_of(tmp_path))
    assert not read.bozo
    assert read.version == "atom10"
    assert (read.feed.title, read.feed.language) == ("Harbours, every morning", "en")
    assert read.feed.updated == TOLD.isoformat()
    first = read.entries[0]
    assert (first.id, first.link) == (entry(1)["id"], "https://paper.example/1?a=1&b=2")
    assert first.title_detail.type == "text/plain"
    assert first.content[0].value == "<p>Story 1</p>"
    assert (first.author, first.tags[0].term, first.summary) == ("Paper", "Cranes", "Story 1 in short")
    assert first.published_parsed[:5] == (2026, 11, 24, 6, 0)


@pytest.mark.parametrize("ending", ["atom", "json"])
def test_this_monitor_reads_it(tell, tmp_path, ending):
    tell(entry(1), entry(2))
    path = tmp_path / "var" / "feeds" / f"morning.{ending}"
    listing = parse(path.read_bytes(), "https://feeds.example/morning", source="morning")
    assert listing.kind == {"atom": "atom", "json": "json-feed"}[ending]
    assert [each.url for each in listing.entries] == [
        "https://paper.example/1?a=1&b=2",
        "https://paper.example/2?a=1&b=2",
    ]
    assert listing.entries[0].published == TOLD - timedelta(hours=1)


def test_the_atom_file_has_what_the_rfc_demands(tell, tmp_path):
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each; an author for each entry; ids that differ."""
    tell(entry(1), entry(2, url="", html="", source="", tags=[], language=""))
    root = ET.fromstring(atom_of(tmp_path))
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name").text == "News monitor"
    for each in root.iter(f"{ATOM}entry"):
        assert each.find(f"{ATOM}content") is not None
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 3
    assert all(identity.startswith("urn:uuid:") for identity in ids)


def test_the_json_file_is_a_json_feed(tell, tmp_path):
    tell(entry(1), entry(2, html="", text="", url=""))
    told = json_of(tmp_path)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["title"] == "Harbours, every morning"
    assert all(isinstance(value, dict) for key, value in told.items() if key.startswith("_"))
    first, second = told["items"]
    assert first["content_html"] == "<p>Story 1</p>"
    assert first["authors"] == [{"name": "Paper"}]
    assert second["content_text"] == second["title"]
    assert not {"url", "summary"} & second.keys()


def test_entries_are_kept_over_digests_the_latest_first_up_to_a_limit(tell, tmp_path, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_ENTRIES", 3)
    tell(entry(1), entry(2))
    tell(entry(3), entry(4), slot="2026-11-25T07:00:00+00:00")
    wanted = [entry(number)["id"] for number in (3, 4, 1)]
    assert [item["id"] for item in json_of(tmp_path)["items"]] == wanted
    assert [each.id for each in feedparser.parse(atom_of(tmp_path)).entries] == wanted


def test_told_again_nothing_changes(tell, tmp_path):
    tell(entry(1))
    tell(entry(2), slot="2026-11-25T07:00:00+00:00")
    before = atom_of(tmp_path), json_of(tmp_path)
    assert tell(entry(1)).state is DeliveryState.SENT
    assert (atom_of(tmp_path), json_of(tmp_path)) == before


def test_what_is_told_of_it_later_in_other_words_takes_its_place(tell, tmp_path):
    """RFC 4287, 4.2.15: another `updated` says that an entry changed in a way that matters; `published` stays."""
    later = TOLD + timedelta(days=1)
    failing = entry(1, title="Failing: wire", html="", text="Failing: wire. answered 500.")
    broke = failing | {"title": "Broke: wire", "text": "Broke: wire. answered 500."}
    broke |= {"published": later.isoformat(), "updated": later.isoformat()}
    tell(failing)
    tell(entry(2))
    tell(entry(3), broke, slot="2026-11-25T07:00:00+00:00")
    read = feedparser.parse(atom_of(tmp_path))
    assert [each.title for each in read.entries] == [entry(3)["title"], "Broke: wire", entry(2)["title"]]
    changed = read.entries[1]
    assert (changed.published, changed.updated) == (failing["published"], later.isoformat())
    assert changed.content[0].value == "Broke: wire. answered 500."
    assert read.feed.updated == later.isoformat()
    before = atom_of(tmp_path), json_of(tmp_path)
    tell(failing)  # the first delivery, sent again
    tell(broke | {"updated": (later + timedelta(days=1)).isoformat()})  # the same words
    assert (atom_of(tmp_path), json_of(tmp_path)) == before


def test_each_digest_has_a_feed_of_its_own_with_an_id_that_stays(tell, tmp_path):
    tell(entry(1))
    tell(entry(1), digest="weekly")
    first = feedparser.parse(atom_of(tmp_path)).feed.id
    assert first != feedparser.parse(atom_of(tmp_path, "weekly")).feed.id
    tell(entry(2), slot="later")
    assert feedparser.parse(atom_of(tmp_path)).feed.id == first


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"items": [1]}', '{"items": [{"id": "x"}]}'])
def test_a_file_that_is_none_of_ours_gives_way(tell, tmp_path, broken):
    (tmp_path / "var" / "feeds").mkdir(parents=True)
    (tmp_path / "var" / "feeds" / "morning.json").write_text(broken, encoding="utf-8")
    assert tell(entry(1)).state is DeliveryState.SENT
    assert [item["id"] for item in json_of(tmp_path)["items"]] == [entry(1)["id"]]


def test_a_folder_that_cannot_be_made_is_said(tell, tmp_path):
    (tmp_path / "var").write_text("a file")
    outcome = tell(entry(1))
    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent
    assert "var/feeds" in outcome.detail


def test_what_was_made_for_another_kind_of_channel_has_failed_for_good(delivery, tmp_path):
    outcome = deliver(SETTINGS, delivery, tmp_path)
    assert outcome.state is DeliveryState.FAILED
    assert outcome.permanent


def _tell_many(folder, numbers, made):
    for number in numbers:
        named = message_id("morning", str(number), "reader", "var/feeds")
        deliver(SETTINGS, made.model_copy(update={"message_id": named, "blocks": [entry(number)]}), folder)


def test_two_processes_at_once_lose_no_entry(make_delivery, tmp_path):
    made = make_delivery(channel="reader", recipient="var/feeds")
    context = multiprocessing.get_context("spawn")
    halves = [range(20), range(20, 40)]
    running = [context.Process(target=_tell_many, args=(tmp_path, half, made)) for half in halves]
    for each in running:
        each.start()
    for each in running:
        each.join(60)
    assert {item["id"] for item in json_of(tmp_path)["items"]} == {entry(number)["id"] for number in range(40)}
    assert sorted(path.name for path in (tmp_path / "var" / "feeds").iterdir()) == [
        ".morning.lock",
        "morning.atom",
        "morning.json",
    ]


def test_its_recipient_is_its_path():
    assert recipients(SETTINGS) == ("var/feeds",)
