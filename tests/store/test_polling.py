"""What is known of sources and hosts: written whole, read whole."""

from keeping import NOW

from monitor.models import FeedState, HostState
from monitor.store import Database
from monitor.store.polling import (
    Looked,
    count_articles,
    feed_states,
    host_states,
    keep_feed_states,
    keep_host_states,
    looked_at,
)


def test_states_replace_what_was_known(database: Database) -> None:
    first = [FeedState.model_validate({"source": f"s{number}", "etag": "one"}) for number in range(2500)]
    with database.writing() as session:
        keep_feed_states(session, first)
        keep_feed_states(session, [FeedState.model_validate({"source": "s7", "next_poll": NOW, "failures": 2})])
        keep_feed_states(session, [])
    with database.reading() as session:
        states = feed_states(session)
    assert len(states) == 2500
    assert (states["s7"].etag, states["s7"].next_poll, states["s7"].failures) == ("", NOW, 2)
    assert states["s8"].etag == "one"


def test_of_what_was_known_only_what_differs_is_written(database: Database) -> None:
    first = [
        FeedState.model_validate({"source": name, "etag": "one", "listed": ["a"], "rhythm": {"counts": [0.5]}})
        for name in ("one", "two", "three", "gone")
    ]
    with database.writing() as session:
        keep_feed_states(session, first[:3])
    with database.reading() as session:
        known = feed_states(session)
    known["gone"] = first[3]
    heard = {
        "one": {"last_polled": NOW, "rhythm": {"counts": [0.25]}},
        "two": {"etag": "two", "listed": []},
        "three": {},
        "gone": {"etag": "two"},
    }
    with database.writing() as session:
        count_articles(session, {"one": 3, "two": 4})  # by somebody else, since they were read
        changed = [known[name].model_copy(update=fields) for name, fields in heard.items()]
        keep_feed_states(session, [*changed, FeedState.model_validate({"source": "new", "etag": "one"})], known)
    with database.reading() as session:
        states = feed_states(session)
    assert set(states) == {"one", "two", "three", "new"}
    one, two = states["one"], states["two"]
    assert (one.etag, one.listed, one.last_polled, one.rhythm) == ("one", ["a"], NOW, {"counts": [0.25]})
    assert (two.etag, two.listed, two.last_polled) == ("two", [], None)
    assert (one.articles_stored, two.articles_stored) == (3, 4)
    assert states["three"] == known["three"]


def test_when_sources_were_looked_at(database: Database) -> None:
    state = {"source": "one", "url": "https://a.example/", "resolved_url": "https://a.example/feed", "next_poll": NOW}
    with database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(state)])
    with database.reading() as session:
        assert looked_at(session) == {"one": Looked("https://a.example/", "https://a.example/feed", None, NOW)}


def test_hosts(database: Database) -> None:
    host = HostState.model_validate({"origin": "https://a.example", "robots": "User-agent: *", "not_before": NOW})
    with database.writing() as session:
        keep_host_states(session, [host])
        assert host_states(session) == {"https://a.example": host}


def test_states_of_named_sources_alone_are_read(database: Database) -> None:
    with database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate({"source": name}) for name in ("one", "two", "three")])
    with database.reading() as session:
        assert set(feed_states(session, ["three", "one", "none"])) == {"one", "three"}
        assert feed_states(session, []) == {}
