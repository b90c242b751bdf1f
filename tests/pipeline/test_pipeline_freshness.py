"""What is news when it is read, and what is only kept."""

from datetime import datetime, timedelta

import pytest
from pipeline_house import NOW

from monitor.models import BACKFILL, Document
from monitor.pipeline.reading.freshness import is_news, published_moment

WEEK = timedelta(days=7)
TODAY, OLD = NOW - timedelta(hours=3), NOW - timedelta(days=900)


@pytest.mark.parametrize(
    ("source", "on_page", "in_listing", "news"),
    [
        ("wire", TODAY, TODAY, True),
        ("wire", NOW - WEEK, None, True),
        ("wire", NOW - WEEK - timedelta(seconds=1), None, False),
        ("wire", None, OLD, False),
        ("wire", OLD, None, False),
        ("wire", None, None, True),  # listed today, and nobody says when it was written
        ("wire", OLD, TODAY, True),  # the year in a page's foot is no reason to lose what a feed has just listed
        (BACKFILL, TODAY, None, True),
        (BACKFILL, OLD, TODAY, False),  # a sitemap says when a page was changed last
        (BACKFILL, None, TODAY, True),
        (BACKFILL, None, OLD, False),
        (BACKFILL, None, None, False),
    ],
)
def test_what_is_news(source, on_page, in_listing, news) -> None:
    assert is_news(source, on_page, in_listing, NOW, WEEK) is news


DAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("on_page", "in_listing", "published"),
    [
        (TODAY, OLD, TODAY),
        (TODAY, None, TODAY),
        (None, TODAY, TODAY),
        (None, None, None),
        (DAY, TODAY, TODAY),  # the day alone, of which the listing tells the time
        (DAY, DAY - timedelta(hours=14), DAY - timedelta(hours=14)),  # that day began so on Kiritimati
        (
            DAY,
            DAY + timedelta(hours=35, minutes=59),
            DAY + timedelta(hours=35, minutes=59),
        ),  # and ends so on Baker Island
        (DAY, DAY - timedelta(hours=14, seconds=1), DAY),
        (DAY, DAY + timedelta(hours=36), DAY),
        (DAY + timedelta(seconds=1), TODAY, DAY + timedelta(seconds=1)),
    ],
)
def test_when_an_article_was_published(
    on_page: datetime | None, in_listing: datetime | None, published: datetime | None
) -> None:
    document = Document(title="Cranes", text="Forty of them.", published=on_page)
    assert published_moment("wire", document, in_listing) == published


def test_a_date_in_the_layout_counts_where_nothing_lists_another() -> None:
    document = Document(title="Cranes", text="Forty of them.", published=OLD, published_in_layout=True)
    assert published_moment("wire", document, TODAY) == TODAY
    assert published_moment("wire", document, None) == OLD
    assert published_moment(BACKFILL, document, TODAY) == OLD
