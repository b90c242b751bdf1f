"""Asks sources what is new and keeps it: one request where nothing changed, and no page fetched yet."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from monitor.errors import Held, LeftAlone, MonitorError
from monitor.models import Entry, FeedState, Page, Source
from monitor.pipeline.context import Context
from monitor.pipeline.polling import hearing
from monitor.pipeline.polling.discovery import SourceDocument, found_behind, parsed
from monitor.pipeline.polling.letters import KIND, letters
from monitor.pipeline.polling.outages import failing_in_part_since, recorded
from monitor.pipeline.polling.paging import with_earlier
from monitor.pipeline.polling.rhythm import FIRST_DELAY
from monitor.pipeline.tally import Failure, Tally
from monitor.pipeline.trouble import Trouble, is_expected, trouble_of
from monitor.sources.search import address
from monitor.store.entries import keep_entries
from monitor.store.polling import Looked, feed_states, keep_feed_states

# What was heard is kept after every so many answers: a killed run asks no more than these again.
KEEP_EVERY = 100
# What one answer may bring in: a feed of a hundred thousand items is a flood, not news.
ENTRIES = 5000
_NEVER = datetime.min.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of asking one source: its new state, what it lists, and what went wrong, wholly or in part.

    One that was `put_off` was not asked, for its host wants to be left alone.
    """

    state: FeedState
    entries: tuple[Entry, ...] = ()
    not_modified: bool = False
    put_off: bool = False
    troubles: tuple[Trouble, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the source as a whole failed."""
        return self.state.failures > 0 and not self.put_off


def due(
    sources: Sequence[Source], states: Mapping[str, FeedState | Looked], now: datetime, *, everything: bool
) -> tuple[Source, ...]:
    """The sources to ask now: those not paused whose time has come, or all of those where `everything` is asked.

    Those come first that were not asked for longest: where one of a host makes it close, the others have their turn.
    """
    asked = ((source, *_moments(source, states)) for source in sources if not source.paused)
    chosen = [(source, last) for source, last, following in asked if everything or following <= now]
    return tuple(source for source, _ in sorted(chosen, key=itemgetter(1)))


async def poll(context: Context, names: Sequence[str]) -> Tally:
    """Ask the named sources and keep what they list as pending entries, with their new state.

    A source that fails is recorded with a growing delay and never stops the others, whatever the error was.
    """
    declared = {source.name: source for source in context.settings.sources}
    sources = [declared.get(name) or context.settings.source(name) for name in names]
    with context.database.reading() as session:
        states = feed_states(session, names)
    before = {source.name: _state(source.name, address(source), states) for source in sources}
    asked = [asyncio.ensure_future(_ask(context, source, before[source.name])) for source in sources]
    tally, heard = Tally(), list[Answer]()
    try:
        for done, next_answer in enumerate(asyncio.as_completed(asked), 1):
            if answer := await next_answer:
                heard.append(answer)
            context.progress("polling", done, len(asked))
            if len(heard) >= KEEP_EVERY:
                tally += _keep(context, heard, states)
                heard = []
        return tally + _keep(context, heard, states)
    finally:
        for each in asked:
            each.cancel()


def _moments(source: Source, states: Mapping[str, FeedState | Looked]) -> tuple[datetime, datetime]:
    """When a source was asked last, and from when on it may be asked."""
    known = states.get(source.name)
    if known is None or known.url != address(source):
        return _NEVER, _NEVER
    return known.last_polled or _NEVER, known.next_poll or _NEVER


def _state(name: str, url: str, states: Mapping[str, FeedState]) -> FeedState:
    """What is known of a source; nothing where its address was changed in the configuration."""
    known = states.get(name)
    if known is not None and known.url == url:
        return known
    return FeedState.model_validate({"source": name, "url": url})


def _keep(context: Context, answers: Sequence[Answer], known: Mapping[str, FeedState]) -> Tally:
    """Keep states and entries; what cannot be kept is the failure of its source alone.

    Raises StoreError where it is the database that keeps nothing.
    """
    try:
        return _settle(context, answers, known)
    except MonitorError:
        raise
    except Exception as error:  # noqa: BLE001 - told by the last call, where it is one answer's
        if len(answers) > 1:
            return sum((_keep(context, [answer], known) for answer in answers), Tally())
        heard = answers[0].state
        # Its entries are not kept: of what was heard nothing is known but that it failed.
        before = _state(heard.source, heard.url, known)
        _log.exception("an error that nobody expects, keeping what %s lists", before.source)
        # What it sent is read again the next time, though it stayed the same.
        forgotten = before.model_copy(update=hearing.FORGOTTEN)
        return _settle(context, [_failed(forgotten, error, context.now())], known)


def _settle(context: Context, answers: Sequence[Answer], known: Mapping[str, FeedState]) -> Tally:
    """All of them in one transaction."""
    entries = [entry for answer in answers for entry in answer.entries]
    states = [_recorded(answer, known, context.now()) for answer in answers]
    with context.writing() as session:
        keep_feed_states(session, states, known)
        new = keep_entries(session, entries, now=context.now(), max_age=context.settings.collect.max_age)
    return Tally(
        polled=sum(not answer.put_off for answer in answers),
        put_off=sum(answer.put_off for answer in answers),
        not_modified=sum(answer.not_modified for answer in answers),
        sources_failed=sum(answer.failed for answer in answers),
        listed=len(entries),
        new=new,
        failures=tuple(
            Failure(trouble.text, source=answer.state.source) for answer in answers for trouble in answer.troubles
        ),
    )


def _recorded(answer: Answer, known: Mapping[str, FeedState], now: datetime) -> FeedState:
    """The new state of a source with its outages; one that was put off was not asked."""
    if answer.put_off:
        return answer.state
    return recorded(_state(answer.state.source, answer.state.url, known), answer.state, now)


async def _ask(context: Context, source: Source, state: FeedState) -> Answer | None:
    """What becomes of a source, whatever happens on the way: one bad source never stops the others.

    Nothing where it leads to a host that another worker is asking: it is as due as before.
    """
    try:
        if source.kind == KIND:
            heard = await letters(context, source, state)
            return Answer(heard.state, heard.entries, troubles=heard.troubles)
        return await _answer(context, source, state)
    except Held:
        context.held.add(source.name)
        return None
    except LeftAlone as error:
        _log.info("%s: %s", source.name, error)
        return Answer(hearing.put_off(state, error.until), put_off=True)
    except Exception as error:  # noqa: BLE001 - recorded, with its traceback where nobody expects it
        if not is_expected(error):
            _log.exception("an error that nobody expects, asking %s", source.name)
        return _failed(state, error, context.now())


async def _answer(context: Context, source: Source, state: FeedState) -> Answer:
    """What a source answers, asked for whole where it was silent for longer than can be believed."""
    known = {} if hearing.is_doubted(state, context.now()) else _known(state)
    async with context.client.holding(state.resolved_url or state.url, purpose="feed", **known) as page:
        moved = {"resolved_url": page.moved_to} if page.moved_to else {}
        if page.not_modified:
            return Answer(hearing.unchanged(state, page.headers, context.now(), **moved), not_modified=True)
        fingerprint = hashlib.sha256(page.content).hexdigest()
        if fingerprint == state.content_hash:
            same = {**_validators(page), **moved, "last_full": context.now()}
            return Answer(hearing.unchanged(state, page.headers, context.now(), **same), not_modified=True)
        document = await parsed(context, source, page, state.listed)
    return await _listed(context, source, state, document, fingerprint)


def _known(state: FeedState) -> dict[str, str]:
    return {"etag": state.etag, "last_modified": state.last_modified}


async def _listed(
    context: Context, source: Source, state: FeedState, document: SourceDocument, fingerprint: str
) -> Answer:
    """What a source that answered with a document lists; the feed behind it, where it is only a page."""
    found = await with_earlier(context, source, state, await found_behind(context, source, document))
    # What failed in part is asked again though the document that names it stays the same.
    forgotten = found.indexed or bool(found.troubles)
    known = {"content_hash": fingerprint if found.page is document.page else "", **_validators(found.page)}
    entries = hearing.newest_of(found.listing.entries, ENTRIES)
    now = context.now()
    fields: dict[str, Any] = {
        **(hearing.FORGOTTEN if forgotten else known),
        "resolved_url": found.address or state.resolved_url,
    }
    heard = hearing.listed(state, replace(found.listing, entries=entries), found.page.headers, now, **fields)
    return Answer(_in_part(heard, state, found.troubles), entries=entries, troubles=found.troubles)


def _in_part(heard: FeedState, before: FeedState, troubles: Sequence[Trouble]) -> FeedState:
    """The state of a source of which a part failed: it is asked again soon, and later the longer that part fails."""
    if not troubles or heard.last_polled is None or heard.next_poll is None:
        return heard
    first, more = troubles[0], len(troubles) - 1
    now = heard.last_polled
    since = failing_in_part_since(before) or now
    changed = {
        "next_poll": min(heard.next_poll, now + max(FIRST_DELAY, now - since)),
        "failing_since": since,
        "error": f"{first.text} (and {more} more)" if more else first.text,
        "cause": first.cause,
        "status": first.status,
    }
    return heard.model_copy(update=changed)


def _validators(page: Page) -> dict[str, Any]:
    return {"etag": page.headers.get("etag", ""), "last_modified": page.headers.get("last-modified", "")}


def _failed(state: FeedState, error: Exception, now: datetime) -> Answer:
    return Answer(hearing.failed(state, error, now), troubles=(trouble_of(error),))
