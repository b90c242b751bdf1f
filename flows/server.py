"""A Prefect server of our own on loopback: started where no API is configured, ended with us, its analytics off."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.request import getproxies

import httpx

from flows.tether import Process, start
from monitor.config import Settings
from monitor.errors import ConfigurationError, MonitorError

# The first start of a fresh home makes its database: some 8 s on two quiet cores, 26 s measured on busy ones.
START_SECONDS = 120
STOP_SECONDS = 10
# What an API on the other side of the world may take to say that it is there.
ANSWER_SECONDS = 10

# Under var: where the API of a `monitor serve` under way is.
ADDRESS = "serve.api"

# How long a server of ours keeps the runs of its flows. A collect every ten minutes leaves 4,300 of them in this time;
# by itself Prefect keeps them for ever (its setting `server.services.db_vacuum.enabled`).
RUNS_KEPT = timedelta(days=30)

# Nothing of ours calls home, whatever the machine's own profile says.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


class ServerNotStarted(MonitorError):
    """The server did not come up; the text says where its log is."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The variables under which Prefect keeps everything under `home` and uses no API of an existing profile."""
    ours = {"PREFECT_HOME": str(home), "PREFECT_PROFILES_PATH": str(home / "profiles.toml"), **QUIET, **more}
    return {**{key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}, **ours}


@contextmanager
def local_server(home: Path, *, port: int = 0, services: bool = True, ui: bool = True) -> Iterator[str]:
    """A running server's API address. `port` 0 takes a free one; without `services` nothing is scheduled.

    Raises ServerNotStarted where it does not answer within two minutes.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    refuse_taken(port)
    arguments = ["server", "start", "--host", "127.0.0.1", "--port", str(port), "--analytics-off"]
    arguments += [] if services else ["--no-services"]
    arguments += ["--ui"] if ui else ["--no-ui"]
    log = home / "server.log"
    with log.open("ab") as output:
        # The pages of its UI ask the address that it is told here, or else port 4200 whatever it listens on.
        variables = environment(home, PREFECT_SERVER_UI_API_URL=f"http://127.0.0.1:{port}/api", **_tidied())
        process = start("prefect", *arguments, variables=variables, output=output)
    api = f"http://127.0.0.1:{port}/api"
    try:
        _wait(process, api, log)
        yield api
    finally:
        end(process)


def _tidied() -> dict[str, str]:
    """The variables that have a server let go of runs that ended long ago, with their logs and artifacts."""
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(int(RUNS_KEPT.total_seconds())),
    }


def end(process: Process, how: signal.Signals = signal.SIGTERM, seconds: float | None = None) -> None:
    """End a process that we started: asked first, `how` and for so many seconds (STOP_SECONDS), then made to."""
    if process.poll() is None:
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS if seconds is None else seconds)
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def running_api(settings: Settings) -> str:
    """The API of a `monitor serve` under way for this root, else ""."""
    try:
        return (settings.var / ADDRESS).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def free_port() -> int:
    """A port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(port: int) -> None:
    """Nothing where a port is free; else ServerNotStarted, for whoever holds it would answer in our server's place."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"port {port} on 127.0.0.1 is taken, perhaps by another `monitor serve`; choose one with --port"
            raise ServerNotStarted(message) from error


def configured_api(environment: Mapping[str, str]) -> str:
    """The API that this machine's Prefect is set to use, else "".

    Asked in a process of its own, for Prefect reads its settings once, when it is imported.
    """
    if environment.get("PREFECT_API_URL"):
        return environment["PREFECT_API_URL"]
    asked = subprocess.run(
        [sys.executable, "-c", "from prefect.settings import PREFECT_API_URL as url; print(url.value() or '')"],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""


def refuse_silent(api: str) -> None:
    """Nothing where an API answers, whatever it says; else ConfigurationError, within seconds.

    Beyond this machine a proxy may lead to it that only Prefect's own client is told of: that one finds out itself.
    """
    try:
        host = httpx.URL(api).host
        here = host == "localhost" or (bool(host) and _is_loopback(host))
        if here or not getproxies():
            httpx.get(f"{api}/health", timeout=ANSWER_SECONDS, trust_env=not here)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise silent(api, error) from error


def silent(api: str, error: BaseException) -> ConfigurationError:
    """The error for an API that does not answer; whatever secret stands in its address is left out."""
    try:
        shown = str(httpx.URL(api).copy_with(userinfo=b""))
    except httpx.InvalidURL:
        shown = api
    reason = " ".join(str(error).split()) or type(error).__name__
    return ConfigurationError(
        f"PREFECT_API_URL: {shown} does not answer ({reason}); start that server or correct the address, or unset "
        "PREFECT_API_URL to have one started here"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wait(process: Process, api: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{api}/health", timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    message = f"the local Prefect server did not start; its log is {log}"
    raise ServerNotStarted(message)
