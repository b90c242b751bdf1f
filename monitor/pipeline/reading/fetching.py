"""Fetches the pages of pending entries and extracts their text, both at once, and keeps the articles.

    entry ── lane of its host ──fetch──> page ──worker process──> document ──> article kept, entry settled

A page that failed waits for its next attempt; after five, two where its answer cannot be read or is not the article
(`substitute.py`), or at once where it is gone, its entry is given up, and the feed's own text stands in where there is
enough of it. An error that nobody expects is such a failure too, of its page alone, with its traceback in the log. A
page that shows a part of its article only leads to one more (`fuller.py`), and to the text of its feed where that is
longer.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from textwrap import shorten
from typing import Any

from monitor.errors import AddressError, Cause, Deferred, FetchError, Gone, Held, Refused
from monitor.models import BACKFILL, Article, Document, Entry, EntryState, Grade, Page
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.memory import give_back
from monitor.pipeline.parsing import Reading
from monitor.pipeline.polling.letters import is_letter
from monitor.pipeline.polling.rhythm import ATTEMPTS, CHECKS, UNREADABLE_ATTEMPTS, after_failure
from monitor.pipeline.reading.freshness import is_news, published_moment
from monitor.pipeline.reading.fuller import read_whole
from monitor.pipeline.reading.lanes import in_lanes, kept_in_lanes
from monitor.pipeline.reading.substitute import is_substitute
from monitor.pipeline.tally import Failure, Tally
from monitor.pipeline.trouble import keep_each, trouble_of
from monitor.pipeline.workers import WorkerLost
from monitor.sources import is_sealed
from monitor.store.articles import keep_articles
from monitor.store.entries import EntryChange, change_entries, entries_of
from monitor.text import tokens
from monitor.urls import canonical_url

# A page that was put off for so long is given up: what it said is no news any more.
LONGEST_WAIT = timedelta(days=7)
# Below so many words a feed's title and text say too little to stand in for a page that gave none. A headline and the
# line under it have 12 and more: of 5,961 entries with a text in 1,118 real feeds 85%; what has less mostly says that
# something was updated. Where every page is behind a wall there is nothing else to tell.
STAND_IN_WORDS = 12
# Characters repeated of what a page says in place of its article.
_QUOTED = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry: an article or none, and the state in which its entry is left."""

    entry: Entry
    state: EntryState
    article: Article | None = None
    error: str = ""
    next_attempt: datetime | None = None
    fetched: bool = False

    @property
    def change(self) -> EntryChange:
        """The same as the store takes it."""
        tried = self.entry.attempts + (self.state != EntryState.DEFERRED)
        return EntryChange(self.entry.id or 0, self.state, tried, self.error, self.next_attempt)


async def read(context: Context, entry_ids: Sequence[int]) -> Tally:
    """Fetch and extract the pages of these entries and keep what they hold; of those settled already, nothing.

    Returns the counts of pages and of articles stored, and every failure with its URL. It may be repeated.
    """
    with context.database.reading() as session:
        entries = [entry for entry in entries_of(session, entry_ids) if _waits(entry, context.now())]
    one = partial(_read_one, context)
    outcomes = in_lanes(context.settings.fetch, entries, lambda entry: entry.url, one)
    tally = await kept_in_lanes(context, "reading", outcomes, len(entries), partial(_keep, context))
    give_back()
    return tally


def _waits(entry: Entry, now: datetime) -> bool:
    """Whether an entry is to be fetched still: a batch that is tried again was settled in part."""
    to_come = entry.next_attempt is None or entry.next_attempt <= now
    return to_come and entry.state in (EntryState.PENDING, EntryState.DEFERRED)


async def _read_one(context: Context, entry: Entry) -> Outcome:
    """What becomes of an entry, whatever happens on the way: one bad page never stops the others."""
    try:
        return await _read_page(context, entry)
    except Exception as error:  # noqa: BLE001 - recorded, with its traceback
        _log.exception("an error that nobody expects, reading %s", entry.url)
        return _failed(context, entry, error)


async def _read_page(context: Context, entry: Entry) -> Outcome:
    if is_letter(entry.url):
        return await _read_letter(context, entry)
    if is_sealed(entry.url):
        reason = f"{entry.url}: Google News tells only a script where this leads; search with another source"
        return await _stand_in(context, entry, reason, EntryState.REFUSED)
    try:
        page, reading = await read_whole(context, entry.url)
        address = canonical_url(page.final_url)
        _refuse_substitute(reading.document, entry)
        reading = await _with_listed(context, reading, entry)
    except Held:  # it leads to a host that another worker is asking: it is as due as before
        context.held.add(entry.id or 0)
        return Outcome(entry, EntryState.DEFERRED)
    except (FetchError, WorkerLost, AddressError) as error:  # a redirect may lead to an address too long to be kept
        return await _without_page(context, entry, error)
    if reading.document.grade == Grade.EMPTY:
        return await _stand_in(context, entry, f"{entry.url}: the page holds no text", EntryState.FAILED)
    article = _article(context, entry, address, reading, page)
    return Outcome(entry, EntryState.STORED, article, fetched=True)


async def _with_listed(context: Context, reading: Reading, entry: Entry) -> Reading:
    """The reading of a page that shows a part of its article, with its feed's text where that is longer."""
    document = reading.document
    if document.grade not in (Grade.TEASER, Grade.PAYWALLED) or len(entry.content) <= len(document.text):
        return reading
    try:
        return await context.workers.run(parsing.read_listed, reading, entry)
    except WorkerLost as error:
        _log.info("%s: %s", entry.url, error)
        return reading


def _refuse_substitute(document: Document, entry: Entry) -> None:
    """Raise FetchError where a page is another's that stands in the place of the article."""
    if is_substitute(document, entry):
        said = shorten(document.title or document.text, _QUOTED, placeholder="...")
        raise FetchError(entry.url, f"in place of the article its page says “{said}”", Cause.ANSWER)


async def _read_letter(context: Context, entry: Entry) -> Outcome:
    """An entry that was a message: it is there already, and no page is asked."""
    try:
        reading = await context.workers.run(parsing.read_letter, entry)
    except WorkerLost as error:
        return _waiting(context, entry, f"{entry.url}: {error}")
    if reading.document.grade == Grade.EMPTY:
        return Outcome(entry, EntryState.FAILED, error=f"{entry.url}: the message holds no text")
    return Outcome(entry, EntryState.STORED, _article(context, entry, entry.canonical_url, reading))


async def _without_page(context: Context, entry: Entry, error: Exception) -> Outcome:
    """What a fetch that failed means for its entry."""
    reason = str(error) if isinstance(error, FetchError) else f"{entry.url}: {error}"
    if isinstance(error, Refused):
        return await _stand_in(context, entry, reason, EntryState.REFUSED)
    attempts = UNREADABLE_ATTEMPTS if trouble_of(error).cause == Cause.ANSWER else ATTEMPTS
    last_try = entry.attempts + 1 >= attempts and not isinstance(error, Deferred)
    if isinstance(error, Gone) or last_try or (isinstance(error, Deferred) and _waited_long_enough(context, entry)):
        return await _stand_in(context, entry, reason, EntryState.FAILED)
    if isinstance(error, Deferred):
        return Outcome(entry, EntryState.DEFERRED, error=reason, next_attempt=error.until)
    return _waiting(context, entry, reason)


def _waiting(context: Context, entry: Entry, reason: str) -> Outcome:
    later = after_failure(entry.attempts + 1, context.now())
    return Outcome(entry, EntryState.PENDING, error=reason, next_attempt=later)


def _failed(context: Context, entry: Entry, error: Exception) -> Outcome:
    """An attempt that ended in an error of ours: tried again, for the next version may know better, and then given up.

    The feed's own text does not stand in: reading that may be what went wrong.
    """
    reason = trouble_of(error, entry.url).text
    if entry.attempts + 1 >= ATTEMPTS:
        return Outcome(entry, EntryState.FAILED, error=reason)
    return _waiting(context, entry, reason)


def _declared_language(context: Context, source: str) -> str:
    """What a source is declared to write in, "" where it says nothing, or stands in the configuration no more."""
    return next((each.language for each in context.settings.sources if each.name == source), "")


def _waited_long_enough(context: Context, entry: Entry) -> bool:
    """A host that never answers for its robots.txt defers its pages again and again: news does not wait for ever."""
    return entry.first_seen is not None and context.now() - entry.first_seen > LONGEST_WAIT


async def _stand_in(context: Context, entry: Entry, reason: str, state: EntryState) -> Outcome:
    """The feed's own text, graded teaser, where it says enough; the page counts as failed all the same."""
    if len(tokens(f"{entry.title}\n{entry.content or entry.summary}")) < STAND_IN_WORDS:
        return Outcome(entry, state, error=reason)
    try:
        reading = await context.workers.run(parsing.read_entry, entry)
    except WorkerLost:
        return Outcome(entry, state, error=reason)
    if reading.document.grade == Grade.EMPTY:
        return Outcome(entry, state, error=reason)
    return Outcome(entry, state, _article(context, entry, entry.canonical_url, reading), error=reason)


def _article(context: Context, entry: Entry, address: str, reading: Reading, page: Page | None = None) -> Article:
    """The article of an entry: the page's own title, date and language, the feed's where the page states none."""
    document, now = reading.document, context.now()
    seen = entry.first_seen or now
    stated = published_moment(entry.source, document, entry.published) or seen
    clamped = stated > now
    news = is_news(entry.source, document.published, entry.published, seen, context.settings.collect.max_age)
    fields: dict[str, Any] = {
        "canonical_url": address,
        "declared_canonical": document.declared_canonical,
        "entry_id": entry.id,
        "source": entry.source,
        "title": document.title or entry.title or address,
        "text": document.text,
        "authors": list(document.authors) or entry.authors,
        "published": seen if clamped else stated,
        "published_clamped": clamped or entry.published_clamped,
        "news": news,
        "language": document.language or _declared_language(context, entry.source),
        "site": document.site,
        "image": document.image,
        "grade": document.grade,
        "content_hash": reading.content_hash,
        "signature": reading.signature,
        "stored_at": now,
        "next_check": now + CHECKS[0] if page and news and entry.source != BACKFILL else None,
        "etag": page.headers.get("etag", "") if page else "",
        "last_modified": page.headers.get("last-modified", "") if page else "",
    }
    return Article.model_validate(fields)


def _keep(context: Context, outcomes: Sequence[Outcome]) -> Tally:
    """Settle the entries and keep their articles; an article that cannot be kept is the failure of its page alone.

    Raises StoreError where it is the database that keeps nothing.
    """
    return keep_each(
        outcomes,
        partial(_settle, context),
        lambda outcome, error: _failed(context, outcome.entry, error),
        lambda outcome: outcome.entry.url,
    )


def _settle(context: Context, outcomes: Sequence[Outcome]) -> Tally:
    """All of them in one transaction."""
    with context.writing() as session:
        stored = keep_articles(session, [outcome.article for outcome in outcomes if outcome.article])
        change_entries(session, [outcome.change for outcome in outcomes])
    failed = [outcome for outcome in outcomes if outcome.error]
    return Tally(
        fetched=sum(outcome.fetched for outcome in outcomes),
        pages_failed=sum(o.state in (EntryState.FAILED, EntryState.PENDING) for o in failed),
        refused=sum(outcome.state == EntryState.REFUSED for outcome in failed),
        deferred=sum(outcome.state == EntryState.DEFERRED for outcome in failed),
        stored=len(stored),
        failures=tuple(Failure(outcome.error, url=outcome.entry.url) for outcome in failed),
    )
