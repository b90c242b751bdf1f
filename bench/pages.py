"""The reading page over a store that has grown: today, search and story, on the server side.

    python bench/pages.py [--articles 100000] [--url sqlite:///bench.db | --postgresql] [--times 15] [--keep FOLDER]

Fills an empty store with a year of articles (see `filling.py`). Then asks each page so often, in this process, and
prints median and longest milliseconds from the request to the whole answer. Exits with 1 where a median is above 150.

`--postgresql` starts a server of its own on a Unix socket, as the tests do. `--keep` keeps the store in a folder, and
takes the one that is there.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
from filling import BLOCK, NOW, SOURCES, Plan, Vocabulary, fill, postgresql, settings_for, vocabulary_of
from sqlalchemy import text

from monitor.config.settings import Settings
from monitor.store import Database
from monitor.web.app import create

TARGET = 150.0  # milliseconds at the median, with a million articles kept


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--url", default="sqlite:///bench.db")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        url = stack.enter_context(postgresql(folder)) if given.postgresql else given.url
        database = Database.open(url, root=folder)
        stack.callback(database.close)
        vocabulary = vocabulary_of(random.Random(1))
        with database.reading() as session:
            there = session.connection().execute(text("SELECT count(*) FROM article")).scalar_one()
        if not there:
            began = time.perf_counter()
            fill(database, Plan(given.articles), vocabulary)
            print(f"filled with {given.articles} articles in {time.perf_counter() - began:.0f} s")
        count = there or given.articles
        slow = asyncio.run(measure(database, settings_for(folder), asked(count, vocabulary), given.times))
        print(f"{count} articles, {database.dialect}; {len(slow)} medians above {TARGET:.0f} ms")
    raise SystemExit(1 if slow else 0)


def asked(count: int, vocabulary: Vocabulary) -> dict[str, Callable[[random.Random], str]]:
    """What is asked, by name: an address for each time."""
    words = vocabulary.words
    stories = count // BLOCK * 61

    def one(chance: random.Random, first: int, last: int) -> str:
        return words[chance.randrange(first, last)]

    def sentence(chance: random.Random) -> str:
        return " ".join(chance.choice(vocabulary.sentences).split()[2:5])

    return {
        "today, 1 day": lambda _: "/today/first?days=1",
        "today, 3 days": lambda _: "/today/first?days=3",
        "today, 7 days": lambda _: "/today/first?days=7",
        "today, 30 days": lambda _: "/today/first?days=30",
        "today, the rarer topic": lambda _: "/today/second?days=3",
        "today, 30 days, the fourth page": lambda _: "/today/first?days=30&page=4",
        "news since the page was made": lambda _: f"/today/first/news?after={int(NOW.timestamp()) - 300}",
        "search, a rare word": lambda chance: f"/search?q={one(chance, 15_000, 30_000)}",
        "search, a usual word": lambda chance: f"/search?q={one(chance, 200, 2_000)}",
        "search, a word in every article": lambda _: f"/search?q={words[0]}",
        "search, two frequent words": lambda chance: f"/search?q={words[1]}+{one(chance, 5, 50)}",
        "search, a phrase": lambda chance: f'/search?q="{sentence(chance)}"',
        "search, relevant only": lambda chance: f"/search?q={one(chance, 5, 50)}&topic=first&relevant=yes",
        "search, relevant for any topic": lambda chance: f"/search?q={one(chance, 5, 50)}&relevant=yes",
        "search, rare and relevant only": lambda chance: (
            f"/search?q={one(chance, 3_000, 9_000)}&topic=first&relevant=yes"
        ),
        "search, one source": lambda chance: (
            f"/search?q={one(chance, 5, 50)}&source=source-{chance.randrange(SOURCES)}"
        ),
        "search, a week last winter": lambda chance: (
            f"/search?q={one(chance, 5, 50)}&since=2025-12-01&until=2025-12-08"
        ),
        "story": lambda chance: f"/stories/{chance.randrange(1, stories)}",
        "story of 20 articles": lambda chance: f"/stories/{chance.randrange(count // BLOCK) * 61 + 1}",
        "article": lambda chance: f"/articles/{chance.randrange(1, count)}",
        "topics": lambda _: "/topics",
        "topic": lambda _: "/topics/first",
        "sources": lambda _: "/sources",
        "status": lambda _: "/status",
        "figures for Prometheus": lambda _: "/metrics",
        "a topic's feed": lambda _: "/feeds/first.atom",
        "digests": lambda _: "/digests",
        "outbox": lambda _: "/deliveries",
    }


async def measure(
    database: Database, settings: Settings, pages: dict[str, Callable[[random.Random], str]], times: int
) -> list[str]:
    """Asks and prints; the names of what is slower than it may be."""
    app = create(settings, database, lambda: NOW)
    slow = []
    print(f"{'milliseconds':40}{'median':>9}{'longest':>9}{'processor':>11}{'KB':>7}")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=600) as browser:
        for name, page in pages.items():
            chance, took, size = random.Random(name), list[float](), 0
            processor = time.process_time()
            for _ in range(times):
                address = page(chance)
                began = time.perf_counter()
                answer = await browser.get(address)
                took.append((time.perf_counter() - began) * 1000)
                answer.raise_for_status()
                size = max(size, len(answer.content))
            processor = (time.process_time() - processor) * 1000 / times
            median = statistics.median(took)
            print(f"{name:40}{median:9.1f}{max(took):9.1f}{processor:11.1f}{size / 1000:7.0f}", flush=True)
            slow += [name] if median > TARGET else []
    return slow


if __name__ == "__main__":
    main()
