"""What a digest is made of: relevant in the window, not yet told; what was looked at; digests read back."""

from datetime import timedelta
from typing import Any

from keeping import NOW, assess, assessment, delivery, digest, item, keep_story, source_told, told

from monitor.models import alert_slot
from monitor.models import audience as audience_of
from monitor.store import Database, checks, digests
from monitor.store.digests import Looked, Window, relevant_stories, told_of_sources
from monitor.store.outbox import keep_digest
from monitor.store.stories import raise_revisions

DAY = timedelta(days=1)
TODAY = Window(NOW - DAY, NOW + DAY)
ANN, BOB = (audience_of("morning", "mail", f"{name}@example.org") for name in "ab")


def found(database: Database, window: Window = TODAY, **choice: object) -> list[int]:
    with database.reading() as session:
        return [each.story.id for each in relevant_stories(session, "ai", window, **choice)]


def tell(database: Database, slot: str, story: int, *readers: str, revision: int = 1) -> None:
    with database.writing() as session:
        assert keep_digest(
            session,
            digest(slot, composed_at=NOW),
            [item(story, 1)],
            [delivery(slot, f"{reader}@example.org") for reader in readers],
            [told(story, f"{reader}@example.org", revision=revision) for reader in readers],
        )


def test_relevant_stories_come_best_first_with_articles_and_assessments(database: Database) -> None:
    low, [a, b] = keep_story(database, "low", 2)
    high, [c] = keep_story(database, "high")
    dull, [d] = keep_story(database, "dull")
    assess(
        database,
        assessment(a, score=0.6),
        assessment(b, score=0.2, relevant=False),
        assessment(c, score=0.9),
        assessment(d, score=0.4, relevant=False),
        assessment(d, topic="chips"),
    )
    assert found(database) == [high, low]
    assert found(database, minimum=0.4) == [high, low, dull]
    assert found(database, minimum=0.95) == []
    with database.reading() as session:
        rows = relevant_stories(session, "ai", TODAY)[1]
    assert [each.id for each in rows.articles] == [a, b]
    assert {key: each.score for key, each in rows.assessments.items()} == {a: 0.6, b: 0.2}


def test_the_window_is_by_when_articles_were_stored_or_changed(database: Database) -> None:
    old, [a] = keep_story(database, "old", stored_at=NOW - 3 * DAY)
    new, [b] = keep_story(database, "new")
    assess(database, assessment(a), assessment(b))
    assert found(database) == [new]
    assert found(database, Window(None, NOW + DAY)) == [old, new]
    assert found(database, Window(NOW - 4 * DAY, NOW - DAY)) == [old]
    assert found(database, Window(None, NOW)) == [old]
    with database.writing() as session:
        checks.change_texts(session, [checks.NewText(a, "Corrected", "It was not so.", "new hash")], now=NOW)
    assert found(database) == [old, new]


def test_what_was_told_stays_relevant_to_those_who_were_told_when_it_changes_or_is_gone(database: Database) -> None:
    changed, [a] = keep_story(database, "changed", stored_at=NOW - 3 * DAY)
    gone, [b] = keep_story(database, "gone", stored_at=NOW - 3 * DAY)
    for name, story in (("one", changed), ("two", gone)):
        tell(database, name, story, "a")
    with database.writing() as session:
        checks.change_texts(session, [checks.NewText(a, "Corrected", "It was not so.", "new hash")], now=NOW)
        checks.withdraw(session, [b], now=NOW)
    assess(database, *(assessment(each, score=0.2, relevant=False) for each in (a, b)))
    assert found(database, audiences=[ANN]) == [changed, gone]
    assert found(database, audiences=[ANN], minimum=0.9) == [changed, gone]
    assert found(database, audiences=[BOB]) == found(database) == []
    assess(database, *(assessment(each, score=0.7) for each in (a, b)))
    assert found(database) == [changed, gone]


def test_what_was_no_news_makes_no_story_and_was_not_looked_at(database: Database) -> None:
    old, [a] = keep_story(database, "old", news=False)
    archived, [b] = keep_story(database, "archived", source="archive")
    assess(database, assessment(a), assessment(b, score=0.8))
    assert found(database) == [archived]
    assert found(database, but_from="archive") == []
    with database.reading() as session:
        assert digests.looked(session, ["ai"], TODAY) == Looked(1, 1)
    with database.writing() as session:
        checks.change_texts(session, [checks.NewText(a, "Corrected", "It was not so.", "new hash")], now=NOW)
    assert old not in found(database)


def test_stories_told_to_every_audience_are_left_out_until_something_is_new(database: Database) -> None:
    story, [a] = keep_story(database, "s")
    assess(database, assessment(a))
    tell(database, "one", story, "a")
    assert found(database, audiences=[ANN, BOB]) == [story]
    assert found(database, audiences=[ANN]) == []
    tell(database, "two", story, "b")
    assert found(database, audiences=[ANN, BOB]) == []
    assert found(database) == [story]
    with database.writing() as session:
        raise_revisions(session, [story])
    assert found(database, audiences=[ANN, BOB]) == [story]


def test_told_is_the_latest_revision_of_each(database: Database) -> None:
    story, _ = keep_story(database, "s")
    tell(database, "one", story, "a", "b")
    tell(database, "two", story, "a", revision=2)
    with database.reading() as session:
        known = digests.told(session, [ANN, BOB, "nobody"], [story])
        past = digests.told(session, [ANN], [story], until=NOW)
        nothing = digests.told(session, [ANN], [])
    assert {who: {key: each.revision for key, each in rows.items()} for who, rows in known.items()} == {
        ANN: {story: 2},
        BOB: {story: 1},
        "nobody": {},
    }
    assert past == nothing == {ANN: {}}


def test_of_what_was_told_of_sources_the_last_of_each_state_counts(database: Database) -> None:
    said = [
        source_told("broken", NOW),
        source_told("recovered", NOW + DAY),
        source_told("broken", NOW + 2 * DAY),
        source_told("broken", NOW, source="other"),
        source_told("broken", NOW, source="far"),
        source_told("silent", NOW, audience=BOB),
    ]
    with database.writing() as session:
        deliveries = [delivery("one", f"{name}@example.org") for name in "ab"]
        assert keep_digest(session, digest("one"), [], deliveries, said)
    with database.reading() as session:
        found = told_of_sources(session, [ANN, BOB], ["wire", "other"])
    assert {
        who: {source: [(each.state, each.since) for each in rows] for source, rows in by_source.items()}
        for who, by_source in found.items()
    } == {
        ANN: {"wire": [("recovered", NOW + DAY), ("broken", NOW + 2 * DAY)], "other": [("broken", NOW)]},
        BOB: {"wire": [("silent", NOW)]},
    }


def test_what_was_looked_at_names_the_nearest_miss(database: Database) -> None:
    _, [a, b, c] = keep_story(database, "s", 3)
    _, [old] = keep_story(database, "old", stored_at=NOW - 3 * DAY)
    assess(
        database,
        assessment(a),
        assessment(b, score=0.3, relevant=False),
        assessment(b, score=0.44, relevant=False, topic="chips"),
        assessment(c, score=0.4, relevant=False),
        assessment(a, score=0.1, relevant=False, topic="chips"),
        assessment(old, score=0.8, relevant=False),
    )
    with database.reading() as session:
        both = digests.looked(session, ["ai", "chips"], TODAY)
        one = digests.looked(session, ["ai"], TODAY)
        none = digests.looked(session, ["other"], TODAY)
    assert (both.articles, both.relevant, both.nearest_miss.id, both.nearest_miss_assessment.score) == (3, 1, b, 0.44)
    assert (one.nearest_miss.id, one.nearest_miss_assessment.topic) == (c, "ai")
    assert none == Looked()


def test_where_all_is_relevant_nothing_was_missed(database: Database) -> None:
    _, [a] = keep_story(database, "s")
    assess(database, assessment(a))
    with database.reading() as session:
        assert digests.looked(session, ["ai"], TODAY) == Looked(1, 1)


def test_digests_are_read_back(database: Database) -> None:
    story, _ = keep_story(database, "s")
    other, _ = keep_story(database, "t")
    with database.writing() as session:
        for number, (name, of) in enumerate([("morning", story), ("evening", other), ("morning", story)]):
            made = digest(f"{number}", name=name, composed_at=NOW + number * DAY, topics=["ai"])
            keep_digest(session, made, [item(of, 1, position=2), item(of, 1)], [], [])
    with database.reading() as session:
        assert [each.slot for each in digests.digests(session, "morning")] == ["2", "0"]
        [last] = digests.digests(session, "morning", limit=1)
        assert last.slot == "2"
        assert digests.digests(session, "never") == []
        assert digests.digest(session, last.id) == last
        assert [each.position for each in digests.digest_items(session, last.id)] == [1, 2]
        assert [each.slot for each in digests.digests_with(session, story)] == ["0", "2"]


def test_of_digests_those_sent_and_those_that_are_no_alert_can_be_asked_for(database: Database) -> None:
    story, _ = keep_story(database, "s")
    with database.writing() as session:
        keep_digest(session, digest("silent", composed_at=NOW + DAY), [], [], [])
    tell(database, "first", story, "a")
    tell(database, alert_slot(story, 2), story, "a", revision=2)

    def slots(**choice: Any) -> list[str]:
        with database.reading() as session:
            return [each.slot for each in digests.digests(session, "morning", **choice)]

    assert slots() == ["silent", "instant 1 2", "first"]
    assert slots(sent=True) == ["instant 1 2", "first"]
    assert slots(alerts=False) == ["silent", "first"]
    assert slots(sent=True, alerts=False) == ["first"]
    assert slots(until=NOW) == ["instant 1 2", "first"]
    assert slots(until=NOW - DAY) == []
