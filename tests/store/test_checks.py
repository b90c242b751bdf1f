"""Pages asked again: which are due, and all that hangs on a text that changed."""

import threading
from datetime import datetime, timedelta

import pytest
from keeping import NOW, article, assess, assessment, delivery, digest, item, keep, keep_story, place, told
from sqlmodel import Session, select

from monitor.models import Article, Assessment, Meaning, Story
from monitor.store import Database, search
from monitor.store.articles import article as article_of
from monitor.store.checks import (
    Check,
    NewText,
    change_texts,
    drop_checks,
    due_checks,
    record_checks,
    versions,
    withdraw,
)
from monitor.store.meanings import keep_meanings, meanings
from monitor.store.outbox import keep_digest
from monitor.store.stories import Placed
from monitor.store.topics import unassessed

LATER = NOW + timedelta(hours=6)
DAYS = timedelta(days=2)


@pytest.fixture
def stories(database: Database) -> dict[str, int]:
    """An article of each of four stories, all due now: one relevant, one not, one judged by nobody, one told."""
    found = {}
    for name in ("relevant", "other", "unjudged", "told"):
        _, (found[name],) = keep_story(database, name, next_check=NOW)
    assess(
        database,
        assessment(found["relevant"]),
        assessment(found["other"], relevant=False),
        assessment(found["told"], relevant=False),
    )
    with database.writing() as session:
        story = article_of(session, found["told"]).story_id
        assert keep_digest(session, digest(), [item(story, found["told"])], [delivery()], [told(story)])
    return found


def due(database: Database, now: datetime = NOW, **more: object) -> list[int]:
    with database.reading() as session:
        return [each.id for each in due_checks(session, now=now, **({"topics": ["ai"]} | more))]


def test_pages_of_stories_that_are_relevant_or_were_told_are_due(database: Database, stories: dict[str, int]) -> None:
    assert due(database) == [stories["relevant"], stories["told"]]
    assert due(database, limit=1) == [stories["relevant"]]
    assert due(database, NOW - timedelta(seconds=1)) == []
    assert due(database, sources=["elsewhere"]) == []
    assert due(database, sources=["wire"]) == [stories["relevant"], stories["told"]]
    assert due(database, topics=["ports"]) == [stories["told"]]


def test_every_page_of_a_relevant_story_is_due_the_longest_due_first(database: Database) -> None:
    _, (one, other) = keep_story(database, "s", 2, next_check=LATER)
    [late] = keep(database, article("late", next_check=NOW))
    place(database, Placed(late, 1, story_id=1))
    assess(database, assessment(other))
    assert due(database, LATER) == [late, one, other]


def test_what_is_due_and_not_relevant_is_dropped_once_it_was_judged_or_waited_long(
    database: Database, stories: dict[str, int]
) -> None:
    def dropped(now: datetime) -> int:
        with database.writing() as session:
            return drop_checks(session, now=now, topics=["ai"], patience=DAYS)

    def waiting() -> set[int]:
        with database.reading() as session:
            return {each.id for each in session.exec(select(Article)) if each.next_check is not None}

    assert dropped(NOW) == 1
    assert waiting() == set(stories.values()) - {stories["other"]}
    assert dropped(NOW + DAYS) == 1
    assert waiting() == {stories["relevant"], stories["told"]}


def test_a_check_is_recorded_and_one_that_was_put_off_is_not_counted(
    database: Database, stories: dict[str, int]
) -> None:
    with database.writing() as session:
        record_checks(session, [Check(stories["relevant"], LATER, etag='"x"', last_modified="Tue")])
        record_checks(session, [Check(stories["told"], None, asked=False)])
    assert due(database, LATER) == [stories["relevant"]]
    with database.reading() as session:
        kept = article_of(session, stories["relevant"])
        assert (kept.checks, kept.etag, kept.last_modified, kept.next_check) == (1, '"x"', "Tue", LATER)
        assert article_of(session, stories["told"]).checks == 0


def test_a_changed_text_keeps_both_and_is_found_by_its_new_words_only(database: Database) -> None:
    [identity] = keep(database, article("a", title="Ministers deny", text="There is no plan.", content_hash="old"))
    other = keep(database, article("b", content_hash="same"))[0]
    with database.writing() as session:
        search.index_new(session)
        new = [
            NewText(identity, "Ministers concede", "There is a scheme\0.", "new", b"sig", "live"),
            NewText(other, "Title of b", "The text of b.", "same"),
        ]
        assert change_texts(session, new, now=LATER) == [identity]
        assert change_texts(session, new, now=LATER) == []
    with database.reading() as session:
        kept = article_of(session, identity)
        assert (kept.text, kept.signature, kept.grade) == ("There is a scheme.", b"sig", "live")
        both = versions(session, [identity, other])
        assert [(each.text, each.title, each.first_seen) for each in both[identity]] == [
            ("There is no plan.", "Ministers deny", NOW),
            ("There is a scheme.", "Ministers concede", LATER),
        ]
        assert list(both) == [identity]
        assert [hit.article.id for hit in search.search(session, "concede scheme")] == [identity]
        assert search.search(session, "deny") == search.search(session, "plan") == []
    with database.writing() as session:
        change_texts(session, [NewText(identity, "Ministers deny", "There is no plan.", "old")], now=LATER)
        assert len(versions(session, [identity])[identity]) == 2


def test_a_changed_text_that_was_not_indexed_leaves_what_was_kept_before_it_to_be_indexed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "REACH", 3)
    ids = keep(database, *(article(f"{number:02}", text="A plan.", content_hash="old") for number in range(20)))
    with database.writing() as session:
        assert search.index_new(session, limit=5) == 5
        changed = [NewText(each, "Ministers concede", "A scheme.", "new") for each in (ids[1], ids[-1])]
        assert change_texts(session, changed, now=LATER) == [ids[1], ids[-1]]
        assert [hit.article.id for hit in search.search(session, "scheme")] == [ids[1]]
        assert [search.index_new(session, limit=5) for _ in range(4)] == [5, 5, 5, 0]
        assert [hit.article.id for hit in search.search(session, "scheme")] == [ids[-1], ids[1]]
        assert len(search.search(session, "plan")) == 18


@pytest.mark.parametrize("first", ["index", "change"])
def test_a_text_that_changes_while_it_is_indexed_is_found_by_its_new_words_only(database: Database, first: str) -> None:
    [identity] = keep(database, article("a", text="There is a plan.", content_hash="old"))

    def change(session: Session) -> None:
        change_texts(session, [NewText(identity, "Ministers concede", "A scheme.", "new")], now=LATER)

    def second() -> None:
        with database.writing() as session:
            (change if first == "index" else search.index_new)(session)

    other = threading.Thread(target=second)
    with database.writing() as session:
        (search.index_new if first == "index" else change)(session)
        other.start()
        other.join(0.5)
    other.join()
    with database.reading() as session:
        assert len(search.search(session, "scheme")) == 1
        assert search.search(session, "plan") == []


def test_a_changed_headline_is_kept_and_told_though_the_text_stands(database: Database) -> None:
    story, (first, _) = keep_story(database, "s", 2)
    with database.reading() as session:
        kept = article_of(session, first)
    again = NewText(first, "Forty dead, not four", kept.text, kept.content_hash)
    with database.writing() as session:
        assert change_texts(session, [again], now=LATER) == [first]
        assert change_texts(session, [again], now=LATER) == []
    with database.reading() as session:
        assert (session.get(Story, story).revision, session.get(Story, story).headline) == (2, "Forty dead, not four")
        assert [(each.title, each.story_revision) for each in versions(session, [first])[first]] == [
            (kept.title, 1),
            ("Forty dead, not four", 2),
        ]


def test_a_text_that_came_back_stands_from_its_new_revision_on(database: Database) -> None:
    _, (first, _) = keep_story(database, "s", 2)
    with database.reading() as session:
        kept = article_of(session, first)
    with database.writing() as session:
        change_texts(session, [NewText(first, kept.title, "Another text.", "1")], now=LATER)
    with database.writing() as session:
        change_texts(session, [NewText(first, kept.title, kept.text, kept.content_hash)], now=LATER + DAYS)
    with database.reading() as session:
        found = versions(session, [first])[first]
        assert [(each.story_revision, each.text) for each in found] == [
            (1, kept.text),
            (2, "Another text."),
            (3, kept.text),
        ]


def test_a_changed_text_raises_its_story_and_is_news_from_that_revision_on(database: Database) -> None:
    story, (first, second) = keep_story(database, "s", 2)
    with database.writing() as session:
        change_texts(session, [NewText(first, "Another title", "Another text.", "1")], now=LATER)
        change_texts(session, [NewText(second, "Not the lead", "Another text still.", "2")], now=LATER)
    with database.reading() as session:
        kept = session.get(Story, story)
        assert (kept.revision, kept.headline, kept.articles) == (3, "Another title", 2)
        assert [article_of(session, each).story_revision for each in (first, second)] == [2, 3]
        found = versions(session, [first, second])
        assert [each.story_revision for each in found[first]] == [1, 2]
        assert [each.story_revision for each in found[second]] == [1, 3]


def test_what_a_changed_text_meant_is_forgotten_and_it_is_judged_again(database: Database) -> None:
    _, (first, second) = keep_story(database, "s", 2)
    assess(database, assessment(first), assessment(second))
    with database.writing() as session:
        keep_meanings(session, {first: b"1", second: b"2"}, "encoder")
        change_texts(session, [NewText(first, "T", "Another text.", "1")], now=LATER)
    with database.reading() as session:
        assert meanings(session, [first, second], "encoder") == {second: b"2"}
        assert [each.article_id for each in session.exec(select(Meaning))] == [second]
        again = unassessed(session, "ai", ("p1", ""), since=NOW - DAYS)
        assert [each.id for each in again] == [first]
        kept = session.exec(select(Assessment).where(Assessment.article_id == first)).one()
        assert (kept.relevant, kept.score) == (True, 0.9)


def test_a_page_that_is_gone_is_withdrawn_once(database: Database) -> None:
    story, (first, second) = keep_story(database, "s", 2)
    with database.writing() as session:
        assert withdraw(session, [first], now=LATER) == [first]
        assert withdraw(session, [first], now=LATER + DAYS) == []
    with database.reading() as session:
        kept = article_of(session, first)
        assert (kept.withdrawn_at, kept.story_revision, kept.text) == (LATER, 2, "The text of s-0.")
        assert article_of(session, second).withdrawn_at is None
        assert session.get(Story, story).revision == 2
        assert [(each.story_revision, each.text) for each in versions(session, [first])[first]] == [
            (1, "The text of s-0.")
        ]


def test_an_article_without_a_story_changes_too(database: Database) -> None:
    [alone] = keep(database, article("alone"))
    with database.writing() as session:
        assert change_texts(session, [NewText(alone, "T", "Another text.", "1")], now=LATER) == [alone]
        assert withdraw(session, [alone], now=LATER) == [alone]
