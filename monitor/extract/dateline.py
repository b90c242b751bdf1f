"""Where a page shows its date to readers: beside the headline.

In: the tree of a page and what it declares. Out: the moment that the nearest dateline shows, or None. What the frame of
the page dates (comments, related stories, a calendar, today's date above the menu) is passed over, and so is the date
of a later change. Never raises.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import chain

from lxml.html import HtmlElement

from monitor.extract.dates import read_moment
from monitor.extract.declared import Declared
from monitor.extract.naming import fold

_AFTER = 80
_BEFORE = 15
"""Elements after and before the headline among which a dateline is looked for. A byline, share buttons and a picture
stand between them at most; further up stands the page's own head, with today's date."""

_LONGEST = 40
"""Characters of an unmarked line that is a date and little else; of a line marked as a date three times as many."""

_FRAMES = frozenset(("aside", "footer", "nav", "script", "style", "noscript", "template", "select", "button", "form"))
_FRAME_MARKS = re.compile(
    r"comment|related|recommend|side-?bar|footer|widget|calendar|archive|popular|most-?read|latest|newsletter|\bmenu",
    re.IGNORECASE,
)
_DATE_MARKS = re.compile(r"date|datum|time|publi|posted|fecha|tarih|byline|meta\b|info\b", re.IGNORECASE)
_CHANGE_MARKS = re.compile(r"modif|updat|changed", re.IGNORECASE)
_CHANGE_WORDS = re.compile(
    r"\W*(?:last |zuletzt |dernière )?(?:updat|modif|aktualis|edited|changed|mis à jour|mise à jour|actualiz|atualiz"
    r"|aggiorn|oppdater|opdater|uppdater|bijgewerkt|güncel|обновл|更新)",
    re.IGNORECASE,
)
_LINES = frozenset(
    ("time", "span", "p", "div", "li", "td", "small", "em", "i", "b", "strong", "font", "a", "abbr", "dd")
)
_BLOCKS = frozenset(("div", "p", "ul", "ol", "table", "section", "article", "h1", "h2", "h3"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_MAY_PUT_MONTH_FIRST = re.compile(r"en(?:[-_](?:us|ca|ph))?|fil|chr", re.IGNORECASE)


def headline_moment(tree: HtmlElement, declared: Declared) -> datetime | None:
    """The moment shown nearest to the headline, those after it first; None where the page shows none or no headline."""
    elements = list(_article_elements(tree))
    place = _headline(elements, {fold(title) for title in declared.titles} - {""})
    if place is None:
        return None
    day_first = _writes_day_first(declared.languages)
    after = (
        _marked(element, day_first) or _moment(element, _LONGEST, day_first)
        for element in elements[place : place + _AFTER]
    )
    before = (_marked(element, day_first) for element in reversed(elements[max(0, place - _BEFORE) : place]))
    return next((found for found in chain(after, before) if found is not None), None)


def _writes_day_first(languages: Sequence[str]) -> bool:
    """Whether a page in its first declared language means a day by the first number of 03/04/2026.

    English alone does not tell: Americans put the month first
    (https://cldr.unicode.org, the short date formats of the locales).
    """
    return bool(languages) and not _MAY_PUT_MONTH_FIRST.fullmatch(languages[0])


def _article_elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Every element in the order of the page, without those of its frame."""
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in _FRAMES or _is_framed(element):
            continue
        yield element
        waiting.extend(reversed(element))


def _is_framed(element: HtmlElement) -> bool:
    return element.tag not in {"html", "body", "main", "article"} and bool(_FRAME_MARKS.search(_marks(element)))


def _headline(elements: Sequence[HtmlElement], titles: Collection[str]) -> int | None:
    """The place of the heading that says the title, else of the first main heading."""
    first = None
    for place, element in enumerate(elements):
        if element.tag in {"h1", "h2"}:
            if (words := fold(_text(element))) and any(words in title or title in words for title in titles):
                return place
            if first is None and element.tag == "h1":
                first = place
    return first


def _marked(element: HtmlElement, day_first: bool) -> datetime | None:
    """The moment in an element that is marked as a date, and not as one of a change."""
    marks = _marks(element)
    if _CHANGE_MARKS.search(marks):
        return None
    if element.tag == "time" or element.get("datetime"):
        return read_moment(element.get("datetime") or "") or _moment(element, 3 * _LONGEST, day_first)
    return _moment(element, 3 * _LONGEST, day_first) if _DATE_MARKS.search(marks) else None


def _moment(element: HtmlElement, longest: int, day_first: bool) -> datetime | None:
    """The moment that the text of one line shows."""
    if element.tag not in _LINES or any(part.tag in _BLOCKS for part in element.iterdescendants()):
        return None
    text = _text(element)
    if len(text) > longest or not _YEAR.search(text) or _CHANGE_WORDS.match(text):
        return None
    return read_moment(_SLASHED.sub(r"\1.\2.\3", text) if day_first else text)


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
