"""What is news when it is read, and what is only kept."""

from datetime import timedelta

import pytest
from pipeline_house import NOW

from monitor.models import BACKFILL
from monitor.pipeline.reading.freshness import is_news

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
