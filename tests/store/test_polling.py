"""What is known of sources and hosts: written whole, read whole."""

from keeping import NOW

from monitor.models import FeedState, HostState
from monitor.store import Database
from monitor.store.polling import feed_states, host_states, keep_feed_states, keep_host_states


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
