"""What is known of a source after it was asked: its state before and what came in, its state now out.

Pure: the time is given, nothing is asked and nothing kept. `bench/polling.py` drives the same functions.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import Cause, Deferred, Gone
from monitor.fetch.answers import fresh_until
from monitor.models import Entry, FeedState
from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.pipeline.polling.rhythm import LONGEST_DELAY, Wishes, after_failure, after_success
from monitor.pipeline.trouble import trouble_of
from monitor.sources import Listing, mark

FORGOTTEN: Mapping[str, Any] = {"etag": "", "last_modified": "", "content_hash": ""}
"""What lets a document be known again, taken away: it is then read whatever it says."""

MARKS = 1_000
"""Entries of a listing that are remembered until the next one: as many as the longest of 300 real feeds has."""

# Silence that is doubted: a server that answers "not modified" for ever says so too where it is wrong. After a day, or
# where so many entries were to be expected that none is a chance of one in 400, the document is asked for anew.
_DOUBTED_AFTER = timedelta(days=1)
_DOUBTED_ENTRIES = 6.0
_DOUBTED_AT_LEAST = timedelta(hours=1)
_GONE_FOR_GOOD = 410
# Every so many failures running an address that was found once is doubted; not where it only asks to wait.
_LOST_AFTER = 3


def is_doubted(state: FeedState, now: datetime) -> bool:
    """Whether a source has said "not modified" for longer than its rhythm explains: it is then asked for all of it."""
    if state.last_full is None:
        return True
    silent = now - state.last_full
    if silent < _DOUBTED_AT_LEAST:
        return False
    return silent >= _DOUBTED_AFTER or Rhythm.from_json(state.rhythm).expected(state.last_full, now) >= _DOUBTED_ENTRIES


def unchanged(state: FeedState, headers: Mapping[str, str], now: datetime, **more: Any) -> FeedState:
    """A source that lists what it listed; `headers` are those of its answer, `more` other fields to be set."""
    rhythm = Rhythm.from_json(state.rhythm).watch((), now)
    # A 304 need not repeat what the answer said that it confirms (RFC 9111, section 4.3.4).
    named = {"lifetime_seconds": _lifetime(headers, now)} if {"cache-control", "expires"} & headers.keys() else {}
    return _succeeded(state, now, {"rhythm": rhythm.to_json(), **named, **more})


def listed(state: FeedState, listing: Listing, headers: Mapping[str, str], now: datetime, **more: Any) -> FeedState:
    """A source that lists something; learns from what it did not list before, and when that was published."""
    newest = newest_of(listing.entries, MARKS)
    known = set(state.listed)
    marks = [mark(entry.canonical_url) for entry in newest]
    fresh = [entry for entry, its_mark in zip(newest, marks, strict=True) if its_mark not in known]
    gap = has_gap(state, listing)
    fields = {
        "kind": listing.kind,
        "title": listing.title,
        "last_full": now,
        "entries_seen": state.entries_seen + len(listing.entries),
        "listed": marks or state.listed,
        "rhythm": Rhythm.from_json(state.rhythm).watch([entry.published for entry in fresh], now).to_json(),
        "refresh_seconds": int(listing.refresh.total_seconds()) if listing.refresh else 0,
        "lifetime_seconds": _lifetime(headers, now),
        "skip_hours": list(listing.skip_hours),
        "skip_days": list(listing.skip_days),
        "last_fresh": now if fresh else state.last_fresh,
        "rolled_off": state.rolled_off + gap,
        "last_rolled_off": now if gap else state.last_rolled_off,
    }
    return _succeeded(state, now, {**fields, **more})


def has_gap(state: FeedState, listing: Listing) -> bool:
    """Whether nothing that a source listed before is left: what stood between may have rolled off unseen."""
    known = set(state.listed)
    return bool(known and listing.entries) and known.isdisjoint(mark(entry.canonical_url) for entry in listing.entries)


def failed(state: FeedState, error: Exception, now: datetime) -> FeedState:
    """A source that gave nothing: it waits longer each time, one that is gone for good a day at once, none for ever."""
    failures = state.failures + 1
    until = error.until if isinstance(error, Deferred) else None
    trouble = trouble_of(error)
    if trouble.status == _GONE_FOR_GOOD:
        until = now + LONGEST_DELAY
    # What a redirect or discovery once led to is looked for again from the source's own address.
    lost = isinstance(error, Gone) or (failures % _LOST_AFTER == 0 and trouble.cause != Cause.WAIT)
    forgotten = {"resolved_url": "", **FORGOTTEN} if lost else {}
    changed = {
        **forgotten,
        "last_polled": now,
        "next_poll": after_failure(failures, now, until),
        "failures": failures,
        # What fails in part until now is another trouble, with a beginning of its own (see `outages`).
        "failing_since": (state.failing_since if state.failures else None) or now,
        "error": trouble.text,
        "cause": trouble.cause,
        "status": trouble.status,
    }
    return state.model_copy(update=changed)


def put_off(state: FeedState, until: datetime) -> FeedState:
    """A source that was not asked, for its host wants to be left alone until then: neither a success nor a failure."""
    return state.model_copy(update={"next_poll": max(state.next_poll or until, until)})


def newest_of(entries: Sequence[Entry], most: int) -> tuple[Entry, ...]:
    """At most so many entries; of more the newest, for archives list the oldest first."""
    if len(entries) <= most:
        return tuple(entries)
    beginning = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(entries, key=lambda entry: entry.published or beginning, reverse=True)[:most])


def _lifetime(headers: Mapping[str, str], now: datetime) -> int:
    until = fresh_until(headers, now)
    return int((until - now).total_seconds()) if until else 0


def _succeeded(state: FeedState, now: datetime, fields: Mapping[str, Any]) -> FeedState:
    well = {
        "last_polled": now,
        "last_success": now,
        "failures": 0,
        "failing_since": None,
        "error": "",
        "cause": "",
        "status": 0,
    }
    heard = state.model_copy(update={**well, **fields})
    wishes = Wishes(
        now + timedelta(seconds=heard.lifetime_seconds),
        timedelta(seconds=heard.refresh_seconds),
        heard.skip_hours,
        heard.skip_days,
    )
    following = after_success(Rhythm.from_json(heard.rhythm), len(heard.listed), wishes, now)
    return heard.model_copy(update={"next_poll": following})
