"""What a source document lists: the one shape that every kind of document is read into.

In: the fields of an item as its format names them. Out: an `Entry` with an absolute address, its canonical form,
plain text and a date in UTC; and a `Listing`, which is all that the rest of the program sees of a source document.
"""

import base64
import binascii
import hashlib
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

_NOTHING_YET = Entry.model_validate({"url": "", "canonical_url": "", "source": ""})
"""What entries are copies of: to validate each took a fifth of the time of reading feeds, and all is text by then."""

_GOOGLE_NEWS = "news.google.com"
_GOOGLE_NEWS_ARTICLE = re.compile(r"/(?:rss/|__i/rss/rd/)?(?:articles|read)/([A-Za-z0-9_-]{20,2000})")
_PACKED_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{4,2000}")
_MAIL = re.compile(r"(?:mailto:)?[^\s()<>@]{1,80}@[^\s()<>@]{1,80}")
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source document lists, and what it is.

    `kind` is rss, atom, rdf, json-feed, news-sitemap, sitemap, sitemap-index, opml, html or unknown. `children` are
    addresses of other documents: the feeds that a page announces, the sitemaps of an index (newest first), the feeds
    of an OPML. `refresh` is how long the document says it stays as it is, `skip_hours` (0 to 23, UTC) and `skip_days`
    (Monday 0) when it asks not to be read. `following` is the page with what this one lists no more (RFC 5005), "" for
    none. `note` says what an unknown document looked like, in words that can follow "the source answered".

    `entries` stand in the order of the document and as often as it lists them. An item without an address that can
    be asked is listed all the same, with `url` and `canonical_url` empty: whoever keeps entries has to skip it.
    """

    kind: str
    title: str = ""
    entries: tuple[Entry, ...] = ()
    children: tuple[str, ...] = ()
    refresh: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    following: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lister:
    """Who lists: the source that entries name, and the marks (`mark`) of what it listed the last time.

    Of those nothing but the address and the moment is read, for nothing else of them is kept: in a feed that changed
    they are nearly all, and to make their texts plain is half of the work.
    """

    source: str = ""
    known: frozenset[str] = frozenset()


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
    """The address inside a Google Alerts, Google News or Bing News link, where it holds one.

    All lead through a redirector that robots.txt closes to programs. The first two kinds say where to in the query;
    Google News did in its path, and since 2024 keeps it to itself (see `is_sealed`).
    """
    if "://" not in url or not ("url=" in url or "news.google." in url):
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == _GOOGLE_NEWS:
        return absolute("", _in_path(parts.path)) or url
    google = parts.path == "/url" and host.startswith("www.google.")
    bing = parts.path == "/news/apiclick.aspx" and host == "www.bing.com"
    if not (google or bing):
        return url
    inner = parse_qs(parts.query).get("url", [""])[0]
    return absolute("", inner) or url


def _in_path(path: str) -> str:
    """The address in the path of a Google News link: text inside a protocol buffer, in URL-safe base64."""
    match = _GOOGLE_NEWS_ARTICLE.match(path)
    if match is None:
        return ""
    try:
        packed = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
    except (binascii.Error, ValueError):
        return ""
    found = _PACKED_ADDRESS.search(packed)
    return found[0].decode("ascii", "replace") if found else ""


def is_sealed(url: str) -> bool:
    """Whether an address is a Google News link that says nowhere where it leads: a script alone can follow it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.hostname == _GOOGLE_NEWS and _GOOGLE_NEWS_ARTICLE.match(parts.path) is not None


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


def mark(canonical_url: str) -> str:
    """What an entry is known again by: 40 bits of its address, so that two of a thousand hardly ever meet."""
    return hashlib.blake2b(canonical_url.encode(), digest_size=5).hexdigest()


def entry(item: Item, base: str, lister: Lister) -> Entry:
    """The entry that an item of a document at `base` stands for; without texts where it was listed before."""
    url, canonical = _address(base, item.addresses)
    found = {"url": url, "canonical_url": canonical, "source": lister.source, "published": item.published}
    if lister.known and mark(canonical) in lister.known:
        return _NOTHING_YET.model_copy(update=found)
    return _NOTHING_YET.model_copy(
        update={
            **found,
            "title": line(item.title),
            "summary": line(item.summary),
            "content": paragraphs(item.content),
            "authors": _names(item.authors),
        }
    )


def refresh_after(amount: float, unit: timedelta) -> timedelta | None:
    """How long a document says it stays as it is, between a minute and thirty days; None for what makes no sense."""
    try:
        interval = unit * amount
    except (OverflowError, ValueError):
        return None
    return min(interval, _LONGEST) if interval >= _SHORTEST else None
