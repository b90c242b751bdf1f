"""The digest as a reader sees it: on a phone and on a desk, by day and by night."""

from collections.abc import Callable
from datetime import datetime

import pytest
from axe import serious
from chromium import Chromium, Page
from measures import asked_elsewhere, faint, heading_faults, overflowing, texts
from sample_digest import digest_page, linked

from monitor.digest.reader import Reader

pytestmark = pytest.mark.browser

SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
Look = Callable[..., Page]


@pytest.fixture
def look(chromium: Chromium, shown: Callable[[str], str], morning: datetime) -> Look:
    """Opens the digest."""
    address = shown(digest_page(morning))
    return lambda width, dark=False: chromium.open(address, width=width, dark=dark)


def test_it_shows_all_that_a_digest_can(look: Look) -> None:
    page = look(1280)
    sections = page.measure("[...document.querySelectorAll('h2')].map(each => each.textContent)")
    assert [each.split(":")[0] for each in sections] == [
        *("Top", "Updates", "Also relevant", "Already told at once", "Tell us", "Sources", "What was seen")
    ]
    languages = set(page.measure("[...document.querySelectorAll('[lang]')].map(each => each.lang)"))
    assert {"en", "de", "zh", "ar"} <= languages
    assert len(texts(page)) > 100
    labels = page.measure("[...document.querySelectorAll('.changed')].map(each => each.textContent.split(' by ')[0])")
    assert labels == ["Corrected", "Before:", "Withdrawn", "The page was withdrawn"]


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_reaches_over_the_edge(look: Look, width: int) -> None:
    assert overflowing(look(width)) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_nor_of_a_week_with_links_to_answer_by(
    chromium: Chromium, shown: Callable[[str], str], morning: datetime, width: int
) -> None:
    reader = Reader(linked, "https://monitor.example/unsubscribe?token=x")
    page = chromium.open(shown(digest_page(morning, "weekly", reader)), width=width, dark=True)
    sections = page.measure("[...document.querySelectorAll('h2')].map(each => each.textContent)")
    assert sections[0].startswith("Over several days")
    assert page.measure("document.querySelectorAll('.day').length") > 1
    assert (
        len(page.measure("[...document.querySelectorAll('a')].filter(a => a.textContent == 'yes').map(a => a.href)"))
        > 5
    )
    assert overflowing(page) == faint(page) == heading_faults(page) == asked_elsewhere(page) == []


@SCHEMES
def test_every_text_can_be_told_from_its_ground(look: Look, dark: bool) -> None:
    page = look(400, dark)
    assert faint(page) == []
    ground = page.measure("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(22, 23, 25)" if dark else "rgb(250, 248, 243)")


def test_headings_are_in_order(look: Look) -> None:
    assert heading_faults(look(400)) == []


@SCHEMES
def test_axe_finds_nothing_serious(look: Look, dark: bool) -> None:
    assert serious(look(1280, dark)) == []


@SCHEMES
def test_it_asks_nobody_for_anything_and_has_no_complaint(look: Look, dark: bool) -> None:
    page = look(400, dark)
    assert [address.partition(":")[0] for address in page.requests] == ["file"]
    assert asked_elsewhere(page) == page.complaints == []
    assert page.measure("document.querySelectorAll('[src], [srcset], script, link, object, embed').length") == 0


def test_the_width_is_measured_on_what_is_shown(look: Look) -> None:
    page = look(400)
    page.measure("document.querySelector('.column, table table').style.maxWidth = 'none'")
    page.measure("document.querySelector('h3').style.cssText += '; overflow-wrap: normal; white-space: nowrap'")
    assert overflowing(page) != []
