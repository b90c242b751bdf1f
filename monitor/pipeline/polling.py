"""Asks sources what is new and keeps it: one request where nothing changed, and no page fetched yet."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.errors import Deferred, FetchError, Gone, MonitorError, ParseError
from monitor.models import Entry, FeedState, Page, Source
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.rhythm import after_failure, after_success
from monitor.pipeline.tally import Failure, Tally
from monitor.pipeline.workers import WorkerLost
from monitor.sources import Listing
from monitor.sources.search import address
from monitor.store.entries import keep_entries
from monitor.store.polling import feed_states, keep_feed_states

# What was heard is kept after every so many answers: a killed run asks no more than these again.
KEEP_EVERY = 50
# A sitemap index may name thousands of sitemaps; news stands in the newest few.
CHILDREN = 8
# A page may announce many feeds (comments, categories); the first that lists something is the one.
CANDIDATES = 5
# What one answer may bring in: a feed of a hundred thousand items is a flood, not news.
ENTRIES = 5000
# What lets a document be known again, taken away: it is then read whatever it says.
_FORGOTTEN = {"etag": "", "last_modified": "", "content_hash": ""}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking one source: its new state, what it lists, and what went wrong."""

    state: FeedState
    entries: tuple[Entry, ...] = ()
    not_modified: bool = False
    error: str = ""


def due(
    sources: Sequence[Source], states: Mapping[str, FeedState], now: datetime, *, everything: bool
) -> tuple[Source, ...]:
    """The sources to ask now: those not paused whose time has come, or all of those where `everything` is asked."""
    return tuple(source for source in sources if not source.paused and (everything or _is_due(source, states, now)))


async def poll(context: Context, names: Sequence[str]) -> Tally:
    """Ask the named sources and keep what they list as pending entries, with their new state.

    A source that fails is recorded with a growing delay and never stops the others.
    """
    sources = [context.settings.source(name) for name in names]
    with context.database.reading() as session:
        states = feed_states(session)
    asked = [asyncio.ensure_future(_ask(context, source, _state(source, states))) for source in sources]
    tally, heard = Tally(), list[Answer]()
    try:
        for done, next_answer in enumerate(asyncio.as_completed(asked), 1):
            heard.append(await next_answer)
            context.progress("polling", done, len(asked))
            if len(heard) >= KEEP_EVERY:
                tally += _keep(context, heard)
                heard = []
        return tally + _keep(context, heard)
    finally:
        for each in asked:
            each.cancel()


def _is_due(source: Source, states: Mapping[str, FeedState], now: datetime) -> bool:
    moment = _state(source, states).next_poll
    return moment is None or moment <= now


def _state(source: Source, states: Mapping[str, FeedState]) -> FeedState:
    """What is known of a source; nothing where its address was changed in the configuration."""
    known = states.get(source.name)
    if known is not None and known.url == address(source):
        return known
    return FeedState.model_validate({"source": source.name, "url": address(source)})


def _keep(context: Context, answers: Collection[Answer]) -> Tally:
    entries = [entry for answer in answers for entry in answer.entries]
    with context.database.writing() as session:
        new = keep_entries(session, entries, now=context.now(), max_age=context.settings.collect.max_age)
        keep_feed_states(session, [answer.state for answer in answers])
    failed = [answer for answer in answers if answer.error]
    return Tally(
        polled=len(answers),
        not_modified=sum(answer.not_modified for answer in answers),
        sources_failed=len(failed),
        listed=len(entries),
        new=new,
        failures=tuple(Failure(answer.error, source=answer.state.source) for answer in failed),
    )


async def _ask(context: Context, source: Source, state: FeedState) -> Answer:
    try:
        page = await context.client.get(
            state.resolved_url or state.url, purpose="feed", etag=state.etag, last_modified=state.last_modified
        )
        if page.not_modified:
            return Answer(_succeeded(state, context.now()), not_modified=True)
        return await _listed(context, source, state, page)
    except (MonitorError, WorkerLost) as error:
        return Answer(_failed(state, error, context.now()), error=str(error))


async def _listed(context: Context, source: Source, state: FeedState, page: Page) -> Answer:
    """What a source that answered with a document lists; the feed behind it, where it is only a page."""
    fingerprint = hashlib.sha256(page.content).hexdigest()
    if fingerprint == state.content_hash:
        return Answer(_succeeded(state, context.now(), **_validators(page)), not_modified=True)
    listing = await _parse(context, page, source)
    found = {"resolved_url": page.moved_to or state.resolved_url, **_validators(page), "content_hash": fingerprint}
    if listing.kind == "html":
        listing, found = await _discovered(context, source, page, listing)
    elif listing.kind == "sitemap-index":
        found |= _FORGOTTEN
        listing = await _indexed(context, source, listing)
    if listing.kind in ("unknown", "html", "opml"):
        raise ParseError(listing.note or f"lists no news: it is {listing.kind}")
    entries = _newest(listing.entries)
    now = context.now()
    fields: dict[str, Any] = {
        **found,
        "kind": listing.kind,
        "title": listing.title,
        "next_poll": after_success(listing.refresh, now),
        "entries_seen": state.entries_seen + len(entries),
    }
    return Answer(_succeeded(state, now, **fields), entries=entries)


def _newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """As many entries as one answer may bring in; of more the newest, for archives list the oldest first."""
    if len(entries) <= ENTRIES:
        return tuple(entries)
    beginning = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(entries, key=lambda entry: entry.published or beginning, reverse=True)[:ENTRIES])


async def _discovered(context: Context, source: Source, page: Page, listing: Listing) -> tuple[Listing, dict[str, Any]]:
    """The first feed that lists something, among those that a page announces or its robots.txt names."""
    announced = [*listing.children, *context.client.sitemaps(page.final_url)]
    problems: list[str] = []
    for candidate in announced[:CANDIDATES]:
        try:
            answer = await context.client.get(candidate, purpose="feed")
            found = await _parse(context, answer, source)
            kept = {"resolved_url": answer.moved_to or candidate, "content_hash": "", **_validators(answer)}
            if found.kind == "sitemap-index":
                kept |= _FORGOTTEN
                found = await _indexed(context, source, found)
            if found.entries:
                return found, kept
        except (FetchError, WorkerLost) as error:
            problems.append(str(error))
    message = (
        f"{page.final_url} is a page that announces no feed; name the feed's own address in config/sources.toml"
        if not announced
        else f"{page.final_url} is a page, and none of the feeds it announces lists anything: "
        + "; ".join(problems or announced[:CANDIDATES])
    )
    raise ParseError(message)


async def _indexed(context: Context, source: Source, index: Listing) -> Listing:
    """A sitemap index with what its first sitemaps list."""
    answers = await asyncio.gather(
        *(context.client.get(child, purpose="feed") for child in index.children[:CHILDREN]), return_exceptions=True
    )
    pages = [answer for answer in answers if isinstance(answer, Page)]
    if not pages:
        raise next((a for a in answers if isinstance(a, FetchError)), ParseError("a sitemap index that names nothing"))
    listings = [await _parse(context, page, source) for page in pages]
    entries = tuple(entry for listing in listings for entry in listing.entries)
    return Listing(kind="sitemap", title=index.title, entries=entries, refresh=index.refresh)


async def _parse(context: Context, page: Page, source: Source) -> Listing:
    return await context.workers.run(
        parsing.read_listing, page.content, page.final_url, source.name, page.headers.get("content-type", "")
    )


def _validators(page: Page) -> dict[str, Any]:
    return {"etag": page.headers.get("etag", ""), "last_modified": page.headers.get("last-modified", "")}


def _succeeded(state: FeedState, now: datetime, **fields: Any) -> FeedState:
    kept = {
        **state.model_dump(),
        "last_polled": now,
        "last_success": now,
        "next_poll": now,
        "failures": 0,
        "failing_since": None,
        "error": "",
    }
    return FeedState.model_validate({**kept, **fields})


def _failed(state: FeedState, error: Exception, now: datetime) -> FeedState:
    failures = state.failures + 1
    until = error.until if isinstance(error, Deferred) else None
    # A feed that discovery once found and that is gone is looked for again from the source's own address.
    forgotten = {"resolved_url": "", **_FORGOTTEN} if isinstance(error, Gone) else {}
    return FeedState.model_validate(
        {
            **state.model_dump(),
            **forgotten,
            "last_polled": now,
            "next_poll": after_failure(failures, now, until),
            "failures": failures,
            "failing_since": state.failing_since or now,
            "error": str(error),
        }
    )
