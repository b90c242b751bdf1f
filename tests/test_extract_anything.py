"""Whatever bytes come in the place of a page: a document that can be kept, and no error that is caught at the door."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from damage import damaged
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from monitor.extract import extract
from monitor.extract.dates import read_moment
from monitor.extract.decoding import decode
from monitor.extract.language import language
from monitor.extract.linked_data import linked_article
from monitor.models import Document, Grade

PAGES = [path.read_bytes() for path in sorted((Path(__file__).parent / "data" / "extract").glob("*/page.html"))]
URLS = st.sampled_from(
    ["https://news.example/a", "", "http://[", "file:///a.html", "https://news.example/2026/11/24/a/"]
)
TYPES = st.sampled_from(
    ["", "text/html; charset=utf-8", "text/html; charset=gb2312", "text/html; charset=x-none", ";="]
)
DATES = st.sampled_from(
    [
        "2026-11-24",
        "24 Nov 2026",
        "24/11/2026 7 pm",
        "0000-00-00",
        "9999-12-31T23:59:59-14:00",
        "٢٤ نوفمبر ٢٠٢٦",
        "²⁰²⁶-¹¹-²⁴",
    ]
)
SCRAPS = st.sampled_from(
    (
        *(
            "<html>",
            "<head>",
            "<title>",
            "</title>",
            "<p>",
            "</p>",
            "<article>",
            "words and more words ",
            "\x00",
            "\ud800",
        ),
        *("<a href='//['>", "<link rel=canonical href='http://['>", "<h1> | </h1>", "<!--", "<![CDATA[", "</script>"),
        *(
            "<div class=paywall>",
            "<div class=comments>",
            "<aside>",
            "<table><tr><td colspan=99999999999>",
            "<svg><title>",
        ),
        *("<link rel=amphtml href=/amp>", "<link rel=next href=/a/2>", "<a href=/print>Print</a>", "<base href='//['>"),
        *("<meta name=date content='0001-01-01'>", "<meta property='og:title' content='&#0;|'>", "<time datetime="),
        "<time pubdate datetime='9999-12-31T23:59:59-14:00'>",
        "<p>A paragraph that is long enough to be read as a part of the text, and says nothing else.</p>",
        '<script type="application/ld+json">{"@graph":{"@type":"Article","articleBody":["x"],"image":[]}}</script>',
        '<script type="application/ld+json">',
        '<script id="__NEXT_DATA__" type="application/json">{"props":{"body":"<p>',
    )
)
KEYS = st.sampled_from(
    (
        *("@type", "@graph", "headline", "name", "author", "datePublished", "articleBody", "image", "url", "publisher"),
        *("mainEntity", "isAccessibleForFree", "wordCount", "inLanguage", "liveBlogUpdate", "hasPart", "description"),
    )
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | DATES
    | st.sampled_from(
        ["NewsArticle", "LiveBlogPosting", "WebPage", "Person", "http://[", "<p>&#0;</p>", "\ud800", "1" * 5000]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@contextmanager
def nothing_caught() -> Iterator[None]:
    """Fails where the reading had to be given up: an error caught at the door is a defect behind it."""
    seen: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("monitor.extract.document")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    assert seen == []


def check(content: bytes, url: str = "https://news.example/a", content_type: str = "") -> Document:
    """What holds for every document."""
    with nothing_caught():
        document = extract(content, url, content_type)
    assert (document.grade == Grade.EMPTY) == (not document.text)
    texts = (document.title, document.text, *document.authors, document.site, document.image, document.language)
    for text in (*texts, document.declared_canonical, document.fuller_url):
        text.encode()  # no half characters: no database takes them
        assert "\0" not in text  # which PostgreSQL refuses
    assert document.published is None or (document.published.tzinfo is UTC and 1995 <= document.published.year < 2100)
    assert all(line.strip() for line in document.text.split("\n")) or not document.text
    for address in (document.image, document.declared_canonical, document.fuller_url):
        assert address == "" or address.lower().startswith(("http://", "https://"))
    return document


@settings(deadline=None)
@given(st.binary(max_size=600), URLS | st.text(max_size=40), TYPES | st.text(max_size=40))
def test_any_bytes(content: bytes, url: str, content_type: str) -> None:
    check(content, url, content_type)


@settings(deadline=None)
@given(
    st.lists(SCRAPS | DATES | st.text(max_size=20), max_size=40), URLS, st.sampled_from(["utf-8", "utf-16", "cp1251"])
)
def test_any_soup(parts: list[str], url: str, encoding: str) -> None:
    check("".join(parts).encode(encoding, "ignore" if encoding != "utf-8" else "surrogatepass"), url)


@settings(deadline=None)
@given(st.sampled_from(PAGES), st.integers(0, 2**32), st.integers(1, 30), TYPES)
def test_any_damage(page: bytes, seed: int, damages: int, content_type: str) -> None:
    check(damaged(page, seed, damages), content_type=content_type)


@settings(deadline=None)
@given(VALUES)
@example({"@type": "Article", "headline": "\ud800", "image": "\ud800"})
def test_any_linked_data(value: object) -> None:
    script = json.dumps(value).replace("</", "<\\/")
    tree = html.fromstring(f'<html><script type="application/ld+json">{script}</script><p>Text</p></html>')
    article = linked_article(tree)
    texts = (article.headline, article.body, article.published, article.publisher, article.image, *article.authors)
    assert all(isinstance(text, str) for text in texts)
    check(f'<html><script type="application/ld+json">{script}</script><p>{"Words. " * 40}</p></html>'.encode())


@given(st.binary(max_size=300), TYPES | st.text(max_size=40))
def test_any_bytes_are_decoded(content: bytes, content_type: str) -> None:
    assert isinstance(decode(content, content_type), str)


@given(
    st.text(st.characters(codec="koi8-r", min_codepoint=32), min_size=1, max_size=200),
    st.sampled_from(["utf-8", "utf-16", "koi8-r"]),
    st.booleans(),
)
@example("Ђ", "utf-8", True)
def test_a_declared_encoding_gives_back_what_was_written(text: str, encoding: str, in_header: bool) -> None:
    meta = "" if in_header else f'<meta charset="{encoding}">'
    page = f"<html>{meta}<p>новости {text}</p>"
    assert decode(page.encode(encoding), f"text/html; charset={encoding}" if in_header else "text/html") == page


@given(DATES | st.text(max_size=120))
def test_any_text_is_a_moment_of_the_webs_years_or_none(text: str) -> None:
    moment = read_moment(text)
    assert moment is None or (moment.tzinfo is UTC and datetime(1995, 1, 1, tzinfo=UTC) <= moment)


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_has_a_language_of_two_letters_or_none(text: str, declared: list[str]) -> None:
    found = language(text, declared)
    assert found == "" or (len(found) == 2 and found.isascii() and found.islower())
