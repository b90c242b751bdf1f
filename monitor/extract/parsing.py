"""Text -> tree: the HTML of a page, parsed once for everything that reads it.

In: the text of a page. Out: lxml's tree, or None where there is no HTML. Never raises.
"""

import re

import trafilatura
from lxml.html import HtmlElement

_MOST_ELEMENTS = 60_000
"""Elements of a page that is still read as an article: eight times the largest of the corpus. The time of trafilatura
and htmldate grows faster than the page; a page beyond it is read for its paragraphs alone."""

_TAG = re.compile(r"<[a-zA-Z!?/]")


def load(page: str) -> HtmlElement | None:
    """The tree of a page, None where it is no HTML. Elements nested more than 255 deep are left out by libxml2."""
    if not _TAG.search(page):
        return None
    try:
        tree = trafilatura.load_html(page)
        return tree if tree is not None else trafilatura.load_html(f"<html><body>{page}</body></html>")
    except Exception:  # noqa: BLE001 - lxml and trafilatura over any bytes: whatever they trip over, it is no page
        return None


def is_huge(tree: HtmlElement) -> bool:
    """Whether a page has so many elements that only what is linear in them should be done with it."""
    return bool(tree.xpath("count(//*)") > _MOST_ELEMENTS)
