from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import Deferred
from monitor.fetch.memory import Memory
from monitor.models import HostState

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://example.com"


def remembering(**known: object) -> Memory:
    return Memory({SITE: HostState.model_validate({"origin": SITE, **known})}, lambda: NOW)


def test_what_is_fresh_is_remembered_and_what_is_stale_is_not() -> None:
    fresh = remembering(robots="Disallow:", robots_status=200, robots_expires=NOW + HOUR).robots(SITE)
    assert fresh is not None
    assert (fresh.robots, fresh.robots_status) == ("Disallow:", 200)
    assert remembering(robots_status=200, robots_expires=NOW).robots(SITE) is None
    assert remembering().robots(SITE) is None
    assert Memory({}, lambda: NOW).robots(SITE) is None


def test_nothing_changed_until_something_was_learned() -> None:
    memory = remembering(robots_status=200, robots_expires=NOW + HOUR)
    memory.robots(SITE)
    memory.check(SITE)
    memory.calm(SITE)
    assert memory.changed() == ()


def test_what_was_learned_is_handed_back_whole() -> None:
    memory = remembering(not_before=NOW - HOUR)
    memory.keep_robots(SITE, 200, "User-agent: *", NOW + HOUR)
    memory.leave_alone("https://other.example", NOW + HOUR)
    mine, other = memory.changed()
    assert mine.model_dump() == {
        "origin": SITE,
        "robots": "User-agent: *",
        "robots_status": 200,
        "robots_expires": NOW + HOUR,
        "not_before": NOW - HOUR,
    }
    assert (other.origin, other.not_before, other.robots_expires) == ("https://other.example", NOW + HOUR, None)


def test_a_host_is_left_alone_until_its_time() -> None:
    with pytest.raises(Deferred, match=r"until 2026-11-24 08:00 UTC") as raised:
        remembering(not_before=NOW + HOUR).check(SITE)
    assert raised.value.until == NOW + HOUR
    remembering(not_before=NOW).check(SITE)


def test_the_longest_wait_counts() -> None:
    memory = remembering(not_before=NOW + 2 * HOUR)
    memory.leave_alone(SITE, NOW + HOUR)
    with pytest.raises(Deferred) as raised:
        memory.check(SITE)
    assert raised.value.until == NOW + 2 * HOUR


def test_three_pages_running_speak_for_the_host() -> None:
    memory = remembering()
    memory.strike(SITE, NOW + HOUR)
    memory.strike(SITE, NOW + HOUR)
    memory.calm(SITE)
    memory.strike(SITE, NOW + HOUR)
    memory.strike(SITE, NOW + HOUR)
    memory.strike("https://other.example", NOW + HOUR)
    memory.check(SITE)
    memory.strike(SITE, NOW + HOUR)
    with pytest.raises(Deferred):
        memory.check(SITE)
    memory.check("https://other.example")
