"""How everything stands is reckoned from what is kept: alive, late, broken, waiting."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from pipeline_house import DESK, NOW, House, send_now

from monitor.config.settings import CollectSettings
from monitor.models import FeedState
from monitor.pipeline.delivering import delivery_json, outbox
from monitor.pipeline.standing import Standing, standing, standing_now
from monitor.store.polling import keep_feed_states
from monitor.store.runs import acquire, finish_run, start_run
from monitor.store.standing import Backlog

FIGURES = {"seconds": {"poll": 2.0, "read": 8.0}, "pages": {"fetched": 40}}


def collected(house: House, ago: timedelta, *, succeeded: bool = True, seconds: float = 10.0) -> None:
    with house.database() as database, database.writing() as session:
        run = start_run(session, "collect", NOW - ago)
        finish_run(session, run, NOW - ago + timedelta(seconds=seconds), succeeded=succeeded, figures=FIGURES)


def found(house: House) -> Standing:
    with house.database() as database:
        return standing(house.settings, database, NOW)


def whats(house: House) -> list[str]:
    return [each.what for each in found(house).troubles]


def test_before_the_first_collect_nothing_is_late_and_it_says_what_to_do(house: House) -> None:
    house.monitor(DESK)
    house.digest()
    now = found(house)
    assert (now.alive, now.late, now.last_collect, now.cost) == (False, (), None, None)
    assert now.troubles[0].what == "nothing was collected yet"
    assert "digest morning: never composed yet" in now.lines()
    assert now.to_json()["last_digests"] == {}
    assert "monitor collect" in now.troubles[0].remedy


def test_a_collect_in_time_is_a_sign_of_life(house: House) -> None:
    collected(house, timedelta(days=2))
    collected(house, timedelta(minutes=12), seconds=20.0)
    now = found(house)
    assert (now.alive, now.late) == (True, ())
    assert now.cost is not None
    assert (now.cost.runs, now.cost.seconds, now.cost.pages) == (2, 15.0, 40)
    assert now.cost.stages == {"poll": 2.0, "read": 8.0}
    assert next(iter(now.lines())) == "alive"


def test_a_collect_that_did_not_begin_is_late(house: House) -> None:
    assert CollectSettings().schedule == "*/10 * * * *"
    collected(house, timedelta(days=2))
    now = found(house)
    assert (now.alive, now.late) == (False, ("collect",))
    assert [each.what for each in now.troubles] == ["late: collect"]


@pytest.mark.parametrize("lease", ["collect", "collect 2/2"])
def test_one_that_is_under_way_is_not_late(house: House, lease: str) -> None:
    collected(house, timedelta(days=2))
    with house.database() as database, database.writing() as session:
        assert acquire(session, lease, "1", NOW, timedelta(hours=1))
    now = found(house)
    assert (now.alive, now.late, now.collecting) == (True, (), True)


def test_a_digest_that_was_not_composed_is_late(house: House) -> None:
    house.monitor(DESK)
    house.digest(schedule="0 6 * * *", timezone="UTC")
    collected(house, timedelta(days=2))
    collected(house, timedelta(minutes=5))
    assert found(house).late == ("digest morning",)
    collected(house, timedelta(minutes=4), succeeded=False)
    assert whats(house) == ["late: digest morning", "the last collect did not do its job"]


def test_a_digest_is_not_late_for_a_time_before_it_was_declared_so(house: House) -> None:
    house.monitor(DESK)
    house.digest(schedule="0 6 * * *", timezone="UTC")
    collected(house, timedelta(days=2))
    collected(house, timedelta(minutes=5))
    declared = house.root / "config" / "digests" / "morning.toml"
    six = NOW.replace(hour=6, minute=0, second=0, microsecond=0)
    for changed, late in ((six + timedelta(minutes=1), ()), (six - timedelta(minutes=1), ("digest morning",))):
        os.utime(declared, (changed.timestamp(), changed.timestamp()))
        assert found(house).late == late


@pytest.mark.parametrize(
    ("state", "what"),
    [("unknown", "1 delivery that may or may not have arrived"), ("failed", "1 failed delivery")],
)
def test_deliveries_that_need_somebody_are_told(house: House, state: str, what: str) -> None:
    collected(house, timedelta(minutes=5))
    house.keep("One", 0.9)
    house.monitor(DESK)
    house.digest(schedule="0 7 1 1 *")
    assert send_now(house.root, "morning", "by hand") == ["sent"]
    with house.database() as database, database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE delivery SET state = '{state}'")
    assert what in whats(house)


@pytest.mark.parametrize(("again", "waiting"), [("2026-11-24 08:00:00", 1), (None, 0)])
def test_a_failed_delivery_waits_where_it_is_tried_again(house: House, again: str | None, waiting: int) -> None:
    house.keep("One", 0.9)
    house.monitor(DESK)
    house.digest(schedule="0 7 1 1 *")
    send_now(house.root, "morning", "by hand")
    with house.database() as database, database.writing() as session:
        session.connection().exec_driver_sql("UPDATE delivery SET state = 'failed', next_attempt = ?", (again,))
    assert found(house).backlog.deliveries == waiting
    ((_, delivery),) = outbox(house.settings)
    assert delivery_json(delivery, "morning")["next_attempt"] == (f"{again.replace(' ', 'T')}+00:00" if again else None)


def test_broken_sources_and_a_full_disk_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    collected(house, timedelta(minutes=5))
    house.sources(wire="https://wire.example/feed")
    with house.database() as database, database.writing() as session:
        state = {"source": "wire", "failures": 9, "error": "gone", "cause": "status", "status": 404}
        keep_feed_states(session, [FeedState.model_validate(state)])
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1})())
    assert whats(house) == ["broken: wire", "the disk has no room for a copy of the database"]
    assert found(house).sources == {"broken": 1}


def test_it_is_told_of_the_present_moment_too(house: House) -> None:
    document = standing_now(house.settings).to_json()
    assert document["alive"] is False
    assert document["database_bytes"] > 0
    assert document["sources"] == {}


def test_one_of_a_kind_is_told_as_one(house: House) -> None:
    house.keep("One")
    lines = list(replace(found(house), backlog=Backlog(1, 0, 1, 1, unread=1)).lines())
    assert "left unread: 1 page that no topic had reason to ask for" in lines
    assert "waiting: 1 page, 1 article to group, 1 delivery" in lines
    assert any(line.startswith("kept: 1 article in 1 story, ") for line in lines)
