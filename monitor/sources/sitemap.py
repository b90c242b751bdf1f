"""Sitemaps: news sitemaps, plain ones, indexes and lists of addresses as text.

In: a tree or a text, and the address it was read from. Out: a `Listing`. The date of a plain sitemap's entry is when
the page last changed (`lastmod`), the only date there is: without it every page of an old archive would seem new.
Formats: sitemaps.org, and Google's news extension.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from lxml import etree

from monitor.dates import moment
from monitor.models import Entry
from monitor.sources.listing import MOST_ENTRIES, Item, Lister, Listing, entry
from monitor.urls import absolute

ROOTS = frozenset({"urlset", "sitemapindex"})
_FOREIGN = ("sitemap-image/", "sitemap-video/", "sitemap-pagemap/", "/xhtml")
"""Extensions whose elements share names with the sitemap's own (`image:loc`), and are none of it."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def _local(element: etree._Element) -> str:
    """An element's name without its namespace, in lower case; "" for what belongs to another extension.

    The namespace itself does not matter: sitemaps name old, mistyped and made-up ones.
    """
    if not isinstance(element.tag, str):
        return ""
    namespace, _, local = element.tag.rpartition("}")
    if any(foreign in namespace for foreign in _FOREIGN):
        return ""
    return local.rpartition(":")[2].lower()


def _texts(element: etree._Element) -> dict[str, str]:
    """The texts directly below an element and, for news, one level further down, by local name."""
    texts: dict[str, str] = {}
    for child in element:
        name = _local(child)
        if name in {"news", "publication"}:
            texts = _texts(child) | texts | {name: ""}
        elif name and child.text:
            texts.setdefault(name, child.text.strip())
    return texts


def _below(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in root if _local(child) == name)


def _index(root: etree._Element, url: str) -> Listing:
    """The sitemaps of an index, newest first, for an index lists years and only the last days are news."""
    found: dict[str, datetime] = {}
    for child in islice(_below(root, "sitemap"), MOST_ENTRIES):
        texts = _texts(child)
        address = absolute(url, texts.get("loc") or child.text or "")  # some leave out the loc
        if address:
            found.setdefault(address, moment(texts.get("lastmod", "")) or _EARLIEST)
    return Listing("sitemap-index", children=tuple(sorted(found, key=lambda address: found[address], reverse=True)))


def read(root: etree._Element, url: str, lister: Lister) -> Listing:
    """What a sitemap or an index lists, its first `MOST_ENTRIES` addresses at most."""
    if _local(root) == "sitemapindex":
        return _index(root, url)
    entries: list[Entry] = []
    title, kind = "", "sitemap"
    for element in islice(_below(root, "url"), MOST_ENTRIES):
        texts = _texts(element)
        if "news" in texts:
            kind = "news-sitemap"
            title = title or texts.get("name", "")
        dates = (moment(texts.get(name, "")) for name in ("publication_date", "lastmod"))
        item = Item((texts.get("loc", ""),), texts.get("title", ""), published=next(filter(None, dates), None))
        entries.append(entry(item, url, lister))
    return Listing(kind, title, tuple(entries))


def read_text(text: str, url: str, lister: Lister) -> Listing | None:
    """A sitemap that is a list of addresses, one a line; None where any line is something else."""
    addresses: list[str] = []
    for number, raw in enumerate(text.splitlines()):
        address = raw.strip()
        if address and not absolute("", address):
            return None
        if address and number < MOST_ENTRIES:
            addresses.append(address)
    if not addresses:
        return None
    return Listing("sitemap", entries=tuple(entry(Item((address,)), url, lister) for address in addresses))
