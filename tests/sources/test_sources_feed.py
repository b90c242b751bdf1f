"""Feeds: what the folder of documents does not show."""

from datetime import timedelta

import feedparser
import pytest

from monitor.sources import loose, parse


def channel(inner: str, attributes: str = "") -> bytes:
    return f'<rss version="2.0" {attributes}><channel>{inner}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>999999999</ttl>", timedelta(days=30)),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", None),
        ("", None),
    ],
)
def test_refresh(inner: str, expected: timedelta | None) -> None:
    listing = parse(channel(inner, 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'), "")
    assert listing.refresh == expected


@pytest.mark.parametrize(
    ("inner", "hours", "days"),
    [
        ("<skipHours><hour>0</hour><hour>23</hour><hour>24</hour><hour>x</hour></skipHours>", (0, 23), ()),
        ("<skipDays><day>Saturday</day><day>Sunday </day><day>Someday</day></skipDays>", (), (5, 6)),
        (f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in range(24))}</skipHours>", (), ()),
        ("", (), ()),
    ],
)
def test_hours_and_days_to_skip(inner: str, hours: tuple[int, ...], days: tuple[int, ...]) -> None:
    listing = parse(channel(inner), "")
    assert (listing.skip_hours, listing.skip_days) == (hours, days)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<a:link rel="next" href="/feed?page=2"/>', "https://n.example/feed?page=2"),
        ('<a:link rel="prev-archive" href="/2025.xml"/><a:link rel="self" href="/f"/>', "https://n.example/2025.xml"),
        ('<a:link rel="previous" href="/feed"/>', ""),
        ('<a:link rel="next" href="javascript:void(0)"/>', ""),
    ],
)
def test_the_page_that_follows(links: str, expected: str) -> None:
    content = channel(links, 'xmlns:a="http://www.w3.org/2005/Atom"')
    assert parse(content, "https://n.example/feed").following == expected


def test_the_page_that_follows_in_json() -> None:
    content = b'{"version":"https://jsonfeed.org/version/1.1","items":[],"next_url":"/feed.json?page=2"}'
    assert parse(content, "https://n.example/feed.json").following == "https://n.example/feed.json?page=2"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ada Quay", ["Ada Quay"]),
        ("desk@news.example (Ada Quay)", ["Ada Quay"]),
        ("Ada Quay (desk@news.example)", ["Ada Quay"]),
        ("Ada Quay &lt;desk@news.example&gt;", ["Ada Quay"]),
        ("desk@news.example", ["desk@news.example"]),
        ("&lt;b&gt;Ada&lt;/b&gt; Quay", ["Ada Quay"]),
        (" ", []),
    ],
)
def test_authors(written: str, expected: list[str]) -> None:
    assert parse(channel(f"<item><author>{written}</author></item>"), "").entries[0].authors == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>javascript:alert(1)</link><guid>https://news.example/guid</guid>", "https://news.example/guid"),
        ("<link>mailto:desk@news.example</link><guid>7</guid>", ""),
        ("<guid isPermaLink='false'>https://news.example/guid</guid>", "https://news.example/guid"),
        ("<guid>relative</guid>", ""),
        ("<link>/relative</link>", "https://news.example/relative"),
        ("<link>https://news.example/a b</link>", "https://news.example/a%20b"),
        ("<link><![CDATA[ https://news.example/a?b=1&c=2 ]]></link>", "https://news.example/a?b=1&c=2"),
        ("<atom:link href='https://news.example/atom'/>", "https://news.example/atom"),
        ("<atom:link rel='self' href='https://news.example/self'/>", ""),
        ("<enclosure url='https://news.example/a.mp3'/>", ""),
        (
            "<link>http://www.bing.com/news/apiclick.aspx?ref=x&amp;url=https%3a%2f%2fpaper.example%2fa&amp;c=1</link>",
            "https://paper.example/a",
        ),
        ("<link>https://evil.example/url?url=https://paper.example/a</link>", "https://evil.example/url?url=https://paper.example/a"),
    ],
)  # fmt: skip
def test_address(item: str, expected: str) -> None:
    content = channel(f"<item>{item}</item>", 'xmlns:atom="http://www.w3.org/2005/Atom"')
    assert parse(content, "https://news.example/feed").entries[0].url == expected


def test_the_first_date_that_can_be_read_counts() -> None:
    content = channel("<item><pubDate>soon</pubDate><date>2026-11-24</date></item>")
    published = parse(content, "").entries[0].published
    assert published is not None
    assert published.isoformat() == "2026-11-24T00:00:00+00:00"


def test_an_item_in_an_item_is_part_of_it() -> None:
    content = channel(
        "<item><title>Outer</title><item><title>Inner</title></item></item><item><title>Next</title></item>"
    )
    assert [entry.title for entry in parse(content, "").entries] == ["Outer", "Next"]


def test_a_document_that_feedparser_fails_on_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: object, **options: object) -> None:
        raise KeyError("where")

    monkeypatch.setattr(feedparser, "parse", failing)
    listing = parse(b"<rss><channel><title>Soup</title><item><title>a</b></title></item></channel>", "")
    assert (listing.title, len(listing.entries)) == ("Soup", 1)


def test_tag_soup_that_costs_too_much_is_not_given_to_feedparser() -> None:
    assert loose.suits("<rss><item>")
    assert not loose.suits("<rss>" + " " * loose.LARGEST)
    assert not loose.suits('<item xml:base="a/">')
