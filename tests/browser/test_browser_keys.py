"""The reading page by keyboard alone, and verdicts that answer where they stand."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe import serious
from chromium import Chromium, Page
from measures import overflowing
from reading_material import ARTICLES, TOPIC
from reading_site import Site, making_sites

from monitor.store.topics import verdicts

pytestmark = pytest.mark.browser

TODAY = f"/today/{TOPIC}?days=7"
CURRENT = "document.querySelector('[data-current]')"
SAID = "document.getElementById('said').textContent.trim()"
HELP_IS_OPEN = "document.getElementById('keys').open"


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path, morning: datetime) -> Iterator[Site]:
    """A site of its own: verdicts change it."""
    with making_sites(sqlite_template, tmp_path, morning) as make:
        yield make()


@pytest.fixture
def page(chromium: Chromium, site: Site) -> Page:
    """Today, wide."""
    return chromium.open(site.url + TODAY, width=1280)


def current(page: Page) -> str:
    """The headline of the story that the keys are at."""
    found: str = page.measure(f"{CURRENT}?.querySelector('h2, h3').textContent.trim() ?? ''")
    return found


def test_j_and_k_go_from_story_to_story_and_stop_at_the_ends(page: Page) -> None:
    headlines = page.measure("[...document.querySelectorAll('[data-item] h3')].map(each => each.textContent.trim())")
    seen = []
    for _ in range(len(headlines) + 1):
        page.press("j")
        seen.append(current(page))
    assert seen == [*headlines, headlines[-1]]
    assert page.measure(f"document.activeElement === {CURRENT}")
    assert page.measure(f"{CURRENT}.getBoundingClientRect().bottom <= innerHeight")
    page.press("k")
    assert current(page) == headlines[-2]
    assert page.complaints == []


def test_o_opens_and_closes_where_it_stands(page: Page) -> None:
    page.press("j")
    page.press("o")
    assert page.measure(f"{CURRENT}.querySelector('details').open")
    assert page.measure(f"{CURRENT}.querySelector('.why').checkVisibility()")
    page.press("o")
    assert not page.measure(f"{CURRENT}.querySelector('details').open")


def test_u_and_d_judge_at_once_and_say_so_without_leaving_the_page(page: Page, site: Site) -> None:
    article = site.filled.articles[0]
    page.press("j")
    assert current(page) == ARTICLES[0].title
    for key, pressed, relevant in (("u", "yes", True), ("d", "no", False)):
        page.press(key)
        page.until(f"{CURRENT}.querySelector('[data-verdict={pressed}][aria-pressed=true]')")
        with site.database.reading() as session:
            assert verdicts(session, TOPIC)[article].relevant is relevant
        assert page.measure(SAID).startswith("Recorded: ")
        assert page.measure(f"{CURRENT}.querySelectorAll('[aria-pressed=true]').length") == 1
    page.press("d")  # taken back, so that the one before counts again
    page.until(f"{CURRENT}.querySelector('[data-verdict=yes][aria-pressed=true]')")
    assert page.measure(SAID).startswith("Recorded: relevant")
    assert current(page) == ARTICLES[0].title
    assert [each for each in page.requests if TODAY in each] == [site.url + TODAY]
    assert page.complaints == []


def test_slash_goes_to_the_search_and_escape_leaves_it(page: Page, site: Site) -> None:
    page.press("/")
    assert page.measure("document.activeElement.id") == "seek"
    page.write("cranes")
    page.press("j")  # a letter there, no key
    assert page.measure("document.activeElement.value") == "cranesj"
    page.press("Escape")
    assert page.measure("document.activeElement.id") != "seek"
    page.press("/")
    page.write("cranes")
    page.loaded = False
    page.press("Enter")
    page.arrive()
    assert page.measure("location.pathname + location.search") == "/search?q=cranes"
    page.press("j")
    page.press("j")
    second = page.measure("document.querySelectorAll('[data-item] h2')[1].textContent.trim()")
    assert current(page) == second
    page.loaded = False
    page.press("o")
    page.arrive()
    assert page.measure("document.querySelector('h1').textContent.trim()") == second


def test_help_opens_and_closes_and_turns_the_keys_off(page: Page, chromium: Chromium, site: Site) -> None:
    page.press("?")
    assert page.measure(HELP_IS_OPEN)
    page.press("j")
    assert current(page) == ""  # behind the help nothing moves
    assert serious(page) == []
    page.press("Space")  # the switch has the focus
    page.press("Escape")
    assert not page.measure(HELP_IS_OPEN)
    page.press("j")
    assert current(page) == ""
    again = chromium.open(site.url + TODAY, width=1280)
    again.press("?")
    assert not again.measure(HELP_IS_OPEN)
    again.measure("document.getElementById('keys-open').click()")
    again.press("Space")
    again.press("Escape")
    again.press("j")
    assert current(again) == ARTICLES[0].title


def test_everything_is_reached_by_tab_and_seen(page: Page) -> None:
    reached = []
    for _ in range(400):
        page.press("Tab")
        told = page.measure(
            """(() => { const each = document.activeElement, box = each.getBoundingClientRect();
            const style = getComputedStyle(each);
            return [each.tagName, each.id || each.textContent.trim().slice(0, 40), style.outlineStyle !== "none",
                    box.bottom > 0 && box.top < innerHeight && box.width > 0]; })()"""
        )
        if told[0] == "BODY":
            break
        reached.append(told)
    assert [each for each in reached if not (each[2] and each[3])] == []
    wanted = page.measure(
        """[...document.querySelectorAll("a[href], button, summary, input:not([type=hidden])")]
        .filter(each => each.checkVisibility() && !each.disabled).length"""
    )
    assert len(reached) == wanted


def test_the_first_tab_skips_to_the_text(page: Page) -> None:
    page.press("Tab")
    assert page.measure("document.activeElement.className") == "skip"
    page.press("Enter")
    page.until("document.activeElement.id === 'main'")


LISTS = {
    "/search?q=cranes": "main h2",
    "/topics": "main tbody th a",
    "/digests": "main .title",
    "/deliveries": "main tbody td:nth-child(4) a",
    "/sources": "main tbody th a",
}


@pytest.mark.parametrize("path", LISTS)
def test_j_k_and_o_go_through_every_list(chromium: Chromium, site: Site, path: str) -> None:
    page = chromium.open(site.url + path, width=1280)
    names = page.measure(f"[...document.querySelectorAll('{LISTS[path]}')].map(each => each.textContent.trim())")
    assert names
    seen = []
    for _ in names:
        page.press("j")
        seen.append(page.measure(f"{CURRENT}.textContent"))
    assert [name in text for name, text in zip(names, seen, strict=True)] == [True] * len(names)
    mark = page.measure(f"getComputedStyle({CURRENT}, '::after').backgroundColor")
    assert mark not in ("", "rgba(0, 0, 0, 0)")
    page.press("k")
    assert names[max(0, len(names) - 2)] in page.measure(f"{CURRENT}.textContent")
    assert page.complaints == []
    if path != "/sources":  # there it would leave for the publisher
        page.loaded = False
        page.press("o")
        page.arrive()
        assert page.measure("location.pathname") != path.partition("?")[0]


def test_a_story_is_judged_by_keys_report_by_report(chromium: Chromium, site: Site) -> None:
    page = chromium.open(f"{site.url}/stories/{site.filled.stories[1]}", width=1280)
    page.press("j")
    page.press("j")
    page.press("d")
    page.until(f"{CURRENT}.querySelector('[data-verdict=no][aria-pressed=true]')")
    with site.database.reading() as session:
        assert verdicts(session, TOPIC)[site.filled.articles[1]].relevant is False
    assert page.complaints == []


@pytest.mark.parametrize(
    ("path", "keys"), [(TODAY, "jkoud/?"), ("/stories/{story}", "jkoud/?"), ("/topics", "jko/?"), ("/status", "/?")]
)
def test_help_names_the_keys_that_do_something_here(chromium: Chromium, site: Site, path: str, keys: str) -> None:
    page = chromium.open(site.url + path.format(story=site.filled.stories[1]), width=1280)
    page.press("?")
    named = "[...document.querySelectorAll('#keys kbd')].filter(each => each.checkVisibility())"
    assert page.measure(f"{named}.map(each => each.textContent).join('')") == keys
    assert serious(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_what_opens_and_what_is_said_fits_and_can_be_read(
    chromium: Chromium, site: Site, width: int, dark: bool
) -> None:
    page = chromium.open(site.url + TODAY, width=width, dark=dark)
    page.measure("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.measure("document.querySelector('[data-verdict=no]').click()")
    page.until(f"{SAID} !== ''")
    assert overflowing(page) == []
    assert serious(page) == []
    page.measure("document.getElementById('keys').showModal()")
    assert overflowing(page) == []
    assert page.complaints == []


def test_a_verdict_that_cannot_be_recorded_says_so(page: Page, site: Site) -> None:
    page.measure("document.querySelectorAll('[name=form_token]').forEach(each => { each.value = 'old'; })")
    page.press("j")
    page.press("u")
    page.until(f"{SAID} !== ''")
    assert "open for too long" in page.measure(SAID)
    assert page.measure(f"{CURRENT}.querySelectorAll('[aria-pressed=true]').length") == 0


def test_what_came_in_meanwhile_is_shown_when_asked_for(page: Page, site: Site) -> None:
    with site.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE article SET stored_at = '2026-11-24 07:00:30.000000'")
        session.connection().exec_driver_sql("UPDATE assessment SET assessed_at = '2026-11-24 07:00:40.000000'")
    page.measure("dispatchEvent(new Event('focus'))")
    page.until("document.querySelector('.news a')")
    assert "stories new or judged anew" in page.measure("document.querySelector('.news').textContent")
    page.follow("document.querySelector('.news a').click()")
    assert page.measure("location.pathname") == f"/today/{TOPIC}"
