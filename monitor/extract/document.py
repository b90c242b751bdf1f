"""A document put together from its parts: from a page, or from what a feed said of it."""

import logging
import re

from lxml.html import HtmlElement

from monitor.errors import AddressError
from monitor.extract import body, dates, grading, naming
from monitor.extract.byline import byline
from monitor.extract.dateline import headline_moment
from monitor.extract.declared import Declared, declared
from monitor.extract.decoding import decode
from monitor.extract.elsewhere import fuller_url
from monitor.extract.language import language
from monitor.extract.parsing import is_huge, load
from monitor.models import Document, Entry, Grade
from monitor.urls import absolute, canonical_url

LOG = logging.getLogger(__name__)

_NOTHING = Document(title="", text="", grade=Grade.EMPTY)
_SHORTEST_DESCRIPTION = 30

_SHORTEST_TITLE = 12
_BEFORE_TITLE, _AFTER_TITLE = 30, range(4, 101)
"""Characters around the title in what WordPress puts under each text of its feeds, whatever the language: "The post A
title appeared first on A site.", "Der Beitrag ... erschien zuerst auf ...". A shorter title may stand in any sentence.
Of 7,020 entries of real feeds 188 end so, and one ends otherwise and is taken for it: with the name of a file."""

_BOUNDARY = re.compile(r"\n|[.!?…\]。！？]\s+")


def extract(content: bytes, url: str, content_type: str = "") -> Document:
    """What a page says: title, text (a paragraph a line), authors, date, language, site, image, canonical link, grade.

    The grade is empty where the page has no text, whatever else was found. The same bytes give the same document, save
    that a date found in the layout alone is none that lies after today. Never raises.
    """
    try:
        page = decode(content, content_type)
        tree = load(page)
        return _NOTHING if tree is None else _document(tree, page, url)
    except Exception as error:  # noqa: BLE001 - one page must not end a run; what it holds is nothing we can foresee
        LOG.warning("no document from %s: %s", url, type(error).__name__)
        return _NOTHING


def from_entry(entry: Entry) -> Document:
    """The document that a feed's own text makes, graded teaser, empty where it has none.

    Last lines that only say where the article appeared, or that it goes on elsewhere, are left out.
    """
    lines = _without_trailer((entry.content or entry.summary).strip(), entry.title).split("\n")
    while lines and (not lines[-1].strip() or grading.is_invitation(lines[-1])):
        lines.pop()
    text = "\n".join(lines)
    return Document(
        title=entry.title,
        text=text,
        authors=tuple(entry.authors),
        site=entry.site,
        published=entry.published,
        language=language(text or entry.title),
        grade=Grade.TEASER if text else Grade.EMPTY,
    )


def _without_trailer(text: str, title: str) -> str:
    """The text without a last sentence that says no more than where an article of this title appeared."""
    place = text.rfind(title) if len(title) >= _SHORTEST_TITLE else -1
    start = max((match.end() for match in _BOUNDARY.finditer(text[: max(place, 0)])), default=0)
    end = place + len(title)
    is_trailer = start > 0 and place - start <= _BEFORE_TITLE and len(text) - end in _AFTER_TITLE
    return text[:start].rstrip() if is_trailer and "\n" not in text[end:] else text


def _document(tree: HtmlElement, page: str, url: str) -> Document:
    stated = declared(tree)  # and whatever else is read from the tree: reading the text changes it
    site, title = naming.site(stated, url), naming.title(stated, url)
    authors = naming.authors(stated.authors, site)
    published = stated_moment = dates.stated_moment(stated.dates)
    in_layout = False
    if not is_huge(tree):
        authors = authors or byline(tree, site)
        published = published or headline_moment(tree, title, stated.languages)
        if in_layout := published is None:
            published = dates.shown_moment(tree, url)
    text = body.read(tree, page, stated, live=grading.is_live(stated, url))
    grade = grading.grade(text, stated, url, page)
    if not text and (described := _description(stated)):
        text, grade = described, Grade.TEASER
    return Document(
        title=title,
        text=text,
        authors=authors,
        published=published if text else stated_moment,  # a date in the frame of an empty page is chance
        published_in_layout=in_layout and published is not None and text != "",
        language=language(text, stated.languages),
        site=site,
        image=naming.image(stated, url),
        declared_canonical=_canonical(stated, url),
        grade=grade,
        fuller_url=fuller_url(text, grade, stated, url, page),
    )


def _description(stated: Declared) -> str:
    """What the page is described by where it shows no text of its own, as pages drawn by scripts do."""
    return next((text for text in stated.descriptions if len(text) >= _SHORTEST_DESCRIPTION), "")


def _canonical(stated: Declared, url: str) -> str:
    try:
        return canonical_url(absolute(url, stated.canonical)) if stated.canonical else ""
    except AddressError:
        return ""
