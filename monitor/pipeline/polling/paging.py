"""Feeds in pages (RFC 5005): what rolled off the first page since the last look is read from those that follow it.

A feed that still lists anything that it listed before has no gap, and no further page of it is asked.
"""

from collections.abc import Sequence
from dataclasses import replace

from monitor.errors import Held, MonitorError
from monitor.models import Entry, FeedState, Source
from monitor.pipeline.context import Context
from monitor.pipeline.polling import hearing
from monitor.pipeline.polling.discovery import Found, document_at
from monitor.pipeline.trouble import trouble_of
from monitor.pipeline.workers import WorkerLost
from monitor.sources import Listing

# Pages read to close one gap: ten of twenty entries are a day of the busiest agencies.
PAGES = 10


async def with_earlier(context: Context, source: Source, state: FeedState, found: Found) -> Found:
    """The same, with the entries of the pages that follow, up to the first that lists something known.

    A page that fails is a trouble of its source; what was read before it is kept. Raises Held where another worker asks
    the host of one.
    """
    entries: list[Entry] = list(found.listing.entries)
    following, asked = found.listing.following, {found.page.final_url}
    newest: Listing = found.listing
    try:
        while hearing.has_gap(state, newest) and following and following not in asked and len(asked) <= PAGES:
            asked.add(following)
            newest = (await document_at(context, source, following)).listing
            entries += _unlisted(newest.entries, entries)
            following = newest.following
    except Held:  # the source is as due as before: read again later, it has the same gap still
        raise
    except (MonitorError, WorkerLost) as error:
        return replace(
            found, listing=_whole(found.listing, entries), troubles=(*found.troubles, trouble_of(error, following))
        )
    return replace(found, listing=_whole(found.listing, entries)) if len(asked) > 1 else found


def _unlisted(more: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    known = {entry.canonical_url for entry in entries}
    return [entry for entry in more if entry.canonical_url not in known]


def _whole(listing: Listing, entries: Sequence[Entry]) -> Listing:
    return replace(listing, entries=tuple(entries))
