"""Addresses: the laws of the canonical form, and the cases that readers of real feeds meet."""

import re
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import AddressError
from monitor.urls import LONGEST, absolute, canonical_url, origin

CANONICAL = [
    ("HTTP://Example.COM:80/a/../b/./c#part", "http://example.com/b/c"),
    ("https://example.com:443", "https://example.com/"),
    ("https://example.com:8443/", "https://example.com:8443/"),
    ("  https://example.com/a\n", "https://example.com/a"),
    ("https://example.com/a//b", "https://example.com/a//b"),
    ("https://reader:secret@example.com/a", "https://example.com/a"),
    ("https://example.com./a", "https://example.com/a"),
    ("https://müller.example/straße", "https://xn--mller-kva.example/stra%C3%9Fe"),
    ("https://xn--mller-kva.example/stra%c3%9fe", "https://xn--mller-kva.example/stra%C3%9Fe"),
    ("https://例え.example/記事?q=値", "https://xn--r8jz45g.example/%E8%A8%98%E4%BA%8B?q=%E5%80%A4"),
    ("https://example.com/a b", "https://example.com/a%20b"),
    ("https://example.com/%7Euser/%61", "https://example.com/~user/a"),
    ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
    ("https://example.com/?b=2&a=1&a=0", "https://example.com/?a=1&a=0&b=2"),
    ("https://example.com/a?x=1&amp;y=2", "https://example.com/a?x=1&y=2"),
    ("https://example.com/a?x=1&amp;amp;y=2&", "https://example.com/a?x=1&y=2"),
    ("https://example.com/a?", "https://example.com/a"),
    ("https://example.com/story?utm_source=rss&UTM_medium=feed&id=7", "https://example.com/story?id=7"),
    ("https://example.com/story?fbclid=x&gclid=y&msclkid=z&mc_cid=1&mc_eid=2", "https://example.com/story"),
    ("https://example.com/story-7.html?ref=home&cmp=rss&xtor=RSS-1", "https://example.com/story-7.html"),
    ("https://example.com/long-title-here-65464327?maca=de-rss-all", "https://example.com/long-title-here-65464327"),
    ("https://example.com/artikel/900368?rss", "https://example.com/artikel/900368"),
    ("https://example.com/a?ch=rss_news&siteid=rss", "https://example.com/a"),
    ("https://example.com/a;jsessionid=0F3.node1?id=3", "https://example.com/a?id=3"),
    ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
    ("http://127.1.0.3:8700/a", "http://127.1.0.3:8700/a"),
]


@pytest.mark.parametrize(("url", "expected"), CANONICAL)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/story.php?12345", "https://example.com/story.php?12346"),
        ("https://example.com/news.asp?cid=1", "https://example.com/news.asp?cid=2"),
        ("https://example.com/view?eid=1&gallery=3", "https://example.com/view?eid=1&gallery=4"),
        ("https://example.com/?feed=rss2", "https://example.com/"),
        ("https://example.com/a/", "https://example.com/a"),
        ("http://example.com/a", "https://example.com/a"),
        ("https://example.com/#!/first", "https://example.com/#!/second"),
        ("https://example.com/go?u=https://victim.example/a", "https://victim.example/a"),
        ("https://example.com/https://victim.example/a", "https://victim.example/a"),
    ],
)
def test_different_articles_stay_different(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


NO_ADDRESS = [
    "",
    "example.com/a",
    "//example.com/a",
    "/a",
    "ftp://example.com/a",
    "javascript:alert(1)//http://example.com/",
    "data:text/html,<p>",
    "http://",
    "http:///a",
    "http://:80/",
    "http://example.com:0/",
    "http://example.com:99999/",
    "http://example.com:port/",
    "http://[::1/",
    "http://exa mple.com/",
    "http://-/",
    "http://%65xample.com/",
    "https://example.com/" + "a" * LONGEST,
    "https://example.com/" + "é" * (LONGEST // 2),
]


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(AddressError):
        canonical_url(url)


urls = st.builds(
    lambda scheme, host, port, path, query, fragment: f"{scheme}://{host}{port}/{path}{query}{fragment}",
    st.sampled_from(["http", "https", "HTTP", "hTTps"]),
    st.sampled_from(["example.com", "EXAMPLE.org.", "müller.example", "xn--mller-kva.example", "[::1]", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.text("abz09./;%25EeFf~-_ é&=+:@!$'()*,́", max_size=25) | st.text(max_size=20),
    st.just("") | st.text("abcidrefutmsource_=&;%2635amp+ é/?", max_size=40).map(lambda text: f"?{text}"),
    st.just("") | st.text(max_size=8).map(lambda text: f"#{text}"),
)


@given(urls | st.text())
@example("https://example.com/x;jsessionid=1.;jsessionid=2")
@example("https://example.com/?a&amp%3Bamp;b")
@example("https://example.com/?%26utm_source=1&utm%5Fsource=2")
def test_canonical_form_is_its_own(url: str) -> None:
    try:
        once = canonical_url(url)
    except AddressError:
        return
    assert canonical_url(once) == once
    assert once.isascii()
    assert not re.search(r"[\s\x00-\x1f#]", once)
    assert once.startswith(origin(once) + "/")


@given(urls)
def test_origin_is_the_same_for_an_address_and_its_canonical_form(url: str) -> None:
    try:
        expected = origin(canonical_url(url))
    except AddressError:
        return
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.com:443/a?b", "https://example.com"),
        ("http://example.com:8080", "http://example.com:8080"),
        ("http://reader:secret@müller.example/", "http://xn--mller-kva.example"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_origin(url: str, expected: str) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize("url", ["", "mailto:desk@example.com", "example.com", "http://"])
def test_no_origin(url: str) -> None:
    with pytest.raises(AddressError):
        origin(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("c", "https://example.com/a/c"),
        ("/c d", "https://example.com/c%20d"),
        ("//other.example/c", "https://other.example/c"),
        ("?page=2", "https://example.com/a/b?page=2"),
        (" http://other.example/\n c ", "http://other.example/%20c"),
        ("../../../c", "https://example.com/c"),
        ("", ""),
        ("   ", ""),
        ("mailto:desk@example.com", ""),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("tag:example.com,2026:1", ""),
        ("http://[::1", ""),
        ("http://example.com:99999/", ""),
        ("https://example.com/" + "a" * LONGEST, ""),
    ],
)
def test_absolute(url: str, expected: str) -> None:
    assert absolute("https://example.com/a/b", url) == expected


@given(st.text(), st.text())
def test_absolute_never_raises(base: str, url: str) -> None:
    found = absolute(base, url)
    assert found == "" or found.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (
            "http://a.example/web/2016/http://b.example/c/?utm_source=rss",
            "http://a.example/web/2016/http://b.example/c/",
        ),
        ("http://A.example:80//x///y", "http://a.example//x///y"),
        ("http://a.example/a//../b", "http://a.example/a/b"),
    ],
)
def test_an_empty_segment_of_a_path_is_kept(given: str, canonical: str) -> None:
    assert canonical_url(given) == canonical
    assert canonical_url(canonical) == canonical


@given(st.from_regex(r"https?://(a\.|A\.|x-y\.)example(:80)?/[ab09_.~=&%+?/:#;@-]{0,12}", fullmatch=True))
@example("https://a.example/#")
def test_an_address_that_is_taken_as_it_stands_is_what_joining_gives(url: str) -> None:
    for base in ("https://b.example/c/d?e", "http://b.example/", ""):
        assert absolute(base, url) in ("", urljoin(base, url))
