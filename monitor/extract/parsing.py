"""Text -> tree: the HTML of a page, parsed once for everything that reads it.

In: the text of a page. Out: lxml's tree, or None where there is no HTML. Never raises.
"""

import re

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

_MOST_ELEMENTS = 60_000
"""Elements of a page that is still read as an article: eight times the largest of the corpus. The time of trafilatura
and htmldate grows faster than the page; a page beyond it is read for its paragraphs alone."""

_TAG = re.compile(r"<[a-zA-Z!?/]")

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
"""What XML 1.0 allows in no document (section 2.2), and lxml in no text."""

_CLOSED = re.compile(rb"<html\b([^<>]*?)\s*/>", re.IGNORECASE)
"""A root that closes itself, which libxml2 takes for an empty page."""

_HEAD = 4_096
"""Bytes within which the root stands."""

_PARSER = etree.HTMLParser(
    encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
)
# One class for every element. lxml.html asks Python for the class of each element each time that one is looked at,
# some four thousand times a page: a twelfth of the time of reading it.
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))


def load(page: str) -> HtmlElement | None:
    """The tree of a page, None where it is no HTML. Elements nested more than 255 deep are left out by libxml2."""
    if not _TAG.search(page):
        return None
    try:
        content = page.encode("utf-8", "replace").translate(None, _CONTROLS)
        content = _CLOSED.sub(rb"<html\1>", content[:_HEAD], count=1) + content[_HEAD:]
        return document_fromstring(content, parser=_PARSER)
    except Exception:  # noqa: BLE001 - lxml over any bytes: whatever it trips over, it is no page
        return None


def is_huge(tree: HtmlElement) -> bool:
    """Whether a page has so many elements that only what is linear in them should be done with it."""
    return bool(tree.xpath("count(//*)") > _MOST_ELEMENTS)
