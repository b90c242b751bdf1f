"""Keeps the full-text index up to date while the page is open: a search is a GET, and a GET writes nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from monitor.errors import StoreError
from monitor.store import Database
from monitor.store.search import index_new

logger = logging.getLogger(__name__)

# How long an article may be kept before a search finds it.
EVERY_SECONDS = 60.0
# Articles in one transaction: some seconds of work, for which a collect that writes waits.
BATCH = 1_000


@asynccontextmanager
async def kept_indexed(database: Database) -> AsyncIterator[None]:
    """Indexes what is new, at once and then again and again, until the end."""
    task = asyncio.create_task(_again_and_again(database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _again_and_again(database: Database) -> None:
    while True:
        try:
            while await asyncio.to_thread(_index, database) == BATCH:
                await asyncio.sleep(0.1)  # others may write in between
        except StoreError as error:
            logger.warning("the search index was not brought up to date: %s", error)
        await asyncio.sleep(EVERY_SECONDS)


def _index(database: Database) -> int:
    with database.writing() as session:
        return index_new(session, limit=BATCH)
