"""When a source failed is kept with its state, so that it is known how it fared at a past moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.models import FeedState
from monitor.pipeline.polling.health import is_broken
from monitor.pipeline.polling.outages import MOST, as_of, failing_in_part_since, recorded

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHOLE, PART = "answered 500", "b.xml: answered 404"


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def asked(state: FeedState, hours: float, error: str = "", *, in_part: bool = False) -> FeedState:
    """The state of a source that was asked, as polling leaves it."""
    failures = state.failures + 1 if error and not in_part else 0
    since = (state.failing_since if state.failures and failures else None) or at(hours)
    if in_part:
        since = failing_in_part_since(state) or at(hours)
    fields: dict[str, Any] = {"failures": failures, "error": error, "failing_since": since if error else None}
    return recorded(state, state.model_copy(update=fields), at(hours))


def told(state: FeedState, hours: float) -> tuple[int, str, float | None, bool]:
    """How it fared at a moment: failures, error, hours since when, and whether it counted as broken."""
    then = as_of(state, at(hours))
    since = (then.failing_since - NOON) / timedelta(hours=1) if then.failing_since else None
    return then.failures, then.error, since, is_broken(then, at(hours))


def test_how_a_source_fared_is_known_when_it_fares_otherwise() -> None:
    state = FeedState(source="wire")
    for hours in (1, 2, 3, 4):
        state = asked(state, hours, WHOLE)
    state = asked(asked(state, 5), 6, "no answer")
    assert told(state, 0) == (0, "", None, False)
    assert told(state, 2.5) == (1, WHOLE, 1, False)
    assert told(state, 3.5) == (3, WHOLE, 1, True)
    assert told(state, 5) == (0, "", None, False)
    assert told(state, 7) == (1, "no answer", 6, False)
    assert told(state, 31) == (1, "no answer", 6, True)  # for a day


def test_a_part_fails_on_while_the_whole_does() -> None:
    state = asked(FeedState(source="wire"), 0, PART, in_part=True)
    state = asked(asked(state, 1, WHOLE), 2, PART, in_part=True)
    assert state.failing_since == at(0)
    assert [told(state, hours)[:3] for hours in (0, 1, 2)] == [(0, PART, 0), (1, WHOLE, 1), (0, PART, 0)]
    state = asked(state, 3)
    assert told(state, 3)[:3] == (0, "", None)
    assert failing_in_part_since(state) is None


def test_what_failed_before_outages_were_kept_is_known_while_it_lasts() -> None:
    old = FeedState(source="wire", failures=9, error=WHOLE, failing_since=at(-50))
    assert (told(old, -51)[0], told(old, 0)) == (0, (3, WHOLE, -50, True))
    assert told(asked(old, 1), 0) == (3, WHOLE, -50, True)


def test_nothing_is_written_of_a_source_that_is_well_and_the_latest_are_kept() -> None:
    state = FeedState(source="wire")
    assert asked(state, 1).outages is state.outages == []
    for number in range(MOST + 5):
        state = asked(asked(state, 2 * number, WHOLE), 2 * number + 1)
    assert len(state.outages) == MOST
    assert told(state, 2 * MOST + 8)[0] == 1
    failing = asked(state, 500, WHOLE)
    broken = asked(asked(failing, 501, WHOLE), 502, WHOLE)
    assert asked(broken, 503, WHOLE).outages == broken.outages


def test_what_began_later_is_no_silence_then() -> None:
    state = FeedState(source="wire", last_fresh=at(0), last_rolled_off=at(5))
    assert (as_of(state, at(1)).last_fresh, as_of(state, at(1)).last_rolled_off) == (at(0), None)
    assert as_of(state, at(-1)).last_fresh is None
