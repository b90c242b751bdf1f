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
