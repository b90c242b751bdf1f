"""JSON Feed 1.0 and 1.1, and the JSON that GDELT's search answers with.

In: the text of a JSON document and the address it was read from. Out: a `Listing`. Formats: jsonfeed.org/version/1.1;
the article list of the GDELT DOC 2.0 API. Both are read leniently: a field of a wrong type is as good as missing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from monitor.dates import moment
from monitor.models import Entry
from monitor.sources.listing import MOST_ITEMS, Item, Lister, Listing, entry
from monitor.sources.markup import line
from monitor.urls import absolute


def _text(values: Mapping[str, Any], name: str) -> str:
    """A text, or a number written out, as some identifiers are."""
    value = values.get(name)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # JSON can escape half a character
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; anything else in it, or instead of it, is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _authors(values: Mapping[str, Any]) -> list[str]:
    """`authors` of version 1.1, or the one `author` of 1.0."""
    people = _mappings(values.get("authors")) or _mappings([values.get("author")])
    return [_text(person, "name") for person in people]


def _date(values: Mapping[str, Any], names: Sequence[str]) -> datetime | None:
    return next((found for name in names if (found := moment(_text(values, name)))), None)


def _item(values: Mapping[str, Any], feed_authors: list[str]) -> Item:
    identifier = _text(values, "id")
    addresses = [_text(values, "url"), _text(values, "external_url")]
    if identifier.startswith(("http://", "https://")):
        addresses.append(identifier)
    return Item(
        addresses=addresses,
        title=_text(values, "title"),
        summary=_text(values, "summary"),
        content=_text(values, "content_html") or _text(values, "content_text"),
        authors=_authors(values) or feed_authors,
        published=_date(values, ("date_published", "date_modified")),
    )


def _article(values: Mapping[str, Any]) -> Item:
    """An article of GDELT's list; `seendate` is when GDELT saw it, to a quarter of an hour."""
    return Item((_text(values, "url"),), _text(values, "title"), published=_date(values, ("seendate",)))


def _listing(document: Mapping[str, Any], url: str, lister: Lister) -> Listing | None:
    if isinstance(document.get("items"), list):
        authors = _authors(document)
        items = [_item(values, authors) for values in islice(_mappings(document["items"]), MOST_ITEMS)]
    elif isinstance(document.get("articles"), list):
        items = [_article(values) for values in islice(_mappings(document["articles"]), MOST_ITEMS)]
    elif "jsonfeed.org" in _text(document, "version") or document == {}:  # GDELT says "nothing found" by {}
        items = []
    else:
        return None
    base = url or _text(document, "home_page_url")
    entries: list[Entry] = [entry(item, base, lister) for item in items]
    following = absolute(base, _text(document, "next_url"))
    return Listing("json-feed", line(_text(document, "title")), tuple(entries), following=following)


def read(text: str, url: str, lister: Lister) -> Listing:
    """What a JSON document lists; of kind unknown where it is no JSON, or lists nothing in a way that is known."""
    try:
        document = json.loads(text, strict=False)  # control characters inside strings are common, and harmless
    except (ValueError, RecursionError):
        return Listing("unknown", note="what begins like JSON and is none")
    found = _listing(document, url, lister) if isinstance(document, dict) else None
    return found or Listing("unknown", note="JSON that is no feed")
