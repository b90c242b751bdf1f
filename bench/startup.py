"""How long commands take before they do anything: beside bare Python, and beside the libraries that a collect needs.

    .venv/bin/python bench/startup.py [--runs N]

Nothing is needed but this checkout. Each command is a process of its own, in an empty root with one topic, no source
and a store that was made before; the commands take turns, so that other work on the machine falls on all alike. Printed
are the median seconds by the clock and of processor, what is above bare Python, and which of Prefect and scikit-learn
were imported. Exits with 1 where `monitor --help` takes more than 0.3 s of processor above bare Python, or a command
that answers at once imports either.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from running import environment_of_users

GOAL = 0.3
UNWANTED = ("prefect", "sklearn")
PROGRAM = [sys.executable, "-m", "monitor"]
COMMANDS = {
    "bare Python": [sys.executable, "-c", "pass"],
    "import httpx, sqlmodel": [sys.executable, "-c", "import httpx, sqlmodel"],
    "monitor --help": [*PROGRAM, "--help"],
    "monitor search": [*PROGRAM, "search", "cranes"],
    "monitor feedback": [*PROGRAM, "feedback", "https://paper.example/none", "yes", "--topic", "ports"],
    "monitor collect, no source": [*PROGRAM, "collect"],
}
AT_ONCE = ("monitor --help", "monitor search", "monitor feedback")
# An address of no article: everything is loaded, and the answer is exit code 2.
CODES = {"monitor feedback": 2}


@dataclass(frozen=True)
class Taken:
    """Seconds of one run, by the clock and of the processor, children included."""

    clock: float
    processor: float


def root_in(folder: Path) -> Path:
    """The least that the program runs on."""
    for name, text in {
        "config/monitor.toml": '[fetch]\nuser_agent = "bench (+http://about.example/)"\n',
        "config/sources.toml": "",
        "config/topics/ports.toml": 'title = "Ports"\nseeds = ["ports.md"]\n',
        "ports.md": "# Ports\n\n- Cranes: ports that order cranes without a driver\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ran(name: str, command: Sequence[str], root: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command that ended as it should, or SystemExit."""
    ended = subprocess.run(
        command, cwd=root, env={**environment_of_users(), **variables}, capture_output=True, text=True, check=False
    )
    if ended.returncode != CODES.get(name, 0):
        raise SystemExit(f"{name}: exit code {ended.returncode}: {ended.stderr[-500:]}")
    return ended


def timed(name: str, command: Sequence[str], root: Path) -> Taken:
    """What one run of a command takes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran(name, command, root)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(time.monotonic() - began, spent)


def unwanted(name: str, command: Sequence[str], root: Path) -> list[str]:
    """The packages that a command which answers at once must not import, of those that this one does."""
    said = ran(name, command, root, PYTHONPROFILEIMPORTTIME="1").stderr
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines() if "|" in line}
    return [package for package in UNWANTED if package in imported]


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        root = root_in(Path(folder))
        for name, command in COMMANDS.items():
            ran(name, command, root)
        taken = {name: list[Taken]() for name in COMMANDS}
        for _ in range(runs):
            for name, command in COMMANDS.items():
                taken[name].append(timed(name, command, root))
        found = {name: unwanted(name, command, root) for name, command in COMMANDS.items()}
    print(f"median of {runs}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| command | clock, s | processor, s | above bare Python, s of processor | of Prefect, scikit-learn |")
    print("|---|---|---|---|---|")
    processor = {name: statistics.median(each.processor for each in some) for name, some in taken.items()}
    for name, some in taken.items():
        clock = statistics.median(each.clock for each in some)
        above = processor[name] - processor["bare Python"]
        print(f"| {name} | {clock:.2f} | {processor[name]:.2f} | {above:.2f} | {', '.join(found[name]) or 'none'} |")
    over = processor["monitor --help"] - processor["bare Python"] > GOAL
    if over:
        print(f"\nmonitor --help takes more than {GOAL} s above bare Python")
    wrong = [name for name in AT_ONCE if found[name]]
    if wrong:
        print(f"\nimport what they must not: {', '.join(wrong)}")
    return int(over or bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
