"""A run through a deployment, by whoever serves it: found by the root's tag, created, followed to its end.

Nothing here waits for ever: not for an API that says nothing, not for a run that nobody takes up, not for one that
never ends.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse

from flows.identity import PREFIX, deployment_name, tag
from flows.outcome import Outcome
from flows.server import silent
from monitor.config import Settings
from monitor.errors import ConfigurationError

Answer = TypeVar("Answer")

# What an API on the other side of the world may take to answer; Prefect's own client would try for six minutes.
ANSWER_SECONDS = 30.0
# A run is taken up within some 10 s (Prefect's runners look every so often), and its process starts in some 5 s.
START_SECONDS = 120.0
# As long as a collect holds its lease.
RUN_SECONDS = 7200.0
POLL_SECONDS = 1.0
# What is waiting for another run of its deployment has been taken up all the same.
_WAITING = "AwaitingConcurrencySlot"
# What Prefect says of a collect that is not begun, for another one is not over (flows/deployments.py); and what we say.
_DROPPED = "Deployment concurrency limit reached."
_UNDER_WAY = "another run of it is under way: wait for it to end, or cancel it in Prefect's pages"


async def run_deployed(settings: Settings, api: str, flow: str, name: str, parameters: Mapping[str, Any]) -> Outcome:
    """Run the deployment `name` of a flow and wait for its end, or for what keeps it from one.

    Raises ConfigurationError where the API does not answer, or holds no such deployment of this root.
    """
    try:
        async with get_client() as client:
            found = await _deployment(client, settings, flow, name)
            if found is None:
                message = (
                    f'{api}: holds no deployment "{flow}/{name}" of {settings.root}; start `monitor serve` there, or '
                    "unset PREFECT_API_URL to run it here"
                )
                raise ConfigurationError(message)
            run = await _answered(client.create_flow_run_from_deployment(found.id, parameters=dict(parameters)))
            return await _ended(client, f"{flow}/{found.name}", run.id)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
        raise silent(api, error) from error


async def _deployment(client: PrefectClient, settings: Settings, flow: str, name: str) -> DeploymentResponse | None:
    """The root's own deployment, by its tag; else one of that name that is no other monitor's, as prefect.yaml's."""
    names = [deployment_name(name, settings.root, shared=True), name]
    found = await _answered(
        client.read_deployments(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=names)),
        )
    )
    ours = [each for each in found if tag(settings.root) in each.tags]
    nobodys = [each for each in found if not any(each.startswith(PREFIX) for each in each.tags)]
    return next(iter([*ours, *nobodys]), None)


async def _ended(client: PrefectClient, deployment: str, run_id: UUID) -> Outcome:
    """The run once it has ended, was not taken up in time, or takes too long, by the name that Prefect's pages show."""
    started = time.monotonic()
    while True:
        run = await _answered(client.read_flow_run(run_id))
        state = run.state.name if run.state and run.state.name else "unknown"
        passed = time.monotonic() - started
        shown = f"{deployment} ({run.name})"  # a run that is taken up is given the name that says what it is
        if run.state and run.state.is_final():
            said = _UNDER_WAY if run.state.message == _DROPPED else run.state.message or ""
            return Outcome(shown, state, said, run.state.is_completed())
        if passed > START_SECONDS and not _taken_up(run):
            reason = (
                f"nobody took it up within {START_SECONDS:.0f} seconds: start `monitor serve`, or a worker, where it "
                "is deployed; it runs then, unless it is cancelled in Prefect's pages"
            )
            return Outcome(shown, state, reason, succeeded=False)
        if passed > RUN_SECONDS:
            reason = f"still not ended after {RUN_SECONDS / 3600:.0f} hours; Prefect's pages show how far it is"
            return Outcome(shown, state, reason, succeeded=False)
        await asyncio.sleep(POLL_SECONDS)


def _taken_up(run: FlowRun) -> bool:
    state = run.state
    return state is not None and (state.name == _WAITING or not (state.is_scheduled() or state.is_pending()))


async def _answered(call: Awaitable[Answer]) -> Answer:
    return await asyncio.wait_for(call, ANSWER_SECONDS)
