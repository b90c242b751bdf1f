"""What set a flow run off, and whether a later run covers it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext

from flows import trigger as triggers
from flows.trigger import Trigger, covered_by_later, done, is_late, named, settings_at, skipped, trigger
from monitor.errors import ConfigurationError

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("scheduled", "now", "covered"),
    [
        ("2026-11-24T07:00", "2026-11-24T07:00", False),
        ("2026-11-24T07:00", "2026-11-24T23:00", False),
        ("2026-11-24T07:00", "2026-11-25T06:59:59", False),
        ("2026-11-24T07:00", "2026-11-25T07:00", True),
        ("2026-11-24T07:00", "2026-12-24T07:00", True),
        # by the wall clock of London on the nights in which it changes
        ("2026-03-28T07:00", "2026-03-29T05:59:59", False),
        ("2026-03-28T07:00", "2026-03-29T06:00", True),
        ("2026-10-24T06:00", "2026-10-25T06:30", False),
        ("2026-10-24T06:00", "2026-10-25T07:00", True),
    ],
)
def test_a_run_is_covered_once_the_next_time_of_its_schedule_has_come(scheduled: str, now: str, covered: bool) -> None:
    assert covered_by_later("0 7 * * *", "Europe/London", moment(scheduled), moment(now)) is covered


def test_at_the_weekend_the_next_working_day_covers() -> None:
    friday, monday = moment("2026-11-27T07:00"), moment("2026-11-30T07:00")
    assert not covered_by_later("0 7 * * 1-5", "UTC", friday, monday - timedelta(seconds=1))
    assert covered_by_later("0 7 * * 1-5", "UTC", friday, monday)


def test_a_run_by_hand_is_never_late() -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert is_late(Trigger(by_hand=False, scheduled=long_ago, id=""), "0 7 * * *", "UTC")
    assert not is_late(Trigger(by_hand=True, scheduled=long_ago, id=""), "0 7 * * *", "UTC")
    now = Trigger(by_hand=False, scheduled=datetime.now(UTC), id="")
    assert not is_late(now, "0 7 1 1 *", "UTC")


def test_outside_of_any_run_a_person_did_it_now() -> None:
    set_off = trigger()
    assert set_off.by_hand
    assert set_off.id == ""
    assert abs(datetime.now(UTC) - set_off.scheduled) < timedelta(minutes=1)


@pytest.mark.parametrize("by_schedule", [True, False])
def test_within_a_run_prefect_says_who_did_it_and_for_when(by_schedule: bool) -> None:
    run = FlowRun(name="x", flow_id=uuid4(), expected_start_time=NOW, auto_scheduled=by_schedule)
    with FlowRunContext.model_construct(flow_run=run):
        set_off = trigger()
        assert set_off == Trigger(by_hand=not by_schedule, scheduled=NOW, id=str(run.id))
        assert named("collect") == "collect 2026-11-24 07:00"
    with FlowRunContext.model_construct(flow_run=run, parameters={"name": "morning", "root": "/srv"}):
        assert named("digest") == "digest morning 2026-11-24 07:00"
    with FlowRunContext.model_construct(flow_run=run, parameters={"part": "2/2", "root": "/srv"}):
        assert named("collect") == "collect 2/2 2026-11-24 07:00"


def test_a_run_that_did_its_job_says_what_came_of_it() -> None:
    state = done("7 stories from 31 articles", 7)
    assert state.is_completed()
    assert (state.message, state.data) == ("7 stories from 31 articles", 7)


def test_a_run_that_is_skipped_is_completed_and_says_so() -> None:
    state = skipped("a later one covers this")
    assert state.is_completed()
    assert (state.name, state.message) == ("Skipped", "a later one covers this")


def test_the_root_is_given_or_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_at(str(ROOT)).root == ROOT
    with pytest.raises(ConfigurationError, match="--root DIR"):
        settings_at("")
    monkeypatch.chdir(ROOT / "docs")
    assert settings_at("").root == ROOT


def test_it_decides_by_the_schedule_that_the_pipeline_knows() -> None:
    from monitor.pipeline import schedule

    assert triggers.latest is schedule.latest
