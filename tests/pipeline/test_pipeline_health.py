"""What a person can know of a source."""

from datetime import timedelta
from typing import Any

import pytest
from pipeline_house import NOW, House
from sqlalchemy import insert

from monitor.errors import Cause
from monitor.models import Entry, FeedState, Source
from monitor.pipeline.polling.health import (
    health_of,
    is_broken,
    remarks_on,
    remedy,
    sources_health,
    yields_to_remark_on,
)
from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.store.bulk import table
from monitor.store.polling import keep_feed_states
from monitor.store.yields import Yield, yields

DAY = timedelta(days=1)
WIRE = Source("wire", "https://a.example/feed")


def state(**changes: Any) -> FeedState:
    return FeedState.model_validate({"source": "wire", "url": WIRE.url, "last_polled": NOW} | changes)


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
    failing = state(failures=1, failing_since=NOW, error="no answer")
    broken = state(failures=9, failing_since=NOW, error="no answer")
    assert health_of(WIRE, None, NOW).condition == "new"
    assert health_of(WIRE, state(), NOW).condition == "well"
    assert health_of(WIRE, failing, NOW).condition == "failing"
    assert health_of(WIRE, broken, NOW).condition == "broken"
    assert health_of(paused, None, NOW).condition == "paused"
    assert health_of(paused, broken, NOW).condition == "paused"


@pytest.mark.parametrize(
    ("cause", "status", "says"),
    [
        (Cause.STATUS, 404, "find the new one"),
        (Cause.STATUS, 410, "remove it from config/sources.toml"),
        (Cause.STATUS, 403, "turns programs away"),
        (Cause.STATUS, 500, "monitor sources --pause wire"),
        (Cause.STATUS, 502, "the publisher's server is at fault"),
        (Cause.WAIT, 429, "asked too often"),
        (Cause.WAIT, 503, "asked too often"),
        (Cause.WAIT, 0, "asked too often"),
        (Cause.ROBOTS, 0, "does not want programs"),
        (Cause.UNREACHABLE, 0, "its host does not answer"),
        (Cause.ADDRESS, 0, "fetch.allow_addresses"),
        (Cause.ANSWER, 0, "no document that can be read"),
        (Cause.LISTING, 0, "name the feed's own address"),
        (Cause.FAULT, 0, "this program is at fault"),
    ],
)
def test_every_cause_has_one_remedy(cause: Cause, status: int, says: str) -> None:
    # What the error says in words decides nothing: an address may hold any number, and any word.
    failing = state(failures=1, error="https://a.example/404/robots.txt: no answer 403", cause=cause, status=status)
    assert says in remedy(failing)
    assert health_of(WIRE, failing, NOW).remedy == remedy(failing)


def test_every_cause_that_has_no_status_has_a_remedy_of_its_own() -> None:
    told = {remedy(state(error="it failed", cause=cause)) for cause in Cause if cause is not Cause.STATUS}
    assert len(told) == len(Cause) - 1
    assert not any("silences it" in each for each in told)
    assert remedy(state()) == ""


def test_a_source_that_fails_in_part_is_failing_and_never_broken() -> None:
    partly = state(failing_since=NOW - timedelta(days=9), error="https://a.example/b.xml: answered 500")
    assert health_of(WIRE, partly, NOW).condition == "failing"
    assert not is_broken(partly, NOW)


def test_every_declared_source_has_its_row(house: House) -> None:
    house.sources({"off": {"paused": True}}, wire=WIRE.url, off="https://b.example/", late="https://c.example/")
    known = state(
        kind="rss", last_success=NOW, next_poll=NOW + timedelta(hours=1), last_new=NOW - DAY, articles_stored=12
    )
    with house.database() as database, database.writing() as session:
        keep_feed_states(session, [known])
    rows = [each.to_row() for each in sources_health(house.settings, NOW)]
    assert [(row["source"], row["condition"]) for row in rows] == [("wire", "well"), ("off", "paused"), ("late", "new")]
    assert rows[0]["last success"] == "2026-11-24 07:00"
    assert rows[0]["next poll"] == "2026-11-24 08:00"
    assert rows[0]["kind"] == "rss"
    assert (rows[0]["last news"], rows[0]["kept"]) == ("2026-11-23 07:00", 12)
    assert rows[2]["last success"] == ""


def rhythm_of(daily: int, quiet_days: int = 0) -> dict[str, Any]:
    """Ten days of so many entries each, then none for a while."""
    rhythm = Rhythm()
    for day in range(10 + quiet_days, quiet_days, -1):
        begin = NOW - DAY * day
        rhythm = rhythm.watch([begin + DAY * (number + 0.5) / daily for number in range(daily)], begin + DAY)
    return rhythm.watch([], NOW).to_json() if quiet_days else rhythm.to_json()


@pytest.mark.parametrize(
    ("daily", "quiet", "silent"), [(24, 3, True), (24, 1, False), (1, 5, False), (8, 3, True), (2, 3, False)]
)
def test_silence_is_remarked_on_where_the_rhythm_does_not_explain_it(daily: int, quiet: int, silent: bool) -> None:
    known = state(rhythm=rhythm_of(daily, quiet), last_fresh=NOW - DAY * quiet)
    health = health_of(WIRE, known, NOW)
    assert any("silent for longer" in remark for remark in health.remarks) is silent
    assert health.condition == "well"


def test_what_rolled_off_is_remarked_on_for_two_weeks() -> None:
    lost = state(rolled_off=3, last_rolled_off=NOW - DAY * 13, rhythm=rhythm_of(24))
    health = health_of(WIRE, lost, NOW)
    assert (health.rolled_off, len(health.remarks)) == (3, 1)
    assert health.daily == pytest.approx(24, rel=0.1)
    assert health_of(WIRE, lost, NOW + DAY).remarks == ()


def test_a_source_gone_for_good_is_broken_at_once() -> None:
    assert is_broken(state(failures=1, failing_since=NOW, status=410, error="gone"), NOW)


def test_yield_and_a_wall_that_was_not_there_before() -> None:
    came = Yield({"full": 4, "teaser": 4, "paywalled": 4}, {"full": 36, "live": 2, "paywalled": 2, "": 8})
    health = health_of(WIRE, state(), NOW, came)
    assert health.full == pytest.approx(42 / 60)
    assert health.remarks == ("67% behind a wall or cut short of late, 5% before",)
    assert health_of(WIRE, state(), NOW, Yield({"paywalled": 9}, {"full": 90})).remarks == (), "too few to tell"
    as_ever = Yield({"paywalled": 60, "full": 40}, {"paywalled": 50, "full": 50})
    assert health_of(WIRE, state(), NOW, as_ever).remarks == ()


@pytest.mark.parametrize(
    ("lately", "remarked"),
    [
        ({"paywalled": 20, "teaser": 5, "": 4, "full": 1}, "1 behind"),
        ({"paywalled": 9}, "too few to tell"),
        ({"paywalled": 20, "full": 3}, "some are whole"),
    ],
)
def test_a_source_whose_pages_all_are_walls_says_so_and_why(lately: dict[str, int], remarked: str) -> None:
    health = health_of(WIRE, state(), NOW, Yield(lately, {}, "https://a.example/9: answered 403"))
    told = (
        "3% of its 30 pages gave their whole article: 20 behind a wall, 5 known by a teaser alone, 4 without an "
        "article, the latest for this: https://a.example/9: answered 403"
    )
    assert health.remarks == ((told,) if remarked == "1 behind" else ())


def test_every_source_with_a_new_wall_is_among_those_that_are_counted_for_it(house: House) -> None:
    walled = {"least": (3, 10), "less": (2, 10), "few": (3, 9), "none": (0, 40), "most": (40, 41)}
    with house.database() as database:
        with database.writing() as session:
            rows = [
                (source, "teaser" if number < least else "full", 1 if number < of else 30)
                for source, (least, of) in walled.items()
                for number in range(of + 10)
            ]
            session.connection().execute(insert(table(Entry)), [listed(*each) for each in enumerate(rows)])
        with database.reading() as session:
            counted = yields_to_remark_on(session, walled, NOW)
            every = yields(session, walled, NOW - 60 * DAY, NOW - 14 * DAY)
    assert counted == {name: every[name] for name in ("few", "least", "most")}
    told = {name for name in walled if any(remarks_on(state(), every[name], NOW))}
    assert told == {name for name in counted if any(remarks_on(state(), counted[name], NOW))} == {"least", "most"}


def listed(number: int, row: tuple[str, str, int]) -> dict[str, Any]:
    source, grade, days = row
    made = {"url": f"{number}", "canonical_url": f"{number}", "source": source, "grade": grade, "state": "stored"}
    return Entry.model_validate(made | {"first_seen": NOW - days * DAY}).model_dump(exclude={"id"})


def test_of_a_source_that_was_never_asked_nothing_is_told(house: House) -> None:
    house.sources(wire=WIRE.url)
    (health,) = sources_health(house.settings, NOW)
    assert health.full is None
