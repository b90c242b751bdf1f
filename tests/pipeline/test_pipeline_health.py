"""What a person can know of a source."""

from datetime import timedelta
from typing import Any

import pytest
from pipeline_house import NOW, House

from monitor.models import FeedState, Source
from monitor.pipeline.health import health_of, is_broken, remedy, sources_health
from monitor.store.polling import keep_feed_states

WIRE = Source("wire", "https://a.example/feed")


def state(**changes: Any) -> FeedState:
    return FeedState.model_validate({"source": "wire", "url": WIRE.url} | changes)


@pytest.mark.parametrize(
    ("failures", "since", "broken"),
    [
        (0, None, False),
        (1, timedelta(hours=1), False),
        (2, timedelta(hours=23), False),
        (3, timedelta(minutes=40), True),
        (1, timedelta(days=1), True),
        (2, None, False),
    ],
)
def test_broken_after_three_failures_or_a_day(failures: int, since: timedelta | None, broken: bool) -> None:
    known = state(failures=failures, failing_since=NOW - since if since else None)
    assert is_broken(known, NOW) is broken


def test_a_source_is_new_well_failing_broken_or_paused() -> None:
    paused = Source("wire", WIRE.url, paused=True)
    failing = state(failures=1, failing_since=NOW)
    broken = state(failures=9, failing_since=NOW)
    assert health_of(WIRE, None, NOW).condition == "new"
    assert health_of(WIRE, state(), NOW).condition == "well"
    assert health_of(WIRE, failing, NOW).condition == "failing"
    assert health_of(WIRE, broken, NOW).condition == "broken"
    assert health_of(paused, None, NOW).condition == "paused"
    assert health_of(paused, broken, NOW).condition == "paused"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("https://a.example/feed: answered 404 (Not Found)", "find the new one"),
        ("https://a.example/feed: answered 410 (Gone)", "remove it from config/sources.toml"),
        ("https://a.example/feed: https://a.example/robots.txt forbids it", "does not want programs"),
        ("https://a.example/feed: answered 403 (Forbidden)", "pause_per_host"),
        ("https://a.example/feed lists no news: it is html", "name the feed's own address"),
        ("https://a.example/feed: no answer within 20 s", "monitor sources --pause wire"),
    ],
)
def test_every_cause_has_one_remedy(error: str, says: str) -> None:
    assert says in remedy("wire", error)


def test_every_declared_source_has_its_row(house: House) -> None:
    house.sources({"off": {"paused": True}}, wire=WIRE.url, off="https://b.example/", late="https://c.example/")
    known = state(kind="rss", last_success=NOW, next_poll=NOW + timedelta(hours=1))
    with house.database() as database, database.writing() as session:
        keep_feed_states(session, [known])
    rows = [each.to_row() for each in sources_health(house.settings, NOW)]
    assert [(row["source"], row["condition"]) for row in rows] == [("wire", "well"), ("off", "paused"), ("late", "new")]
    assert rows[0]["last success"] == "2026-11-24 07:00"
    assert rows[0]["next poll"] == "2026-11-24 08:00"
    assert rows[0]["kind"] == "rss"
    assert rows[2]["last success"] == ""
    assert "silences it" in sources_health(house.settings, NOW)[0].remedy
