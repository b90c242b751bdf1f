"""Articles: one for each address, found by any address that led to it."""

from datetime import datetime, timedelta

from keeping import NOW, article, entry, keep
from sqlmodel import select

from monitor.models import Article, Entry, FeedState
from monitor.store import Database
from monitor.store.articles import article as article_of
from monitor.store.articles import (
    article_by_url,
    articles_of,
    keep_articles,
    recent_articles,
)
from monitor.store.entries import keep_entries
from monitor.store.polling import feed_states, keep_feed_states


def entries(database: Database, *names: str) -> None:
    with database.writing() as session:
        keep_entries(session, [entry(name) for name in names], now=NOW, max_age=timedelta(days=7))


def states(database: Database) -> dict[str, tuple[str, int | None]]:
    with database.reading() as session:
        rows = session.exec(select(Entry)).all()
    return {each.canonical_url.rpartition("/")[2]: (each.state, each.article_id) for each in rows}


def test_new_articles_come_back_with_ids_and_their_entries_are_stored(database: Database) -> None:
    entries(database, "a", "b", "c")
    made = [article("b", entry_id=2, authors=["Ann"], signature=b"\0\xff"), article("a", entry_id=1)]
    with database.writing() as session:
        new = keep_articles(session, made)
    assert [each.canonical_url[-1] for each in new] == ["b", "a"]
    with database.reading() as session:
        for each in new:
            assert article_of(session, each.id) == each
    assert states(database) == {"a": ("stored", new[1].id), "b": ("stored", new[0].id), "c": ("pending", None)}


def test_the_same_batch_twice_changes_nothing(database: Database) -> None:
    entries(database, "a")
    [identity] = keep(database, article("a", entry_id=1))
    assert keep(database, article("a", entry_id=1, text="other")) == []
    with database.reading() as session:
        assert article_of(session, identity).text == "The text of a."
    assert keep(database) == []


def test_an_entry_whose_page_is_an_article_already_is_stored_with_it(database: Database) -> None:
    entries(database, "final", "short-link")
    [identity] = keep(database, article("final", entry_id=1))
    with database.writing() as session:
        assert keep_articles(session, [article("final", entry_id=2)]) == []
        keep_entries(session, [entry("short-link", source="third")], now=NOW, max_age=timedelta(days=7))
    assert states(database)["short-link"] == ("stored", identity)
    with database.reading() as session:
        assert article_by_url(session, "https://news.example/short-link").id == identity
        assert article_by_url(session, "https://news.example/final").id == identity
        assert article_by_url(session, "https://news.example/nowhere") is None


def test_sources_count_the_articles_that_were_stored_of_theirs(database: Database) -> None:
    with database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate({"source": name}) for name in ("wire", "second")])
    keep(database, article("a"), article("b"), article("c", source="second"), article("d", source="archive"))
    keep(database, article("a"), article("e"))
    with database.reading() as session:
        counts = {name: state.articles_stored for name, state in feed_states(session).items()}
    assert counts == {"wire": 3, "second": 1}


def test_of_several_with_one_address_in_a_batch_the_first_counts(database: Database) -> None:
    entries(database, "a", "b")
    ids = keep(database, article("same", title="First", entry_id=1), article("same", title="Second", entry_id=2))
    with database.reading() as session:
        assert article_of(session, ids[0]).title == "First"
    assert states(database) == {"a": ("stored", ids[0]), "b": ("stored", ids[0])}


def test_dates_are_never_missing_and_never_in_the_future(database: Database) -> None:
    ids = keep(
        database,
        article("none", published=None),
        article("future", published=NOW + timedelta(days=900)),
        article("flagged", published_clamped=True),
    )
    with database.reading() as session:
        rows = articles_of(session, ids)
    assert [each.published for each in rows] == [NOW] * 3
    assert [each.published_clamped for each in rows] == [False, True, True]


def test_an_address_that_cannot_be_kept_fails_its_entry_and_nothing_else(database: Database) -> None:
    entries(database, "a", "b")
    long = "x" * 5000
    ids = keep(
        database, article(long, entry_id=1), article("b", entry_id=2, declared_canonical=f"https://n.example/{long}")
    )
    assert states(database) == {"a": ("failed", None), "b": ("stored", ids[0])}
    with database.reading() as session:
        assert article_of(session, ids[0]).declared_canonical == ""


def test_recent_articles_are_a_window_oldest_first(database: Database) -> None:
    keep(database, *(article(f"{hour}", published=NOW + timedelta(hours=hour - 9)) for hour in range(9)))

    def hours(**window: object) -> list[str]:
        with database.reading() as session:
            return [each.title[-1] for each in recent_articles(session, **window)]

    assert hours(since=NOW - timedelta(hours=3)) == ["6", "7", "8"]
    assert hours(since=NOW - timedelta(days=1), limit=2) == ["7", "8"]


def test_many_articles_are_kept_at_once(database: Database) -> None:
    ids = keep(database, *(article(f"{number}") for number in range(3000)))
    assert len(set(ids)) == 3000
    with database.reading() as session:
        asked = list(reversed(ids))
        found: list[Article] = articles_of(session, asked)
    assert [each.id for each in found] == asked


def test_moments_of_an_article_are_aware(database: Database) -> None:
    [identity] = keep(database, article("a"))
    with database.reading() as session:
        kept = article_of(session, identity)
    for moment in (kept.published, kept.stored_at):
        assert isinstance(moment, datetime)
        assert moment.utcoffset() == timedelta(0)
