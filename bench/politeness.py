"""Whether the client is as polite as it is told to be, by the log of those it asks.

    python bench/politeness.py [--replay ../shared/replay/replay.py] [--corpus ../shared/corpus/pages]

Starts the replayed web with 40 hosts and 0.3 s of latency, asks for every feed and every page of it (robots.txt files
come by themselves), and reads from the log of the servers, not of the client:

- with no pause, every host has `per_host` = 2 requests in flight at some time and never more;
- with a pause of 1 s, at least that lies between the starts of any two requests to a host, over all hosts.

Each check is also run where it must fail, with `per_host` = 50 and with no pause: one that cannot fail shows nothing.
Exits with 1 where a check does not come out as it should, 2 where there is nothing to measure on.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from given import SHARED, needed

from monitor.errors import FetchError
from monitor.fetch.client import Client
from monitor.fetch.settings import FetchSettings

HOSTS = 40
LATENCY = 0.3
PER_HOST = 2
PAUSE = 1.0
FEW = 4
"""Pages of each host in the runs with a pause: with all of them one run takes half a minute and shows nothing more."""
CLOCK = 0.005
"""Seconds by which a gap may look shorter: the log has the time of day, the client counts on a clock of its own."""


@dataclass
class Log:
    """What the servers noted of one run, by host."""

    open: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    robots: int = 0

    def note(self, line: str) -> None:
        """Take in one line of the log."""
        event = json.loads(line)
        host = event["host"]
        self.open[host] = max(self.open[host], event["open"])
        if event["event"] == "start":
            self.starts[host].append(event["time"])
            self.robots += event["path"] == "/robots.txt"

    @property
    def requests(self) -> int:
        """Requests to all hosts."""
        return sum(map(len, self.starts.values()))

    @property
    def shortest_gap(self) -> float:
        """The shortest time between the starts of two requests to one host, in seconds."""
        return min(after - before for starts in self.starts.values() for before, after in pairwise(sorted(starts)))


@dataclass(frozen=True)
class Run:
    """One way to ask everything: the settings, how many pages of each host, and what must come of it."""

    per_host: int
    pause: float
    pages: int
    check: str
    passes: bool


RUNS = (
    Run(PER_HOST, 0.0, 10**6, "in flight", passes=True),
    Run(50, 0.0, 10**6, "in flight", passes=False),
    Run(PER_HOST, PAUSE, FEW, "pause", passes=True),
    Run(PER_HOST, 0.0, FEW, "pause", passes=False),
)


def holds(check: str, log: Log) -> bool:
    """Whether a log bears out a check."""
    if check == "in flight":
        return len(log.open) == HOSTS and set(log.open.values()) == {PER_HOST}
    return log.shortest_gap >= PAUSE - CLOCK


async def ask_everything(run: Run, feeds: Sequence[str], pages: Sequence[str]) -> int:
    """Ask for all of it at once; how many gave no page."""
    settings = FetchSettings(
        user_agent="news-monitor-bench (+http://127.0.0.1/)",
        connections=500,
        per_host=run.per_host,
        pause_per_host=timedelta(seconds=run.pause),
        allow_addresses=("127.1.0.0/16",),
    )
    async with Client(settings) as client:
        asking = [client.get(feed, purpose="feed") for feed in feeds] + [client.get(page) for page in pages]
        results = await asyncio.gather(*asking, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, FetchError):
            raise result
    return sum(isinstance(result, FetchError) for result in results)


def some(pages: Sequence[str], count: int) -> list[str]:
    """The first so many pages of each host."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for page in pages:
        by_host[page.split("/")[2]].append(page)
    return [page for host in by_host.values() for page in host[:count]]


def measure(run: Run, port: int, path: Path) -> bool:
    """One run: its line of the table is printed; whether it came out as it should."""
    feeds, pages = (listed(port, what) for what in ("/", "/truth"))
    already = path.stat().st_size
    begun = time.perf_counter()
    failed = asyncio.run(ask_everything(run, feeds, some(pages, run.pages)))
    took = time.perf_counter() - begun
    time.sleep(0.2)  # for the last line of the log
    log = Log()
    with path.open(encoding="utf-8") as lines:
        lines.seek(already)
        for line in lines:
            log.note(line)
    passed = holds(run.check, log)
    well = passed is run.passes and not failed and log.robots == HOSTS
    print(
        f"{run.per_host:8} {run.pause:5.0f} s {log.requests:9} {log.robots:7} {failed:7} {max(log.open.values()):10} "
        f"{sum(most == PER_HOST for most in log.open.values()):9} {log.shortest_gap:9.3f} s {took:7.1f} s  "
        f"{run.check}: {'holds' if passed else 'does not hold'}, as it should{'' if well else ' NOT'}",
        flush=True,
    )
    return well


def listed(port: int, what: str) -> list[str]:
    """The addresses that the replay lists: of its feeds (/) or of its articles (/truth)."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {what} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return [row.get("feed") or row["url"] for row in json.loads(answer.partition(b"\r\n\r\n")[2])]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--replay", type=Path, default=SHARED / "replay/replay.py")
    parser.add_argument("--corpus", type=Path, default=SHARED / "corpus/pages")
    arguments = parser.parse_args()
    needed(arguments.replay, option="--replay")
    needed(arguments.corpus, option="--corpus")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "requests.jsonl"
        options = ["--port", str(port), "--hosts", str(HOSTS), "--latency", str(LATENCY), "--log", str(log)]
        command = [sys.executable, str(arguments.replay), str(arguments.corpus), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as replay:
            try:
                assert replay.stdout is not None
                print(replay.stdout.readline().strip())
                print("per_host   pause  requests  robots  failed  in flight  hosts@2  shortest gap   took   check")
                results = [measure(run, port, log) for run in RUNS]
            finally:
                replay.terminate()
    print("all as it should be" if all(results) else "NOT as it should be")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
