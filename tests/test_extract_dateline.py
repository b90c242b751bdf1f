"""The date that a page shows beside its headline, in the markup of real sites, and what is not one."""

import pytest

from monitor.extract import extract

TEXT = "".join(
    f"<p>Sentence {number} of the article says enough of the harbour to be read as its text.</p>" for number in range(9)
)


def published(above: str = "", below: str = "", after: str = "", attributes: str = "", head: str = "") -> str:
    page = (
        f"<!doctype html><html {attributes}><head><title>Forty cranes at Eastmere</title>{head}</head><body>{above}"
        f"<main><h1>Forty cranes at Eastmere</h1>{below}{TEXT}</main>{after}</body></html>"
    )
    moment = extract(page.encode(), "https://courier.example/cranes").published
    return moment.strftime("%Y-%m-%dT%H:%M") if moment else ""


COMMENTS = """<section class="comment-list"><time datetime="2020-09-22T12:45:17+02:00">22.09.20</time><p>So it is.</p>
<time datetime="2020-09-23T18:19:06+02:00">23.09.20</time><p>Is it?</p></section>"""


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("<div class='node-post-date'>20.12.2022</div>", "2022-12-20T00:00"),
        ("<span class='entry-top-info-time'>2020年07月12日</span>", "2020-07-12T00:00"),
        ("<p>By Ada Quay</p><p>am 20.09.2020</p>", "2020-09-20T00:00"),
        ("<time class='single' datetime='2022-01-25T08:00:00+01:00'>25.01.</time>", "2022-01-25T07:00"),
        ("<p class=byline>By <a href=/q>Ada Quay</a> | November 24, 2026 7:15 am | 4 min read</p>", "2026-11-24T07:15"),
        ("<table><tr><td><font size=1>Tuesday, 24 November 2026</font></td></tr></table>", "2026-11-24T00:00"),
        ("<p class=date>الثلاثاء، 24 نوفمبر 2026</p>", "2026-11-24T00:00"),
    ],
)
def test_the_line_below_the_headline_dates_the_article(below: str, expected: str) -> None:
    assert published(below=below, after=COMMENTS) == expected


def test_a_change_is_no_publication() -> None:
    changed = "<p class=date>Updated 26 November 2026</p><time class=updated datetime=2026-11-26>now</time>"
    assert published(below=f"{changed}<p class=date>24 November 2026</p>") == "2026-11-24T00:00"


def test_of_two_moments_that_of_publication_counts() -> None:
    times = "<time class=updated datetime=2022-12-29>29 December 2022</time><time class='entry-date published'"
    line = f"<span class=posted-on><a href=/t>{times} datetime=2022-12-30T07:00Z>30 December 2022</time></a></span>"
    assert published(below=line) == "2022-12-30T07:00"
    alone = "<span class=posted-on><time class='published updated' datetime=2022-12-30T07:00Z>x</time></span>"
    assert published(below=alone) == "2022-12-30T07:00"


def test_what_an_article_tells_is_further_than_the_line_above_its_headline() -> None:
    told = "<p>Text.</p>" * 9 + "<p><span class=date-of-vote>2 May 2026</span></p>"
    assert published(above="<span class=article-date>15 February 2026</span>", below=told) == "2026-02-15T00:00"


def test_the_end_of_an_offer_is_no_publication() -> None:
    offer = "<span class=mediaExpiry>Verfügbar bis 06.05.2026</span><p>Verfügbar bis 06.05.2026</p>"
    assert published(below=f"{offer}<p class=stand>22.04.2026, 06:00 Uhr</p>") == "2026-04-22T06:00"


@pytest.mark.parametrize(
    "tag", ["<div class='layout with-sidebar'>", "<form action=/page.aspx>", "<div id=archive-page>"]
)
def test_what_holds_the_headline_is_no_frame(tag: str) -> None:
    body = f"{tag}<h1>Forty cranes at Eastmere</h1><p class=date>24 November 2026, 07:15</p>{TEXT}"
    page = f"<html><head><title>Forty cranes at Eastmere</title></head><body>{body}</body></html>"
    moment = extract(page.encode(), "https://courier.example/cranes").published
    assert moment is not None
    assert moment.isoformat() == "2026-11-24T07:15:00+00:00"


def test_the_name_of_the_site_is_no_headline() -> None:
    logo = "<h1>Forty</h1><span class=date>1 January 2026</span>" + "<p>Menu</p>" * 20
    assert published(above=logo, below="<p class=date>24 November 2026</p>") == "2026-11-24T00:00"


@pytest.mark.parametrize("date", ["04.05.26", "04/05/26 - 10h02", "04 / 05 / 2026"])
def test_a_year_of_two_digits_is_read_where_the_day_comes_first(date: str) -> None:
    assert published(below=f"<p class=date>{date}</p>", attributes="lang=pt")[:10] == "2026-05-04"


def test_todays_date_in_the_head_of_the_page_is_none_of_the_article() -> None:
    today = "<div class=top><span>Sunday, 19 January 2025</span></div>" + "<div><span>Menu</span></div>" * 9
    assert published(above=today, below="<p>17 January 2025</p>") == "2025-01-17T00:00"


@pytest.mark.parametrize("frame", ["<aside><p class=date>{}</p></aside>", "<div class=related-stories><p>{}</p></div>"])
def test_what_surrounds_the_article_does_not_date_it(frame: str) -> None:
    other = frame.format("3 March 2021")
    assert published(below=f"{other}<p class=date>24 November 2026</p>") == "2026-11-24T00:00"


def test_the_order_of_day_and_month_is_that_of_the_pages_language() -> None:
    line = "<p class=date>03/04/2026</p>"
    assert published(below=line, attributes="lang=es") == "2026-04-03T00:00"
    assert published(below=line, attributes="lang=en-GB") == "2026-04-03T00:00"


def test_linked_data_of_the_page_itself_dates_it_where_no_article_is_declared() -> None:
    page = '{"@type":["WebPage","ItemPage"],"datePublished":"2019-10-18T13:07:38+00:00"}'
    video = '{"@type":"VideoObject","datePublished":"2011-01-01"}'
    head = f'<script type="application/ld+json">{{"@graph":[{video},{page}]}}</script>'
    assert published(head=head, below="<p>21.10.2019 - 27.10.2019</p>") == "2019-10-18T13:07"


@pytest.mark.parametrize(
    "after",
    [
        "<footer>© 2019 The Courier</footer>",
        "<p>Published since 2003, online since 2010.</p>",
        "<p>In 1998 the harbour was shut, and in 1998 nobody complained.</p>",
    ],
)
def test_a_year_alone_dates_no_article(after: str) -> None:
    assert published(after=after) == ""


def test_a_day_that_only_the_layout_shows_is_told_apart() -> None:
    shown = "<div><i>Eastmere, 12 March 2019</i></div>"
    found = extract(f"<html><head><title>Cranes</title></head><body>{TEXT}{shown}</body></html>".encode(), "")
    assert (found.published and found.published.date().isoformat(), found.published_in_layout) == ("2019-03-12", True)
    stated = "<meta property='article:published_time' content='2026-11-24T07:15:00Z'>"
    found = extract(f"<html><head>{stated}</head><body>{TEXT}{shown}</body></html>".encode(), "")
    assert (found.published and found.published.date().isoformat(), found.published_in_layout) == ("2026-11-24", False)
