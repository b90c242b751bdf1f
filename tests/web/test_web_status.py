"""The status page, the figures for Prometheus, and the feeds of a topic."""

import json
import re
from datetime import timedelta

import pytest
from lxml import html
from reading_material import ARTICLES, HOSTILE_TITLE, TOPIC
from reading_site import Site, Sites

from monitor.config.settings import WebSettings
from monitor.links import feed_token
from monitor.pipeline.standing import in_bytes
from monitor.sources import parse
from monitor.store.polling import feed_states
from monitor.store.runs import finish_run, start_run

LINE = re.compile(r'monitor_[a-z_]+(\{[a-z]+="(?:[^"\\]|\\.)*"\})? -?[\d.e+]+')


@pytest.fixture(name="ran")
def _ran(site: Site) -> Site:
    """A site whose monitor collected five minutes ago."""
    with site.database.writing() as session:
        for minutes in (60, 5):
            run = start_run(session, "collect", site.clock() - timedelta(minutes=minutes))
            figures = {"seconds": {"poll": 1.5}, "pages": {"fetched": 12}}
            ended = site.clock() - timedelta(minutes=minutes - 1)
            finish_run(session, run, ended, succeeded=True, figures=figures)
    return site


def test_the_status_page_says_what_to_see_to(ran: Site) -> None:
    with ran.browser() as browser:
        page = browser.get("/status")
    text = " ".join(html.fromstring(page.text).text_content().split())
    for said in (
        "Alive",
        "broken: silent-wire",
        "silent-wire https://wire.example/feed: 404 Not Found <script>alert(5)</script>",
        "1 delivery that may or may not have arrived",
        "1 broken, 1 not asked yet",
        "12 in 9 stories",
        "60.0 s and 12 pages, the median of 2",
    ):
        assert said in text, said


def test_one_that_fails_is_named_before_it_is_broken(ran: Site) -> None:
    with ran.database.writing() as session:
        state = feed_states(session)["silent-wire"]
        state.failures, state.failing_since = 1, ran.clock()
        session.add(state)
    with ran.browser() as browser:
        shown = html.fromstring(browser.get("/status").text)
    text = " ".join(shown.text_content().split())
    assert "1 source failed and is asked again." in text
    assert "silent-wire https://wire.example/feed: 404 Not Found" in text
    assert "nothing to see to" not in text
    assert shown.xpath("//dd//a[@href='/sources#source-silent-wire']")


def test_before_anything_ran_the_page_says_so(shared: Site) -> None:
    with shared.browser() as browser:
        page = browser.get("/status").text
    assert "Not begun" in page
    assert "run `monitor collect`" in page


def test_figures_are_in_the_text_format(ran: Site) -> None:
    with ran.browser() as browser:
        answer = browser.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    values = [line for line in lines if not line.startswith("#")]
    assert [line for line in values if not LINE.fullmatch(line)] == []
    assert len(values) == len({line.rpartition(" ")[0] for line in values})
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.split(r"[{ ]", line)[0] for line in values} == typed
    for line in (
        "monitor_alive 1",
        'monitor_sources{condition="broken"} 1',
        'monitor_deliveries{state="unknown"} 1',
        'monitor_kept{what="articles"} 12',
        'monitor_relevant_a_day{topic="harbours"} 7',
        f"monitor_last_collect_success_seconds {(ran.clock() - timedelta(minutes=4)).timestamp():.15g}",
    ):
        assert line in values, line


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (25_400_000, "25 MB"), (3e12, "3.0 TB")]
)
def test_sizes_are_said_as_people_say_them(count: int, said: str) -> None:
    assert in_bytes(int(count)) == said


@pytest.mark.parametrize(("suffix", "kind"), [("atom", "atom"), ("json", "json-feed")])
def test_a_topic_is_a_feed_that_our_own_reader_takes(shared: Site, suffix: str, kind: str) -> None:
    with shared.browser() as browser:
        answer = browser.get(f"/feeds/{TOPIC}.{suffix}")
        again = browser.get(f"/feeds/{TOPIC}.{suffix}", headers={"if-none-match": answer.headers["etag"]})
        assert browser.get(f"/feeds/nothing.{suffix}").status_code == 404
        assert browser.get(f"/feeds/{TOPIC}.rss").status_code == 404
    assert (again.status_code, again.content) == (304, b"")
    listing = parse(answer.content, str(answer.request.url), content_type=answer.headers["content-type"])
    assert (listing.kind, listing.title) == (kind, "Harbours and automation")
    assert listing.entries[0].title == ARTICLES[0].title
    assert listing.entries[0].url == "https://quay.example/news/0"
    assert len(listing.entries) == 6
    assert len({entry.url for entry in listing.entries}) == 6


def test_what_is_hostile_stays_words_in_a_feed(shared: Site) -> None:
    with shared.browser() as browser:
        atom, feed = browser.get(f"/feeds/{TOPIC}.atom").text, browser.get(f"/feeds/{TOPIC}.json").text
    assert "<script>" not in atom
    titles = [item["title"] for item in json.loads(feed)["items"]]
    assert HOSTILE_TITLE.replace("\u202e", "") in [title.replace("\u202e", "") for title in titles]


def test_a_feed_opens_by_its_own_token_alone(sites: Sites) -> None:
    closed = sites(WebSettings(password="open sesame"))
    secret = closed.app.state.house.secret
    token = feed_token(secret, TOPIC)
    with closed.browser() as browser:
        assert browser.get(f"/feeds/{TOPIC}.atom").status_code == 401
        assert browser.get(f"/feeds/{TOPIC}.atom", params={"token": token}).status_code == 200
        assert browser.get("/feeds/tides.atom", params={"token": token}).status_code == 401
        assert browser.get(f"/feeds/{TOPIC}.atom", params={"token": token + "x"}).status_code == 401
        assert browser.get(f"/topics/{TOPIC}", params={"token": token}).status_code == 303
        assert browser.get("/api/status", params={"token": token}).status_code == 401
        page = browser.get(f"/topics/{TOPIC}", headers={"authorization": "Bearer open sesame"}).text
    (link,) = re.findall(rf'href="(/feeds/{TOPIC}\.atom[^"]*)"', page)
    with closed.browser() as browser:
        assert browser.get(link).status_code == 200
