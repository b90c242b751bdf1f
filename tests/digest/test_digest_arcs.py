"""How a story went on over several days, in a weekly digest."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import html as lxml_html

from monitor.digest.arcs import arc
from monitor.digest.compose import compose
from monitor.digest.render import render

SLOT = "2026-11-24T07:00:00+00:00"


@pytest.fixture(name="weekly", scope="module")
def _weekly(settings):
    return replace(settings, form="weekly")


def of_days(make_article, now, *days, **changes):
    return [
        make_article(10 + at, published=now - timedelta(days=day), title=f"Day {day} in Kolm", **changes)
        for at, day in enumerate(days)
    ]


def test_each_day_is_told_by_its_first_report_and_the_others_are_counted(make_article, now):
    articles = of_days(make_article, now, 3, 1, 0)
    later = make_article(20, published=now - timedelta(days=3, hours=-2), title="Later that day")
    copy = make_article(21, published=now - timedelta(days=3, hours=2), title="A copy", duplicate_of=20)

    days = arc([*articles, later, copy], "Europe/London")

    assert [(each["day"], each["title"], each["articles"]) for each in days] == [
        ("2026-11-21", "Day 3 in Kolm", 3),
        ("2026-11-23", "Day 1 in Kolm", 1),
        ("2026-11-24", "Day 0 in Kolm", 1),
    ]


def test_a_day_that_only_copied_is_none_and_one_day_is_no_arc(make_article, now):
    first, *_ = of_days(make_article, now, 2)
    copy = make_article(21, published=now, duplicate_of=10)
    assert arc([first, copy], "UTC") == []
    assert arc([], "UTC") == []


@pytest.mark.parametrize(("zone", "days"), [("UTC", 0), ("Asia/Tokyo", 2)])
def test_days_go_by_the_wall_clock_of_the_digest(make_article, zone, days):
    late = [
        make_article(at, published=datetime.fromisoformat(f"2026-11-23T{hour}:00:00+00:00"))
        for at, hour in enumerate((14, 16), 1)
    ]
    assert len(arc(late, zone)) == days


def test_of_a_long_arc_the_beginning_and_the_latest_days_are_told(make_article, now):
    days = arc(of_days(make_article, now, *range(13, -1, -1)), "UTC")
    assert [each["title"] for each in days] == [f"Day {day} in Kolm" for day in (13, 12, 4, 3, 2, 1, 0)]


def test_a_weekly_digest_tells_them_first_in_every_form(weekly, settings, now, make_article, make_view, seen):
    arcs = make_view(of_days(make_article, now, 3, 1), [0.8, 0.8])
    alone = make_view([make_article(1)], [0.9])

    made = compose(weekly, SLOT, now, [alone, arcs], [], seen)
    message = render(made.digest, made.items, weekly)

    page = lxml_html.fromstring(message.html)
    headings = [heading.text_content().partition(":")[0] for heading in page.iter("h2")]
    assert headings == ["Over several days", "Top", "What was seen"]
    folded = " ".join(page.text_content().split())
    assert "Sat 21 Nov the report above Paper 10" in folded
    assert "Mon 23 Nov Day 1 in Kolm Paper 11" in folded
    assert "Sat 21 Nov: the report above (Paper 10) Mon 23 Nov: Day 1 in Kolm (Paper 11)" in " ".join(
        message.text.split()
    )
    assert message.text.index("OVER SEVERAL DAYS") < message.text.index("TOP")
    blocks = json.dumps(message.blocks, ensure_ascii=False)
    assert "• Mon 23 Nov: <https://paper11.example/story/11|Day 1 in Kolm> (Paper 11)" in blocks
    daily = compose(settings, SLOT, now, [alone, arcs], [], seen)
    assert [item.arc for item in daily.items] == [[], []]


def test_an_update_of_the_week_tells_only_the_days_that_are_new(weekly, now, make_article, make_view, seen):
    known, *news = of_days(make_article, now, 9, 2, 1)
    for at, article in enumerate(news):
        article.story_revision = 2 + at
        article.text = f"Something wholly other happened on day {at} in the yard of the cranes at Kolm, they said."
    view = make_view([known, *news], [0.9] * 3, story={"revision": 3}, told_revision=1)
    (item,) = compose(weekly, SLOT, now, [view], [], seen).items
    assert [day["title"] for day in item.arc] == ["Day 2 in Kolm", "Day 1 in Kolm"]
