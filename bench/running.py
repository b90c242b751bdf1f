"""Runs `monitor` and measures it: seconds by the clock and of the processor, memory, and which processes outlive it.

In: a root and the arguments of a command. Out: what it wrote and what it cost. Linux only: memory and processes are
read from /proc.
"""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("monitor")
SAMPLE_EVERY = 0.25
"""Seconds between two samples of memory: a stage lasts longer than that, and a sample costs some milliseconds."""
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)


@dataclass
class Cost:
    """What a run took: seconds by the clock, seconds of processor of all its processes, and the most memory of all.

    Memory is the proportional set size: pages that processes share are counted once (smaps_rollup, proc(5)).
    """

    wall: float = 0.0
    processor: float = 0.0
    memory: int = 0
    processes: int = 0

    def __str__(self) -> str:
        return (
            f"{self.wall:.1f} s by the clock, {self.processor:.1f} s of processor, at most {self.memory / 1e6:.0f} MB "
            f"in {self.processes} processes"
        )


@dataclass(frozen=True)
class Ran:
    """How a command of `monitor` ended."""

    code: int
    output: str
    errors: str
    cost: Cost

    @property
    def report(self) -> dict[str, Any]:
        """The JSON document that it wrote; what it said instead is raised."""
        try:
            document: dict[str, Any] = json.loads(self.output)
        except ValueError as error:
            message = f"monitor ended with {self.code} and no JSON: {self.errors[-2000:]}"
            raise RuntimeError(message) from error
        return document

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines that it wrote."""
        if self.code:
            message = f"monitor ended with {self.code}: {self.errors[-2000:]}"
            raise RuntimeError(message)
        return [json.loads(line) for line in self.output.splitlines()]


def environment_of_users() -> dict[str, str]:
    """This environment without what only this project or a developer sets.

    Where Python is told to write no bytecode, every process compiles all that it imports: seconds that no user pays.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MONITOR_") and name != "PYTHONDONTWRITEBYTECODE"
    }


class Running:
    """A command of `monitor` under way, in a session of its own, so that all its processes are known.

    Its orphans are handed to this process, which waits for them: else what they cost would be lost.
    """

    def __init__(self, root: Path, *arguments: str) -> None:
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
        environment = environment_of_users()
        self._output, self._errors = root / "standard-output", root / "standard-error"
        self.begun = time.monotonic()
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [str(PROGRAM), *arguments, "--root", str(root)],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def members(self) -> list[int]:
        """The ids of the processes of its session that live, or that ended and were not waited for."""
        return [pid for pid, session, _ in _processes() if session == self.process.pid]

    def alive(self) -> list[int]:
        """The ids of those that live."""
        return [pid for pid, session, state in _processes() if session == self.process.pid and state not in "ZX"]

    def lives(self) -> bool:
        """Whether its first process has not ended."""
        return (
            Path(f"/proc/{self.process.pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
        )

    def kill(self, *, whole: bool) -> None:
        """SIGKILL to the whole group, or to the first process alone."""
        (os.killpg if whole else os.kill)(self.process.pid, signal.SIGKILL)

    def ended(self, patience: float) -> tuple[Ran, float]:
        """How it ended, and for how many seconds others of its processes outlived the first.

        Those that live on after `patience` seconds are killed, and the time is infinite.
        """
        cost = Cost()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        last = time.monotonic()
        cost.wall, cost.processor = last - self.begun, usage.ru_utime + usage.ru_stime
        outlived = 0.0
        while members := self.members():
            if time.monotonic() - last > patience and outlived < float("inf"):
                outlived = float("inf")
                for pid in self.alive():
                    os.kill(pid, signal.SIGKILL)
            cost.processor += sum(map(_waited_for, members))
            time.sleep(0.02)
        outlived = max(outlived, time.monotonic() - last)
        output, errors = (path.read_text(encoding="utf-8", errors="replace") for path in (self._output, self._errors))
        return Ran(self.process.returncode, output, errors, cost), outlived


def run(root: Path, *arguments: str) -> Ran:
    """Run a command of `monitor` to its end, its memory measured."""
    running = Running(root, *arguments)
    with _measuring(running) as most:
        ran, _ = running.ended(patience=60)
    ran.cost.memory, ran.cost.processes = most.memory, most.processes
    return ran


def collect(root: Path, *arguments: str) -> Ran:
    """`monitor collect --all --json` to its end."""
    return run(root, "collect", "--all", "--json", *arguments)


def exported(root: Path) -> list[dict[str, Any]]:
    """Every article kept."""
    return run(root, "export", "--json-lines").lines


@contextmanager
def database(root: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """The database behind a root, past the program: to look, or to do it harm."""
    mode = "rw" if write else "ro"
    connection = sqlite3.connect(f"file:{root / 'var/monitor.db'}?mode={mode}", uri=True, timeout=30)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


@contextmanager
def _measuring(running: Running) -> Iterator[Cost]:
    """Samples the memory of a run until the block ends."""
    most, over = Cost(), threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_EVERY):
            sizes = [size for pid in running.members() if (size := _proportional(pid))]
            most.memory = max(most.memory, sum(sizes))
            most.processes = max(most.processes, len(sizes))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield most
    finally:
        over.set()
        sampler.join()


def _waited_for(pid: int) -> float:
    """The seconds of processor of an orphan that ended, and of its own children; 0 for any other."""
    try:
        ended, _, usage = os.wait4(pid, os.WNOHANG)
    except ChildProcessError:
        return 0.0
    return usage.ru_utime + usage.ru_stime if ended else 0.0


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, session and state of every process (proc(5): the second field may hold spaces and ends with the last ")")."""
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                fields = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            yield int(path.name), int(fields[3]), fields[0]


def _proportional(pid: int) -> int:
    """The proportional set size of a process in bytes, 0 for one that is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
