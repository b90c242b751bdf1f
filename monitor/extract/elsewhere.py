"""Where else a site shows the whole of an article: on one page, for print, or as AMP.

In: a page, its address, and what was found in it. Out: an address, or the better
document. Nothing is fetched here. A text behind a wall is never looked for elsewhere: its publisher wants it there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.extract.declared import Declared
from monitor.extract.parsing import load
from monitor.models import Document, Grade
from monitor.urls import absolute

_WORTH = 1.2
"""How many times longer another form must be to be taken: print versions add a line or two of their own."""

_MISSING = 2
"""How many times more words a page says its article has than were found, where one asks for the rest."""

_ONE_PAGE = re.compile(
    r"(?:(?:view|read|show|see)?\s*(?:as|on|in)?\s*(?:a\s)?(?:single|one)[- ]page|(?:view|show|read) all(?: pages)?"
    r"|all on one page|(?:artikel )?auf einer seite(?: lesen)?|(?:tout )?(?:lire )?sur une (?:seule )?page"
    r"|(?:ver|leer)?\s*(?:todo )?en una (?:sola )?página|(?:tutto )?(?:su|in) una (?:sola )?pagina"
    r"|全文(?:表示|閲覧)?|在本页阅读全文|余下全文)(?: view| version)?",
    re.IGNORECASE,
)
_PRINT = re.compile(
    r"(?:print(?:er)?(?:[- ]friendly)?(?: (?:this )?(?:article|story|page|version))?|print this|drucken|druckversion"
    r"|druckansicht|(?:artikel|seite) drucken|imprimir(?: (?:artículo|noticia))?|imprimer(?: (?:l.article|la page))?"
    r"|version imprimable|stampa(?: (?:articolo|pagina))?|skriv ut|udskriv|afdrukken|drukuj|wydrukuj|версия для печати"
    r"|распечатать|打印(?:本页)?|列印|印刷(?:用ページ)?|인쇄)",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"print|druck|imprim|stampa|outputtype=amp", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+/?(?:\.\w{1,5})?$")
_OWN_LABELS = re.compile(r"^(?:www|m|mobile|amp|print|beta)\.")


def fuller_url(text: str, grade: Grade, declared: Declared, url: str, html: str) -> str:
    """The address of a form of the page `html` that may hold more than `text`; "" where that is whole or paid for."""
    if grade in {Grade.PAYWALLED, Grade.LIVE} or (grade == Grade.FULL and _seems_whole(text, declared, url)):
        return ""
    tree = load(html)
    return "" if tree is None else next(_forms(tree, url), "")


def fuller(first: Document, other: Document) -> Document:
    """The document with the text of the other form where that holds more, else `first` as it was."""
    if other.grade in {Grade.EMPTY, Grade.PAYWALLED} or len(other.text) < _WORTH * len(first.text):
        return first
    by_layout_last = sorted((first, other), key=lambda document: document.published_in_layout)
    dated = next((document for document in by_layout_last if document.published), first)
    return replace(
        first,
        text=other.text,
        grade=other.grade,
        title=first.title or other.title,
        authors=first.authors or other.authors,
        published=dated.published,
        published_in_layout=dated.published_in_layout,
        language=other.language or first.language,
        image=first.image or other.image,
        fuller_url="",
    )


def _seems_whole(text: str, declared: Declared, url: str) -> bool:
    """Whether a page neither says that its article has far more words nor that it goes on under its own address."""
    if declared.article.words >= _MISSING * len(text.split()):
        return False
    path, following = _path(url).rstrip("/"), absolute(url, declared.next_page)
    return not (path and _path(following).startswith(path) and _NUMBERED.search(following))


def _forms(tree: HtmlElement, url: str) -> Iterator[str]:
    """The other forms of the page on the same site, those that are likeliest to be whole first."""
    links = list(tree.iter("link"))
    anchors = [(element, _label(element)) for element in tree.iter("a") if element.get("href")]
    found = (
        *(element for element, label in anchors if _ONE_PAGE.fullmatch(label)),
        *(
            element
            for element in links
            if "alternate" in _relations(element) and "print" in (element.get("media") or "")
        ),
        *(element for element, label in anchors if _PRINT.fullmatch(label) and _PRINTED.search(element.get("href"))),
        *(element for element in links if "amphtml" in _relations(element)),
    )
    for element in found:
        address = absolute(url, (element.get("href") or "").strip())
        if address and address.partition("#")[0] != url.partition("#")[0] and _same_site(address, url):
            yield address


def _relations(element: HtmlElement) -> list[str]:
    return (element.get("rel") or "").lower().split()


def _label(element: HtmlElement) -> str:
    """What a link says, by its text, or its title where it is a picture."""
    text = " ".join("".join(element.itertext()).split())
    return text or (element.get("title") or element.get("aria-label") or "").strip()


def _same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, or of a host and its own part for print or telephones."""
    first, second = _OWN_LABELS.sub("", _host(one)), _OWN_LABELS.sub("", _host(other))
    return bool(first) and first == second


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
