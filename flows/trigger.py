"""What set a flow run off: its schedule, or a person; and whether a later run already covers it."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from prefect.client.schemas import State
from prefect.context import FlowRunContext
from prefect.states import Completed

from monitor.config import Settings, find_root, load
from monitor.pipeline.schedule import latest

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Trigger:
    """`scheduled` is the instant that the run was meant for, `id` the run's own."""

    by_hand: bool
    scheduled: datetime
    id: str


def trigger() -> Trigger:
    """What set the current flow run off; outside of any run, a person did, now."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None:
        return Trigger(by_hand=True, scheduled=datetime.now(UTC), id="")
    scheduled = run.expected_start_time or datetime.now(UTC)
    return Trigger(by_hand=not run.auto_scheduled, scheduled=scheduled, id=str(run.id))


def is_late(set_off: Trigger, schedule: str, timezone: str) -> bool:
    """Whether a scheduled run comes so late that a later instant of its schedule has passed: that one does its work."""
    return not set_off.by_hand and covered_by_later(schedule, timezone, set_off.scheduled, datetime.now(UTC))


def covered_by_later(schedule: str, timezone: str, scheduled: datetime, now: datetime) -> bool:
    """Whether the schedule has another instant after `scheduled` that is not later than `now`."""
    return latest(schedule, timezone, now) > scheduled


def done(said: str, result: Result) -> State[Result]:
    """The state in which a run ends that did its job: `said` stands beside it in Prefect's pages and `monitor flow`."""
    return Completed(message=said, data=result)


def skipped(reason: str) -> State[None]:
    """The state in which a run ends that has nothing to do: completed, and said to be skipped."""
    return Completed(name="Skipped", message=reason)


def settings_at(root: str) -> Settings:
    """The configuration under `root`, or under the nearest folder upwards that has one."""

    return load(Path(root) if root else find_root(Path.cwd()), os.environ)


def named(verb: str) -> str:
    """A run's name that a person can read: the verb, which digest or part, and the minute that it was meant for."""
    context = FlowRunContext.get()
    parameters = (context.parameters or {}) if context else {}
    which = parameters.get("name") or parameters.get("part") or ""
    return " ".join(filter(None, (verb, str(which), f"{trigger().scheduled:%Y-%m-%d %H:%M}")))
