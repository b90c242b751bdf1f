"""`monitor serve`: every schedule of the configuration, and the reading page, until it is told to stop.

    Prefect API (configured, or a local server that we start) <── deployments with their schedules
         └── runs due ──> a process a run
    reading page ──> a process of its own

Ctrl-C, or SIGTERM, ends all of it; so does the end of this process, whatever ends it (flows/tether.py).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import httpx

from flows.identity import deployment_name, tag
from flows.server import ADDRESS, ANSWER_SECONDS, QUIET, configured_api, end, environment, local_server, refuse_silent
from flows.tether import Process, start
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.web.serve import bound

# Runs at once: a collect, and a digest beside it.
RUNS = 2
# Prefect's own customary port, so that its command line and its users find it.
PORT = 4200
# The runner pauses its schedules and ends its runs when it is interrupted, which takes some calls of the API.
RUNNER_SECONDS = 30
# How soon it is noticed that a process has ended by itself.
WATCH_SECONDS = 0.5
# How long a runner may take to deploy the schedules: some 5 s on two quiet cores, 15 s measured on busy ones.
DEPLOYED_SECONDS = 60
_SCHEDULES = ("collect", "train", "maintain")


class RunnerEnded(MonitorError):
    """The process that starts the flows is gone: nothing would run on its schedule any more."""


@dataclass(frozen=True, slots=True)
class _Used:
    """The API in use, the environment in which processes use it, and whether others may use it too."""

    api: str
    variables: Mapping[str, str] = field(repr=False)
    shared: bool


def serve(settings: Settings, *, port: int = PORT, reading_page: bool = True) -> None:
    """Run until interrupted.

    Raises ConfigurationError where the reading page's port is taken, or the API configured does not answer;
    ServerNotStarted where the local Prefect server does not come up, RunnerEnded where the flows' process dies.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    if reading_page:
        bound(settings.web).close()  # asked before anything is started: the page itself says it later, among much else
    with (
        _api(settings, port) as used,
        _written(settings, used.api),
        _reading_page(settings, reading_page) as page,
        _runner(settings, used) as runner,
    ):
        try:
            _until_deployed(settings, used, runner)
            sys.stdout.write(_welcome(settings, used, reading_page=reading_page))
            sys.stdout.flush()
            _watch(runner, page)
        except KeyboardInterrupt:
            sys.stdout.write("stopping\n")


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
    raise KeyboardInterrupt


@contextmanager
def _api(settings: Settings, port: int) -> Iterator[_Used]:
    """The API to use: the one configured, else a server of our own."""
    if configured := configured_api(os.environ):
        refuse_silent(configured)
        yield _Used(configured, {**os.environ, **QUIET}, shared=True)
        return
    home = settings.var / "prefect"
    sys.stdout.write("starting a Prefect server: some seconds, more at the first start or on a busy machine\n")
    sys.stdout.flush()
    with local_server(home, port=port) as api:
        yield _Used(api, environment(home, PREFECT_API_URL=api), shared=False)


@contextmanager
def _written(settings: Settings, api: str) -> Iterator[None]:
    """Where the API is, for `monitor flow` in another shell."""
    path = settings.var / ADDRESS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(api + "\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _reading_page(settings: Settings, wanted: bool) -> Iterator[Process | None]:
    if not wanted:
        yield None
        return
    page = start("monitor", "web", "--root", str(settings.root))
    try:
        yield page
    finally:
        end(page)


@contextmanager
def _runner(settings: Settings, used: _Used) -> Iterator[Process]:
    whose = "shared" if used.shared else "own"
    # In a folder of ours: Prefect imports flows from where it works, before what is installed.
    runner = start("flows.runner", str(settings.root), str(RUNS), whose, variables=used.variables, folder=settings.var)
    try:
        yield runner
    finally:
        end(runner, signal.SIGINT, RUNNER_SECONDS)


def _until_deployed(settings: Settings, used: _Used, runner: Process) -> None:
    """Wait until every schedule is deployed, a minute at most: who runs one by hand before is told that there is none.

    An API that does not answer us is not waited for: it may ask for a key that Prefect alone knows.
    """
    wanted = len(_SCHEDULES) + len(settings.digests)
    deadline = time.monotonic() + DEPLOYED_SECONDS
    while runner.poll() is None and time.monotonic() < deadline:
        deployed = _deployed(used.api, tag(settings.root))
        if deployed is None or deployed >= wanted:
            return
        time.sleep(WATCH_SECONDS)


def _deployed(api: str, mark: str) -> int | None:
    """How many deployments of a tag are not paused; None where the API does not say."""
    asked = {"deployments": {"tags": {"all_": [mark]}}, "limit": 200}
    try:
        answer = httpx.post(f"{api}/deployments/filter", json=asked, timeout=ANSWER_SECONDS, trust_env=False)
        return sum(not each["paused"] for each in answer.raise_for_status().json())
    except (httpx.HTTPError, ValueError):
        return None


def _watch(runner: Process, page: Process | None) -> None:
    """Wait for the runner's end, and say so when the reading page ends before. Raises RunnerEnded."""
    while True:
        if page is not None and (code := page.poll()) is not None:
            sys.stderr.write(
                f"monitor: the reading page ended by itself (exit code {code}, its reason stands above); the schedules "
                "go on without it; mend that, then start `monitor serve` again\n"
            )
            page = None
        try:
            code = runner.wait(WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        message = f"the process that runs the flows ended by itself (exit code {code}); start `monitor serve` again"
        raise RunnerEnded(message)


def _welcome(settings: Settings, used: _Used, *, reading_page: bool) -> str:
    sections = [(name, getattr(settings, name)) for name in _SCHEDULES]
    collect = deployment_name("scheduled", settings.root, shared=used.shared)
    lines = [
        f"Prefect            {used.api.removesuffix('/api')}",
        f"reading page       http://{settings.web.host}:{settings.web.port}" if reading_page else "",
        *(f"{name:<18} {section.schedule} ({section.timezone})" for name, section in sections),
        *(f"digest {digest.name:<11} {digest.schedule} ({digest.timezone})" for digest in settings.digests),
        "in another shell   monitor flow collect, or the name of a digest, runs it now",
        f"                   export PREFECT_API_URL={used.api}; prefect deployment run collect/{collect}",
        "Ctrl-C ends it all.",
    ]
    return "\n".join(filter(None, lines)) + "\n"
