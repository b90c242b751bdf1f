"""What an owner does on the page, by keyboard, in a real browser: a source, a threshold, a verdict from a digest."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe import serious
from chromium import SECONDS, Chromium, ChromiumFailed, Page
from measures import faults
from pipeline_house import apart, item, page, rss
from reading_files import Edited, site_with_files
from reading_material import ARTICLES, SECRET, TOPIC
from servers import Site as Publisher
from servers import says

from monitor.store.topics import verdicts

pytestmark = pytest.mark.browser


@pytest.fixture
def edited(
    sqlite_template: Path, tmp_path: Path, morning: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Edited]:
    """A site whose configuration stands in files."""
    monkeypatch.setenv("MONITOR_SECRET", SECRET)
    with site_with_files(sqlite_template, tmp_path, morning) as both:
        yield Edited(*both)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A site on loopback whose home page announces a feed."""
    with apart(Publisher("127.1.0.1")) as running:
        feed = rss(*(item(running.url(f"/{number}"), f"Crane {number}") for number in range(3)))
        running.routes |= {
            "/feed": says(feed, content_type="application/xml"),
            "/": says(page("Home", head='<link rel=alternate type="application/rss+xml" href="/feed">')),
        }
        yield running


def until(shown: Page, condition: str) -> None:
    """Wait until an expression holds in the page, through any navigation."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if shown.measure(f"Boolean({condition})"):
                return
        except ChromiumFailed:
            pass  # between two pages there is nothing to ask
        time.sleep(0.05)
    raise AssertionError(f"never so: {condition}")


def says_so(words: str) -> str:
    return f"document.body && document.body.textContent.includes({words!r})"


def key(shown: Page, name: str, code: int, times: int = 1) -> None:
    for _ in range(times):
        for kind in ("rawKeyDown", "keyUp"):
            pressed = {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
            shown.chromium.ask("Input.dispatchKeyEvent", pressed, shown.session)


def resize(shown: Page, width: int, scheme: str) -> None:
    """The same page in a view of another width, by day or by night."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    shown.chromium.ask("Emulation.setDeviceMetricsOverride", metrics, shown.session)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    shown.chromium.ask("Emulation.setEmulatedMedia", media, shown.session)
    until(shown, f"innerWidth === {width} && matchMedia('(prefers-color-scheme: {scheme})').matches")


def enter(shown: Page, selector: str) -> None:
    """Press what is found, as by a keyboard."""
    shown.measure(f"document.querySelector({selector!r}).focus()")
    for kind in ("keyDown", "keyUp"):
        pressed = {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        shown.chromium.ask("Input.dispatchKeyEvent", pressed, shown.session)


def write(shown: Page, selector: str, text: str) -> None:
    shown.measure(f"document.querySelector({selector!r}).focus()")
    shown.chromium.ask("Input.insertText", {"text": text}, shown.session)


def test_a_source_is_added_by_the_bare_address_of_its_home_page(
    chromium: Chromium, edited: Edited, publisher: Publisher
) -> None:
    shown = chromium.open(f"{edited.site.url}/sources", width=1280)
    write(shown, "#url", publisher.url("/"))
    enter(shown, "form[action='/sources/try'] button")
    until(shown, says_so("found behind the address that you gave"))
    assert "Crane 2" in shown.measure("document.body.textContent")
    for width in (320, 1280):
        for scheme in ("light", "dark"):
            resize(shown, width, scheme)
            assert faults(shown) == serious(shown) == []
    enter(shown, "form[action='/sources/add'] button")
    until(shown, says_so("127-1-0-1 is a source now"))
    assert edited.settings.source("127-1-0-1").url == publisher.url("/feed")
    assert shown.complaints == []


def test_a_threshold_is_pulled_and_moved(chromium: Chromium, edited: Edited) -> None:
    shown = chromium.open(f"{edited.site.url}/topics/{TOPIC}", width=1280)
    before = shown.measure("document.getElementById('passing').textContent")
    passing = shown.measure("document.querySelectorAll('#spread .in').length")
    assert shown.measure("document.querySelector('#move').checkVisibility()") is False
    assert shown.measure("document.querySelector('.handle button').checkVisibility()") is False
    shown.measure("document.getElementById('at').focus()")
    key(shown, "ArrowRight", 39, times=20)
    until(shown, "document.getElementById('tried').textContent === '0.70'")
    after = shown.measure("document.getElementById('passing').textContent")
    assert float(after) < float(before)
    assert shown.measure("document.querySelectorAll('#spread .in').length") == passing - 8
    assert edited.settings.topic(TOPIC).threshold == "balanced"
    enter(shown, "#move button")
    until(shown, says_so("The threshold was moved"))
    assert edited.settings.topic(TOPIC).threshold == "0.7"
    assert shown.complaints == []
    today = chromium.open(f"{edited.site.url}/today/{TOPIC}", width=1280)
    assert "2 stories" in today.measure("document.body.textContent")


def test_what_the_handle_says_is_what_the_page_says_without_script(chromium: Chromium, edited: Edited) -> None:
    shown = chromium.open(f"{edited.site.url}/topics/{TOPIC}", width=1280)
    shown.measure("document.getElementById('at').focus()")
    key(shown, "ArrowRight", 39, times=13)
    until(shown, "document.getElementById('tried').textContent === '0.63'")
    pulled = shown.measure("document.getElementById('passing').textContent")
    bars = shown.measure("[...document.querySelectorAll('#spread [data-from]')].map(bar => bar.getAttribute('class'))")
    asked = chromium.open(f"{edited.site.url}/topics/{TOPIC}?at=0.63", width=1280)
    assert asked.measure("document.getElementById('passing').textContent") == pulled
    served = asked.measure(
        "[...document.querySelectorAll('#spread [data-from]')].map(bar => bar.getAttribute('class'))"
    )
    assert served == bars


def test_a_link_in_a_digest_is_voted_through_and_undone(chromium: Chromium, edited: Edited) -> None:
    site, article = edited.site, edited.site.filled.articles[0]
    before = site.rows()
    shown = chromium.open(f"{site.url}/verdict?token={site.token()}&verdict=no", width=400, dark=True)
    assert ARTICLES[0].title in shown.measure("document.body.textContent")
    assert site.rows() == before
    enter(shown, "main form button")
    until(shown, says_so("Recorded: not relevant"))
    assert faults(shown) == serious(shown) == []
    with site.database.reading() as session:
        assert verdicts(session, TOPIC)[article].relevant is False
    enter(shown, "form[action='/verdict/undo'] button")
    until(shown, says_so("Taken back"))
    with site.database.reading() as session:
        assert article not in verdicts(session, TOPIC)
    assert shown.complaints == []
