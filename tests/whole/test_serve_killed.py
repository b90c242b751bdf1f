"""`monitor serve` beside another one on its API, without its reading page, and killed: nothing left behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from flows.identity import mark, tag
from flows.server import free_port

pytestmark = pytest.mark.prefect


@dataclass(frozen=True)
class Serving:
    """A `monitor serve` under way."""

    process: "subprocess.Popen[str]"
    api: str
    root: Path
    log: Path
    said: Path
    variables: dict[str, str]

    def processes(self, *words: str) -> list[int]:
        """The processes that it or its children started, those whose command holds these words one after another."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = f"CONNECTIONS_LOG={self.log}".encode() in (folder / "environ").read_bytes().split(b"\0")
                if ours and "\0".join(words).encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return found


def until(come: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if come():
                return
        time.sleep(0.2)
    pytest.fail(f"nothing came within {seconds} s")


def refuses(api: str) -> bool:
    """Whether nobody listens there; a connection that is reset was still one."""
    try:
        httpx.get(f"{api}/health", timeout=5, trust_env=False)
    except httpx.ConnectError:
        return True
    return False


def deployments(api: str, root: Path) -> list[dict]:
    """The deployments that carry a root's tag."""
    found = httpx.post(f"{api}/deployments/filter", json={}, timeout=5, trust_env=False).json()
    return [each for each in found if tag(root) in each["tags"]]


@contextmanager
def serve(demo, watched, folder: Path, api: str = "") -> Iterator[Serving]:
    """A copy of the demo, served: on a server of its own, or on an API that is there."""
    root = folder / "root"
    shutil.copytree(demo.root, root, ignore=shutil.ignore_patterns("prefect*", "*-wal", "*-shm"))
    config = root / "config" / "monitor.toml"
    config.write_text(config.read_text(encoding="utf-8") + f"\n[web]\nport = {free_port()}\n", encoding="utf-8")
    port, log, said = free_port(), folder / "connections.log", folder / "said"
    log.touch()
    variables = os.environ | watched(log) | ({"PREFECT_API_URL": api} if api else {})
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "serve", "--port", str(port)],
            cwd=root,
            env=variables,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    serving = Serving(process, api or f"http://127.0.0.1:{port}/api", root, log, said, variables)
    try:
        until(lambda: process.poll() is not None or "Ctrl-C ends it all." in said.read_text(encoding="utf-8"), 240)
        assert process.poll() is None, said.read_text(encoding="utf-8")
        # What says that it is there can be used: a run by hand finds its deployment.
        assert len(deployments(serving.api, root)) == 4
        yield serving
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        for left in serving.processes():
            os.kill(left, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def first(demo, watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serve(demo, watched, tmp_path_factory.mktemp("first")) as serving:
        yield serving


def test_two_monitors_on_one_api_leave_each_other_their_deployments(
    first, demo, watched, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = {each["id"]: each["parameters"] for each in deployments(first.api, first.root)}
    with serve(demo, watched, tmp_path_factory.mktemp("second"), first.api) as second:
        theirs = deployments(first.api, second.root)
        assert {each["name"] for each in theirs} == {f"{name}-{mark(second.root)}" for name in ("scheduled", "demo")}
        assert {each["parameters"]["root"] for each in theirs} == {str(second.root)}
        assert {each["id"]: each["parameters"] for each in deployments(first.api, first.root)} == before
        ended = subprocess.run(
            [sys.executable, "-m", "monitor", "flow", "demo"],
            cwd=second.root,
            env=second.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith(f"digest/demo-{mark(second.root)} ")
    nobody_takes_it_up(second)


# `monitor flow` with less patience: Prefect reads its settings when it is imported, so in a process of its own.
IMPATIENT = """
import sys
from flows import deployed
from monitor.__main__ import main
deployed.START_SECONDS = 1.0
sys.argv = ["monitor", *sys.argv[1:]]
main()
"""


def nobody_takes_it_up(second: Serving) -> None:
    """The second monitor has ended, and its deployments are still there."""
    (second.root / "config" / "digests" / "morning.toml").write_text('channels = ["desk"]\n', encoding="utf-8")

    def flow(name: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", IMPATIENT, "flow", name],
            cwd=second.root,
            env=second.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    waiting = flow("demo")
    assert waiting.returncode == 1
    assert "nobody took it up within 1 seconds: start `monitor serve`" in waiting.stdout
    missing = flow("morning")
    assert (missing.returncode, missing.stdout, missing.stderr.count("\n")) == (2, "", 1)
    assert (
        f'{second.api}: holds no deployment "digest/morning" of {second.root}; start `monitor serve`' in missing.stderr
    )


def test_a_reading_page_that_ends_is_noticed_and_the_schedules_go_on(first) -> None:
    (page,) = first.processes("flows.tether", "monitor", "web")
    os.kill(page, signal.SIGKILL)
    until(lambda: "the reading page ended by itself" in first.said.read_text(encoding="utf-8"), 20)
    assert first.process.poll() is None
    assert len(first.processes("flows.tether", "flows.runner")) == 1


def test_killed_it_leaves_no_process_behind(first) -> None:
    assert first.processes("flows.tether", "prefect", "server")
    assert first.processes("flows.tether", "flows.runner")
    first.process.kill()
    first.process.wait()
    until(lambda: not first.processes(), 20)
    until(lambda: refuses(first.api), 10)


def test_a_port_of_the_reading_page_that_is_taken_is_said_before_anything_starts(demo, watched, tmp_path: Path) -> None:
    log = tmp_path / "connections.log"
    log.touch()
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = subprocess.run(
            [sys.executable, "-m", "monitor", "serve"],
            cwd=demo.root,
            env=os.environ | watched(log) | {"MONITOR_WEB__PORT": str(other.getsockname()[1])},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("monitor: config/monitor.toml: web: cannot listen on 127.0.0.1")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("serve", "--no-page"), ("flow", "demo"), ("flow", "collect")])
def test_an_api_that_does_not_answer_is_one_line_and_no_wait(
    demo, watched, tmp_path: Path, command: tuple[str, ...]
) -> None:
    log = tmp_path / "connections.log"
    log.touch()
    api = f"http://127.0.0.1:{free_port()}/api"
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", *command],
        cwd=demo.root,
        env=os.environ | watched(log) | {"PREFECT_API_URL": api},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"monitor: PREFECT_API_URL: {api} does not answer (")
    assert ended.stderr.count("\n") == 1
