"""The reading page as a browser shows it: every page of it, narrow and wide, by day and by night."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe import serious
from chromium import Chromium
from measures import asked_elsewhere, faint, heading_faults, overflowing
from reading_site import Site, making_sites

pytestmark = pytest.mark.browser

PAGES = {
    "today": "/",
    "a month, one story opened": "/today/harbours?days=30&open={story}",
    "a topic without stories": "/today/tides",
    "story": "/stories/{story}",
    "article": "/articles/{article}",
    "hostile article": "/articles/{hostile}",
    "search": "/search?q=cranes",
    "nothing found": "/search?q=zebra",
    "search, narrowed": "/search?q=cranes&topic=harbours&relevant=yes&source=quay-herald&since=2026-11-01",
    "a search to be saved": "/search/save?q=cranes",
    "sources": "/sources",
    "topics": "/topics",
    "status": "/status",
    "topic": "/topics/harbours",
    "topic, a threshold tried": "/topics/harbours?at=0.7",
    "digests": "/digests",
    "digest": "/digests/{digest}",
    "deliveries": "/deliveries",
    "message": "/deliveries/{delivery}/message",
    "verdict": "/verdict?token={ballot}",
}
FAULT = "/stories/999999"


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, morning: datetime) -> Iterator[Site]:
    """The site over invented stories, some of them hostile."""
    with making_sites(sqlite_template, tmp_path_factory.mktemp("looked-at"), morning) as make:
        yield make()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_can_be_read_and_has_no_complaint(
    chromium: Chromium, site: Site, name: str, width: int, dark: bool
) -> None:
    filled = site.filled
    path = PAGES[name].format(
        story=filled.stories[1],
        article=filled.articles[0],
        hostile=filled.articles[-1],
        digest=filled.digest,
        delivery=filled.deliveries[0],
        ballot=site.token(),
    )
    page = chromium.open(site.url + path, width=width, dark=dark)
    assert page.complaints == []
    assert overflowing(page) == []
    assert heading_faults(page) == []
    assert faint(page) == []
    assert asked_elsewhere(page) == []
    if name != "message":  # its policy lets no script run, not even one from outside; test_browser_digest looks at it
        assert serious(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_not_there_is_said_on_a_page_like_the_others(chromium: Chromium, site: Site, dark: bool) -> None:
    page = chromium.open(site.url + FAULT, width=320, dark=dark)
    assert [each for each in page.complaints if "404" not in each] == []
    assert overflowing(page) == heading_faults(page) == faint(page) == asked_elsewhere(page) == serious(page) == []
    assert "not kept" in page.measure("document.body.textContent")
