"""The text of an article, without what surrounds it.

In: a page as text, and what it declares. Out: its paragraphs, one a line; "" where it has none. Never raises.

The reading is trafilatura's in its fast form, which errs less on news than its full form and costs half, between two
steps of our own: links that stand as paragraphs are taken out before, the headline is taken off after. Where the result
is much shorter than the fullest run of paragraphs on the page, the page is read again in trafilatura's full form; where
that finds nothing, the linked data's text stands in, then the paragraphs as they are (`bench/extraction.py`).
"""

import re
from collections import Counter
from collections.abc import Collection

import trafilatura
from lxml.html import HtmlElement

from monitor.extract.declared import Declared
from monitor.extract.naming import fold
from monitor.extract.parsing import is_huge, load

_SUSPECT = 0.6
"""Share of the fullest run of paragraphs below which a reading is doubted. In the corpus the readings that went wrong
have 0.04 to 0.53 of it, those that went right 0.64 and more."""

_FAR_LESS = 0.5
"""Share of the linked data's text below which the page's own is given up: linked data is often cut short or holds
notices, so that it reads worse than the page wherever both are there."""

_LINKED = 0.9
"""Share of a paragraph's characters in links from which it is a pointer to other articles, not text."""

_SHORTEST_POINTER = 15
_WORD = re.compile(r"\w")
_BARS = re.compile(r"\|(?:\s*\|)+\s*")
_LONGEST = 1_000_000
"""Characters of a text kept: five novels' chapters, no article."""


def read(tree: HtmlElement, page: str, declared: Declared) -> str:
    """The text of the article in `tree`, which is changed on the way; `page` is what it was made from."""
    fullest = _fullest_run(tree)
    if is_huge(tree):
        text = _paragraphs(tree)
    else:
        _drop_pointers(tree)
        text = _article(tree, fast=True)
        if len(text) < _SUSPECT * fullest or not text:
            text = max(text, _second_reading(page), key=len)
    if len(text) < _FAR_LESS * len(declared.article.body):
        text = declared.article.body
    return _without_headline(_tidy(text), {fold(title) for title in (*declared.titles, *declared.headings)})


def _second_reading(page: str) -> str:
    """What trafilatura's full form finds, else every paragraph of the page."""
    again = load(page)
    if again is None:
        return ""
    return _article(again, fast=False) or _paragraphs(load(page))


def _article(tree: HtmlElement, *, fast: bool) -> str:
    try:
        found = trafilatura.bare_extraction(tree, fast=fast, include_comments=False)
    except Exception:  # noqa: BLE001 - a library over foreign markup: what it trips over, the next reading may take
        return ""
    return (found.text or "").strip() if isinstance(found, trafilatura.settings.Document) else ""


def _fullest_run(tree: HtmlElement) -> int:
    """Characters in the paragraphs of that element which has most of them as its children."""
    runs: Counter[HtmlElement] = Counter()
    for paragraph in tree.iter("p"):
        if (parent := paragraph.getparent()) is not None:
            runs[parent] += len(_text(paragraph))
    return max(runs.values(), default=0)


def _paragraphs(tree: HtmlElement | None) -> str:
    """Every paragraph that is not mostly links, once."""
    if tree is None:
        return ""
    lines = (_text(paragraph) for paragraph in tree.iter("p") if not _is_pointer(paragraph))
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _drop_pointers(tree: HtmlElement) -> None:
    """Take out the paragraphs that only link to other articles ("Read also: ...")."""
    for paragraph in list(tree.iter("p")):
        if paragraph.getparent() is not None and _is_pointer(paragraph):
            paragraph.drop_tree()


def _is_pointer(paragraph: HtmlElement) -> bool:
    links = paragraph.findall(".//a")
    if not links:
        return False
    length = len(_text(paragraph))
    return length > _SHORTEST_POINTER and sum(len(_text(link)) for link in links) >= _LINKED * length


def _tidy(text: str) -> str:
    """The lines that hold a word, without the bars that part the cells of a table's empty columns."""
    lines = (_BARS.sub("| ", line).strip(" |\t") for line in text[:_LONGEST].splitlines())
    return "\n".join(line for line in lines if _WORD.search(line))


def _without_headline(text: str, titles: Collection[str]) -> str:
    """The text without the line among its first four that repeats the title, which is kept apart from it."""
    lines = text.split("\n")
    for place, line in enumerate(lines[:4]):
        if (words := fold(line)) and words in titles and len(lines) > 1:
            return "\n".join(lines[:place] + lines[place + 1 :])
    return text


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
