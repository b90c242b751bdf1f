"""`monitor serve`: every schedule of the configuration on a local Prefect server; runs by hand; nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from flows.server import free_port

pytestmark = pytest.mark.prefect

EVERY_MINUTE = """
[collect]
schedule = "* * * * *"
"""


@dataclass(frozen=True)
class Serving:
    """A `monitor serve` under way."""

    process: "subprocess.Popen[str]"
    api: str
    root: Path
    variables: dict[str, str]


def processes_of(log: Path) -> list[int]:
    """The processes, ours included or not, that were started under that connections log."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"CONNECTIONS_LOG={log}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def wait_for(what, seconds: float) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if value := what():
                return value
        time.sleep(0.2)
    pytest.fail(f"nothing came within {seconds} s")


@pytest.fixture(scope="module")
def serving(demo, watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serve")
    root = folder / "root"
    shutil.copytree(demo.root, root, ignore=shutil.ignore_patterns("prefect*", "*-wal", "*-shm"))
    config = root / "config" / "monitor.toml"
    config.write_text(config.read_text(encoding="utf-8") + EVERY_MINUTE, encoding="utf-8")
    port = free_port()
    log = folder / "connections.log"
    log.touch()
    variables = os.environ | watched(log)
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--port", str(port), "--no-page"],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    api = f"http://127.0.0.1:{port}/api"
    try:
        wait_for(lambda: process.poll() is not None or len(deployments(api)) >= 4, 240)
        assert process.poll() is None, process.communicate()[0]
        yield Serving(process, api, root, variables)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            for left in processes_of(log):
                os.kill(left, signal.SIGKILL)
            process.communicate()


def deployments(api: str) -> list[dict]:
    return httpx.post(f"{api}/deployments/filter", json={}, timeout=5, trust_env=False).json()


def test_every_schedule_is_a_deployment_with_its_time_zone(serving) -> None:
    found = {each["name"]: each for each in deployments(serving.api) if each["name"] != "scheduled"}
    schedule = found["demo"]["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 7 * * *", "UTC")
    assert found["demo"]["concurrency_limit"] == 1 or found["demo"]["global_concurrency_limit"]["limit"] == 1
    scheduled = [each for each in deployments(serving.api) if each["name"] == "scheduled"]
    assert len(scheduled) == 3
    assert not any(each["paused"] for each in scheduled)


def test_a_person_at_its_pages_reads_what_a_run_can_be_given(serving) -> None:
    for deployment in deployments(serving.api):
        parameters = deployment["parameter_openapi_schema"]["properties"]
        assert all(parameter["description"] for parameter in parameters.values()), parameters
    (digest,) = [each for each in deployments(serving.api) if each["name"] == "demo"]
    assert digest["description"] == "AI competition, from the sample newsroom"


def test_its_server_keeps_runs_for_a_month_and_no_longer(serving) -> None:
    """By itself it would keep each run of each schedule for ever."""
    settings = httpx.get(f"{serving.api}/admin/settings", timeout=5, trust_env=False).json()
    kept = settings["server"]["services"]["db_vacuum"]
    assert sorted(kept["enabled"]) == ["events", "flow_runs"]
    assert kept["retention_period"] == "P30D"


def test_a_digest_by_hand_is_sent_now_through_its_deployment(serving) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", "flow", "demo", "--json"],
        cwd=serving.root,
        env=serving.variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert '"state": "Completed"' in ended.stdout
    runs = httpx.post(f"{serving.api}/flow_runs/filter", json={}, timeout=5, trust_env=False).json()
    names = [run["name"] for run in runs if run["state_type"] == "COMPLETED"]
    (name,) = [name for name in names if name.startswith("digest demo 2")]
    told = json.loads(ended.stdout)
    assert told["run"] == f"digest/demo ({name})"
    assert "by " in told["message"] or "Nothing" in told["message"]
    artifacts = httpx.post(f"{serving.api}/artifacts/filter", json={}, timeout=5, trust_env=False).json()
    assert any(artifact["key"] == "digest-demo" for artifact in artifacts)


def test_the_schedule_itself_starts_a_collect(serving) -> None:
    def scheduled() -> list[dict]:
        runs = httpx.post(f"{serving.api}/flow_runs/filter", json={"limit": 200}, timeout=5, trust_env=False).json()
        return [run for run in runs if run["auto_scheduled"] and run["state_type"] == "COMPLETED"]

    (first, *_) = wait_for(scheduled, 180)
    assert first["name"].startswith("collect ")


def test_interrupted_it_ends_with_all_that_it_started(serving) -> None:
    log = Path(serving.variables["CONNECTIONS_LOG"])
    assert len(processes_of(log)) >= 3
    os.kill(serving.process.pid, signal.SIGINT)
    serving.process.wait(60)
    wait_for(lambda: not processes_of(log), 20)
    assert log.read_text(encoding="utf-8") == ""
