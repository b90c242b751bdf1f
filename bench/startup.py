"""How long commands take before they do anything: beside bare Python, and beside the libraries that a collect needs.

    .venv/bin/python bench/startup.py [--runs N]

Nothing is needed but this checkout. Each command is a process of its own, in an empty root with one topic, no source
and a store that was made before. Then the sample newsroom is served on loopback and collected once, and every source
that can say "not modified" is asked again: by httpx alone, by `monitor collect`, and by the flow of that name against a
Prefect server that runs already (started and ended here). The commands take turns, so that other work on the machine
falls on all alike.

Printed are the median seconds by the clock and of processor, what is above the first of its kind, and which of Prefect
and scikit-learn were imported. Exits with 1 where `monitor --help` takes more than 0.3 s of processor above bare
Python, a collect with nothing new more than 0.5 s above httpx alone, as a flow more than 2.0 s, or a command imports
what it has no use for.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from running import database, environment_of_users

from flows.server import environment, local_server
from monitor.demo import Site, open_newsroom, write_root

UNWANTED = ("prefect", "sklearn")
PROGRAM = [sys.executable, "-m", "monitor"]
# What a collect must do at least, by nobody's program: addresses and what they are known by come as JSON.
POLL = """
import asyncio, json, sys
import httpx, sqlmodel

async def poll():
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = [client.get(url, headers={"if-none-match": etag}) for url, etag in json.loads(sys.argv[1])]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {304}

asyncio.run(poll())
"""
FLOW = """
import asyncio, sys
from flows.by_hand import run_here
raise SystemExit(not asyncio.run(run_here("collect", {"everything": True, "root": sys.argv[1]})).succeeded)
"""


@dataclass(frozen=True)
class Command:
    """What is run where, and what it should need: seconds of processor above `beside`, of UNWANTED only `may`.

    `code` is how it ends: an address of no article gives 2, once everything is loaded.
    """

    name: str
    arguments: Sequence[str]
    root: Path
    beside: str = "bare Python"
    goal: float | None = None
    may: Sequence[str] = ()
    code: int = 0
    variables: Mapping[str, str] = field(default_factory=environment_of_users)


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


def at_once(root: Path) -> list[Command]:
    """What answers before anything is asked."""
    nothing = "https://paper.example/none"
    return [
        Command("bare Python", [sys.executable, "-c", "pass"], root),
        Command("import httpx, sqlmodel", [sys.executable, "-c", "import httpx, sqlmodel"], root),
        Command("monitor --help", [*PROGRAM, "--help"], root, goal=0.3),
        Command("monitor search", [*PROGRAM, "search", "cranes"], root),
        Command("monitor feedback", [*PROGRAM, "feedback", nothing, "yes", "--topic", "ports"], root, code=2),
    ]


def with_nothing_new(root: Path, known: Sequence[tuple[str, str]], api: str) -> list[Command]:
    """A poll of sources that all answer "not modified", by nobody's program and by ours."""
    served = environment(root / "prefect", PREFECT_API_URL=api)
    served.pop("PYTHONDONTWRITEBYTECODE", None)
    bare = "httpx asks the sources"
    flow = [sys.executable, "-c", FLOW, str(root)]
    return [
        Command(bare, [sys.executable, "-c", POLL, json.dumps(known)], root),
        Command("monitor collect --all", [*PROGRAM, "collect", "--all"], root, bare, 0.5),
        Command("the flow collect", flow, root, bare, 2.0, may=["prefect"], variables=served),
    ]


@contextmanager
def newsroom(root: Path) -> Iterator[Site]:
    """The sample newsroom, served beside this thread, and its configuration in `root`."""
    loop = asyncio.new_event_loop()
    beside = threading.Thread(target=loop.run_forever, daemon=True)
    beside.start()
    opening = open_newsroom(root, datetime.now(UTC))
    site = asyncio.run_coroutine_threadsafe(opening.__aenter__(), loop).result()
    write_root(root, site)
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(opening.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        beside.join()


def unchanging(root: Path) -> list[tuple[str, str]]:
    """Collects once, and leaves in `root` the sources that can say "not modified": their addresses and ETags.

    The others are read anew whatever they say: a sitemap index, a page that leads to a feed, a source that fails.
    """
    subprocess.run([*PROGRAM, "collect"], cwd=root, env=environment_of_users(), check=False, capture_output=True)
    asked = "SELECT source, url, etag FROM feedstate WHERE etag != '' AND resolved_url = '' AND failures = 0"
    with database(root) as connection:
        known = {source: (url, etag) for source, url, etag in connection.execute(asked)}
    path = root / "config" / "sources.toml"
    blocks = path.read_text(encoding="utf-8").split("[[source]]")
    kept = [block for block in blocks if any(f'name = "{name}"' in block for name in known)]
    path.write_text("".join("[[source]]" + block for block in kept), encoding="utf-8")
    ended = subprocess.run(
        [*PROGRAM, "collect", "--all", "--json"], cwd=root, env=environment_of_users(), check=True, capture_output=True
    )
    sources = json.loads(ended.stdout)["sources"]
    if not sources["polled"] == sources["not_modified"] == len(known) > 0:
        raise SystemExit(f"sources that should have nothing new: {sources}")
    return list(known.values())


def ran(command: Command, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command that ended as it should, or SystemExit."""
    variables = {**command.variables, **more}
    ended = subprocess.run(
        command.arguments, cwd=command.root, env=variables, capture_output=True, text=True, check=False
    )
    if ended.returncode != command.code:
        raise SystemExit(f"{command.name}: exit code {ended.returncode}: {ended.stderr[-500:]}")
    return ended


def timed(command: Command) -> Taken:
    """What one run of a command takes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(time.monotonic() - began, spent)


def imported(command: Command) -> list[str]:
    """Those of UNWANTED that a command imports."""
    said = ran(command, PYTHONPROFILEIMPORTTIME="1").stderr
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines() if "|" in line}
    return [package for package in UNWANTED if package in names]


def measured(commands: Sequence[Command], runs: int) -> list[str]:
    """Prints the table of the commands; what is not as it should be, in words."""
    for command in commands:
        ran(command)
    taken = {command.name: list[Taken]() for command in commands}
    for _ in range(runs):
        for command in commands:
            taken[command.name].append(timed(command))
    clock = {name: statistics.median(each.clock for each in some) for name, some in taken.items()}
    processor = {name: statistics.median(each.processor for each in some) for name, some in taken.items()}
    wrong: list[str] = []
    for each in commands:
        beside = each.beside if each.beside in processor else each.name
        above, late = processor[each.name] - processor[beside], clock[each.name] - clock[beside]
        found = imported(each)
        figures = f"{clock[each.name]:.2f} | {late:.2f} | {processor[each.name]:.2f} | {above:.2f}"
        print(f"| {each.name} | {figures} | {', '.join(found) or 'none'} |")
        if each.goal is not None and above > each.goal:
            wrong.append(f"{each.name}: {above:.2f} s of processor above {beside}, where {each.goal} is the goal")
        wrong += [f"{each.name} imports {package}" for package in found if package not in each.may]
    return wrong


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print("| command | clock, s | above | processor, s | above | of Prefect, scikit-learn |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        wrong = measured(at_once(root_in(Path(folder))), runs)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with newsroom(root), local_server(root / "prefect", ui=False) as api:
            wrong += measured(with_nothing_new(root, unchanging(root), api), runs)
    print(f"\nmedian of {runs}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
