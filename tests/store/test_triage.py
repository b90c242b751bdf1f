"""Entries judged before they are read: which, what is written, what is counted."""

from datetime import timedelta

import pytest
from keeping import NOW, article, assessment, entry
from sqlmodel import select

from monitor.models import BACKFILL, Entry, EntryState
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.entries import EntryChange, change_entries, due_entries, keep_entries
from monitor.store.topics import keep_assessments
from monitor.store.triage import (
    Triaged,
    Unread,
    keep_triaged,
    most_promising_unread,
    shares_relevant,
    unread_lately,
    untriaged,
    why_unread,
)

WEEK = timedelta(days=7)
LEFT, WAITS = EntryState.UNPROMISING, EntryState.PENDING


def keep_all(database: Database, *entries: Entry, days_ago: int = 0) -> None:
    now = NOW - timedelta(days=days_ago)
    with database.writing() as session:
        keep_entries(session, entries, now=now, max_age=timedelta(days=365))


def rows(database: Database) -> dict[str, Entry]:
    with database.reading() as session:
        return {each.url.rpartition("/")[2]: each for each in session.exec(select(Entry))}


def decide(database: Database, mark: str = "one", **states: EntryState) -> None:
    known = rows(database)
    decided = [Triaged(known[name].id or 0, state, 0.01, 0.0, "too little") for name, state in states.items()]
    with database.writing() as session:
        keep_triaged(session, decided, mark)


def asked(
    database: Database, mark: str | None = "one", sources: list[str] | None = None, limit: int = 100
) -> list[str]:
    with database.reading() as session:
        found = untriaged(session, mark, now=NOW, since=NOW - WEEK, sources=sources, limit=limit)
    return [each.url.rpartition("/")[2] for each in found]


def test_what_waits_is_judged_once_by_each_mark(database: Database) -> None:
    keep_all(database, entry("a"), entry("b"))
    assert asked(database) == ["a", "b"]
    assert asked(database, limit=1) == ["a"]
    decide(database, a=WAITS, b=LEFT)
    assert asked(database) == []
    assert asked(database, "two") == asked(database, None) == ["a", "b"]


def test_what_is_judged_is_the_text_that_its_feed_has_and_who_listed_it(database: Database) -> None:
    keep_all(database, entry("a", summary="Short."), entry("b", summary="Short.", content="Long."))
    keep_all(database, entry("a", source="other"))
    with database.reading() as session:
        first, second = untriaged(session, "one", now=NOW, since=NOW, sources=None, limit=9)
    assert (first.text, first.title, first.state) == ("Short.", "Title of a", WAITS)
    assert first.sources == {"wire", "other"}
    assert (second.text, second.sources) == ("Long.", {"wire"})


def test_sources_that_are_named_are_kept_to_and_backfills_are_read_whatever_they_promise(database: Database) -> None:
    keep_all(database, entry("a"), entry("b", source="other"), entry("c", source=BACKFILL))
    assert asked(database) == ["a", "b"]
    assert asked(database, sources=["other"]) == ["b"]


def test_what_was_left_unread_is_looked_at_again_while_it_is_recent(database: Database) -> None:
    keep_all(database, entry("new"), days_ago=6)
    keep_all(database, entry("old"), days_ago=8)
    decide(database, new=LEFT, old=LEFT)
    assert asked(database, "two") == ["new"]


def test_what_is_put_off_is_judged_when_it_is_due(database: Database) -> None:
    keep_all(database, entry("a"))
    change = EntryChange(rows(database)["a"].id or 0, EntryState.DEFERRED, 1, "wait", NOW + timedelta(hours=1))
    with database.writing() as session:
        change_entries(session, [change])
    assert asked(database) == []


def test_what_is_left_unread_says_why_and_is_not_due(database: Database) -> None:
    keep_all(database, entry("a"), entry("b"))
    decide(database, a=LEFT, b=WAITS)
    known = rows(database)
    assert (known["a"].state, known["a"].error, known["a"].promise) == ("unpromising", "too little", 0.01)
    assert (known["b"].state, known["b"].error, known["b"].triaged_by) == ("pending", "", "one")
    with database.reading() as session:
        assert [(each.url[-1], each.promise) for each in due_entries(session, now=NOW)] == [("b", 0.01)]
        assert why_unread(session, "https://news.example/a") == "too little"
        assert why_unread(session, "https://news.example/b") == ""
        assert why_unread(session, "https://news.example/none") == ""


def test_what_comes_to_wait_again_has_no_reason_left(database: Database) -> None:
    keep_all(database, entry("a"))
    decide(database, a=LEFT)
    with database.writing() as session:
        keep_triaged(session, [Triaged(rows(database)["a"].id or 0, WAITS, 0.4, 0.0)], "two")
    again = rows(database)["a"]
    assert (again.state, again.error, again.promise, again.triaged_by) == ("pending", "", 0.4, "two")


def test_what_waits_keeps_its_attempts_and_what_was_settled_meanwhile_stays(database: Database) -> None:
    keep_all(database, entry("tried"), entry("failed"))
    ids = {name: each.id or 0 for name, each in rows(database).items()}
    with database.writing() as session:
        change_entries(session, [EntryChange(ids["tried"], EntryState.DEFERRED, 2, "busy")])
        change_entries(session, [EntryChange(ids["failed"], EntryState.FAILED, 5, "gone")])
    decide(database, tried=WAITS, failed=LEFT)
    known = rows(database)
    assert (known["tried"].state, known["tried"].attempts, known["tried"].error) == ("deferred", 2, "busy")
    assert (known["failed"].state, known["failed"].error, known["failed"].promise) == ("failed", "gone", None)


@pytest.fixture
def counted(database: Database) -> Database:
    """Of two sources: read and relevant, read and not, drawn and relevant, drawn and not, left unread, too old."""
    names = ("hit", "miss", "lucky", "unlucky", "left")
    keep_all(database, *(entry(name) for name in names), entry("elsewhere", source="other"))
    keep_all(database, entry("old"), days_ago=40)
    ids = {name: each.id or 0 for name, each in rows(database).items()}
    with database.writing() as session:
        decided = [
            *(Triaged(ids[name], WAITS, 0.5, 0.0) for name in ("hit", "miss")),
            *(Triaged(ids[name], WAITS, 0.001, 0.25) for name in ("lucky", "unlucky")),
            *(Triaged(ids[name], LEFT, 0.001, 0.0, "why") for name in ("left", "elsewhere", "old")),
        ]
        keep_triaged(session, decided, "one")
        made = keep_articles(session, [article(name, entry_id=ids[name]) for name in names[:4]])
        relevant = {f"https://news.example/{name}" for name in ("hit", "lucky")}
        keep_assessments(
            session, [assessment(each.id or 0, relevant=each.canonical_url in relevant) for each in made if each.id]
        )
    return database


def test_what_a_source_is_worth_counts_what_was_left_unread_too(counted: Database) -> None:
    with counted.reading() as session:
        shares = shares_relevant(session, "ai", ["wire", "other"], since=NOW - WEEK)
        assert shares == {"wire": (2, 5), "other": (0, 1)}
        assert shares_relevant(session, "other topic", ["wire"], since=NOW - WEEK) == {"wire": (0, 5)}


def test_what_was_lost_is_counted_by_topic_and_source(counted: Database) -> None:
    with counted.reading() as session:
        of_all = unread_lately(session, "ai", None, since=NOW - WEEK)
        assert unread_lately(session, "ai", ["other"], since=NOW - WEEK) == Unread(1, (), 0)
        (first,) = most_promising_unread(session, None, since=NOW - WEEK, limit=1)
        named = most_promising_unread(session, ["other"], since=NOW - WEEK, limit=9)
        assert len(most_promising_unread(session, None, since=NOW - 9 * WEEK, limit=9)) == 3
    assert (of_all.left, of_all.found) == (2, 2)
    assert (first.reason, first.promise) == ("why", 0.001)
    assert [each.url for each in named] == ["https://news.example/elsewhere"]
    assert sorted(of_all.drawn) == [(False, 0.25), (True, 0.25)]
