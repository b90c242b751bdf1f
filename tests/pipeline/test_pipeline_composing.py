"""What a digest is made of: who is told what, what is told though there be no story, and what is kept of a silence."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pipeline_house import DESK, NOW, TOPIC, House, mail_channel
from sqlmodel import select

from monitor.errors import StoreError
from monitor.models import (
    Article,
    Delivery,
    DeliveryState,
    Digest,
    DigestItem,
    Entry,
    EntryState,
    FeedState,
    Story,
    Told,
    audience,
)
from monitor.pipeline.delivering import deliver_waiting
from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.pipeline.telling import composing
from monitor.pipeline.telling.audiences import Posting
from monitor.pipeline.telling.composing import compose_and_keep
from monitor.store.articles import keep_articles
from monitor.store.entries import EntryChange, change_entries, keep_entries
from monitor.store.outbox import Kept, settle, unsubscribe
from monitor.store.polling import keep_feed_states

PORT = 9  # nothing is sent here


@pytest.fixture
def read(house: House) -> House:
    """A house whose digest goes to two readers, an hour after a story was stored."""
    house.monitor(DESK, mail_channel(PORT, "a@reader.example", "b@reader.example"))
    house.digest(channels=["analyst"])
    house.keep("cranes")
    later(house)
    return house


def later(house: House, **units: float) -> None:
    """Let time pass (an hour) and the monitor go on collecting."""
    house.clock.move(**(units or {"hours": 1}))
    house.collected()


def compose(house: House, slot: str = "one", name: str = "morning", **more: Any) -> Kept:
    with house.database() as database:
        settings = house.settings
        return compose_and_keep(settings, database, settings.digest(name), slot, house.clock, **more)


def told_to(kept: Kept) -> list[str]:
    return [delivery.recipient for delivery in kept.deliveries]


def failing(house: House, name: str = "wire", failures: int = 3, **changes: Any) -> None:
    """Keep how a source fares."""
    fields = {"source": name, "url": f"https://{name}.example/", "failures": failures, "error": "answered 404"}
    fields |= {"cause": "status", "status": 404}
    fields |= {
        "failing_since": house.clock() if failures else None,
        "last_success": None if failures else house.clock(),
    }
    with house.database() as database, database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(fields | changes)])


def test_a_digest_is_kept_whole_before_anything_leaves(read: House) -> None:
    kept = compose(read)
    assert kept.new
    assert told_to(kept) == ["a@reader.example", "b@reader.example"]
    assert {str(delivery.state) for delivery in kept.deliveries} == {"pending"}
    assert len({delivery.message_id for delivery in kept.deliveries}) == 2
    assert [item.headline for item in kept.items] == ["What happened to cranes"]
    told = read.rows(Told)
    assert {each.audience for each in told} == {audience("morning", "analyst", who) for who in told_to(kept)}
    assert {each.delivery_id for each in told} == {delivery.id for delivery in kept.deliveries}


def test_a_slot_told_before_is_the_same_digest(read: House) -> None:
    first = compose(read)
    read.keep("something else")
    later(read)
    again = compose(read)
    assert not again.new
    assert again.digest.id == first.digest.id
    assert [item.id for item in again.items] == [item.id for item in first.items]


def test_an_audience_that_wants_no_more_is_left_out(read: House) -> None:
    with read.database() as database, database.writing() as session:
        unsubscribe(session, audience("morning", "analyst", "a@reader.example"), NOW)
    assert told_to(compose(read)) == ["b@reader.example"]


def test_a_new_audience_is_told_what_it_was_not_told_and_the_others_nothing(read: House) -> None:
    compose(read)
    later(read)
    read.monitor(mail_channel(PORT, "a@reader.example", "b@reader.example", "new@reader.example"))
    kept = compose(read, "two")
    assert told_to(kept) == ["new@reader.example"]
    assert "What happened to cranes" in kept.deliveries[0].text
    read.keep("gulls")
    later(read)
    kept = compose(read, "three")
    assert told_to(kept) == ["a@reader.example", "b@reader.example", "new@reader.example"]
    assert all("cranes" not in delivery.text for delivery in kept.deliveries)


def test_what_exceeds_the_most_is_counted_and_never_carried_over(read: House) -> None:
    read.digest(channels=["analyst"], max_items=3)
    for number in range(7):
        read.keep(f"ship {number}", score=0.6 + number / 100)
    later(read)
    kept = compose(read)
    assert len(kept.items) == 8
    text = kept.deliveries[0].text
    assert sum(f"ship {number}" in text for number in range(7)) == 2  # beside the cranes, which score highest
    assert "and 5 more" in " ".join(text.lower().split())
    later(read)
    assert compose(read, "two").deliveries == ()


def test_nothing_relevant_is_kept_with_what_was_seen_and_sent_to_nobody(read: House) -> None:
    compose(read)
    read.keep("a lighthouse", score=0.41)
    read.keep("a bakery", score=0.1)
    later(read)
    kept = compose(read, "two")
    assert (kept.items, kept.deliveries, kept.new) == ((), (), True)
    assert kept.digest.first_line == (
        "Nothing relevant: 2 articles read, all fell below the threshold; the nearest miss was "
        "“What happened to a lighthouse”, 0.41 of 0.50"
    )
    assert kept.digest.topics == [TOPIC]
    later(read)
    assert compose(read, "three").digest.first_line == "Nothing relevant: no new article was read"


def test_a_digest_with_a_threshold_of_its_own_says_what_fell_below_that(read: House) -> None:
    compose(read)
    read.digest(channels=["analyst"], threshold="0.8")
    read.keep("gulls", score=0.75)  # relevant to the topic, never told by this digest
    read.keep("a bakery", score=0.1)
    later(read)
    assert compose(read, "two").digest.first_line == (
        "Nothing relevant: 2 articles read, all fell below the threshold; the nearest miss was "
        "“What happened to gulls”, 0.75 of 0.80"
    )


def hourly(house: House, silent_days: int) -> dict[str, Any]:
    """What is kept of a source that had an entry an hour for ten days, and none since."""
    quiet = house.clock() - timedelta(days=silent_days)
    rhythm = Rhythm()
    for day in range(10, 0, -1):
        begin = quiet - timedelta(days=day)
        rhythm = rhythm.watch([begin + timedelta(hours=hour) for hour in range(24)], begin + timedelta(days=1))
    return {"rhythm": rhythm.watch([], house.clock()).to_json(), "last_fresh": quiet}


def test_what_is_not_well_with_a_source_is_told_once_and_never_alone(read: House) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    failing(read, failures=0, status=0, error="", **hourly(read, 4), last_rolled_off=NOW - timedelta(days=1))
    later(read)
    assert compose(read, "two").deliveries == ()  # no alarm
    read.keep("gulls")
    later(read)
    told = " ".join(compose(read, "three").deliveries[0].text.split())
    assert "Not well: wire, since Fri 20 Nov" in told
    assert "silent for longer than its rhythm explains" in told
    assert "To do: see in a browser whether it has news" in told
    assert "Not well: wire. entries rolled off unseen, last before 2026-11-23 07:00" in told
    read.keep("terns")
    later(read)
    assert "wire" not in compose(read, "four").deliveries[0].text
    later(read, days=10)
    failing(read, failures=0, status=0, error="", **hourly(read, 4))
    read.keep("swans")
    later(read)
    told = " ".join(compose(read, "five").deliveries[0].text.split())
    assert told.count("Not well: wire, since") == 1, "another silence"


@pytest.mark.parametrize("trouble", ["silent", "failing in part"])
def test_what_is_not_well_for_months_is_named_once_and_counted_until_it_ends(read: House, trouble: str) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    if trouble == "silent":
        fields = {"error": "", "status": 0, **hourly(read, 4)}
    else:
        fields = {"error": "b.xml: answered 404", "failing_since": read.clock() - timedelta(days=4)}
    failing(read, failures=0, **fields)
    named = []
    for days in (1, 59, 61, 200):
        read.keep(f"gulls {days}")
        later(read, days=days)
        if trouble == "silent":  # looked at each day, until its rhythm has forgotten that it ever listed anything
            fields["rhythm"] = watched_daily(fields["rhythm"], days, read.clock())
            failing(read, failures=0, **fields)
        kept = compose(read, f"{read.clock()}")
        assert kept.digest.first_line.endswith("; 1 source not well")
        named += ["Not well: wire" in each.text for each in kept.deliveries]
    assert named == [True, True] + [False] * 6
    failing(read, failures=0, error="", status=0)
    read.keep("terns")
    later(read)
    assert "well" not in compose(read, "well again").digest.first_line


def watched_daily(rhythm: dict[str, Any], days: int, until: datetime) -> dict[str, Any]:
    learned = Rhythm.from_json(rhythm)
    for day in range(days - 1, -1, -1):
        learned = learned.watch([], until - timedelta(days=day))
    return learned.to_json()


def test_a_part_of_a_source_that_fails_for_a_day_is_told_once(read: House) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    failing(read, failures=0, error="https://wire.example/b.xml: answered 404", failing_since=read.clock())
    for hours, told in ((12, False), (13, True), (12, False)):
        read.keep(f"gulls {read.clock():%d %H}")
        later(read, hours=hours)
        text = " ".join(compose(read, f"{read.clock()}").deliveries[0].text.split())
        assert ("a part of it fails: https://wire.example/b.xml: answered 404" in text) is told


def test_a_digest_says_nothing_of_sources_that_are_not_its_own(read: House) -> None:
    read.sources(wire="https://wire.example/", far="https://far.example/")
    read.topic(sources=["far"])
    for name in ("wire", "far"):
        failing(read, name, failures=0, status=0, error="", **hourly(read, 4))
    read.keep("gulls")
    later(read)
    told = compose(read).deliveries[0].text
    assert "Not well: far" in told
    assert "wire" not in told


def test_a_wall_that_was_not_there_before_is_told(read: House) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    failing(read, failures=0, status=0, error="")
    seen = [(number, "full", 30) for number in range(12)] + [(number, "paywalled", 1) for number in range(12, 24)]
    with read.database() as database, database.writing() as session:
        for number, grade, days in seen:
            url, moment = f"https://wire.example/{number}", read.clock() - timedelta(days=days)
            listed = {"url": url, "canonical_url": url, "source": "wire"}
            keep_entries(session, [Entry.model_validate(listed)], now=moment, max_age=timedelta(days=365))
            entry = session.exec(select(Entry).where(Entry.url == url)).one()
            made = {"canonical_url": url, "entry_id": entry.id, "source": "wire", "grade": grade, "stored_at": moment}
            keep_articles(session, [Article.model_validate(made | {"text": "x", "news": False})])
            change_entries(session, [EntryChange(entry.id or 0, EntryState.STORED, 1)])
    read.keep("gulls")
    later(read)
    told = " ".join(compose(read, "two").deliveries[0].text.split())
    assert "Not well: wire. 100% behind a wall or cut short of late, 0% before" in told
    read.keep("terns")
    later(read)
    assert "wall" not in compose(read, "three").deliveries[0].text


def test_a_source_that_newly_broke_is_told_once_and_told_again_when_it_recovers(read: House) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    failing(read, failures=2)
    later(read)
    assert compose(read, "two").deliveries == ()  # not broken yet
    failing(read, failures=3)
    later(read)
    kept = compose(read, "three")
    assert told_to(kept) == ["a@reader.example", "b@reader.example"]
    assert kept.digest.first_line.endswith("1 source failing")
    text = " ".join(kept.deliveries[0].text.split())
    assert "wire" in text
    assert "answered 404" in text
    assert "find the new one" in text  # the remedy
    later(read)
    assert compose(read, "four").deliveries == ()  # told once
    failing(read, failures=0)
    later(read)
    assert compose(read, "five").deliveries == ()  # a recovery alone is no alarm
    read.keep("gulls")
    later(read)
    text = " ".join(compose(read, "six").deliveries[0].text.split())
    assert "Recovered: wire" in text
    read.keep("terns")
    later(read)
    assert "wire" not in compose(read, "seven").deliveries[0].text


def test_a_source_told_as_broken_is_named_no_more_while_it_stays_so(read: House) -> None:
    read.sources(wire="https://wire.example/")
    failing(read, failures=1)
    assert "Failing: wire" in compose(read).deliveries[0].text
    since = read.clock()
    for slot, failures, named in (("two", 2, False), ("three", 3, True), ("four", 4, False), ("five", 9, False)):
        failing(read, failures=failures, failing_since=since)
        read.keep(slot)
        later(read)
        kept = compose(read, slot)
        assert kept.digest.first_line.endswith("1 source failing")
        assert [("Broke: wire" in each.text, "wire" in each.text) for each in kept.deliveries] == [(named, named)] * 2
    failing(read, failing_since=read.clock())  # it recovered and broke again since
    later(read)
    assert "Broke: wire" in compose(read, "six").deliveries[0].text


def test_what_was_told_before_the_clock_was_set_back_is_told(read: House) -> None:
    read.sources(wire="https://wire.example/")
    failing(read)
    later(read, hours=5)
    assert "Broke: wire" in compose(read).deliveries[0].text
    read.clock.move(hours=-4)
    read.collected()
    assert compose(read, "two").deliveries == ()


def test_each_audience_is_told_once_what_broke_and_what_recovered_whoever_else_was(read: House) -> None:
    first, second = "a@reader.example", "b@reader.example"
    read.sources(wire="https://wire.example/")
    failing(read)
    read.monitor(mail_channel(PORT, first))
    assert "Broke: wire" in compose(read).deliveries[0].text
    read.monitor(mail_channel(PORT, first, second))
    later(read)
    kept = compose(read, "two")  # news to the second alone
    assert told_to(kept) == [second]
    assert "Broke: wire" in kept.deliveries[0].text
    failing(read, failures=0)
    read.monitor(mail_channel(PORT, first, second, "c@reader.example"))
    later(read)
    kept = compose(read, "three")
    assert told_to(kept) == ["c@reader.example"]  # to whom the story is news
    assert "wire" not in kept.deliveries[0].text
    read.keep("gulls")
    later(read)
    kept = compose(read, "four")
    assert ["Recovered: wire" in each.text for each in kept.deliveries] == [True, True, False]


def test_what_two_digests_at_once_say_of_a_source_is_said_once(read: House, monkeypatch) -> None:
    compose(read)
    read.sources(wire="https://wire.example/")
    failing(read)
    later(read)
    posted = composing.posted

    def while_another_does(*arguments: Any) -> Posting:
        monkeypatch.setattr(composing, "posted", posted)
        assert told_to(compose(read, "meanwhile")) == ["a@reader.example", "b@reader.example"]
        return posted(*arguments)

    monkeypatch.setattr(composing, "posted", while_another_does)
    assert compose(read, "two").deliveries == ()


def test_a_feed_has_one_entry_for_a_source_that_broke_and_one_for_its_recovery(read: House) -> None:
    read.monitor('[channels.reader]\nkind = "feed"\npath = "var/feeds"')
    read.digest(channels=["reader"])
    read.sources(wire="https://wire.example/")
    since = read.clock()
    named = []
    for slot, failures in (("one", 3), ("two", 4), ("three", 0), ("four", 0)):
        failing(read, failures=failures, failing_since=since if failures else None)
        read.keep(slot)
        later(read)
        (delivery,) = compose(read, slot).deliveries
        named += [entry["title"] for entry in delivery.blocks if "wire" in entry["title"]]
    assert named == ["Broke: wire", "Recovered: wire"]


def test_a_feed_says_that_what_failed_broke_in_the_entry_that_said_so(read: House) -> None:
    read.monitor('[channels.reader]\nkind = "feed"\npath = "var/feeds"')
    read.digest(channels=["reader"])
    read.sources(wire="https://wire.example/")
    since = read.clock()
    for slot, failures in (("one", 1), ("two", 3)):
        failing(read, failures=failures, failing_since=since)
        read.keep(slot)
        later(read)
        compose(read, slot)
        deliver_waiting(read.settings, read.clock)
    told = json.loads((read.root / "var" / "feeds" / "morning.json").read_text(encoding="utf-8"))
    (entry,) = [each for each in told["items"] if "wire" in each["title"]]
    assert entry["title"] == "Broke: wire"
    assert entry["date_published"] < entry["date_modified"]


def test_of_a_thousand_failing_sources_a_digest_keeps_a_dozen_and_tells_none_of_them_again(read: House) -> None:
    compose(read)
    names = {f"wire-{number}": f"https://wire-{number}.example/" for number in range(1000)}
    read.sources(**names)
    since = read.clock()
    fields = {"failures": 3, "error": "answered 404 (Not Found)", "cause": "status", "status": 404}
    states = [{"source": name, "url": url, "failing_since": since, **fields} for name, url in names.items()]
    with read.database() as database, database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(each) for each in states])
    later(read)
    kept = compose(read, "two")
    assert kept.digest.first_line.endswith("1,000 sources failing")
    assert (len(kept.digest.figures["sources"]), kept.digest.figures["unnamed"]) == (12, {"broken": 988})
    assert len(json.dumps(kept.digest.figures)) < 6_000
    assert all(len(each.html.encode()) + len(each.text.encode()) < 80_000 for each in kept.deliveries)
    read.keep("gulls")
    later(read)
    kept = compose(read, "three")
    assert kept.digest.first_line.endswith("1,000 sources failing")
    assert len(json.dumps(kept.digest.figures)) < 1_000
    assert "wire" not in kept.deliveries[0].text


def test_why_a_source_fails_is_told_beside_stories_before_it_is_broken_and_of_no_other_topic(read: House) -> None:
    read.sources(wire="https://wire.example/", far="https://far.example/")
    read.topic(sources=["wire"])
    failing(read, failures=1)
    failing(read, "far", failures=1)
    kept = compose(read)
    text = " ".join(kept.deliveries[0].text.split())
    assert kept.digest.first_line.endswith("1 source failing")
    assert "Failing: wire, since Tue 24 Nov, 08:00. answered 404. To do: its address has moved: find the new" in text
    assert " far" not in text


def test_a_paused_source_or_one_of_another_topic_is_no_news(read: House) -> None:
    compose(read)
    read.sources({"off": {"paused": True}}, off="https://off.example/", far="https://far.example/")
    read.topic(sources=["off"])
    failing(read, "off")
    failing(read, "far")
    later(read)
    assert compose(read, "two").deliveries == ()


def test_when_no_collect_succeeded_silence_is_not_kept(read: House) -> None:
    read.clock.move(minutes=5)
    compose(read)
    read.clock.move(hours=24)
    read.collected(succeeded=False)
    kept = compose(read, "two")
    assert told_to(kept) == ["a@reader.example", "b@reader.example"]
    assert "no collect succeeded since Tue 24 Nov, 08:05" in kept.digest.first_line


def test_two_digests_within_minutes_are_no_sign_of_a_dead_monitor(read: House) -> None:
    compose(read)
    read.clock.move(minutes=2)
    assert compose(read, "two").deliveries == ()


def test_before_the_first_collect_it_says_so(house: House) -> None:
    house.monitor(DESK)
    house.digest()
    kept = compose(house)
    assert len(kept.deliveries) == 1
    assert "no collect succeeded yet" in kept.digest.first_line


def test_a_heartbeat_is_told_after_so_long_a_silence_and_begins_anew(read: House) -> None:
    read.digest(channels=["analyst"], heartbeat="7d")
    compose(read)
    silent = []
    for day in range(1, 17):
        later(read, days=1)
        if compose(read, f"day {day}").deliveries:
            silent.append(day)
    assert silent == [7, 14]


def test_the_digests_own_threshold_decides(read: House) -> None:
    read.keep("a doubtful ship", score=0.6)
    read.keep("a hopeful ship", score=0.3)
    later(read)
    read.digest("strict", channels=["desk"], threshold="precise")
    read.digest("loose", channels=["desk"], threshold="inclusive")
    assert [item.headline for item in compose(read, name="strict").items] == ["What happened to cranes"]
    assert len(compose(read, name="loose").items) == 3
    assert len(compose(read).items) == 2


def test_each_digest_has_a_memory_of_its_own(read: House) -> None:
    read.digest("evening", channels=["analyst"])
    assert len(compose(read).deliveries) == 2
    assert len(compose(read, name="evening").deliveries) == 2


def test_a_story_told_before_comes_back_as_an_update_with_what_is_new(read: House) -> None:
    compose(read)
    read.clock.move(hours=2)
    text = "The dockers of Kolm walked out on Wednesday over the pay of those who watch the screens."
    read.join(1, read.store("walk-out", text=text))
    later(read)
    kept = compose(read, "two")
    (item,) = kept.items
    assert (item.section, item.revision) == ("updates", 2)
    assert "walked out on Wednesday" in kept.deliveries[0].text
    later(read)
    assert compose(read, "three").deliveries == ()


def test_of_a_story_that_went_on_each_reader_is_told_what_is_new_to_him(read: House) -> None:
    first, second = "a@reader.example", "b@reader.example"
    walk_out = "The dockers of Kolm walked out on Wednesday over the pay of those who watch the screens."
    read.monitor(mail_channel(PORT, first))
    compose(read)
    read.join(1, read.store("walk-out", text=walk_out))
    read.monitor(mail_channel(PORT, second))
    later(read)
    compose(read, "two")
    read.join(1, read.store("ruling", text="A judge in Tannwick let the pickets stay until Friday at noon."))
    read.monitor(mail_channel(PORT, first, second))
    later(read)
    kept = compose(read, "three")
    told = {each.recipient: " ".join(each.text.split()) for each in kept.deliveries}
    assert [(each.section, each.told_revision) for each in kept.items] == [("updates", 1), ("updates", 2)]
    assert all("1 update" in text and "let the pickets stay" in text for text in told.values())
    assert ("walked out" in told[first], "walked out" in told[second]) == (True, False)
    later(read)
    assert compose(read, "four").deliveries == ()


def test_what_was_stored_before_a_digest_and_grouped_after_it_is_told_by_the_next(read: House) -> None:
    read.clock.move(hours=2)
    text = "The dockers of Kolm walked out on Wednesday over the pay of those who watch the screens."
    waiting = read.store("walk-out", text=text)
    read.clock.move(minutes=1)
    assert [item.article_id for item in compose(read).items] == [1]
    read.join(1, waiting)
    later(read)
    kept = compose(read, "two")
    assert [(item.section, item.article_id) for item in kept.items] == [("updates", waiting)]
    assert "walked out on Wednesday" in kept.deliveries[0].text
    later(read)
    assert compose(read, "three").deliveries == ()


def test_what_lies_behind_the_window_is_not_told(read: House) -> None:
    read.clock.move(days=8)
    read.collected()
    assert compose(read).items == ()
    read.digest("week", channels=["desk"], form="weekly")
    assert len(compose(read, name="week").items) == 1


def test_a_digest_that_names_no_topic_of_the_story_does_not_tell_it(read: House) -> None:
    read.topic("other")
    read.digest("narrow", channels=["desk"], topics=["other"])
    assert compose(read, name="narrow").items == ()


def test_told_meanwhile_it_is_composed_anew(read: House, monkeypatch) -> None:
    keep = composing.keep_digest
    attempts = []

    def always_too_late(*arguments: Any) -> None:
        attempts.append(1)

    def first_too_late(*arguments: Any) -> Kept | None:
        attempts.append(1)
        return None if len(attempts) < 3 else keep(*arguments)

    monkeypatch.setattr(composing, "keep_digest", first_too_late)
    assert len(compose(read).deliveries) == 2
    assert len(attempts) == 3
    monkeypatch.setattr(composing, "keep_digest", always_too_late)
    with pytest.raises(StoreError, match="digest morning: other runs kept telling"):
        compose(read, "two")
    assert len(read.rows(Digest)) == 1


def test_one_story_alone_can_be_told(read: House) -> None:
    read.keep("gulls")
    later(read)
    story = next(story.id for story in read.rows(Story) if "gulls" in story.headline)
    kept = compose(read, only=story)
    assert [item.headline for item in kept.items] == ["What happened to gulls"]
    assert [item.headline for item in compose(read, "two").items] == ["What happened to cranes"]


def test_the_message_of_each_audience_is_its_own(read: House) -> None:
    compose(read)
    with read.database() as database, database.writing() as session:
        for delivery in read.rows(Delivery):
            settle(session, delivery.id or 0, DeliveryState.SENT, "", next_attempt=None, now=read.clock())
    read.monitor(mail_channel(PORT, "a@reader.example", "new@reader.example"))
    read.keep("gulls")
    later(read)
    old, new = compose(read, "two").deliveries
    assert (old.recipient, new.recipient) == ("a@reader.example", "new@reader.example")
    assert "gulls" in old.text
    assert "cranes" not in old.text
    assert "gulls" in new.text
    assert "cranes" in new.text
    assert "2 stories" in new.text
    assert len(read.rows(DigestItem)) == 3
    assert read.clock() - NOW < timedelta(days=1)
