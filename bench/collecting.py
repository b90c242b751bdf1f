"""What a collect costs beside the bare thing: new pages beside trafilatura alone, unchanged feeds beside httpx alone.

    python bench/collecting.py [--shared ../shared] [--copies 3] [--feeds 1000] [--reader PYTHON]

New pages: one `monitor collect` of every page of the replay, `--copies` of each, that settles, judges and groups them;
beside it the very same bytes, fetched before, through trafilatura's default with metadata: in one process for the
processor, in a process a core for the clock. Feeds: `--feeds` of as many hosts, of a server of this bench, that answer
304; a second `monitor collect --all` beside httpx asking them with their validators, fifty at once by one client; and,
where `--reader` names a Python that has it, beside `reader` updating them. Start-up, the cost of a collect with nothing
due, is taken off ours, and the processor of the servers printed beside. Goals are printed with the figures and are no
checks: 1 is the exit code only where pages were not kept, or feeds not asked.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import httpx
import trafilatura
from replayed import Checks, Replay, bench, make_root, unless
from running import Cost, Ran, collect, run

AT_ONCE = 50
FEED_PORT = 8791
ENTRIES = 20
READER = """
import sys, time
from reader import make_reader
reader = make_reader(sys.argv[1], feed_root=None)
urls = sys.stdin.read().split()
if sys.argv[2] == "add":
    for url in urls:
        reader.add_feed(url)
reader.update_feeds(scheduled=False, workers=10)  # it would leave out what it asked within the hour
print(sum(feed.last_exception is None and feed.last_updated is not None for feed in reader.get_feeds()))
"""


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and of processor."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s by the clock, {self.processor:.1f} s of processor"


def spent(cost: Cost, less: Cost) -> Spent:
    """What a run took beyond another."""
    return Spent(cost.wall - less.wall, cost.processor - less.processor)


# ---------------------------------------------------------------------------------------------------------------
# New pages


def pages_of(replay: Replay, folder: Path) -> list[tuple[str, str]]:
    """Every page as the replay serves it: its address, and the file that holds its bytes."""
    opener, found = build_opener(ProxyHandler({})), []
    for number, page in enumerate(replay.truth):
        path = folder / str(number)
        with opener.open(page.url) as answer:
            path.write_bytes(answer.read())
        found.append((page.url, str(path)))
    return found


def read_bare(pages: Sequence[tuple[str, str]]) -> float:
    """Seconds of processor that trafilatura's default with metadata takes for some pages."""
    total = 0.0
    for url, path in pages:
        content = Path(path).read_bytes()
        before = time.process_time()
        trafilatura.bare_extraction(content, url=url, with_metadata=True)
        total += time.process_time() - before
    return total


def bare(pages: Sequence[tuple[str, str]]) -> Spent:
    """What trafilatura alone takes: the processor of one process, and the clock of a process a core."""
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(1) as pool:
        pool.submit(read_bare, pages[:3]).result()
        processor = pool.submit(read_bare, pages).result()
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(read_bare, [pages[:3]] * cores))
        began = time.monotonic()
        list(pool.map(read_bare, [pages[start : start + 20] for start in range(0, len(pages), 20)]))
        return Spent(time.monotonic() - began, processor)


def new_pages(shared: Path, copies: int, checks: Checks) -> None:
    """The first part."""
    with tempfile.TemporaryDirectory() as folder, Replay(shared, Path(folder) / "log", "--copies", str(copies)) as web:
        root = make_root(Path(folder) / "root", [site.source for site in web.sites])
        before = processor_of(web.pid)
        first = collect(root)
        served = processor_of(web.pid) - before
        again = run(root, "collect", "--json")
        saved = Path(folder) / "pages"
        saved.mkdir()
        pages = pages_of(web, saved)
        alone = bare(pages)
    kept = first.report["articles"]["stored"]
    checks.that(f"{kept} of {len(pages)} pages kept", unless(kept >= 0.99 * len(pages), f"{len(pages) - kept} are not"))
    checks.that("nothing kept twice", unless(not again.report["articles"]["stored"], "a second collect kept more"))
    ours = spent(first.cost, again.cost)
    seconds = ", ".join(f"{name} {value:.1f}" for name, value in first.report["seconds"].items())
    print(f"  collect {ours}; {first.cost.memory / 1e6:.0f} MB; stages: {seconds}; the replay {served:.1f} s")
    print(f"  start-up {again.cost}")
    print(f"  trafilatura {alone}")
    print(f"  processor {ours.processor / alone.processor:.2f} of trafilatura's (goal 0.90, then 0.70)")
    print(f"  clock {ours.clock / alone.clock:.2f} of trafilatura's on every core (goal 1.0, then 0.75)")


def processor_of(pid: int) -> float:
    """Seconds of processor that a living process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---------------------------------------------------------------------------------------------------------------
# Unchanged feeds


def feed_url(number: int) -> str:
    """The address of a feed: each has a host of its own."""
    return f"http://127.1.{number // 250}.{number % 250 + 1}:{FEED_PORT}/feed.xml"


def feed_body(host: str) -> bytes:
    """What a feed says: its entries are so old that no page of them is asked."""
    entries = "".join(
        f"<item><title>Report {each} of {host}</title><link>http://{host}:{FEED_PORT}/{each}</link>"
        f"<pubDate>Mon, 01 Jan 2024 00:00:{each:02d} GMT</pubDate></item>"
        for each in range(ENTRIES)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{entries}</channel></rss>'.encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: 304 for a validator, else the feed; no robots.txt."""
    host = writer.get_extra_info("sockname")[0]
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"GET /feed.xml"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            elif b"if-none-match" in head.lower():
                writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
            else:
                body = feed_body(host)
                kind = b"application/rss+xml"
                said = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n'
                writer.write(said % (kind, len(body)) + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve_feeds(count: int, port: int) -> None:
    """Serve for ever; a line says that it began."""
    hosts = [feed_url(number).split("/")[2].partition(":")[0] for number in range(count)]
    server = await asyncio.start_server(answer, hosts, port)
    print("serving", flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def feeds_served(count: int) -> Iterator[int]:
    """The id of a process that serves so many feeds."""
    command = [sys.executable, __file__, "--serve", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.terminate()


async def ask_bare(urls: Sequence[str]) -> int:
    """How many of the feeds answer 304 to httpx, fifty at once by one client."""
    places = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE), trust_env=False) as client:

        async def ask(url: str) -> bool:
            async with places:
                return (await client.get(url, headers={"If-None-Match": '"1"'})).status_code == httpx.codes.NOT_MODIFIED

        return sum(await asyncio.gather(*map(ask, urls)))


def polled_bare(urls: Sequence[str]) -> tuple[int, Spent]:
    """The same, and what it took; in a thread, whose loop is its own."""
    found: list[int] = []
    before, began = time.process_time(), time.monotonic()
    asking = threading.Thread(target=lambda: found.append(asyncio.run(ask_bare(urls))))
    asking.start()
    asking.join()
    return found[0], Spent(time.monotonic() - began, time.process_time() - before)


def polled_by_reader(python: str, urls: Sequence[str], folder: Path) -> tuple[int, Spent]:
    """How many feeds `reader` has updated without an error, and what its second update takes beyond one of none."""
    script = folder / "update.py"
    script.write_text(READER, encoding="utf-8")

    def updated(database: str, what: str, some: Sequence[str]) -> tuple[int, Spent]:
        before, began = os.times(), time.monotonic()
        command = [python, str(script), str(folder / database), what]
        ended = subprocess.run(command, input="\n".join(some), stdout=subprocess.PIPE, text=True, check=True)
        after = os.times()
        took = after.children_user + after.children_system - before.children_user - before.children_system
        return int(ended.stdout), Spent(time.monotonic() - began, took)

    updated("none.db", "add", [])
    updated("reader.db", "add", urls)
    good, took = updated("reader.db", "again", urls)
    _, idle = updated("none.db", "again", [])
    return good, Spent(took.clock - idle.clock, took.processor - idle.processor)


def unchanged_feeds(count: int, python: str, checks: Checks) -> None:
    """The second part."""
    urls = [feed_url(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder, feeds_served(count) as server:
        settings = {"fetch.allow_addresses": '["127.1.0.0/16"]', "collect.max_age": '"7d"'}
        root = make_root(Path(folder) / "root", urls, settings)
        collect(root)
        before = processor_of(server)
        second = collect(root)
        served = processor_of(server) - before
        idle = run(root, "collect", "--json")
        asked, alone = polled_bare(urls)
        theirs = polled_by_reader(python, urls, Path(folder)) if python else None
    checks.that(f"{asked} of {count} feeds answered httpx with 304", unless(asked == count, "not all"))
    unchanged = unchanged_of(second)
    checks.that(f"{unchanged} of {count} feeds unchanged for us", unless(unchanged == count, "not all"))
    ours = spent(second.cost, idle.cost)
    print(f"  poll {ours}; the server {served:.1f} s; start-up {idle.cost}")
    print(f"  httpx {alone}: ours takes {ours.processor / alone.processor:.2f} of its processor (goal 0.5)")
    if theirs:
        good, took = theirs
        checks.that(f"{good} of {count} feeds updated by reader", unless(good == count, "not all"))
        print(f"  reader {took}: ours takes {ours.processor / took.processor:.2f} of its processor (goal 0.2)")


def unchanged_of(ran: Ran) -> int:
    """How many sources answered that nothing changed."""
    return int(ran.report["sources"]["not_modified"])


def measured(arguments: argparse.Namespace) -> int:
    """Both parts."""
    checks = Checks()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\nnew pages")
    if arguments.copies:
        new_pages(arguments.shared, arguments.copies, checks)
    print("unchanged feeds")
    if arguments.feeds:
        unchanged_feeds(arguments.feeds, arguments.reader, checks)
    return checks.code()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve_feeds(int(sys.argv[2]), FEED_PORT))
    raise SystemExit(
        bench(
            __doc__,
            measured,
            copies={"type": int, "default": 3},
            feeds={"type": int, "default": 1000},
            reader={"default": ""},
        )
    )
