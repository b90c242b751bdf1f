"""Every kind of source document, from a folder of them; and what no document may do, whatever its bytes."""

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from damage import damaged
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.models import Entry
from monitor.sources import Listing, mark, parse, parse_section
from monitor.sources.listing import MOST_ITEMS

CASES = sorted(path for path in (Path(__file__).parent.parent / "data" / "sources").iterdir() if path.is_dir())
SECONDS = 20
"""Far above what any document takes (some three seconds), far below what one without a bound does."""


def document(case: Path) -> bytes:
    return next(path for path in case.iterdir() if path.stem == "document").read_bytes()


def shown(entry: Entry, expected: dict[str, Any]) -> dict[str, Any]:
    """The fields of an entry that the expectation names."""
    found = {name: getattr(entry, name) for name in expected}
    if found.get("published"):
        found["published"] = found["published"].isoformat()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_document(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    listing = parse(document(case), "https://news.example/", source="quay")
    assert listing.kind == expected["kind"]
    assert listing.title == expected.get("title", "")
    assert listing.note == expected.get("note", "")
    assert [shown(*pair) for pair in zip(listing.entries, expected["entries"], strict=True)] == expected["entries"]
    assert list(listing.children) == expected.get("children", [])
    assert (listing.refresh.total_seconds() if listing.refresh else None) == expected.get("refresh")
    assert all(entry.source == "quay" for entry in listing.entries)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_known_comes_without_texts_and_all_else_as_ever(case: Path) -> None:
    whole = parse(document(case), "https://news.example/", source="quay")
    known = {mark(each.canonical_url) for each in whole.entries[1:]}
    again = parse(document(case), "https://news.example/", source="quay", known=known)
    assert again.title == whole.title
    for before, now in zip(whole.entries, again.entries, strict=True):
        if mark(before.canonical_url) in known:
            bare = {"title": "", "summary": "", "content": "", "authors": []}
            assert now == before.model_copy(update=bare)
        else:
            assert now == before


def test_a_document_from_a_file_has_the_addresses_that_it_says_itself() -> None:
    content = (
        b"<rss version='2.0'><channel><link>https://news.example/a/</link><item><link>b</link></item></channel></rss>"
    )
    assert parse(content, "").entries[0].url == "https://news.example/a/b"
    assert parse(content, "/srv/feeds/quay.xml").entries[0].url == "https://news.example/a/b"


def test_the_charset_of_the_answer_is_used_where_the_document_names_none() -> None:
    content = "<rss><channel><title>Новости</title></channel></rss>".encode("cp1251")
    assert parse(content, "", content_type="text/xml; charset=windows-1251").title == "Новости"


def test_a_charset_that_the_server_names_by_default_does_not_count() -> None:
    content = "<rss><channel><title>Café</title></channel></rss>".encode()
    assert parse(content, "", content_type="text/xml; charset=ISO-8859-1").title == "Café"


def dressed(title: str, before: str = "") -> bytes:
    return f"{before}<rss version='2.0'><channel><title>{title}</title></channel></rss>".encode()


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET", encoding="utf-8")
    listing = parse(dressed("&x;", f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'), "")
    assert listing.kind == "rss"
    assert "SECRET" not in listing.title


def bomb() -> bytes:
    nested = "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 10))
    return dressed("&b9;", f'<!DOCTYPE rss [<!ENTITY b0 "ha">{nested}]>')


def wide_bomb() -> bytes:
    return dressed("&b;" * 1_000_000, f'<!DOCTYPE rss [<!ENTITY b "{"ha" * 100}">]>')


HOSTILE = {
    "xml bomb": bomb,
    "wide xml bomb": wide_bomb,
    "gzip bomb": lambda: gzip.compress(b"<rss>" + bytes(100_000_000), 1),
    "gzip of gzip": lambda: gzip.compress(gzip.compress(b"<rss/>")),
    "truncated gzip": lambda: gzip.compress(b"<urlset><url><loc>https://a.example/b</loc></url></urlset>")[:-12],
    "broken gzip": lambda: b"\x1f\x8b" + bytes(range(256)),
    "nothing but zeros": lambda: bytes(1_000_000),
    "zeros in a feed": lambda: dressed("a\0b"),
    "nested div": lambda: b"<div>" * 2_000_000,
    "nested div in a description": lambda: b"<rss><channel><item><description>" + b"<div>" * 1_000_000,
    "escaped div": lambda: b"<rss><channel><item><description>" + b"&lt;div&gt;" * 400_000,
    "nested items": lambda: b"<rss><channel>" + b"<item>" * 800_000,
    "nested base": lambda: b'<feed xmlns="http://www.w3.org/2005/Atom">' + b'<entry xml:base="a/">' * 200_000,
    "ill-formed base": lambda: b'<rss><b></a><item xml:base="a/">' * 9_000,
    "long base": lambda: b'<feed xml:base="http://a.example/' + b"a/" * 900_000 + b'">' + b'<entry href="x"/>' * 30_000,
    "ampersands": lambda: b"<rss><channel><title>" + b"& " * 1_000_000,
    "less-than signs": lambda: b"<rss><channel><title>" + b"<" * 2_000_000,
    "unclosed tags": lambda: b"<rss><channel><title>" + b"<a" * 1_000_000,
    "unclosed comment": lambda: b"<!--" * 1_000_000,
    "unclosed doctype": lambda: b"<!DOCTYPE a [" * 300_000,
    "unclosed instruction": lambda: b"<?" * 1_000_000,
    "one long attribute": lambda: b"<rss><a " + b"b=c " * 800_000,
    "one long author": lambda: b"<rss><item><author>" + b"a" * 4_000_000 + b"</author></item></rss>",
    "one long date": lambda: b"<rss><item><pubDate>" + b"1 " * 2_000_000 + b"</pubDate></item></rss>",
    "deep JSON": lambda: b'{"items":' * 500_000,
    "deep list": lambda: b"[" * 4_000_000,
    "long number": lambda: b'{"items":[{"id":' + b"9" * 4_000_000 + b"}]}",
    "half a character in JSON": lambda: b'{"items":[{"title":"\\ud800","url":"http://a.example/\\udfff"}]}',
    "punycode": lambda: b'<?xml version="1.0" encoding="punycode"?>' + b"\xff<rss>" + b"a" * 1_000_000,
    "codec that is no text": lambda: b'<?xml version="1.0" encoding="base64"?><rss>\xff</rss>',
    "codec that warns": lambda: b'<?xml version="1.0" encoding="unicode_escape"?><rss>\xff\\c</rss>',
    "UTF-16 that is not": lambda: b"\xff\xfe\x00\xd8<rss>",
    "half UTF-32": lambda: b"\xff\xfe\x00\x00a",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_in_time(name: str) -> None:
    content = HOSTILE[name]()
    start = time.process_time()
    listing = parse(content, "https://news.example/")
    assert time.process_time() - start < SECONDS
    assert len(listing.title) <= 5_000_000


def test_a_feed_has_a_longest_length() -> None:
    content = b"<rss><channel>" + b"<item><title>a</title></item>" * (MOST_ITEMS + 5) + b"</channel></rss>"
    assert len(parse(content, "").entries) == MOST_ITEMS


def check(listing: Listing) -> None:
    """What holds for every listing."""
    assert listing.kind in {
        "rss", "atom", "rdf", "json-feed", "news-sitemap", "sitemap", "sitemap-index", "opml", "html", "unknown",
    }  # fmt: skip
    assert bool(listing.note) == (listing.kind == "unknown")
    for entry in listing.entries:
        assert entry.url == "" or entry.url.lower().startswith(("http://", "https://"))
        assert bool(entry.url) == bool(entry.canonical_url)
        assert entry.published is None or entry.published.utcoffset() is not None
        assert entry.title == " ".join(entry.title.split())
        (entry.title + entry.summary + entry.content + entry.url).encode()  # no half characters


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    check(parse(content, "https://news.example/"))


TOKENS = """
<rss <feed <rdf:RDF <urlset <opml <html <base <channel> <item> </item> <entry> <title> </title> <link> href="/a" rel='
<![CDATA[ ]]> <!-- --> <?xml ?> <!DOCTYPE [ <!ENTITY &amp; &nbsp; &#x1F600; &#0; &#99999999999; &#xD800; &#xd800 &
{"items":[ } ] , <loc> <url> http://a.example/ 2026-11-24 <pubDate> <content:encoded> <div> <br/> é 漢 😀 < > " ' =
xml:base= mode="base64" type="xhtml"
"""
tokens = st.sampled_from([*TOKENS.split(), "\0", "\n"])


@given(st.lists(tokens, max_size=40), st.sampled_from(["utf-8", "utf-16", "latin-1", "cp1252"]))
def test_any_soup(pieces: list[str], encoding: str) -> None:
    check(parse("".join(pieces).encode(encoding, "ignore"), "https://news.example/"))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=max(300, settings.default.max_examples))
@given(st.sampled_from(CASES), st.integers(0, 2**32), st.integers(1, 30))
def test_any_damage(case: Path, seed: int, damages: int) -> None:
    check(parse(damaged(document(case), seed, damages), "https://news.example/"))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CASES), st.integers(0, 2**32), st.integers(1, 30))
def test_any_damage_to_what_may_be_a_section_page(case: Path, seed: int, damages: int) -> None:
    check(parse_section(damaged(document(case), seed, damages), "https://news.example/"))


FIELDS = ("title", "link", "guid", "pubDate", "description", "content:encoded", "author", "ttl", "source", "loc", "id")
ODD = (
    *("0", "-1", "9" * 30, "http://[", "//", "javascript:1", "31 Feb 2026", "2026-11-24T25:61Z", "&#xD800;", "\x1b[2J"),
    *("<![CDATA[<p>", "]]>", "&lt;script&gt;", "<b>bold</b>", "http://a.example/?utm_source=x"),
)
TEXTS = st.text(max_size=30) | st.sampled_from(ODD)
ITEMS = st.lists(st.tuples(st.sampled_from(FIELDS), TEXTS), max_size=6)
FRAMES = {"item": "<rss><channel>{}</channel></rss>", "entry": "<feed>{}</feed>", "url": "<urlset>{}</urlset>"}


@given(st.lists(ITEMS, max_size=4), st.sampled_from(sorted(FRAMES)))
def test_any_items(items: list[list[tuple[str, str]]], element: str) -> None:
    inner = ("".join(f"<{name}>{text}</{name}>" for name, text in fields) for fields in items)
    shown = "".join(f"<{element}>{fields}</{element}>" for fields in inner)
    check(parse(FRAMES[element].format(shown).encode("utf-8", "replace"), "https://news.example/"))


MEMBERS = st.sampled_from(["items", "url", "title", "id", "date_published", "authors", "name", "version", "articles"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["items", "url", "title", "id", "date_published", "authors", "name", "version", "articles"]
            ),
            inner,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_json(value: Any) -> None:
    check(
        parse(
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": value}).encode(), "https://n.example/"
        )
    )
    check(parse(json.dumps(value).encode(), "https://news.example/"))
