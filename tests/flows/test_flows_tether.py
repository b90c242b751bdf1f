"""A process that is tethered ends with whoever started it, and so does what it started itself."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from flows.server import end
from flows.tether import start

# A module that writes its id and its child's, and goes on for ever, deaf to every wish to end.
DEAF = """
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
folder = pathlib.Path(sys.argv[1])
(folder / "arguments").write_text(" ".join([*sys.argv[1:], __name__, repr(sys.stdin.read())]))
(folder / "new").write_text(f"{os.getpid()} {child.pid}")
(folder / "new").rename(folder / "pids")
time.sleep(600)
"""
PARENT = """
import sys, time
from flows.tether import start
kept = start("deaf", sys.argv[1])
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "deaf.py").write_text(DEAF, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    if (tmp_path / "pids").exists():
        for pid in pids(tmp_path):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def until(come: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not come():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def pids(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "pids").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether it runs: one that has ended and that nobody asked after is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_killed_a_parent_leaves_neither_its_child_nor_what_that_started(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)])
    until((folder / "pids").exists)
    child, grandchild = pids(folder)
    assert is_alive(child)
    assert is_alive(grandchild)
    parent.kill()
    parent.wait()
    until(lambda: not is_alive(child) and not is_alive(grandchild))


def test_it_lives_while_its_parent_does_and_runs_the_module_as_a_program(folder: Path) -> None:
    process = start("deaf", str(folder), "--more")
    try:
        until((folder / "pids").exists)
        assert process.poll() is None
        assert process.pid == pids(folder)[0]
        # Its own standard input holds nothing: the pipe is for the parent's end alone.
        assert (folder / "arguments").read_text() == f"{folder} --more __main__ ''"
    finally:
        end(process, seconds=0.1)
    assert process.returncode == -signal.SIGKILL


def test_the_end_of_a_module_is_its_exit_code(folder: Path) -> None:
    (folder / "brief.py").write_text("raise SystemExit(3)", encoding="utf-8")
    process = start("brief")
    assert process.wait(20) == 3
    end(process)


def test_it_can_be_interrupted_though_its_parent_was_started_in_the_background_of_a_script(folder: Path) -> None:
    (folder / "patient.py").write_text(
        "import pathlib, sys, time\n"
        "try:\n"
        "    pathlib.Path(sys.argv[1], 'begun').touch()\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        "    raise SystemExit(4)\n",
        encoding="utf-8",
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does to what it starts with &
    try:
        process = start("patient", str(folder))
    finally:
        signal.signal(signal.SIGINT, before)
    until((folder / "begun").exists)
    end(process, signal.SIGINT, 20)
    assert process.returncode == 4
