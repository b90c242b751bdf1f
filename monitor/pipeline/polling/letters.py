"""Newsletters: asks a mailbox or a folder for what came in, and makes entries of it that hold their text.

    source of kind newsletters ──Mailbox──> messages ──worker──> entries ──kept──> articles; no page is asked

The place where a visit ended is kept as the source's ETag, in the same transaction as its entries: a killed run reads
the same messages again, and by their Message-IDs none of them twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.config import Settings
from monitor.errors import Cause
from monitor.fetch.mailbox import Delivered, Mailbox
from monitor.models import Entry, FeedState, Source
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.polling import hearing
from monitor.pipeline.trouble import Trouble
from monitor.sources import Listing, mark
from monitor.urls import MESSAGE

KIND = "newsletters"


@dataclass(frozen=True, slots=True)
class Heard:
    """A source of newsletters after a visit: its state, what came in, and what was passed over."""

    state: FeedState
    entries: tuple[Entry, ...]
    troubles: tuple[Trouble, ...]


def is_letter(url: str) -> bool:
    """Whether an address is that of a message, which leads to no page."""
    return url.startswith(MESSAGE)


def mailbox_of(settings: Settings, source: Source) -> Mailbox:
    """Where the messages of a source come in."""
    fetch = settings.fetch
    password = settings.source_passwords.get(source.name, "")
    return Mailbox(source.url, settings.root, password, fetch.max_page, fetch.timeout)


async def letters(context: Context, source: Source, state: FeedState) -> Heard:
    """What a visit to a source of newsletters gives: the messages that came since the last one.

    Raises FetchError where it cannot be opened, WorkerLost where the messages broke what read them.
    """
    now = context.now()
    delivered = await mailbox_of(context.settings, source).since(state.etag, now - context.settings.collect.max_age)
    entries = await context.workers.run(parsing.read_messages, delivered.messages, source.name)
    listing = Listing(KIND, title=next((entry.site for entry in entries), state.title), entries=entries)
    return Heard(
        hearing.listed(state, listing, {}, now, **_kept(state, delivered, entries)), entries, _left(source, delivered)
    )


def _kept(state: FeedState, delivered: Delivered, entries: Sequence[Entry]) -> dict[str, Any]:
    """Where the visit ended. A mailbox gives only what is new, so that nothing rolls off it."""
    marks = [mark(entry.canonical_url) for entry in entries]
    return {
        "etag": delivered.place,
        "listed": [*marks, *state.listed][: hearing.MARKS],
        "rolled_off": state.rolled_off,
        "last_rolled_off": state.last_rolled_off,
    }


def _left(source: Source, delivered: Delivered) -> tuple[Trouble, ...]:
    """What is to be told of messages that were passed over."""
    if not delivered.passed_over:
        return ()
    reason = f"{delivered.passed_over} messages are larger than fetch.max_page and were passed over"
    return (Trouble(f"{source.url}: {reason}", Cause.ANSWER),)
