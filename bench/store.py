"""The store against the bare thing: articles kept a second, and what a run costs as the store grows.

    python bench/store.py [--articles 10000] [--grown 50000] [--url sqlite:///bench.db]

The bare thing is one executemany of the same rows by SQLAlchemy Core into the same table. CPU is this process's; a
PostgreSQL server's own is not in it. The database at --url must be empty; SQLite's file is made in a folder of its own.
"""

import argparse
import hashlib
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from monitor.models import Article, Assessment, Entry
from monitor.store import Database
from monitor.store.articles import keep_articles, recent_articles
from monitor.store.bulk import columns_of, insertion, rows_of, table
from monitor.store.digests import Window, relevant_stories
from monitor.store.entries import due_entries, keep_entries
from monitor.store.search import index_new, search
from monitor.store.stories import Placed, keep_placements
from monitor.store.topics import keep_assessments

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000, help="how many are kept at once")
    parser.add_argument("--grown", type=int, default=50_000, help="how many are there when the run is measured again")
    parser.add_argument("--url", default="sqlite:///bench.db")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(given.url, root=Path(folder))
        kept(database, given.articles)
        database.tidy()
        small = run(database, NOW + timedelta(days=1))
        grow(database, given.grown)
        large = run(database, NOW + timedelta(days=2))
        print(f"\n{'a run':34}{'at ' + str(given.articles):>14}{'at ' + str(given.grown):>14}{'ratio':>8}")
        for name, before in small.items():
            print(f"{name:34}{before * 1000:11.1f} ms{large[name] * 1000:11.1f} ms{large[name] / before:8.2f}")
        database.close()


def kept(database: Database, count: int) -> None:
    """Articles and entries kept at once, against bare Core."""
    bare = rows_of((made("bare", number) for number in range(count)), columns_of(Article))

    def insert() -> None:
        with database.writing() as session:
            connection = session.connection()
            connection.execute(insertion(connection, table(Article)).on_conflict_do_nothing(), bare)

    new = [made("kept", number) for number in range(count)]
    listed = [entry("kept", number) for number in range(count)]
    measured = {
        "bare Core executemany": timed(insert),
        "keep_articles, all new": timed(lambda: write(database, lambda s: keep_articles(s, new))),
        "keep_articles, all known": timed(lambda: write(database, lambda s: keep_articles(s, new))),
        "keep_entries, all known articles": timed(lambda: write(database, lambda s: entries(s, listed))),
        "keep_entries, all known": timed(lambda: write(database, lambda s: entries(s, listed))),
        "index_new, twice as many": timed(lambda: write(database, index_new)),
    }
    print(
        f"{count} articles of 4 KB, {database.dialect}{'':16}{'wall s':>9}{'CPU s':>9}{'rows/s':>10}{'CPU ratio':>11}"
    )
    bare_cpu = measured["bare Core executemany"][1]
    for name, (wall, cpu) in measured.items():
        print(f"{name:46}{wall:9.2f}{cpu:9.2f}{count / wall:10.0f}{cpu / bare_cpu:11.2f}")


def run(database: Database, moment: datetime) -> dict[str, float]:
    """Wall seconds of what a collect of 700 pages, a digest and a search ask of the store; the best of three."""
    best: dict[str, float] = {}
    for repeat in range(3):
        series, now = f"run {moment} {repeat}", moment + repeat * timedelta(hours=1)
        for name, step in steps(database, series, now).items():
            seconds = timed(step)[0]
            best[name] = min(seconds, best.get(name, seconds))
    return best


def steps(database: Database, series: str, now: datetime) -> dict[str, Callable[[], object]]:
    """The steps of one run, in their order, by name."""
    listed = [entry(series, number) for number in range(700)]
    pages = [made(series, number, now) for number in range(700)]
    window = Window(now - timedelta(minutes=30), now + timedelta(minutes=30))

    def keep_pages(session: Session) -> None:
        due = {each.url: each.id for each in due_entries(session, now=now)}
        for page in pages:
            page.entry_id = due[page.canonical_url]
        keep_articles(session, pages)

    return {
        "700 entries kept": lambda: write(database, lambda s: entries(s, listed, now)),
        "due entries": lambda: read(database, lambda s: due_entries(s, now=now)),
        "due entries, 700 articles kept": lambda: write(database, keep_pages),
        "the latest 700 read": lambda: read(database, lambda s: recent_articles(s, since=now, limit=700)),
        "700 placed and judged": lambda: write(database, lambda s: judge(s, pages)),
        "700 indexed": lambda: write(database, index_new),
        "relevant stories of the hour": lambda: read(database, lambda s: relevant_stories(s, "t", window)),
        "search, a rare word": lambda: read(database, lambda s: search(s, words(random.Random(1), 1))),
        "search, a word in every article": lambda: read(database, lambda s: search(s, "the")),
    }


def grow(database: Database, count: int) -> None:
    """Fills the store up to `count`, as a year of runs would."""
    for start in range(0, count, 10_000):
        age = timedelta(days=2 + (count - start) / count * 300)
        batch = [made("old", number, NOW - age) for number in range(start, min(start + 10_000, count))]
        write(database, lambda s, batch=batch: (keep_articles(s, batch), judge(s, batch)))
        write(database, index_new)
    database.tidy()


def judge(session: Session, articles: list[Article]) -> None:
    """A story for every two articles, one in twenty of them relevant."""
    ids = [article.id for article in articles if article.id]
    keep_placements(session, [Placed(identity, number // 2) for number, identity in enumerate(ids)])
    judged = {"topic": "t", "score": 0.5, "assessed_at": NOW}
    keep_assessments(
        session, [Assessment.model_validate(judged | {"article_id": key, "relevant": key % 20 == 0}) for key in ids]
    )


def made(series: str, number: int, moment: datetime = NOW) -> Article:
    """An article of some 4 KB whose address is random, which is the worst case for an index."""
    address = hashlib.sha256(f"{series} {number}".encode()).hexdigest()
    rarely = random.Random(address)
    fields = {
        "canonical_url": f"https://news.example/{address}",
        "source": f"source {number % 30}",
        "title": words(rarely, 8),
        "text": f"the {words(rarely, 600)}",
        "published": moment,
        "stored_at": moment,
        "language": "en",
        "content_hash": address,
        "signature": rarely.randbytes(256),
    }
    return Article.model_validate(fields)


def words(chance: random.Random, count: int) -> str:
    """Words of a vocabulary of some 50,000, the short ones often."""
    return " ".join("".join(chance.choices(LETTERS, k=chance.choice((1, 2, 3, 3, 4)))) + "ing" for _ in range(count))


def entry(series: str, number: int) -> Entry:
    """The entry that leads to an article."""
    address = made_address(series, number)
    return Entry.model_validate({"canonical_url": address, "url": address, "source": "s", "published": NOW})


def made_address(series: str, number: int) -> str:
    """The address of an article."""
    return f"https://news.example/{hashlib.sha256(f'{series} {number}'.encode()).hexdigest()}"


def entries(session: Session, listed: list[Entry], now: datetime = NOW) -> int:
    """Keeps entries as a poll does."""
    return keep_entries(session, listed, now=now, max_age=timedelta(days=7))


def write(database: Database, step: Callable[..., object]) -> object:
    """A step in a transaction of its own."""
    with database.writing() as session:
        return step(session)


def read(database: Database, step: Callable[..., object]) -> object:
    """A step that only reads."""
    with database.reading() as session:
        return step(session)


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of a step."""
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
