"""The whole program, run as people run it: as processes, over the sample newsroom, with real flows."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

WATCH = Path(__file__).parent.parent / "watch"
SECONDS = 240


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


def environment(log: Path) -> dict[str, str]:
    """A machine of its own: no configuration of the developer's, and every connection watched."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "PREFECT_"))}
    return kept | {
        "PYTHONPATH": str(WATCH),
        "CONNECTIONS_LOG": str(log),
        "PREFECT_HOME": str(log.parent / "prefect-home"),
        "DO_NOT_TRACK": "1",
        "COLUMNS": "200",
    }


def monitor(*arguments: object, folder: Path, variables: Mapping[str, str]) -> Ended:
    """Run `monitor ARGUMENTS` in a folder."""
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, arguments)],
        cwd=folder,
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@dataclass(frozen=True)
class DemoRun:
    """The demo, run once for all tests: where, how its first and its second run ended, and what it connected to."""

    folder: Path
    first: Ended
    second: Ended
    connections: str

    @property
    def root(self) -> Path:
        """The configuration root that the demo made."""
        return self.folder / "var" / "demo"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "connections.log"
    log.touch()
    variables = environment(log)
    first = monitor("demo", "--json", folder=folder, variables=variables)
    assert first.code == 0, first.err
    second = monitor("demo", folder=folder, variables=variables)
    return DemoRun(folder, first, second, log.read_text(encoding="utf-8"))


@pytest.fixture
def run(demo: DemoRun) -> Run:
    """Runs `monitor` on what the demo kept."""
    variables = environment(demo.folder / "connections.log")

    def command(*arguments: object, **more: str) -> Ended:
        return monitor(*arguments, folder=demo.root, variables=variables | more)

    return command


@pytest.fixture(scope="session")
def watched() -> Callable[[Path], dict[str, str]]:
    """The environment in which a Python process has its connections written to a log."""
    return environment
