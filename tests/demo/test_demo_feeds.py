"""Every kind of listing is there, well formed, and lists what its publisher published."""

import gzip
import json
from datetime import UTC, datetime

import feedparser
import pytest
from lxml import etree

from monitor.demo import Newsroom, Publisher, feeds
from monitor.demo.answers import Catalogue
from monitor.demo.places import Places

NEWSROOM = Newsroom.load(datetime(2025, 11, 24, 7, 15, tzinfo=UTC))
PLACES = Places.of(
    NEWSROOM, {each.name: f"http://127.2.0.{number}:8765" for number, each in enumerate(NEWSROOM.publishers, 1)}
)
CATALOGUE = Catalogue(NEWSROOM, PLACES)
SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

XML_FEEDS = {
    "rss-2.0": "rss20",
    "rss-0.91": "rss091n",
    "rss-0.92": "rss092",
    "rss-1.0": "rss10",
    "atom-1.0": "atom10",
    "atom-0.3": "atom03",
}


def publishers(form: str) -> list[Publisher]:
    return [publisher for publisher in NEWSROOM.publishers if publisher.feed == form]


def body(publisher: Publisher, path: str) -> bytes:
    answer = CATALOGUE.answer(publisher, path, {})
    assert answer.status == 200
    return answer.body


def without_query(url: str) -> str:
    return url.partition("?")[0]


def test_every_kind_is_there() -> None:
    assert {publisher.feed for publisher in NEWSROOM.publishers} == {
        *XML_FEEDS,
        "json-feed",
        "news-sitemap",
        "sitemap",
        "search",
        "broken",
    }
    assert {publisher.declared for publisher in NEWSROOM.publishers} == {"auto", "page", "sitemap", "search"}


@pytest.mark.parametrize("form", XML_FEEDS)
def test_xml_feeds_list_every_article_in_their_version(form: str) -> None:
    for publisher in publishers(form):
        feed = feedparser.parse(body(publisher, feeds.path(publisher)))
        pieces = NEWSROOM.of(publisher)
        assert not feed.bozo
        assert feed.version == XML_FEEDS[form]
        assert feed.feed.title == publisher.title
        assert [entry.title for entry in feed.entries] == [piece.title for piece in pieces]
        assert [without_query(entry.link) for entry in feed.entries] == [PLACES.url(piece) for piece in pieces]
        if form not in ("rss-0.91", "rss-0.92"):  # those formats have no dates
            moments = [entry.get("published_parsed") or entry.updated_parsed for entry in feed.entries]
            dates = [datetime(*moment[:6], tzinfo=UTC) for moment in moments]
            assert dates == [piece.published for piece in pieces]


def test_some_links_carry_tracking_parameters() -> None:
    tracked = [publisher for publisher in NEWSROOM.publishers if publisher.tracking and publisher.feed in XML_FEEDS]
    assert tracked
    for publisher in tracked:
        feed = feedparser.parse(body(publisher, feeds.path(publisher)))
        assert all(entry.link.endswith(publisher.tracking) for entry in feed.entries)


def test_json_feed() -> None:
    (publisher,) = publishers("json-feed")
    feed = json.loads(body(publisher, feeds.path(publisher)))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == [piece.title for piece in NEWSROOM.of(publisher)]


def test_news_sitemap() -> None:
    (publisher,) = publishers("news-sitemap")
    tree = etree.fromstring(body(publisher, feeds.path(publisher)))
    titles = tree.findall(".//{http://www.google.com/schemas/sitemap-news/0.9}title")
    assert [title.text for title in titles] == [piece.title for piece in NEWSROOM.of(publisher)]


def test_sitemap_index_leads_to_a_plain_and_a_compressed_sitemap() -> None:
    (publisher,) = publishers("sitemap")
    index = etree.fromstring(body(publisher, feeds.path(publisher)))
    children = [each.text or "" for each in index.iter(f"{SITEMAPS}loc")]
    assert [child.rsplit(".", 1)[1] for child in children] == ["xml", "gz"]
    listed = []
    for child in children:
        content = body(publisher, child.removeprefix(PLACES.base(publisher)))
        tree = etree.fromstring(gzip.decompress(content) if child.endswith(".gz") else content)
        listed += [each.text for each in tree.iter(f"{SITEMAPS}loc")]
    assert listed == [PLACES.url(piece) for piece in NEWSROOM.of(publisher)]


def test_discovery_needs_the_home_page() -> None:
    (publisher,) = [publisher for publisher in NEWSROOM.publishers if publisher.declared == "page"]
    page = body(publisher, "/").decode()
    assert f'<link rel="alternate" type="application/rss+xml" title="{publisher.title}" href="/feed.xml">' in page


def test_the_broken_source_answers_an_error() -> None:
    (publisher,) = publishers("broken")
    answer = CATALOGUE.answer(publisher, feeds.path(publisher), {})
    assert answer.status == 500
    assert not answer.etag


def test_robots_allow_articles_and_name_sitemaps() -> None:
    for publisher in NEWSROOM.publishers:
        text = body(publisher, "/robots.txt").decode()
        assert text.startswith("User-agent: *\nDisallow: /account/")
        assert ("Sitemap: " in text) == (publisher.feed in ("news-sitemap", "sitemap"))
