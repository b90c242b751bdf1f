"""Where a page shows its date to readers: beside the headline.

In: the tree of a page, its title and languages. Out: the moment that the nearest dateline shows, or None. What the
frame of the page dates (comments, related stories, a calendar, today's date above the menu) is passed over, and so is
the date of a later change. Never raises.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from lxml.html import HtmlElement

from monitor.extract.dates import read_moment
from monitor.extract.naming import fold

_AFTER = 80
_BEFORE = 15
"""Elements after and before the headline among which a dateline is looked for. A byline, share buttons and a picture
stand between them at most; further up stands the page's own head, with today's date."""

_LONGEST = 40
"""Characters of an unmarked line that is a date and little else; of a line marked as a date three times as many."""

_NEVER = frozenset(("script", "style", "noscript", "template", "select", "button", "head"))
_FRAMES = frozenset(("aside", "footer", "nav", "form"))
_FRAME_MARKS = re.compile(
    r"comment|related|recommend|side-?bar|footer|widget|calendar|archive|popular|most-?read|latest|newsletter|\bmenu",
    re.IGNORECASE,
)
_DATE_MARKS = re.compile(r"date|datum|time|publi|posted|fecha|tarih|byline|meta\b|info\b", re.IGNORECASE)
_PUBLICATION_MARKS = re.compile(r"publi|posted", re.IGNORECASE)
_OTHER_MARKS = re.compile(r"modif|updat|changed|expir|valid|today|event", re.IGNORECASE)
"""Of a change, of the end of an offer, of this very day; unless they are those of a publication as well."""
_OTHER_WORDS = re.compile(
    r"\W*(?:verfügbar bis|available until|disponible jusqu|(?:last |zuletzt |dernière )?(?:updat|modif|aktualis|edited"
    r"|changed|mis à jour|mise à jour|actualiz|atualiz|aggiorn|oppdater|opdater|uppdater|bijgewerkt|güncel|обновл"
    r"|更新))",
    re.IGNORECASE,
)
_LINES = frozenset(("time", "span", "p", "div", "li", "td", "small", "em", "i", "b", "strong", "font", "abbr", "dd"))
_HOLDERS = frozenset(("div", "p", "ul", "ol", "table", "section", "article", "h1", "h2", "h3", "time"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_ANY_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}\s?[./]\s?\d{1,2}\s?[./]\s?\d\d\b")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})\s?[/-]\s?(\d{1,2})\s?[/-]\s?(\d{4}|\d\d)(?!\d)")
_MAY_PUT_MONTH_FIRST = re.compile(r"en(?:[-_](?:us|ca|ph))?|fil|chr", re.IGNORECASE)
_ALIKE = 0.6
"""How much of a title a heading must say to be the headline: less is the name of the site or of a column."""


def headline_moment(tree: HtmlElement, title: str, languages: Sequence[str]) -> datetime | None:
    """The moment shown beside the headline that says `title`; None where the page shows none, or no headline.

    The nearest line that is marked as a date counts, those before the headline as half as near as those after it; else
    the first after it that is a date and little else. Days are read as the first of `languages` writes them.
    """
    elements = list(_article_elements(tree))
    place = _headline(elements, fold(title))
    if place is None:
        return None
    day_first = _writes_day_first(languages)
    after, before = elements[place : place + _AFTER], elements[max(0, place - _BEFORE) : place]
    distances = [*enumerate(after), *((2 * distance, each) for distance, each in enumerate(reversed(before), 1))]
    nearest = (element for _, element in sorted(distances, key=lambda pair: pair[0]))
    marked = (_marked(element, day_first) for element in nearest)
    unmarked = (_moment(element, _LONGEST, day_first) for element in after)
    return next((found for found in chain(marked, unmarked) if found is not None), None)


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
        if not isinstance(element.tag, str) or _is_framed(element):
            continue
        yield element
        waiting.extend(reversed(element))


def _is_framed(element: HtmlElement) -> bool:
    """Whether an element is a part of the page's frame by its tag or its marks, and does not hold the headline."""
    if element.tag in _NEVER:
        return True
    framed = element.tag in _FRAMES or bool(_FRAME_MARKS.search(_marks(element)))
    return framed and next(element.iter("h1"), None) is None


def _headline(elements: Sequence[HtmlElement], title: str) -> int | None:
    """The place of the heading that says the title, else of the first main heading."""
    first = None
    for place, element in enumerate(elements):
        if element.tag in {"h1", "h2", "h3"}:
            if (words := fold(_text(element))) and _are_alike(words, title):
                return place
            if first is None and element.tag == "h1":
                first = place
    return first


def _are_alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short in long and len(short) >= _ALIKE * len(long)


def _marked(element: HtmlElement, day_first: bool) -> datetime | None:
    """The moment in an element that is marked as a date, and not as another than that of publication."""
    marks = _marks(element)
    if _OTHER_MARKS.search(marks) and not _PUBLICATION_MARKS.search(marks):
        return None
    if element.tag == "time" or element.get("datetime"):
        return read_moment(element.get("datetime") or "") or _moment(element, 3 * _LONGEST, day_first)
    return _moment(element, 3 * _LONGEST, day_first) if _DATE_MARKS.search(marks) else None


def _moment(element: HtmlElement, longest: int, day_first: bool) -> datetime | None:
    """The moment that the text of one line shows."""
    if element.tag not in _LINES or any(part.tag in _HOLDERS for part in element.iterdescendants()):
        return None
    text = _text(element)
    year = _ANY_YEAR if day_first else _YEAR  # 11.03.17 may be in March for those who put the month first
    if len(text) > longest or not year.search(text) or _OTHER_WORDS.match(text):
        return None
    return read_moment(_SLASHED.sub(r"\1.\2.\3", text) if day_first else text)


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
