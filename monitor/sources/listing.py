"""What a source document lists: the one shape that every kind of document is read into.

In: the fields of an item as its format names them. Out: an `Entry` with an absolute address, its canonical form,
plain text and a date in UTC; and a `Listing`, which is all that the rest of the program sees of a source document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from monitor.errors import AddressError
from monitor.models import Entry
from monitor.sources.markup import line, paragraphs
from monitor.urls import absolute, canonical_url

MOST_ENTRIES = 50_000
"""Addresses taken of a sitemap, an index or a list of feeds: what sitemaps.org allows a sitemap."""
MOST_ITEMS = 10_000
"""Items taken of a feed. The longest of 300 real ones has 1,046; a hundred thousand empty ones fit into 5 MB and would
take ten seconds."""

LONGEST_BASE = 1_000
"""Characters of an address that others are resolved against. Each costs time in proportion to it, and a document has
tens of thousands; the longest declared in those 300 has 145."""

_MAIL = re.compile(r"(?:mailto:)?[^\s()<>@]{1,80}@[^\s()<>@]{1,80}")
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source document lists, and what it is.

    `kind` is rss, atom, rdf, json-feed, news-sitemap, sitemap, sitemap-index, opml, html or unknown. `children` are
    addresses of other documents: the feeds that a page announces, the sitemaps of an index (newest first), the feeds
    of an OPML. `refresh` is how long the document says it stays as it is. `note` says what an unknown document looked
    like, in words that can follow "the source answered".

    `entries` stand in the order of the document and as often as it lists them. An item without an address that can
    be asked is listed all the same, with `url` and `canonical_url` empty: whoever keeps entries has to skip it.
    """

    kind: str
    title: str = ""
    entries: tuple[Entry, ...] = ()
    children: tuple[str, ...] = ()
    refresh: timedelta | None = None
    note: str = ""


@dataclass(slots=True)
class Item:
    """One item as its document has it: fields may hold markup, addresses may be relative, candidates best first."""

    addresses: Sequence[str] = ()
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: Sequence[str] = field(default_factory=list)
    published: datetime | None = None


def _unwrapped(url: str) -> str:
    """The address inside a Google Alerts or Bing News link.

    Both lead through a redirector that robots.txt closes to programs, and say where to in the query.
    """
    if "url=" not in url or "://" not in url:
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    google = parts.path == "/url" and host.startswith("www.google.")
    bing = parts.path == "/news/apiclick.aspx" and host == "www.bing.com"
    if not (google or bing):
        return url
    inner = parse_qs(parts.query).get("url", [""])[0]
    return absolute("", inner) or url


def _address(base: str, candidates: Sequence[str]) -> tuple[str, str]:
    """The first candidate that can be asked, absolute, and its canonical form; two empty texts where there is none."""
    for candidate in candidates:
        url = _unwrapped(absolute(base, candidate))
        if url:
            try:
                return url, canonical_url(url)
            except AddressError:
                continue
    return "", ""


def _names(authors: Sequence[str]) -> list[str]:
    """The authors' names, each once, without the mail addresses that RSS puts beside them."""
    names: dict[str, None] = {}
    for author in authors:
        written = line(author[:500])
        name = _MAIL.sub("", written).strip(" ()<>") or written.removeprefix("mailto:")
        if name:
            names[name] = None
    return list(names)


def entry(item: Item, base: str, source: str) -> Entry:
    """The entry that an item of a document at `base` stands for."""
    url, canonical = _address(base, item.addresses)
    return Entry.model_validate(
        {
            "url": url,
            "canonical_url": canonical,
            "source": source,
            "title": line(item.title),
            "summary": line(item.summary),
            "content": paragraphs(item.content),
            "authors": _names(item.authors),
            "published": item.published,
        }
    )


def refresh_after(amount: float, unit: timedelta) -> timedelta | None:
    """How long a document says it stays as it is, between a minute and thirty days; None for what makes no sense."""
    try:
        interval = unit * amount
    except (OverflowError, ValueError):
        return None
    return min(interval, _LONGEST) if interval >= _SHORTEST else None
