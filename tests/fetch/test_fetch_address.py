import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Refused
from monitor.fetch.address import address_of, redirected, without_user
from monitor.urls import origin


@pytest.mark.parametrize(
    ("url", "text", "host", "port"),
    [
        ("http://Example.COM/a?b#c", "http://example.com/a?b", "example.com", 80),
        ("  https://example.com:443/a ", "https://example.com/a", "example.com", 443),
        ("https://example.com.:8443/", "https://example.com:8443/", "example.com", 8443),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC", "xn--bcher-kva.example", 80),
        ("http://[2606:4700::1]:81/", "http://[2606:4700::1]:81/", "2606:4700::1", 81),
    ],
)
def test_an_address_is_taken_apart(url: str, text: str, host: str, port: int) -> None:
    address = address_of(url)
    assert (address.text, address.host, address.port) == (text, host, port)
    assert address.origin == origin(text)
    assert address.robots.text == f"{address.origin}/robots.txt"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com:70/_",
        "javascript:alert(1)",
        "http://",
        "http:///etc/passwd",
        "http://[x/",
        "http://a%20b/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://[::1/",
        "http://0177.0.0.1/",
        "http://exam\nple.com/",
        "http://\ud800.example/",
        "http://１２７.0.0.1/",
        "http://.../",
    ],
)
def test_what_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        address_of(url)


def test_a_password_becomes_authorization_and_shows_nowhere() -> None:
    address = address_of("http://reader:p%40ss@example.com/feed")
    assert address.authorization == "Basic " + base64.b64encode(b"reader:p@ss").decode()
    assert address.text == "http://example.com/feed"
    assert "p%40ss" not in repr(address)
    assert address.authorization not in repr(address)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:secret@example.com/a@b", "http://example.com/a@b"),
        ("http://example.com/a@b", "http://example.com/a@b"),
        ("http://user:secret@[broken", "http://[broken"),
        ("http://user:se@cret@example.com", "http://example.com"),
    ],
)
def test_an_address_is_shown_without_its_user(url: str, shown: str) -> None:
    assert without_user(url) == shown


def test_a_redirect_keeps_the_password_within_its_origin() -> None:
    address = address_of("https://user:secret@example.com/feed")
    assert redirected(address, "/other").authorization == address.authorization
    assert redirected(address, "//example.com/other").authorization == address.authorization
    for elsewhere in (
        "https://other.example/",
        "http://example.com/feed",
        "https://example.com:8443/feed",
        "https://www.example.com/feed",
        "https://eve:eve@other.example/",
    ):
        assert redirected(address, elsewhere).authorization == ""
    assert redirected(address_of("https://example.com/"), "https://eve:eve@example.com/").authorization == ""


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/", "javascript:1", "http://", "data:,x"])
def test_a_redirect_leads_to_http_alone(location: str) -> None:
    with pytest.raises(Refused):
        redirected(address_of("https://example.com/"), location)


@given(st.text() | st.from_regex(r"https?://[^/]{0,20}(/.{0,10})?"))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = address_of(text)
    except Refused:
        return
    assert address.host
    assert 0 < address.port < 65536
    assert address_of(address.text) == address_of(address_of(address.text).text)
    assert "@" not in address.origin


@given(st.text())
def test_any_location_leads_somewhere_or_is_refused(text: str) -> None:
    with suppress(Refused):
        assert redirected(address_of("http://example.com/a/b"), text).url.scheme in ("http", "https")
