"""OPML: lists of feeds that readers exchange.

In: the bytes of an OPML document, of any version, or sources. Out: sources with names that are fit for a
configuration and told apart, or bytes that every reader of feeds imports. Format: opml.org/spec2.opml.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from monitor.models import Source
from monitor.sources import search
from monitor.sources.document import decoded, opened, tree, unpacked
from monitor.sources.listing import MOST_ENTRIES
from monitor.urls import absolute, names_address

_LONGEST_NAME = 60


def feeds(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Title and address of every feed, each address once, in the order of the document and at any depth."""
    seen: set[str] = set()
    for outline in root.iter("{*}outline", "{*}OUTLINE"):
        values = {name.lower(): value for name, value in outline.items()}
        address = absolute("", values.get("xmlurl", ""))
        if address and address not in seen and len(seen) < MOST_ENTRIES:
            seen.add(address)
            yield values.get("title") or values.get("text") or "", address


def title(root: etree._Element) -> str:
    """What the list calls itself; "" where it does not say."""
    for element in root.iter("{*}title"):
        return " ".join((element.text or "").split())
    return ""


def _name(text: str, address: str) -> str:
    """A name of letters, digits and dashes, from the title or else the address."""
    for candidate in (text, re.sub(r"https?://(?:www\.)?|/?(?:feed|rss)?/?$", "", address), "feed"):
        plain = unicodedata.normalize("NFKD", candidate).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
        if name:
            break
    return name


def _told_apart(names: Iterable[str]) -> Iterator[str]:
    """The names in order, with a number behind each that came before."""
    taken: set[str] = set()
    last: Counter[str] = Counter()  # the number given last for a name: of thousands alike, none is counted up anew
    for name in names:
        unique = name
        while unique in taken:
            last[name] = max(last[name], 1) + 1
            unique = f"{name}-{last[name]}"
        taken.add(unique)
        yield unique


def read(content: bytes) -> tuple[Source, ...]:
    """The feeds of an OPML document as sources, in its order; none where the bytes are no OPML. Never raises."""
    text, _ = opened(decoded(unpacked(content)))
    root = tree(text).root
    if root is None:
        return ()
    found = list(feeds(root))
    names = _told_apart(_name(text, address) for text, address in found)
    return tuple(Source(name, address) for name, (_, address) in zip(names, found, strict=True))


def write(sources: Sequence[Source], title: str) -> bytes:
    """An OPML 2.0 document that lists the sources on the web; `read` gives back their names and what is asked."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in (each for each in sources if names_address(each.url)):  # no reader of feeds can ask a mailbox
        etree.SubElement(
            body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=search.address(source)
        )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
