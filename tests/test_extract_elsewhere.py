"""Other forms of a page, linked as real sites link them: which may hold the rest, and which is never asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.extract import extract, fuller
from monitor.models import Document, Grade

URL = "https://www.courier.example/port/cranes.html"
BEGINNING = (
    "<p>The port of Eastmere will take forty driverless cranes into service next spring, its director said …</p>"
)
WHOLE = "".join(
    f"<p>Sentence {number} of the article says enough of the cranes to be text.</p>" for number in range(40)
)


def page(links: str = "", body: str = BEGINNING, head: str = "") -> Document:
    html = f"<html><head><title>Cranes</title>{head}</head><body><article><h1>Cranes</h1>{body}{links}</article></body>"
    return extract(html.encode(), URL)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<link rel="alternate" media="print" href="/port/cranes-print.html">', "/port/cranes-print.html"),
        ('<a class="print boxText" href="/article/3119452/print" target=_blank>列印</a>', "/article/3119452/print"),
        ('<a href="/port/cranes.html?view=print" rel=nofollow>Drucken</a>', "/port/cranes.html?view=print"),
        ('<a href="/port/cranes.print" title="Print this article"><img src="/p.gif"></a>', "/port/cranes.print"),
        ('<a href="?page=all">Single page</a><a href="/cranes/print">Print</a>', "/port/cranes.html?page=all"),
        ('<a href="cranes-all.html">Artikel auf einer Seite lesen</a>', "/port/cranes-all.html"),
        ('<link rel="amphtml" href="https://amp.courier.example/cranes">', "https://amp.courier.example/cranes"),
        ('<a href="/print-edition">Print edition</a><a href="/subscribe-print">Subscribe to print</a>', ""),
        ('<a href="javascript:window.print()">Print</a><a href="#" title=Print>Print</a>', ""),
        ('<a href="https://printing.example/cranes/print">Print</a>', ""),
        ('<link rel="amphtml" href="https://cdn.ampproject.example/c/courier.example/cranes">', ""),
        ("", ""),
    ],
)
def test_a_beginning_leads_to_another_form_on_the_same_site(links: str, expected: str) -> None:
    found = page(links)
    assert found.grade == Grade.TEASER
    assert found.fuller_url == (f"https://www.courier.example{expected}" if expected.startswith("/") else expected)


PRINT = '<a href="/port/cranes/print">Print</a>'


def test_a_text_that_seems_whole_needs_no_other() -> None:
    assert page(PRINT, WHOLE).fuller_url == ""


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="next" href="/port/cranes.html?page=2">',
        '<script type="application/ld+json">{"@type":"NewsArticle","wordCount":2400}</script>',
    ],
)
def test_a_page_that_says_there_is_more_leads_to_it(head: str) -> None:
    assert page(PRINT, WHOLE, head).fuller_url == "https://www.courier.example/port/cranes/print"


def test_the_next_article_is_no_next_page() -> None:
    assert page(PRINT, WHOLE, '<link rel="next" href="/port/ferries-2">').fuller_url == ""


def test_what_is_paid_for_is_not_looked_for_elsewhere() -> None:
    wall = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    found = page(PRINT, head=wall)
    assert (found.grade, found.fuller_url) == (Grade.PAYWALLED, "")


def test_the_longer_text_is_taken_with_what_the_page_said() -> None:
    first = Document(title="Cranes", text="A beginning", authors=("Ada Quay",), grade=Grade.TEASER, fuller_url="x")
    printed = Document(title="Print: Cranes", text="A beginning and the rest", language="en")
    assert fuller(first, printed) == Document(
        title="Cranes", text="A beginning and the rest", authors=("Ada Quay",), language="en"
    )


def test_a_day_that_either_form_states_counts_before_one_that_only_a_layout_shows() -> None:
    shown, stated = datetime(1998, 3, 12, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    first = Document(title="Cranes", text="A beginning", published=shown, published_in_layout=True)
    printed = Document(title="Cranes", text="A beginning and the rest", published=stated)
    for found in (fuller(first, printed), fuller(replace(first, published=stated, published_in_layout=False), printed)):
        assert (found.published, found.published_in_layout) == (stated, False)
    undated = fuller(first, replace(printed, published=None))
    assert (undated.published, undated.published_in_layout) == (shown, True)


@pytest.mark.parametrize(
    "other",
    [
        Document(title="", text="", grade=Grade.EMPTY),
        Document(title="Log in", text="You must log in to print this", grade=Grade.PAYWALLED),
        Document(title="Cranes", text="A beginning."),
    ],
)
def test_another_form_that_says_no_more_changes_nothing(other: Document) -> None:
    first = Document(title="Cranes", text="A beginning", grade=Grade.TEASER, fuller_url="x")
    assert fuller(first, other) is first
