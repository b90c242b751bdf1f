"""`monitor flow NAME`: one flow run by hand, recorded in Prefect.

    a `monitor serve` under way, or an API configured ──> through its deployment, by whoever serves it
    neither                                           ──> here, on a server of our own that ends with the run

No Prefect at module level: it reads its settings when it is imported, and they are decided here first.
"""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from flows.outcome import Outcome
from flows.server import QUIET, configured_api, environment, local_server, refuse_silent, running_api
from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.loading import loading

FLOWS = ("collect", "train", "maintain", "backfill")


def run(settings: Settings, name: str, archives: tuple[str, ...] = ()) -> Outcome:
    """Run a flow, or the digest of that name, and wait for its end. A digest is sent now.

    Raises ConfigurationError for a name that is neither, and for an API that does not answer; ServerNotStarted where no
    server can be had.
    """
    flow = name if name in FLOWS else "digest"
    parameters: dict[str, Any] = {"root": str(settings.root)}
    if flow == "digest":
        parameters["name"] = _digest(settings, name)
    if flow == "backfill":
        if not archives:
            message = "flow: backfill needs what to read: monitor flow backfill WARC|FOLDER|SITEMAP..."
            raise ConfigurationError(message)
        parameters["archives"] = list(archives)
    if flow != "backfill" and (api := _alive(running_api(settings)) or _reachable(configured_api(os.environ))):
        os.environ.update({"PREFECT_API_URL": api, **QUIET})
        from flows.deployed import run_deployed

        deployment = name if flow == "digest" else "scheduled"
        return asyncio.run(run_deployed(settings, api, flow, deployment, parameters))
    home = settings.var / "prefect"
    with local_server(home, ui=False) as api:
        use(environment(home, PREFECT_API_URL=api))
        return asyncio.run(run_here(flow, parameters))


def _digest(settings: Settings, name: str) -> str:
    """The name, where it is a digest's. Raises ConfigurationError with all that there is to run."""
    if name not in {each.name for each in settings.digests}:
        there = ", ".join((*FLOWS, *(each.name for each in settings.digests)))
        message = f'flow: "{name}" is neither a flow nor a digest of config/digests; there are: {there}'
        raise ConfigurationError(message)
    return name


def use(variables: Mapping[str, str]) -> None:
    """Make these the environment of this process, before Prefect is imported in it."""
    for name in set(os.environ) - set(variables):
        del os.environ[name]
    os.environ.update(variables)


async def run_here(flow: str, parameters: Mapping[str, Any]) -> Outcome:
    """Run a flow in this process, against the API that the environment names."""
    with loading():
        from prefect.logging.handlers import APILogHandler

        run_flow = _flow(flow)
    state = await run_flow(**parameters, return_state=True)
    # What was logged is on its way to the server in a thread, and the server may end as soon as we return.
    await APILogHandler.aflush()
    return Outcome(flow, state.name, state.message or "", state.is_completed())


def _flow(name: str) -> Any:
    from importlib import import_module

    return getattr(import_module(f"flows.{name}"), name)


def _alive(api: str) -> str:
    """The API, if it answers: a `monitor serve` that was killed leaves its address behind."""
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        if api and httpx.get(f"{api}/health", timeout=2, trust_env=False).is_success:
            return api
    return ""


def _reachable(api: str) -> str:
    """The API that is configured, "" where none is. Raises ConfigurationError where it does not answer."""
    if api:
        refuse_silent(api)
    return api
