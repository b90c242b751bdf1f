"""RSS of every version, RDF, Atom and CDF: the tree of a feed to what it lists.

In: a tree (see `monitor.sources.document`) and the address it was read from. Out: a `Listing`. Feeds mix the
vocabularies of each other freely (Atom links in RSS, Dublin Core everywhere), so one reader takes them all: each
field is looked for under every name that a format gives it, the most specific first.

Feeds that are not well formed are read here from what could be recovered, or by `monitor.sources.loose`.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from itertools import chain, islice

from lxml import etree

from monitor.dates import moment
from monitor.models import Entry
from monitor.sources.listing import LONGEST_BASE, MOST_ITEMS, Item, Lister, Listing, entry, refresh_after
from monitor.sources.markup import line
from monitor.urls import absolute

KINDS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom", "entry": "atom"}
"""The kind that a root, in lower case, stands for."""

_VOCABULARIES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
}
_FEED_VOCABULARY = re.compile(
    r"|https?://(?:purl\.org/(?:rss/1\.0(?:/modules/rss091)?|net/rss1\.1|atom/ns|echo|pie|rss/2\.0)"
    r"|(?:my|channel)\.netscape\.com/rdf/simple/0\.9|backend\.userland\.com/rss.*|blogs\.law\.harvard\.edu/tech/rss"
    r"|cyber\.law\.harvard\.edu/rss.*|www\.w3\.org/2005/atom|example\.com/(?:newformat|necho))"
)
"""Namespaces whose elements are the feed's own; what stands in none is the feed's own, too."""
_PREFIXES = frozenset({*_VOCABULARIES.values(), "media", "itunes"})

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_TITLES = ("title", "dc:title", "media:title", "itunes:title")
_SUMMARIES = ("description", "summary", "dc:description", "abstract", "itunes:summary", "media:description")
_CONTENTS = ("content:encoded", "content", "xhtml:body", "body", "fullitem", "xhtml:div")
_AUTHORS = ("dc:creator", "dc:author", "author", "itunes:author")
_DATES = (
    "published", "pubdate", "issued", "dcterms:issued", "dc:date", "created", "dcterms:created", "date", "updated",
    "modified", "dcterms:modified",
)  # fmt: skip
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Fields = dict[str, list[etree._Element]]


@lru_cache(maxsize=4096)
def _name(tag: str, own: str) -> str:
    """An element's name in lower case, with the prefix that this module gives its vocabulary: `title`, `dc:date`.

    `own` is the namespace of the root: whatever it is, the feed's own elements stand in it.
    """
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    if namespace == "" and ":" in local:  # a prefix that the document never declares
        prefix, _, local = local.lower().partition(":")
        return local if prefix in {"rss", "atom"} else f"{prefix}:{local}"
    folded = namespace.lower().rstrip("/#")
    if namespace == own or _FEED_VOCABULARY.fullmatch(folded):
        return local.lower()
    return f"{_VOCABULARIES.get(folded, 'other')}:{local.lower()}"


def _fields(element: etree._Element, own: str) -> Fields:
    """The children of an element by name, each list in the order of the document."""
    fields: Fields = {}
    for child in element:
        if isinstance(child.tag, str):  # an entity that could not be resolved is a node, too
            fields.setdefault(_name(child.tag, own), []).append(child)
    return fields


def _is_base64(element: etree._Element) -> bool:
    """Whether the text is encoded: as Atom 0.3 says, or by a type that is no text (RFC 4287, section 4.1.3.3)."""
    kind = element.get("type", "").lower()
    return element.get("mode") == "base64" or ("/" in kind and not kind.startswith("text/") and "xml" not in kind)


def _value(element: etree._Element) -> str:
    """What an element holds, as text or markup."""
    if len(element):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return escape(element.text or "", quote=False) + inner
    text = element.text or ""
    if _is_base64(element):
        try:
            return base64.b64decode(text).decode()
        except (binascii.Error, ValueError):
            return text
    return text


def _values(fields: Fields, names: Sequence[str]) -> Iterator[str]:
    """What the fields of those names hold, in the order of the names; empty ones are left out."""
    for element in chain.from_iterable(fields.get(name, ()) for name in names):
        value = _value(element)
        if value and not value.isspace():
            yield value


def _date(fields: Fields) -> datetime | None:
    """When an item was published, or else last changed, from the first date that can be read."""
    return next((found for value in _values(fields, _DATES) if (found := moment(value))), None)


def _authors(fields: Fields, own: str) -> list[str]:
    """Names of authors: text in RSS, an element `name` in Atom."""
    people = chain(*(fields.get(name, ()) for name in _AUTHORS))
    found: list[str] = []
    for person in people:
        found += _values(_fields(person, own), ("name",)) if len(person) else [person.text or ""]
    return found


def _links(fields: Fields, base: str) -> Iterator[str]:
    """Where an item says it is: pages before other types; never where it is edited, enclosed or discussed."""
    links = fields.get("link", ())
    alternates = [link for link in links if link.get("href") and link.get("rel", "alternate").lower() == "alternate"]
    alternates.sort(key=lambda link: ("html" not in link.get("type", "html"), not link.get("type")))
    for link in alternates:
        yield absolute(_inner_base(link, base), link.get("href", ""))
    for link in links:
        yield absolute(_inner_base(link, base), link.text or "")


def _addresses(item: etree._Element, fields: Fields, base: str) -> Iterator[str]:
    """Every address an item may be found at, the best first.

    FeedBurner's original link comes before the redirect that it counts with; an identifier that is an address comes
    last, for that it is one does not mean that it leads anywhere.
    """
    yield from _values(fields, ("feedburner:origlink",))
    yield from _links(fields, base)
    yield absolute(base, item.get("HREF", item.get("href", "")))  # CDF
    for identifier in (*_values(fields, ("guid", "id")), item.get(_ABOUT, "")):
        if identifier.strip().lower().startswith(("http://", "https://")):
            yield identifier


def _inner_base(element: etree._Element, base: str) -> str:
    """The base of the addresses in an element, whose surroundings have `base` (XML Base)."""
    declared = element.get(_BASE, "")
    return (absolute(base, declared) or base) if 0 < len(declared) <= LONGEST_BASE else base


def _items(element: etree._Element, own: str, base: str, depth: int = 0) -> Iterator[tuple[etree._Element, str]]:
    """Every item or entry with the base of its addresses, wherever broken feeds put them, but not one in another."""
    base = _inner_base(element, base)
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if _name(child.tag, own) in {"item", "entry"}:
            yield child, _inner_base(child, base)
        elif depth < 3:
            yield from _items(child, own, base, depth + 1)


def _item(element: etree._Element, own: str, base: str, feed_authors: list[str]) -> Item:
    fields = _fields(element, own)
    for group in fields.get("media:group", ()):  # YouTube puts title and description one level down
        for name, found in _fields(group, own).items():
            fields.setdefault(name, found)
    return Item(
        addresses=tuple(_addresses(element, fields, base)),
        title=next(_values(fields, _TITLES), ""),
        summary=next(_values(fields, _SUMMARIES), ""),
        content=next(_values(fields, _CONTENTS), ""),
        authors=_authors(fields, own) or feed_authors,
        published=_date(fields) or moment(element.get("LASTMOD", "")),
    )


def _refresh(fields: Fields) -> timedelta | None:
    """How long the feed says it stays as it is: RSS's ttl, in minutes.

    The syndication module's updatePeriod is passed over: it tells how often a feed changes, which is learned better by
    looking, and programs that make feeds write "hourly" into each of them, whoever publishes.
    """
    for value in _values(fields, ("ttl",)):
        if re.fullmatch(r"\s*\d{1,9}\s*", value):
            return refresh_after(int(value), timedelta(minutes=1))
    return None


def _skipped(fields: Fields, own: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Hours of the day (UTC; 24 is midnight, too) and weekdays (Monday 0) at which RSS asks not to be read.

    None where that would be all of them: a feed that is never to be read is a mistake.
    """
    hours = {int(text) % 24 for text in _listed(fields, own, "skiphours", "hour") if re.fullmatch(r"[0-9]{1,2}", text)}
    days = {_WEEKDAYS.index(text[:3]) for text in _listed(fields, own, "skipdays", "day") if text[:3] in _WEEKDAYS}
    return tuple(sorted(hours)) if len(hours) < 24 else (), tuple(sorted(days)) if len(days) < 7 else ()


def _listed(fields: Fields, own: str, outer: str, inner: str) -> Iterator[str]:
    for element in fields.get(outer, ()):
        yield from (value.strip().lower() for value in _values(_fields(element, own), (inner,)))


def _following(head: Fields, base: str) -> str:
    """The page of the feed that holds what this one lists no more: the next, or the archive before (RFC 5005)."""
    links = head.get("link", ())
    for relation in ("next", "prev-archive"):
        for link in links:
            if link.get("rel", "").lower() == relation and (address := absolute(base, link.get("href", ""))):
                return address
    return ""


def _head(root: etree._Element, own: str) -> Fields:
    """The fields of the feed itself: of its channel in RSS and RDF."""
    fields = _fields(root, own)
    channels = fields.get("channel")
    return _fields(channels[0], own) if channels else fields


def _home(head: Fields, url: str) -> str:
    """What relative addresses are resolved against: where the feed was read, or else where it says it belongs."""
    if absolute("", url):
        return url
    return next((found for found in _links(head, "") if found), "")


def read(root: etree._Element, url: str, lister: Lister) -> Listing:
    """What the feed lists, its first `MOST_ITEMS` items at most."""
    own = root.tag.removeprefix("{").rpartition("}")[0]
    kind = KINDS.get(_name(root.tag, own), "rss")
    if _name(root.tag, own) == "entry":  # an Atom entry is a document of its own (RFC 4287, section 2)
        base = _inner_base(root, _home({}, url))
        return Listing(kind, entries=(entry(_item(root, own, base, []), base, lister),))
    head = _head(root, own)
    authors = _authors(head, own) if kind == "atom" else []
    entries: list[Entry] = []
    for element, base in islice(_items(root, own, _home(head, url)), MOST_ITEMS):
        entries.append(entry(_item(element, own, base, authors), base, lister))
    title = line(next(_values(head, _TITLES), ""))
    hours, days = _skipped(head, own)
    return Listing(
        kind,
        title,
        tuple(entries),
        refresh=_refresh(head),
        skip_hours=hours,
        skip_days=days,
        following=_following(head, _home(head, url)),
    )
