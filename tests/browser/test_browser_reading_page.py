"""The reading page as a browser shows it: every page of it, narrow and wide, by day and by night."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe import serious
from chromium import Chromium
from measures import faults
from reading_material import SECRET
from reading_site import AUDIENCE, Site, Sites, making_sites

from monitor.config.settings import WebSettings
from monitor.links import unsubscribe_token, withdrawal_token
from monitor.web.pages import FOLDER

pytestmark = pytest.mark.browser

TEMPLATES = FOLDER / "templates"
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
    "recorded": "/verdict/recorded?undo={undo}",
    "unsubscribe": "/unsubscribe?token={leave}",
    "search, nothing asked": "/search",
}
FAULT = "/stories/999999"
# By template, which page above shows it, or what else looks at it.
LOOKED_AT = {
    "today": "today",
    "story": "story",
    "article": "article",
    "search": "search",
    "save_search": "a search to be saved",
    "sources": "sources",
    "topics": "topics",
    "topic": "topic",
    "status": "status",
    "digests": "digests",
    "digest": "digest",
    "deliveries": "deliveries",
    "verdict": "verdict",
    "recorded": "recorded",
    "unsubscribe": "unsubscribe",
    "login": "test_the_door_and_an_empty_house_are_pages_like_the_others",
    "empty": "test_the_door_and_an_empty_house_are_pages_like_the_others",
    "fault": "test_what_is_not_there_is_said_on_a_page_like_the_others",
    "source_found": "test_browser_tending",
}


@pytest.fixture(scope="module")
def sites(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, morning: datetime) -> Iterator[Sites]:
    """Makes sites over invented stories, some of them hostile."""
    with making_sites(sqlite_template, tmp_path_factory.mktemp("looked-at"), morning) as make:
        yield make


@pytest.fixture(scope="module")
def site(sites: Sites) -> Site:
    """One that all tests look at."""
    return sites()


def test_every_page_is_looked_at() -> None:
    pages = {path.name.removesuffix(".html.j2") for path in TEMPLATES.iterdir() if "extends" in path.read_text("utf-8")}
    assert pages == LOOKED_AT.keys()
    assert {name for name in LOOKED_AT.values() if not name.startswith("test_")} <= PAGES.keys()


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
        undo=withdrawal_token(SECRET, 1, site.clock() + timedelta(hours=1)),
        leave=unsubscribe_token(SECRET, AUDIENCE),
    )
    page = chromium.open(site.url + path, width=width, dark=dark)
    assert faults(page) == []
    if name != "message":  # its policy lets no script run, not even one from outside; test_browser_digest looks at it
        assert serious(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_not_there_is_said_on_a_page_like_the_others(chromium: Chromium, site: Site, dark: bool) -> None:
    page = chromium.open(site.url + FAULT, width=320, dark=dark)
    assert [each for each in page.complaints if "404" not in each] == []
    page.complaints.clear()
    assert faults(page) == serious(page) == []
    assert "not kept" in page.measure("document.body.textContent")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1280])
def test_the_door_and_an_empty_house_are_pages_like_the_others(
    chromium: Chromium, sites: Sites, width: int, dark: bool
) -> None:
    closed, empty = sites(WebSettings(password="open sesame")), sites(topics=())
    for address, said in ((f"{closed.url}/status", "Password"), (empty.url, "No topic yet")):
        page = chromium.open(address, width=width, dark=dark)
        assert said in page.measure("document.body.textContent")
        assert faults(page) == serious(page) == []
