"""Entries: kept once, dated honestly, taken up until each has come to an end."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from keeping import NOW, article, entry, keep
from sqlmodel import select

from monitor.models import Entry, EntryState, FeedState, Sighting
from monitor.store import Database
from monitor.store.entries import (
    EntryChange,
    change_entries,
    date_in_reach,
    due_entries,
    entries_of,
    keep_entries,
)
from monitor.store.polling import feed_states, keep_feed_states

WEEK = timedelta(days=7)


def kept(database: Database) -> dict[str, Entry]:
    with database.reading() as session:
        return {each.canonical_url.rpartition("/")[2]: each for each in session.exec(select(Entry))}


def keep_all(database: Database, *entries: Entry, now: datetime = NOW) -> int:
    with database.writing() as session:
        return keep_entries(session, entries, now=now, max_age=WEEK)


def due(database: Database, now: datetime = NOW, **choice: object) -> list[str]:
    with database.reading() as session:
        return [each.url.rpartition("/")[2] for each in due_entries(session, now=now, **choice)]


def test_new_entries_are_pending_and_known_ones_change_nothing(database: Database) -> None:
    assert keep_all(database, entry("a", title="First"), entry("b", authors=["Ann", "Bob"])) == 2
    later = NOW + timedelta(hours=1)
    assert keep_all(database, entry("a", title="Changed", source="other"), entry("c"), now=later) == 1
    rows = kept(database)
    assert [rows[name].state for name in "abc"] == ["pending"] * 3
    assert (rows["a"].title, rows["a"].source, rows["a"].first_seen) == ("First", "wire", NOW)
    assert rows["b"].authors == ["Ann", "Bob"]
    assert rows["c"].first_seen == later


def test_every_source_that_lists_an_address_is_remembered(database: Database) -> None:
    keep_all(database, entry("a"), entry("a", source="second"), entry("a"), entry("b", source="second"))
    keep_all(database, entry("a", source="third"))
    with database.reading() as session:
        seen = {(each.entry_id, each.source) for each in session.exec(select(Sighting))}
    assert seen == {(1, "wire"), (1, "second"), (1, "third"), (2, "second")}


def test_entries_without_an_address_that_can_be_kept_are_passed_over(database: Database) -> None:
    assert keep_all(database, entry(""), entry("x" * 3000), entry("a\0"), entry("a")) == 1
    assert keep_all(database) == 0


def test_dates(database: Database) -> None:
    tomorrow, old = NOW + timedelta(days=1), NOW - timedelta(days=8)
    eastern = datetime(2026, 11, 24, 1, 0, tzinfo=timezone(timedelta(hours=-5)))
    keep_all(
        database,
        entry("none"),
        entry("future", published=tomorrow),
        entry("old", published=old),
        entry("east", published=eastern),
    )
    rows = kept(database)
    assert (rows["none"].published, rows["none"].state) == (None, "pending")
    assert (rows["future"].published, rows["future"].published_clamped) == (NOW, True)
    assert (rows["old"].published, rows["old"].state) == (old, "skipped")
    assert rows["east"].published == eastern
    assert rows["east"].published.tzinfo is UTC


@pytest.mark.parametrize(
    "impossible", [datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), datetime(200, 1, 1, tzinfo=UTC)]
)
def test_an_impossible_date_is_none(impossible: datetime) -> None:
    assert date_in_reach(impossible, NOW) == (None, False)


def test_a_date_at_the_end_of_time_is_clamped() -> None:
    end = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
    assert date_in_reach(end, NOW) == (NOW, True)


def test_an_address_that_is_an_article_already_is_not_fetched_again(database: Database) -> None:
    [identity] = keep(database, article("final"))
    assert keep_all(database, entry("final", source="second")) == 1
    assert due(database) == []
    assert kept(database)["final"].article_id == identity
    with database.reading() as session:
        assert [each.source for each in session.exec(select(Sighting))] == ["second"]


def test_due_are_the_pending_and_what_was_deferred_until_now_oldest_first(database: Database) -> None:
    for hour, name in enumerate(["later", "soon", "new", "gone", "over"]):
        keep_all(database, entry(name), now=NOW + timedelta(hours=hour))
    rows = kept(database)
    with database.writing() as session:
        change_entries(
            session,
            [
                EntryChange(rows["later"].id, EntryState.DEFERRED, 1, "busy", NOW + timedelta(days=2)),
                EntryChange(rows["soon"].id, EntryState.DEFERRED, 2, "busy", NOW + timedelta(days=1)),
                EntryChange(rows["over"].id, EntryState.PENDING, 1, "reset", NOW + timedelta(days=3)),
                EntryChange(rows["gone"].id, EntryState.FAILED, 5, "404"),
            ],
        )
    assert due(database) == ["new"]
    assert due(database, NOW + timedelta(days=1)) == ["soon", "new"]
    assert due(database, NOW + timedelta(days=3)) == ["later", "soon", "new", "over"]
    assert (kept(database)["gone"].error, kept(database)["gone"].attempts) == ("404", 5)


def test_due_may_be_asked_for_some_sources_by_whoever_listed_them(database: Database) -> None:
    keep_all(database, entry("a"), entry("b", source="second"), entry("a", source="third"))
    assert due(database, sources=["third"]) == ["a"]
    assert due(database, sources={"second", "third"}) == ["a", "b"]
    assert due(database, sources=[]) == []


def test_a_stored_entry_stays_stored_whatever_a_slower_worker_says(database: Database) -> None:
    keep_all(database, entry("a"))
    keep(database, article("a", entry_id=1))
    with database.writing() as session:
        change_entries(session, [EntryChange(1, EntryState.FAILED, 1, "timed out")])
    assert kept(database)["a"].state == "stored"


def test_the_moment_of_what_is_due_is_its_date_or_else_when_it_was_seen(database: Database) -> None:
    keep_all(database, entry("dated", published=NOW - WEEK), entry("undated"))
    with database.reading() as session:
        found = {each.url.rpartition("/")[2]: each.moment for each in due_entries(session, now=NOW)}
    assert found == {"dated": NOW - WEEK, "undated": NOW}


def test_sources_that_list_something_new_are_known_by_when_they_did(database: Database) -> None:
    names = ("wire", "second", "third", "old")
    with database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate({"source": name}) for name in names])

    def last_new() -> dict[str, datetime | None]:
        with database.reading() as session:
            return {name: state.last_new for name, state in feed_states(session).items()}

    keep_all(
        database,
        entry("a"),
        entry("a", source="second"),
        entry("b", source="nobody"),
        entry("c", source="old", published=NOW - timedelta(days=30)),
    )
    assert last_new() == {"wire": NOW, "second": NOW, "third": None, "old": None}
    later = NOW + timedelta(hours=1)
    keep_all(database, entry("a"), entry("a", source="third"), entry("d", source="second"), now=later)
    assert last_new() == {"wire": NOW, "second": later, "third": None, "old": None}


def test_entries_by_id_come_in_the_order_asked_for(database: Database) -> None:
    keep_all(database, *(entry(name) for name in "abc"))
    with database.reading() as session:
        assert [each.id for each in entries_of(session, [3, 1, 99])] == [3, 1]
