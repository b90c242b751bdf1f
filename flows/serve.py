"""`monitor serve`: every schedule of the configuration, and the reading page, until it is told to stop.

    Prefect API (configured, or a local server that we start) <── deployments with their schedules
         └── runs due ──> a process a run
    reading page ──> a process of its own

Ctrl-C, or SIGTERM, ends all of it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from flows.server import QUIET, configured_api, end, environment, local_server
from monitor.config import Settings
from monitor.errors import MonitorError

# Runs at once: a collect, and a digest beside it.
RUNS = 2
# Prefect's own customary port, so that its command line and its users find it.
PORT = 4200
ADDRESS = "serve.api"


class RunnerEnded(MonitorError):
    """The process that starts the flows is gone: nothing would run on its schedule any more."""


def serve(settings: Settings, *, port: int = PORT, reading_page: bool = True) -> None:
    """Run until interrupted.

    Raises ServerNotStarted where the local Prefect server does not come up, RunnerEnded where the flows' process dies.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with _api(settings, port) as (api, variables), _written(settings, api), _reading_page(settings, reading_page):
        sys.stdout.write(_welcome(settings, api, reading_page=reading_page))
        sys.stdout.flush()
        runner = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "flows.runner", str(settings.root), str(RUNS)],
            env=variables,
            start_new_session=True,
        )
        try:
            code = runner.wait()
            message = f"the process that runs the flows ended by itself (exit code {code}); start `monitor serve` again"
            raise RunnerEnded(message)
        except KeyboardInterrupt:
            sys.stdout.write("stopping\n")
        finally:
            # The runner pauses its schedules and ends its runs when it is interrupted.
            if runner.poll() is None:
                runner.send_signal(signal.SIGINT)
                try:
                    runner.wait(30)
                except subprocess.TimeoutExpired:
                    end(runner)


def running_api(settings: Settings) -> str:
    """The API of a `monitor serve` under way for this root, else ""."""
    try:
        return (settings.var / ADDRESS).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
    raise KeyboardInterrupt


@contextmanager
def _api(settings: Settings, port: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The API to use, and the environment in which processes use it: the one configured, else a server of our own."""
    if configured := configured_api(os.environ):
        yield configured, {**os.environ, **QUIET}
        return
    home = settings.var / "prefect"
    with local_server(home, port=port) as api:
        yield api, environment(home, PREFECT_API_URL=api)


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
def _reading_page(settings: Settings, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "monitor", "web", "--root", str(settings.root)], start_new_session=True
    )
    try:
        yield
    finally:
        end(process)


def _welcome(settings: Settings, api: str, *, reading_page: bool) -> str:
    lines = [
        f"Prefect            {api.removesuffix('/api')}",
        f"reading page       http://{settings.web.host}:{settings.web.port}" if reading_page else "",
        f"collect            {settings.collect.schedule} ({settings.collect.timezone})",
        *(f"digest {digest.name:<11} {digest.schedule} ({digest.timezone})" for digest in settings.digests),
        f"in another shell   export PREFECT_API_URL={api}; prefect deployment run collect/scheduled",
        "Ctrl-C ends it all.",
    ]
    return "\n".join(filter(None, lines)) + "\n"
