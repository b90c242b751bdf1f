"""Links that lead through a redirector: what is resolved without a script, and what is marked."""

import base64
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources import is_sealed, parse

STORY = "https://news.example/quay/cranes"


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(b"\x08\x13" + content).decode().rstrip("=")


def link_of(address: str) -> str:
    content = f"<rss version='2.0'><channel><item><link>{address}</link></item></channel></rss>".encode()
    return parse(content, "https://news.google.com/rss/search").entries[0].url


OPEN = packed(b'"' + bytes([len(STORY)]) + STORY.encode() + b"\xd2\x01\x00")
SEALED = packed(b'"\xa0\x01AU_yqLNx0rPk7bQ2wVzTt5mJc9hGdFsKeLaYoUiPbN')


@pytest.mark.parametrize("place", ["rss/articles", "articles", "__i/rss/rd/articles", "read"])
def test_a_google_news_link_that_holds_its_address_is_resolved(place: str) -> None:
    found = link_of(f"https://news.google.com/{place}/{OPEN}?oc=5")
    assert found == STORY
    assert not is_sealed(found)


def test_one_that_does_not_is_known_as_such() -> None:
    found = link_of(f"https://news.google.com/rss/articles/{SEALED}?oc=5")
    assert found.startswith("https://news.google.com/rss/articles/")
    assert is_sealed(found)


@pytest.mark.parametrize(
    "url", [STORY, "https://news.google.com/home", f"https://else.example/articles/{SEALED}", "//["]
)
def test_what_is_no_such_link_is_not_sealed(url: str) -> None:
    assert not is_sealed(url)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="<&"), max_size=80))
def test_any_such_link_gives_an_address_or_none(path: str) -> None:
    found = link_of(f"https://news.google.com/rss/articles/{path}")
    assert found == "" or found.startswith(("http://", "https://"))


@given(st.binary(max_size=120) | st.binary(max_size=60).map(lambda rest: STORY.encode() + rest))
def test_anything_packed_into_such_a_link_gives_an_address(content: bytes) -> None:
    found = link_of(f"https://news.google.com/rss/articles/{packed(content)}?oc=5")
    assert found.startswith(("http://", "https://"))
    found.encode()


@given(st.text(max_size=60))
def test_any_address_in_the_query_of_a_redirector_gives_an_address_or_none(inner: str) -> None:
    for outer in (
        "https://www.google.com/url?rct=j&amp;url=",
        "https://www.bing.com/news/apiclick.aspx?ref=a&amp;url=",
    ):
        found = link_of(outer + quote(inner.encode("utf-8", "replace")))
        assert found == "" or found.startswith(("http://", "https://"))


def test_entries_share_nothing() -> None:
    items = b"<item><title>One</title><author>A</author></item><item><title>Two</title></item>"
    feed = b"<rss><channel>" + items + b"</channel></rss>"
    first, second = parse(feed, "https://a.example/feed", source="wire").entries
    first.authors.append("B")
    assert (first.title, first.authors, second.title, second.authors) == ("One", ["A", "B"], "Two", [])
    assert (second.url, second.source, second.published) == ("", "wire", None)
    assert pickle.loads(pickle.dumps([first, second])) == [first, second]
