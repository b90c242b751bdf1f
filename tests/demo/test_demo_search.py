"""The invented search engine finds by words and answers in both forms."""

import json
from datetime import UTC, datetime
from urllib.parse import quote_plus

import feedparser

from monitor.demo import Newsroom
from monitor.demo.answers import Catalogue
from monitor.demo.places import Places

NEWSROOM = Newsroom.load(datetime(2025, 11, 24, 7, 15, tzinfo=UTC))
PLACES = Places.of(
    NEWSROOM, {each.name: f"http://127.2.0.{number}:8765" for number, each in enumerate(NEWSROOM.publishers, 1)}
)
CATALOGUE = Catalogue(NEWSROOM, PLACES)
ENGINE = NEWSROOM.publisher("findling-search")


def found(query: str) -> set[str]:
    answer = CATALOGUE.answer(ENGINE, f"/rss/search?q={quote_plus(query)}&hl=en", {})
    return {entry.title for entry in feedparser.parse(answer.body).entries}


def test_words_are_all_required_and_phrases_are_kept_together() -> None:
    assert found("Kushiro crab") == {"In Kushiro, the crab tanks cracked first"}
    assert found('"crab Kushiro"') == set()
    assert found("leeks OR Velasco") == {
        "A tart for the week before pay day",
        "Velasco leaves Tidewater for two more years on the mountain roads",
    }


def test_nothing_found_is_a_feed_without_entries() -> None:
    answer = CATALOGUE.answer(ENGINE, "/rss/search?q=zyzzyva", {})
    feed = feedparser.parse(answer.body)
    assert not feed.bozo
    assert feed.version == "rss20"
    assert feed.entries == []


def test_no_words_find_nothing() -> None:
    assert found("") == set()


def test_links_lead_to_the_publishers_and_carry_the_engines_tracking() -> None:
    answer = CATALOGUE.answer(ENGINE, "/rss/search?q=chatbot", {})
    links = [entry.link for entry in feedparser.parse(answer.body).entries]
    assert links
    assert all(link.endswith("?utm_source=findling") for link in links)
    assert not any(link.startswith(PLACES.base(ENGINE)) for link in links)


def test_the_archive_answers_as_gdelt_does() -> None:
    answer = CATALOGUE.answer(ENGINE, "/api/v2/doc/doc?query=%22language+model%22&mode=artlist&format=json", {})
    articles = json.loads(answer.body)["articles"]
    assert articles
    assert datetime.strptime(articles[0]["seendate"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) < NEWSROOM.first_run
    assert {"url", "title", "domain", "language"} <= set(articles[0])
