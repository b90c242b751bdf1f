"""Which of the feeds that a page announces is the one that is meant."""

import pytest

from monitor.sources import parse

SITE = "https://courier.example"


def announced(page: str, *feeds: tuple[str, str]) -> list[str]:
    links = "".join(
        f"<link rel=alternate type=application/rss+xml href='{address}' title='{title}'>" for address, title in feeds
    )
    html = f"<!doctype html><html><head><title>The Courier</title>{links}</head><body><p>News.</p></body></html>"
    listing = parse(html.encode(), f"{SITE}{page}", source="courier")
    assert listing.kind == "html"
    return [address.removeprefix(SITE) for address in listing.children]


def test_of_a_section_its_own_feed_comes_before_that_of_the_site() -> None:
    feeds = ("/feed/", "Courier Feed"), ("/comments/feed/", "Comments Feed"), ("/harbour/feed/", "Harbour Feed")
    assert announced("/harbour/", *feeds) == ["/harbour/feed/", "/feed/", "/comments/feed/"]
    assert announced("/harbour", *feeds)[0] == "/harbour/feed/"
    assert announced("/", *feeds) == ["/feed/", "/harbour/feed/", "/comments/feed/"]
    assert announced("/harb/", *feeds)[0] == "/feed/"
    assert announced("/harbour", ("/rss", "All"), ("/harbour.rss", "Harbour")) == ["/harbour.rss", "/rss"]


@pytest.mark.parametrize(
    "title", ["Cranes Comments Feed", "Kommentar-Feed", "Kanał z komentarzami", "Лента комментариев", "评论 Feed"]
)
def test_what_is_said_of_an_article_is_no_section(title: str) -> None:
    feeds = ("/2026/11/cranes/feed/", title), ("/feed/", "Courier Feed")
    assert announced("/2026/11/cranes/", *feeds) == ["/feed/", "/2026/11/cranes/feed/"]
