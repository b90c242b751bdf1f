"""What a collect of 700 pages, a digest and a search cost as the store grows: at 10,000 articles and at a million.

    python bench/growth.py [--articles 1000000] [--small 10000] [--postgresql] [--rounds 3] [--keep FOLDER] [--reading]

Three stores (see `filling.py`): `--articles` of a year; `--small` of as many days as that newsroom takes for them: the
same newsroom after days and after a year; and `--small` of a year, which is a far smaller newsroom. In each, rounds of
700 new articles pass through all that a collect does after reading; then a digest goes into a file, and five words are
searched of which each is in one article in some hundred. One round before them is not counted: imports, profiles,
vectors of the archive. With `--reading` digests and searches alone, of each store in turn, so that all meet the same
load. Printed are the medians of clock and processor, PostgreSQL's own processor with it. Goals are no
checks: 1 is the exit code only where a round did not place and judge what it was given.
"""

import argparse
import asyncio
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from filling import NOW, SOURCES, TOPICS, Plan, Vocabulary, fill, postgresql, settings_for, vocabulary_of
from sqlalchemy import text

from monitor.config.settings import Settings
from monitor.deliver.settings import ChannelSettings
from monitor.models import Article, Entry
from monitor.pipeline.context import Context, opened
from monitor.pipeline.digest import by_hand, send
from monitor.pipeline.judging import assessing, grouping
from monitor.pipeline.judging.profiles import standing_profile
from monitor.pipeline.judging.triage import triage
from monitor.pipeline.reading import rechecking
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.entries import due_entries, keep_entries
from monitor.store.retention import prune
from monitor.store.search import index_new, search
from monitor.stories import signature

PAGES = 700
GOAL = 1.2
YEAR = timedelta(days=365)
COLLECT = ("entries kept", "triage", "articles kept", "recheck due", "group", *(f"assess {name}" for name, _ in TOPICS))


@dataclass
class Took:
    """Seconds by the clock and of processor of each step, a value for each round."""

    clock: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    server: Callable[[], float] = float

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Measures a step, to which garbage that others left is no cost: looking for it takes as long as a digest."""
        gc.collect()
        clock, processor = time.perf_counter(), time.process_time() + self.server()
        yield
        self.clock.setdefault(name, []).append(time.perf_counter() - clock)
        self.processor.setdefault(name, []).append(time.process_time() + self.server() - processor)

    def joined(self) -> dict[str, tuple[float, float]]:
        """Median seconds of each step by the clock and of processor, the collect's together first."""
        rounds = range(1, len(next(iter(self.clock.values()))))

        def median(values: dict[str, list[float]], names: tuple[str, ...]) -> float:
            return statistics.median(sum(values[name][each] for name in names) for each in rounds)

        whole = {"a collect of 700 pages": COLLECT} if "group" in self.clock else {}
        named = whole | {name: (name,) for name in self.clock}
        return {name: (median(self.clock, names), median(self.processor, names)) for name, names in named.items()}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--reading", action="store_true", help="digests and searches alone, of each store in turn")
    given = parser.parse_args()
    plans = {
        f"{given.small} of days": Plan(given.small, YEAR * given.small / given.articles),
        f"{given.small} of a year": Plan(given.small),
        f"{given.articles} of a year": Plan(given.articles),
    }
    vocabulary, found = vocabulary_of(random.Random(1)), dict[str, dict[str, tuple[float, float]]]()
    with tempfile.TemporaryDirectory() as temporary:
        folders = {name: (given.keep or Path(temporary)) / name.replace(" ", "-") for name in plans}
        if given.reading:
            found = asyncio.run(in_turn(folders, plans, vocabulary, given))
        for name, plan in plans.items() if not given.reading else ():
            # In a process of its own: all stores get the same new articles, and what one read would be remembered.
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                found[name] = process.submit(measured, folders[name], plan, vocabulary, given).result()
    *small, large = found.values()
    print(f"\n{'seconds by the clock, of processor':36}" + "".join(f"{name:>22}" for name in found) + f"{'ratios':>22}")
    for step, (clock, processor) in large.items():
        cells = "".join(f"{each[step][0]:14.3f}{each[step][1]:8.3f}" for each in found.values())
        ratios = "".join(f"{clock / each[step][0]:7.2f}{processor / each[step][1]:7.2f}" for each in small)
        print(f"{step:36}{cells}{ratios}")
    print(
        f"ratios to both small stores, by the clock and of processor; the goal is {GOAL}; load {os.getloadavg()[0]:.1f}"
    )


async def in_turn(
    folders: dict[str, Path], plans: dict[str, Plan], vocabulary: Vocabulary, given: argparse.Namespace
) -> dict[str, dict[str, tuple[float, float]]]:
    """Fills the stores, where they are empty, and measures a digest and searches of one after the other, in rounds."""
    with ExitStack() as stack:
        stores = {name: store_in(stack, folders[name], vocabulary, given) for name in plans}
        for name, (settings, _) in stores.items():
            async with opened(settings, now=lambda: NOW) as context:
                await filled(context, plans[name], vocabulary)
        for number in range(given.rounds + 1):
            for settings, took in stores.values():
                digest_into_file(settings, f"{time.time()}", NOW + timedelta(hours=5), took)
                database = Database.open(settings.store.url, root=settings.root)
                five_searches(database, vocabulary, number, took)
                database.close()
    return {name: took.joined() for name, (_, took) in stores.items()}


def store_in(
    stack: ExitStack, folder: Path, vocabulary: Vocabulary, given: argparse.Namespace
) -> tuple[Settings, Took]:
    """The configuration of a store in a folder, its server running where it needs one, and what is to measure it."""
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    url = stack.enter_context(postgresql(folder)) if given.postgresql else "sqlite:///bench.db"
    return settings_of(folder, url, vocabulary), Took(server=(lambda: served(folder)) if given.postgresql else float)


def measured(
    folder: Path, plan: Plan, vocabulary: Vocabulary, given: argparse.Namespace
) -> dict[str, tuple[float, float]]:
    """What `measure` gives, in a process that knows nothing of other stores."""
    return asyncio.run(measure(folder, plan, vocabulary, given))


async def measure(
    folder: Path, plan: Plan, vocabulary: Vocabulary, given: argparse.Namespace
) -> dict[str, tuple[float, float]]:
    """Fills a store, where it is empty, and measures rounds in it."""
    with ExitStack() as stack:
        settings, took = store_in(stack, folder, vocabulary, given)
        async with opened(settings, now=lambda: NOW) as context:
            await filled(context, plan, vocabulary)
            with context.database.reading() as session:
                done = session.connection().execute(text("SELECT count(*) FROM digest WHERE name = 'daily'")).scalar()
            first = int(done or 0)  # a store that was kept goes on where it stood
            for number in range(first, first + given.rounds + 1):
                moment = NOW + timedelta(minutes=30 * (number + 1))
                await one_round(replace(context, now=lambda moment=moment: moment), vocabulary, number, took)
    return took.joined()


async def filled(context: Context, plan: Plan, vocabulary: Vocabulary) -> None:
    """A store with the articles of a plan, judged by the profiles that its topics have now."""
    versions = {each.name: (await standing_profile(context, each)).profile.version for each in context.settings.topics}
    with context.database.reading() as session:
        if session.connection().execute(text("SELECT 1 FROM article LIMIT 1")).first():
            return
    began = time.perf_counter()
    fill(context.database, replace(plan, versions=versions), vocabulary)
    print(
        f"filled with {plan.count} articles of {plan.span.days} days in {time.perf_counter() - began:.0f} s", flush=True
    )


async def one_round(context: Context, vocabulary: Vocabulary, number: int, took: Took) -> None:
    """What a collect does with 700 new pages once they are read, a digest, a search, and the upkeep after them."""
    database, now = context.database, context.now()
    pages = list(new_articles(vocabulary, number, now))
    listed = [Entry(canonical_url=p.canonical_url, url=p.canonical_url, source=p.source, title=p.title) for p in pages]
    with took.of("entries kept"), database.writing() as session:
        keep_entries(session, listed, now=now, max_age=timedelta(days=7))
    with took.of("triage"):
        await triage(context, None)
    with took.of("articles kept"), database.writing() as session:
        due = {each.url: each.id for each in due_entries(session, now=now)}
        for page in pages:
            page.entry_id = due[page.canonical_url]
        keep_articles(session, pages)
    with took.of("recheck due"):
        rechecking.due(context, None, None)
    with took.of("group"):
        await grouping.group(context)
    for topic in context.settings.topics:
        with took.of(f"assess {topic.name}"):
            await assessing.assess(context, topic.name)
    check(database, number)
    digest_into_file(context.settings, f"round {number}", now, took)
    with took.of("full-text index of 700"), database.writing() as session:
        index_new(session)
    with took.of("what is too old let go"), database.writing() as session:
        prune(session, before=now - YEAR - timedelta(days=30))
    five_searches(database, vocabulary, number, took)


def digest_into_file(settings: Settings, trigger: str, now: datetime, took: Took) -> None:
    """Composes and delivers a digest."""
    with took.of("a digest into a file"):
        send(settings, [by_hand("daily", trigger)], lambda: now)


def five_searches(database: Database, vocabulary: Vocabulary, number: int, took: Took) -> None:
    """Looks for five words of which each is in one article in some hundred."""
    words = random.Random(number).sample(vocabulary.words[300:600], 5)
    with took.of("five searches"), database.reading() as session:
        for word in words:
            search(session, word)


def check(database: Database, number: int) -> None:
    """Exits where a round's articles are not placed and judged."""
    query = (
        "SELECT count(DISTINCT article.id), count(assessment.score) FROM article JOIN assessment ON article_id = "
        f"article.id WHERE article.story_id IS NOT NULL AND canonical_url LIKE 'https://new-{number}.example/%' "
        f"AND article.id > (SELECT max(id) FROM article) - {2 * PAGES}"
    )
    with database.reading() as session:
        placed, judged = session.connection().exec_driver_sql(query.replace("%", "%%")).one()
    if (placed, judged) != (PAGES, PAGES * len(TOPICS)):
        raise SystemExit(f"round {number}: {placed} of {PAGES} articles placed, {judged} judgements")


def new_articles(vocabulary: Vocabulary, number: int, now: datetime) -> Iterator[Article]:
    """Articles as reading hands them over, published within the hour; one in seven is a copy of another."""
    chance, body = random.Random(f"round {number}"), ""
    for each in range(PAGES):
        body = body if each % 7 == 6 else "\n\n".join(chance.choices(vocabulary.sentences, k=14))
        values: dict[str, Any] = {
            "canonical_url": f"https://new-{number}.example/{each}",
            "source": f"source-{each % SOURCES}",
            "title": " ".join(chance.choice(vocabulary.sentences).split()[:9]),
            "text": body,
            "published": now - timedelta(seconds=5 * each),
            "stored_at": now,
            "language": "en",
            "content_hash": f"new {number:08x} {each:08x}",
            "signature": signature(body, "en"),
        }
        yield Article.model_validate(values)


def settings_of(folder: Path, url: str, vocabulary: Vocabulary) -> Settings:
    """Two topics whose seeds are made of the same sentences as the news, and a digest into a file."""
    chance, settings = random.Random(5), settings_for(folder)
    for topic in settings.topics:
        sentences = "\n\n".join(chance.choices(vocabulary.sentences, k=30))
        (folder / "seeds" / f"{topic.name}.md").write_text(f"# {topic.title}\n\n{sentences}\n", encoding="utf-8")
    return replace(
        settings,
        store=replace(settings.store, url=url),
        topics=tuple(replace(each, seeds=(f"seeds/{each.name}.md",)) for each in settings.topics),
        digests=tuple(replace(each, channels=("page",)) for each in settings.digests),
        channels=(ChannelSettings("page", "file", path="digests"),),
    )


def served(folder: Path) -> float:
    """Seconds of processor that the PostgreSQL of a folder has taken, of processes that ended too.

    Of those that run to the microsecond, of those that ended in hundredths, as Linux keeps them.
    """
    master = int((folder / "postgresql" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            spent = int((process / "schedstat").read_text(encoding="utf-8").split()[0]) / 1e9
        except OSError:
            continue  # it has just ended
        if process.name == str(master):
            total += spent + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        elif int(fields[1]) == master:
            total += spent
    return total


if __name__ == "__main__":
    main()
