"""What goes and what stays: told, judged and recent stories are kept whole, and nothing seen is ever new again."""

from datetime import timedelta

import pytest
from keeping import (
    NOW,
    article,
    assess,
    assessment,
    delivery,
    digest,
    entry,
    item,
    keep,
    keep_story,
    place,
    told,
    verdict,
)
from sqlmodel import SQLModel, select

from monitor.models import (
    Article,
    Assessment,
    Delivery,
    DeliveryState,
    Entry,
    Feedback,
    HostState,
    Model,
    Profile,
    Run,
    Story,
    Told,
    Version,
)
from monitor.store import Database, checks, outbox, runs, search, topics
from monitor.store.entries import due_entries, keep_entries
from monitor.store.polling import keep_host_states
from monitor.store.retention import Pruned, prune
from monitor.store.stories import Placed

OLD = NOW - timedelta(days=400)
LIMIT = NOW - timedelta(days=365)


def go(database: Database, **choice: int) -> Pruned:
    with database.writing() as session:
        return prune(session, before=LIMIT, **choice)


def there(database: Database, model: type[SQLModel], column: str = "id") -> list[int]:
    with database.reading() as session:
        return sorted(getattr(row, column) for row in session.exec(select(model)))


def test_old_stories_go_with_all_that_hangs_on_them(database: Database) -> None:
    with database.writing() as session:
        keep_entries(session, [entry("a", summary="s", content="c")], now=OLD, max_age=timedelta(days=7))
    _, [a, b] = keep_story(database, "old", 2, stored_at=OLD, published=OLD)
    new, [c] = keep_story(database, "new")
    assess(database, assessment(a), assessment(c))
    with database.writing() as session:
        search.index_new(session)
        session.get_one(Article, a).entry_id = 1
        session.get_one(Article, c).duplicate_of = b
        session.get_one(Entry, 1).article_id = a
        session.get_one(Entry, 1).state = "stored"
        checks.change_texts(session, [checks.NewText(a, "T", "Changed.", "h2")], now=OLD)
    assert go(database) == Pruned(articles=2, stories=1, entries=1)
    assert there(database, Article) == [c]
    assert there(database, Story) == [new]
    assert there(database, Assessment, "article_id") == [c]
    assert there(database, Version) == []
    with database.reading() as session:
        assert session.get_one(Article, c).duplicate_of is None
        kept = session.get_one(Entry, 1)
        assert (kept.state, kept.article_id, kept.summary, kept.content, kept.title) == (
            "stored",
            None,
            "",
            "",
            "Title of a",
        )
        assert [hit.article.id for hit in search.search(session, "title")] == [c]
    assert not go(database).any
    assert database.faults() == []


def test_an_address_that_went_is_not_new_again(database: Database) -> None:
    def listed() -> int:
        with database.writing() as session:
            return keep_entries(session, [entry("a")], now=OLD, max_age=timedelta(days=7))

    assert listed() == 1
    ids = keep(database, article("a", entry_id=1, stored_at=OLD))
    place(database, Placed(ids[0], 1))
    assert go(database).articles == 1
    assert listed() == 0
    with database.reading() as session:
        assert due_entries(session, now=NOW) == []


@pytest.mark.parametrize("reason", ["told", "item", "verdict", "recent", "waiting"])
def test_what_stays(database: Database, reason: str) -> None:
    story, [a, b] = keep_story(database, "s", 2, stored_at=OLD, published=OLD)
    with database.writing() as session:
        if reason == "told":
            outbox.keep_digest(session, digest(), [], [delivery()], [told(story)])
        elif reason == "item":
            outbox.keep_digest(session, digest(), [item(story, a)], [], [])
        elif reason == "verdict":
            topics.keep_feedback(session, verdict(b))
        elif reason == "recent":
            session.get_one(Article, b).stored_at = NOW
        else:
            keep_entries(session, [entry("w", content="c")], now=OLD, max_age=timedelta(days=7))
    gone = go(database)
    if reason == "waiting":
        assert (gone.articles, gone.entries) == (2, 0)
        return
    assert not gone.any
    assert there(database, Article) == [a, b]
    assert there(database, Story) == [story]
    assert len(there(database, Told, "story_id")) == (reason == "told")
    assert len(there(database, Feedback)) == (reason == "verdict")


def test_an_article_without_a_story_goes_by_itself(database: Database) -> None:
    a, b = keep(database, article("a", stored_at=OLD), article("b", stored_at=OLD))
    with database.writing() as session:
        topics.keep_feedback(session, verdict(b))
    assert go(database) == Pruned(articles=1)
    assert there(database, Article) == [b]
    assert a != b


def test_a_limit_is_kept_and_the_rest_goes_later(database: Database) -> None:
    keep_story(database, "s", 5, stored_at=OLD)
    assert go(database, limit=3) == Pruned(articles=3)
    assert go(database, limit=3) == Pruned(articles=2, stories=1)
    assert not go(database, limit=3).any


def test_runs_hosts_and_bodies_of_messages_go(database: Database) -> None:
    with database.writing() as session:
        runs.finish_run(session, runs.start_run(session, "collect", OLD), OLD, succeeded=True, figures={})
        runs.start_run(session, "collect", OLD)
        runs.start_run(session, "collect", NOW)
        hosts = [("a", OLD, None), ("b", OLD, NOW), ("c", NOW, None), ("d", OLD, OLD)]
        keep_host_states(
            session,
            [
                HostState.model_validate({"origin": origin, "robots_expires": expires, "not_before": until})
                for origin, expires, until in hosts
            ],
        )
        sent = delivery(changed_at=OLD, state=DeliveryState.SENT, blocks=[{"type": "divider"}])
        open_still = delivery(recipient="b@example.org", changed_at=OLD)
        outbox.keep_digest(session, digest(), [], [sent, open_still], [])
    assert go(database) == Pruned(deliveries=1, runs=1, hosts=2)
    assert there(database, Run) == [2, 3]
    assert there(database, HostState, "origin") == ["b", "c"]
    with database.reading() as session:
        first, second = (session.get_one(Delivery, number) for number in (1, 2))
    assert (first.html, first.text, first.blocks, first.subject, first.state) == ("", "", [], "News", "sent")
    assert second.html == "<p>News</p>"


def test_deleting_costs_the_same_however_much_is_kept(database: Database) -> None:
    keep(database, *(article(f"{number}", duplicate_of=None) for number in range(4000)))
    keep(database, *(article(f"old {number}", stored_at=OLD) for number in range(1000)))
    assert go(database).articles == 1000


def model(version: str, days: int, *, accepted: bool = True, **changes: str) -> Model:
    fields = {"topic": "ai", "version": version, "profile_version": "p3", "sha256": version, "accepted": accepted}
    return Model.model_validate(fields | {"made_at": NOW - timedelta(days=days)} | changes)


def test_models_go_once_later_ones_are_there_and_nothing_kept_was_judged_by_them(database: Database) -> None:
    [a] = keep(database, article("a"))
    with database.writing() as session:
        for made in (
            *(model(f"taken-{days}", days) for days in range(8)),
            *(model(f"left-{days}", days, accepted=False) for days in range(8)),
            model("taken-7", 7, topic="other"),
            model("left-7", 7, topic="other", accepted=False),
        ):
            topics.keep_model(session, made)
        judged = [assessment(a, model_version="taken-6"), assessment(a, topic="other", model_version="taken-5")]
        topics.keep_assessments(session, judged)
    assert go(database, limit=2) == Pruned(models=2)
    while go(database).any:
        pass
    with database.reading() as session:
        kept = {topic: [each.version for each in topics.models(session, topic)] for topic in ("ai", "other")}
    assert kept == {"ai": ["left-0", "taken-0", "taken-1", "taken-2", "taken-6"], "other": ["left-7", "taken-7"]}


def test_profiles_go_once_a_later_one_is_there_and_nothing_kept_was_made_with_them(database: Database) -> None:
    [a] = keep(database, article("a"))
    with database.writing() as session:
        for days in range(6):
            fields = {"topic": "ai", "version": f"p{days}", "made_at": NOW - timedelta(days=days)}
            topics.keep_profile(session, Profile.model_validate(fields))
        topics.keep_profile(session, Profile.model_validate({"topic": "other", "version": "p9", "made_at": OLD}))
        topics.keep_model(session, model("taken", 3))
        topics.keep_assessments(session, [assessment(a, profile_version="p5")])
    assert go(database) == Pruned(profiles=3)
    with database.reading() as session:
        kept = sorted((each.topic, each.version) for each in session.exec(select(Profile)))
    assert kept == [("ai", "p0"), ("ai", "p3"), ("ai", "p5"), ("other", "p9")]
