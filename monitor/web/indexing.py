"""Keeps the full-text index up to date while the page is open: a search is a GET, and a GET writes nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from monitor.errors import StoreError
from monitor.pipeline.indexing import PAUSE_SECONDS, index_batch
from monitor.store import Database

logger = logging.getLogger(__name__)

# How long an article may be kept before a search finds it.
EVERY_SECONDS = 60.0


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
            while await asyncio.to_thread(index_batch, database):
                await asyncio.sleep(PAUSE_SECONDS)
        except StoreError as error:
            logger.warning("the search index was not brought up to date: %s", error)
        await asyncio.sleep(EVERY_SECONDS)
