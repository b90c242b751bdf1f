"""Pages: which feeds a page announces.

In: the text of an HTML page and the address it was read from. Out: a `Listing` of kind html whose children are feeds,
the likeliest first. What a page announces in its head counts (WHATWG HTML, section 4.6.7.1, and the RSS Advisory
Board's autodiscovery); only where it announces nothing, links in its body that look like feeds do.
"""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from lxml import etree

from monitor.sources.listing import Listing
from monitor.urls import absolute

_FEED_TYPE = re.compile(
    r"application/(?:x[-.])?(?:rss|atom|rdf)(?:\+xml)?|application/feed\+json|(?:application|text)/xml"
    r"|text/(?:rss|atom)(?:\+xml)?"
)
_FEED_PATH = re.compile(
    r"/(?:rss|atom|feeds?|rdf)\d?(?:/|$)|[/_.-](?:rss|atom|feed(?!back)|rdf)[\w-]*\.(?:xml|json|php|aspx?)$|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss|atom|feed|rdf)", re.IGNORECASE)
_FEED_HOST = re.compile(r"(?:feeds?|rss)\d?\.")
_SHARING = re.compile(r"(?:^|\.)(?:facebook|twitter|x)\.com$")
"""Hosts whose addresses look like feeds (`/dialog/feed`) and are buttons to share a page with."""
_COMMENTS = re.compile(
    r"comment|kom+entar|comentari|reacties|yorum|комментари|коментар|评论|評論|コメント|댓글|تعليق|/replies",
    re.IGNORECASE,
)
_MOST = 100
"""Feeds taken of one page; directories of feeds list some dozens."""


def _like_a_feed(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    found = _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query) or _FEED_HOST.match(host)
    return bool(found) and not _SHARING.search(host)


def _announced(root: etree._Element, base: str) -> Iterator[tuple[str, str]]:
    """Address and title of every feed that the head announces."""
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        address = absolute(base, link.get("href") or "")
        json = kind == "application/json" and _like_a_feed(address)  # else a site's programming interface
        if address and ("feed" in relations or ("alternate" in relations and (_FEED_TYPE.fullmatch(kind) or json))):
            yield address, link.get("title") or ""


def _linked(root: etree._Element, base: str) -> Iterator[tuple[str, str]]:
    """Address and text of every link that looks like one to a feed."""
    for link in root.iter("a"):
        address = absolute(base, link.get("href") or "")
        if address and _like_a_feed(address):
            yield address, link.text or ""


def tree_of(text: str) -> etree._Element | None:
    """The tree of an HTML page; None where none can be made of it."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def read(text: str, url: str) -> Listing:
    """The feeds that a page announces: those of a section's own first, those of comments last; none where it has none.

    A section's page announces the feed of its whole site as well, and mostly before its own.
    """
    root = tree_of(text)
    if root is None:
        return Listing("html")
    declared = next((element.get("href") or "" for element in root.iter("base")), "")
    base = absolute(url, declared) or url
    found: dict[str, str] = {}
    for address, label in list(_announced(root, base)) or _linked(root, base):
        if (feed := urldefrag(address).url) != url and len(found) < _MOST:
            found.setdefault(feed, label)
    children = sorted(
        found,
        key=lambda address: (bool(_COMMENTS.search(f"{address} {found[address]}")), not _is_within(address, url)),
    )
    title = next((" ".join((element.text or "").split()) for element in root.iter("title")), "")
    return Listing("html", title, children=tuple(children))


def _is_within(address: str, url: str) -> bool:
    """Whether a feed's address goes on where that of its page ends: that of a section, /technology/feed."""
    section = urlsplit(url).path.strip("/")
    return bool(section) and urlsplit(address).path.lstrip("/").startswith((f"{section}/", f"{section}."))
