"""Feeds that are not well formed, read by feedparser, whose reader of tag soup has seen twenty years of them.

In: the text of a feed. Out: a `Listing`. feedparser's own sanitising stays off: it is most of its time, and every
field becomes plain text here anyway. Its base addresses and dates are not used either: the first take quadratic time,
the second read what they cannot know as UTC.
"""

import io
import re
from itertools import islice
from typing import Any

from monitor.dates import moment
from monitor.sources.listing import MOST_ITEMS, Item, Lister, Listing, entry
from monitor.sources.markup import line

LARGEST = 300_000
"""Characters of a document given to feedparser, which takes up to 5 microseconds for each (measured on `<a<a<a`)."""

_BASE = re.compile(r"\bbase\s*=", re.IGNORECASE)
_DATES = ("published", "created", "updated")


def suits(text: str) -> bool:
    """Whether feedparser reads the document in time: short, and without the base addresses that cost it most."""
    return len(text) <= LARGEST and not _BASE.search(text)


def _addresses(item: Any) -> tuple[str, ...]:
    identifier = str(item.get("id", ""))
    links = (str(item.get("feedburner_origlink", "")), str(item.get("link", "")))
    return (*links, identifier) if identifier.startswith(("http://", "https://")) else links


def _item(item: Any) -> Item:
    contents = (str(content.get("value", "")) for content in item.get("content", ()))
    dates = (moment(str(dict.get(item, name, ""))) for name in _DATES)  # item.get gives one date for another
    return Item(
        addresses=_addresses(item),
        title=str(item.get("title", "")),
        summary=str(item.get("summary", "")),
        content=next(filter(None, contents), ""),
        authors=[str(author.get("name", "")) for author in item.get("authors", ())],
        published=next(filter(None, dates), None),
    )


def read(text: str, kind: str, url: str, lister: Lister) -> Listing | None:
    """What feedparser finds in a document that looks like a feed of that kind; None where it fails."""
    import feedparser  # noqa: PLC0415 - for the few feeds that need it, and not where none came in

    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        found = feedparser.parse(
            io.BytesIO(text.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception:  # noqa: BLE001 - it raises whatever it stumbles over: a fuzzer found nine kinds in a minute
        return None
    entries = tuple(entry(_item(item), url, lister) for item in islice(found.entries, MOST_ITEMS))
    return Listing(kind, line(str(found.feed.get("title", ""))), entries)
