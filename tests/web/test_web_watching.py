"""Sources are added, paused and exchanged on the page, and their file says so."""

from collections.abc import Iterator

import pytest
from lxml import html
from pipeline_house import apart, item, page, rss
from reading_files import Edited
from reading_site import send
from servers import Site as Publisher
from servers import says

from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.sources import opml
from monitor.store.polling import feed_states, keep_feed_states
from monitor.web.protection import LONGEST_BODIES

LINK = '<link rel=alternate type="application/rss+xml" href="/feed">'
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A site whose home page announces a feed."""
    with apart(Publisher("127.1.0.1")) as running:
        entries = [item(running.url(f"/{number}"), f"Crane {number}") for number in range(10)]
        running.routes |= {
            "/feed": says(rss(*entries, item("javascript:alert(1)", HOSTILE)), content_type="application/xml"),
            "/": says(page("Home", head=LINK)),
            "/plain": says(page("Plain")),
        }
        yield running


def test_a_home_page_is_looked_at_and_its_feed_added(edited: Edited, publisher: Publisher) -> None:
    before = edited.site.rows()
    with edited.site.browser() as browser:
        found = send(browser, browser.get("/sources"), "/sources/try", url=publisher.url())
        assert found.status_code == 200
        assert "An RSS feed, found behind the address that you gave" in found.text
        assert "Crane 7" in found.text
        assert "and 3 more entries" in found.text
        assert edited.text("config/sources.toml").count("[[source]]") == 3
        added = send(browser, found, "/sources/add")
        assert (added.status_code, added.headers["location"]) == (303, "/sources?added=127-1-0-1")
        listed = browser.get(added.headers["location"]).text
    assert "127-1-0-1 is a source now" in listed
    assert "4 sources" in listed
    assert edited.settings.source("127-1-0-1").url == publisher.url("/feed")
    assert edited.text("config/sources.toml").startswith("# what we read\n")
    assert edited.site.rows() == before


def test_what_a_source_lists_is_shown_as_words(edited: Edited, publisher: Publisher) -> None:
    publisher.routes["/feed"] = says(rss(item("javascript:alert(1)", HOSTILE)), content_type="application/xml")
    with edited.site.browser() as browser:
        found = send(browser, browser.get("/sources"), "/sources/try", url=publisher.url("/feed"))
    assert not html.fromstring(found.text).xpath("//script[not(@src)]")
    assert "javascript:" not in found.text


@pytest.mark.parametrize(
    ("given", "says_what"),
    [
        ("http://127.0.0.1:9/", "127.0.0.1 is not a public address"),
        ("ftp://a.example/", "no http or https address"),
        ("<script>", "no http or https address"),
        ("/plain", "lists no news"),
    ],
)
def test_what_is_no_source_says_why_and_keeps_what_was_typed(
    edited: Edited, publisher: Publisher, given: str, says_what: str
) -> None:
    given = publisher.url(given) if given.startswith("/") else given
    with edited.site.browser() as browser:
        answer = send(browser, browser.get("/sources"), "/sources/try", url=given)
    assert answer.status_code == 400
    shown = html.fromstring(answer.text)
    assert says_what in shown.get_element_by_id("refused").text_content()
    assert shown.get_element_by_id("url").get("value") == given


def test_a_name_that_is_taken_or_odd_is_refused(edited: Edited) -> None:
    before = edited.text("config/sources.toml")
    with edited.site.browser() as browser:
        token = browser.get("/sources").text.split('name="form_token" value="')[1].split('"')[0]
        for name, url in (("quay-herald", "https://x.example/"), ("a b", "https://x.example/"), ("x", "nonsense")):
            fields = {"form_token": token, "name": name, "url": url}
            answer = browser.post("/sources/add", data=fields)
            assert answer.status_code == 400
            assert "config/sources.toml" in answer.text
    assert edited.text("config/sources.toml") == before


def test_a_source_is_paused_and_resumed(edited: Edited) -> None:
    with edited.site.browser() as browser:
        page = browser.get("/sources")
        answer = send(browser, page, "/sources/pause", name="hafenbote", paused="yes")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sources#source-hafenbote")
        assert edited.settings.source("hafenbote").paused
        page = browser.get("/sources")
        assert "1 paused" in page.text
        send(browser, page, "/sources/pause", name="hafenbote", paused="no")
        assert not edited.settings.source("hafenbote").paused
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        assert browser.post("/sources/pause", data={"form_token": token, "name": "nobody"}).status_code == 404


def test_opml_goes_out_and_comes_in(edited: Edited) -> None:
    with edited.site.browser() as browser:
        out = browser.get("/sources/opml")
        assert "attachment" in out.headers["content-disposition"]
        assert [each.name for each in opml.read(out.content)] == ["quay-herald", "north-courier", "hafenbote"]
        page = browser.get("/sources")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        theirs = "<opml><body><outline xmlUrl='https://a.example/feed' text='A &lt;b&gt;'/></body></opml>"
        given = {"file": ("feeds.opml", theirs)}
        answer = browser.post("/sources/opml", data={"form_token": token}, files=given)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sources?taken=1")
        assert "1 source was added" in browser.get(answer.headers["location"]).text
        assert edited.settings.source("a-b").url == "https://a.example/feed"
        nothing = browser.post("/sources/opml", data={"form_token": token}, files={"file": ("x", b"\x00nonsense")})
        assert (nothing.status_code, "lists no feeds" in nothing.text) == (400, True)
        empty = browser.post("/sources/opml", data={"form_token": token}, files={"file": ("x", b"")})
        assert (empty.status_code, "Choose an OPML file" in empty.text) == (400, True)
        two = [("file", ("x", b"a")), ("file", ("y", b"b"))]
        assert browser.post("/sources/opml", data={"form_token": token}, files=two).status_code == 400
        assert browser.post("/sources/opml", data={"form_token": "x"}, files=given).status_code == 403
        long = b"x" * (LONGEST_BODIES["/sources/opml"] + 1)
        assert browser.post("/sources/opml", content=long).status_code == 413


def test_a_file_that_broke_is_told_on_every_page_and_stops_none(edited: Edited) -> None:
    (edited.root / "config/sources.toml").write_text("[[source]\n", encoding="utf-8")
    with edited.site.browser() as browser:
        for path in ("/sources", "/today/harbours", "/search"):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert "config/sources.toml: not valid TOML" in answer.text
        assert "3 sources" in browser.get("/sources").text
        answer = send(browser, browser.get("/sources"), "/sources/pause", name="hafenbote", paused="yes")
        assert (answer.status_code, "config/sources.toml" in answer.text) == (400, True)
    (edited.root / "config/sources.toml").write_text('[[source]]\nname = "a"\nurl = "https://a.example/"\n')
    with edited.site.browser() as browser:
        assert "1 source:" in browser.get("/sources").text


def test_sources_show_rhythm_yield_and_what_to_look_at(edited: Edited) -> None:
    now = edited.site.clock()
    rhythm = Rhythm((0.5,) * 31, (1.0,) * 31, now).to_json()
    with edited.site.database.writing() as session:
        state = feed_states(session)["quay-herald"]
        state.rhythm, state.rolled_off, state.last_rolled_off = rhythm, 2, now
        keep_feed_states(session, [state])
    with edited.site.browser() as browser:
        page = browser.get("/sources").text
    assert "10 a day" in page
    assert "entries rolled off unseen" in page
    assert "873" in page
