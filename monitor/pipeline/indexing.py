"""The full-text index brought up to date, off the path of a collect: a batch in each transaction, others in between."""

from collections.abc import Callable
from time import sleep

from monitor.store import Database
from monitor.store.search import index_new, left_to_index

# Articles in one transaction: under a second of work, for which a collect that writes waits.
BATCH = 1_000
# Between two batches. Who waits for the lock of SQLite looks again after 0.1 s at the latest (its main.c:
# `sqliteDefaultBusyCallback`), so that whoever waits comes in before the next one.
PAUSE_SECONDS = 0.12


def index_all(database: Database, progress: Callable[[int, int], None] | None = None) -> None:
    """Indexes whatever is not indexed yet. Raises StoreError.

    Where that takes more than a batch `progress` is told after each how many articles of how many are done.
    """
    done = total = 0
    while index_batch(database):
        done += BATCH
        if progress:
            total = max(done, total or done + _left(database))
            progress(done, total)
        sleep(PAUSE_SECONDS)


def index_batch(database: Database) -> bool:
    """Indexes some articles that are not indexed yet; whether more may be left. Raises StoreError."""
    with database.writing() as session:
        return index_new(session, limit=BATCH) == BATCH


def _left(database: Database) -> int:
    with database.reading() as session:
        return left_to_index(session)
