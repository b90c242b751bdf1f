"""The authors that the layout of a page shows, for a page that states none.

trafilatura's patterns find them: it copies the whole page and searches every element of it five times by regular
expressions. What these can find is looked for before, in one pass, and is all that trafilatura is given.
"""

import re
from copy import deepcopy
from functools import lru_cache

from lxml.html import Element, HtmlElement
from trafilatura.metadata import extract_author

from monitor.extract.naming import authors

_NAMES = re.compile(
    r"author|byline|writer|screenname|username|byl|bbl|journalist-name|channel-name|submitted-by|posted-by|zuozhe"
    r"|bianji|xiaobian",
    re.IGNORECASE,
)
"""What an attribute of each element holds that trafilatura's patterns for authors match; they match less."""

_SHORT = 200
"""Characters of a value that is remembered: a page can make one of megabytes."""

_ATTRIBUTES = ("class", "id", "itemprop", "rel", "data-testid", "data-component")
_REJECTED_BY = ("class", "id", "data-component")
_REJECTING = frozenset(("a", "div", "section", "span", "time", "figure"))
"""The elements whose attributes say that nobody within them is the author, or that say so by themselves."""


def byline(tree: HtmlElement, site: str) -> tuple[str, ...]:
    """The authors that the layout shows, without the site's own name; the tree stays as it is. Never raises."""
    try:
        line = extract_author(_telling(tree)) or ""
    except Exception:  # noqa: BLE001 - a library over foreign markup: what it trips over, the article has no author
        return ()
    return authors(line.split(";"), site)


def _telling(tree: HtmlElement) -> HtmlElement:
    """A page of what may name an author, each with the elements that it stands in, and nothing else of these."""
    root = Element("html")
    twins = {tree: root}

    def twin(element: HtmlElement) -> HtmlElement:
        if element not in twins:
            tag = element.tag if element.tag in _REJECTING else "p"
            twins[element] = Element(tag, {name: element.get(name, "") for name in _REJECTED_BY})
            twin(element.getparent()).append(twins[element])
        return twins[element]

    found: set[HtmlElement] = set()
    for element in tree.iterdescendants():
        if _may_name(element) and found.isdisjoint(element.iterancestors()):
            found.add(element)
            twin(element.getparent()).append(deepcopy(element))
    return root


def _may_name(element: HtmlElement) -> bool:
    return element.tag == "author" or any(map(_tells, map(element.get, _ATTRIBUTES)))


def _tells(value: str | None) -> bool:
    """Whether an attribute's value holds such a name; most come again on the same page."""
    return value is not None and (_known(value) if len(value) <= _SHORT else _NAMES.search(value) is not None)


@lru_cache(maxsize=4_096)
def _known(value: str) -> bool:
    return _NAMES.search(value) is not None
