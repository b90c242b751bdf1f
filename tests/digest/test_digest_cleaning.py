import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.cleaning import host_of, language_tag, one_line, web_address

ANY = st.text(st.characters(codec=None), max_size=300)


@given(ANY, st.integers(10, 120))
def test_any_text_becomes_one_printable_line(text, longest):
    line = one_line(text, longest)

    assert len(line) <= longest
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for char in line)
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", line)
    assert line == line.strip()
    assert "  " not in line
    assert one_line(line, longest) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "link"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("two\r\nlines\ttab", "two lines tab"),
        ("z" + "\u0301" * 500, "z" + "\u0301" * 4),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200d\u200c \u200b", ""),
        ("x" * 10_000, "x" * 39 + "…"),
        ("one two three four five six seven eight nine", "one two three four five six seven eight…"),
    ],
)
def test_what_is_hidden_or_too_long_goes(text, line):
    assert one_line(text, 40) == line


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " \x01javascript:alert(1)",
        "data:text/html,<b>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "/relative",
        "https://",
        "https://[::1",
        "https://trusted.example@evil.example/",
        "https://evil.example\\@trusted.example/",
        'https://evil.example"onmouseover="x/',
        "https://example.org/" + "a" * 2000,
        "",
        "https://example.org/\ud800",
    ],
)
def test_no_link_leads_elsewhere(url):
    assert web_address(url) == ""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=c&d=%C3%A9#e", "https://example.org/a?b=c&d=%C3%A9#e"),
        ("HTTPS://Example.org/", "HTTPS://Example.org/"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("https://example.org/a|b`c d", "https://example.org/a%7Cb%60c%20d"),
        ("https://example.org/日本", "https://example.org/%E6%97%A5%E6%9C%AC"),
        ("http://127.0.0.1:8700/x", "http://127.0.0.1:8700/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_odd_characters_of_an_address_are_encoded(url, address):
    assert web_address(url) == address


@given(st.one_of(ANY, ANY.map("https://example.org/".__add__)))
def test_any_address_is_harmless_or_none(url):
    address = web_address(url)

    assert address == "" or re.fullmatch(r"https?://[^\s<>\"'`|\\\x00-\x1f]+", address, re.IGNORECASE) or "'" in address
    assert address.isascii()
    assert web_address(address) == address


def test_a_source_without_a_name_is_named_by_its_host():
    assert host_of("https://www.paper.example/x") == "paper.example"
    assert host_of("nonsense") == host_of("https://[") == ""


@pytest.mark.parametrize(
    ("language", "tag"), [("en", "en"), ("zh-Hans", "zh-Hans"), ("", ""), ('en" x="', ""), ("e", "")]
)
def test_a_language_is_stated_only_where_it_is_one(language, tag):
    assert language_tag(language) == tag
