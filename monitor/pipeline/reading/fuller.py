"""Reads a page, and where that shows a part of its article only, the form of it that its site offers beside.

    page ──worker──> document ── seems whole ──────────────────────────────────────────> reading
                        '────── names a print version ──client──> page ──worker──> the one that says more

One request more at most, to the same site, by the same client and its manners. What goes wrong with it is no failure
of the page: the part that it shows is kept.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from monitor.errors import FetchError, Held
from monitor.models import Page
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.parsing import Reading
from monitor.pipeline.workers import WorkerLost

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


async def read_whole(context: Context, url: str) -> tuple[Page, Reading]:
    """The page at an address, its content let go, and its document, with the text of its fuller form where it has one.

    Raises FetchError and WorkerLost.
    """
    async with context.client.holding(url, purpose="page") as page:
        reading = await context.workers.run(parsing.read_page, page.content, page.final_url, content_type(page))
    return replace(page, content=b""), await _with_other(context, reading)


async def _with_other(context: Context, reading: Reading) -> Reading:
    async def beside(other: Page) -> Reading:
        return await context.workers.run(
            parsing.read_beside, reading, other.content, other.final_url, content_type(other)
        )

    return await from_fuller(context, reading, beside) or reading


async def from_fuller(context: Context, reading: Reading, read: Callable[[Page], Awaitable[Result]]) -> Result | None:
    """What `read` makes of the page that may hold more than this reading, held until then.

    None where there is none, it cannot be had, or the worker that reads it is lost. Raises Held where another worker of
    this collect asks its host.
    """
    url = reading.document.fuller_url
    if not url:
        return None
    try:
        async with context.client.holding(url, purpose="page") as other:
            return await read(other)
    except Held:  # what is shown here would be kept for good, and the rest can be had in a moment
        raise
    except FetchError as error:
        _log.info("%s", error)
    except WorkerLost as error:
        _log.info("%s: %s", url, error)
    return None


def content_type(page: Page) -> str:
    """The Content-Type that a page came with, "" where it had none."""
    return page.headers.get("content-type", "")
