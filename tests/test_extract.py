"""Pages written as real sites mark theirs up, with what must be read from them; and bytes of every kind."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.extract import extract, from_entry
from monitor.extract.dates import read_moment, stated_moment
from monitor.extract.decoding import decode
from monitor.extract.grading import weight
from monitor.extract.language import language
from monitor.extract.naming import authors
from monitor.models import Document, Entry, Grade

CASES = sorted((Path(__file__).parent / "data" / "extract").iterdir())
PARAGRAPHS = "".join(
    f"<p>This is paragraph {number} of a text that is long enough to be read.</p>" for number in range(9)
)


def page(head: str = "", body: str = PARAGRAPHS, attributes: str = "") -> bytes:
    return (
        f"<!doctype html><html {attributes}><head>{head}</head><body><article>{body}</article></body></html>".encode()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_is_read_as_its_twin_says(case):
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    document = extract((case / "page.html").read_bytes(), expected["url"], expected["content_type"])
    published = document.published.isoformat() if document.published else None
    found = {
        "title": document.title,
        "authors": list(document.authors),
        "published": published,
        "language": document.language,
        "site": document.site,
        "image": document.image,
        "declared_canonical": document.declared_canonical,
        "grade": document.grade,
    }
    assert found == {key: expected[key] for key in found}
    assert [part for part in expected["contains"] if part not in document.text] == []
    assert [part for part in expected["lacks"] if part in document.text] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_bytes_give_the_same_document(case):
    content = (case / "page.html").read_bytes()
    assert extract(content, "https://news.example/a") == extract(content, "https://news.example/a")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"just words, no markup",
        b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj " * 100,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00<p>not text</p>\x00\x00\x01" * 50,
        bytes(range(256)) * 300,
        b"<" * 100_000,
        b'{"articles": [1, 2, 3]}',
    ],
    ids=["nothing", "blank", "plain", "pdf", "png", "noise", "brackets", "json"],
)
def test_what_is_no_page_is_an_empty_document(content):
    document = extract(content, "https://news.example/a", "application/octet-stream")
    assert (document.text, document.grade) == ("", Grade.EMPTY)


@pytest.mark.parametrize(
    "opening", ['<html lang="en" />', '<?xml version="1.0" encoding="iso-8859-1"?><html>', "<html>\x00\x0b", "<HTML/>"]
)
def test_what_stands_before_the_page_does_not_hide_it(opening):
    content = f"{opening}<body><article><p>Grüße an alle</p>{PARAGRAPHS}</article></body></html>"
    assert extract(content.encode(), "").text.startswith("Grüße an alle\nThis is paragraph 0")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>" + b"<p>word</p>" * 200_000,
        b"<html><body>" + b"<div>" * 50_000 + b"deep",
        page(body="<table>" + "<tr><td colspan=9007199254740991>x</td></tr>" * 100 + "</table>" + PARAGRAPHS),
        b"<html><head><title>" + b"a | " * 100_000 + b"</title></head><body><p>word</p>",
        page('<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
        b"<html" * 340 + b" " * 2_390 + b"<body><p>word</p>",
    ],
    ids=["many", "deep", "wide", "separators", "nested-json", "roots"],
)
def test_a_monstrous_page_ends(content):
    assert isinstance(extract(content, "https://news.example/a"), Document)


@pytest.mark.parametrize(
    ("encoding", "header", "meta", "text"),
    [
        ("utf-8", "text/html; charset=klingon", "", "Žluťoučký kůň"),
        ("utf-8", "text/html; charset=windows-1251", "iso-8859-1", "Žluťoučký kůň"),
        ("cp1252", "text/html; charset=ISO-8859-1", "", "“Quotes” – and a dash"),
        ("cp1251", "", "windows-1251", "Новый мост через реку"),
        ("cp1251", "text/html; charset=us-ascii-not", "windows-1251", "Новый мост через реку"),
        ("cp1251", "", "utf-8", "Краны. Порт заказал сорок кранов без водителей, сообщил директор порта"),
        ("cp1251", "text/html", "", "Краны. Порт заказал сорок кранов без водителей, сообщил директор порта"),
        ("cp1252", "", "utf-8", "Schüler müssen früher aufstehen"),
        ("shift_jis", "text/html; charset=x-sjis", "", "新しい橋が開通した"),
        ("gb18030", "", "gb2312", "新桥今日通车，市民步行过江"),
        ("euc_kr", "", "ks_c_5601-1987", "새 다리가 오늘 개통했다"),
        ("iso2022_jp", "text/html; charset=iso-2022-jp", "", "新しい橋が開通した"),
        ("utf-16", "text/html", "", "Žluťoučký kůň"),
        ("utf-16-le", "text/html; charset=utf-8", "", "Žluťoučký kůň"),
        ("utf-16-be", "", "", "Žluťoučký kůň"),
        ("iso8859-7", "text/html;charset='ISO-8859-7'", "", "Η νέα γέφυρα άνοιξε"),
    ],
)
def test_the_encoding_is_the_one_that_fits(encoding, header, meta, text):
    content = f'<html><head><meta charset="{meta}"></head><body><p>{text}</p></body></html>'.encode(encoding)
    assert text in decode(content, header)


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("en-GB", "cp1252", "The crane costs £5m, its maker said on Monday."),
        ("da", "cp1252", "Kranen går i drift til foråret, siger havnen."),
        ("ES", "cp1252", "El puerto de Gijón compra cuarenta grúas sin conductor."),
        ("it", "cp1252", "La gru è in funzione da lunedì."),
        ("pl", "cp1250", "Nowy dźwig w porcie ruszył, powiedział dyrektor."),
        ("ru", "cp1251", "Краны. Порт заказал сорок кранов без водителей, сообщил директор порта"),
        ("en", "cp1251", "Краны. Порт заказал сорок кранов без водителей, сообщил директор порта"),
    ],
)
def test_where_nothing_true_is_declared_the_language_says_which_latin_encoding_it_is(language, encoding, text):
    content = f'<!doctype html>\n<html class="a" lang="{language}"><body><p>{text}</p></body></html>'.encode(encoding)
    assert text in decode(content, "text/html; charset=utf-8")


def test_a_guess_that_python_does_not_know_is_passed_over(monkeypatch):
    monkeypatch.setattr("monitor.extract.decoding.detect_encoding", lambda _: ["x-made-up", "cp1250"])
    assert decode("<html><p>Dźwig</p></html>".encode("cp1250")) == "<html><p>Dźwig</p></html>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Forty of them.\n\nThe post Cranes at Eastmere appeared first on The Courier.", "Forty of them."),
        ("Forty of […] The post Cranes at Eastmere appeared first on The Courier.", "Forty of […]"),
        ("Vierzig.\n\nDer Beitrag Cranes at Eastmere erschien zuerst auf Courier.", "Vierzig."),
        ("Cuarenta.\n\nSeguir leyendo", "Cuarenta."),
        ("Forty.\n\nContinue reading →\n\nThe post Cranes at Eastmere appeared first on The Courier.", "Forty."),
        ("Continue reading", ""),
        ("四十台。\n\nCranes at Eastmere最先出现在Courier。", "四十台。"),
        ("Forty of them. Here are Cranes at Eastmere.", "Forty of them. Here are Cranes at Eastmere."),
        ("Cranes at Eastmere are forty now.", "Cranes at Eastmere are forty now."),
        ("Cranes at Eastmere are new. Forty.", "Cranes at Eastmere are new. Forty."),
        (
            "One. Nobody in the whole of the harbour saw Cranes at Eastmere before.",
            "One. Nobody in the whole of the harbour saw Cranes at Eastmere before.",
        ),
    ],
)
def test_where_it_appeared_is_no_part_of_what_a_feed_says(content, text):
    entry = Entry(canonical_url="https://a.example/", url="https://a.example/", source="a", content=content)
    entry.title = "Cranes at Eastmere"
    assert from_entry(entry).text == text


def test_a_few_broken_characters_do_not_disown_the_declared_encoding():
    text = "新桥今日通车，市民步行过江。" * 40
    content = f"<html><p>{text}</p></html>".encode("gb18030").replace("江".encode("gb18030"), b"\xff", 1)
    assert decode(content, "text/html; charset=gb2312").count("新桥今日通车") == 40


@pytest.mark.parametrize("label", ["base64", "unicode_escape", "utf-7", "rot13", "idna", "\x00", "a" * 5000])
def test_a_page_cannot_choose_a_codec_that_is_no_encoding_of_the_web(label):
    content = "<html><p>caf\u00e9 \\u0041</p></html>".encode("latin-1")
    assert "\\u0041" in decode(content, f"text/html; charset={label}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02", "2026-03-02T00:00:00+00:00"),
        ("2026-03-02T08:15:00+02:00", "2026-03-02T06:15:00+00:00"),
        ("2026-03-02T08:15:00.123456Z", "2026-03-02T08:15:00+00:00"),
        ("2026-03-02 08:15", "2026-03-02T08:15:00+00:00"),
        ("2026-3-2T8:05+0530", "2026-03-02T02:35:00+00:00"),
        ("2026-03-02T23:30-5", "2026-03-03T04:30:00+00:00"),
        ("2020-09-23T18&#x3A;19&#x3A;06&#x2B;02&#x3A;00", "2020-09-23T16:19:06+00:00"),
        ("Wed, 04 May 2022 02:41:00 GMT", "2022-05-04T02:41:00+00:00"),
        ("1651632060", "2022-05-04T02:41:00+00:00"),
        ("1651632060000", "2022-05-04T02:41:00+00:00"),
        ("20260302", "2026-03-02T00:00:00+00:00"),
        ("20260302T0815", "2026-03-02T08:15:00+00:00"),
        ("2026/3/2", "2026-03-02T00:00:00+00:00"),
    ],
)
def test_moments_are_read_as_pages_write_them(value, expected):
    assert read_moment(value) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "value", ["", "yesterday", "1970-01-01", "2026-13-45", "0001-01-01T00:00:00+14:00", "9" * 13, "12"]
)
def test_what_is_no_moment_of_publication_is_none(value):
    assert read_moment(value) is None


def test_a_time_of_day_is_preferred_to_the_same_day_alone():
    assert stated_moment(("2026-03-02", "2026-03-05T10:00Z", "2026-03-02T10:00Z")) == datetime(
        2026, 3, 2, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (("By Ana Roig and Tom Lee",), ("Ana Roig", "Tom Lee")),
        (("Ana Roig, Tom Lee",), ("Ana Roig", "Tom Lee")),
        (("Dora Whitcombe, Transport Correspondent",), ("Dora Whitcombe",)),
        (("Anna Martel, Nairobi",), ("Anna Martel",)),
        (("Ana Roig (aro)", "Ana Roig"), ("Ana Roig",)),
        (("https://www.facebook.com/herald", "The Herald", "admin", "@herald"), ()),
        (("Von Jörg Weiß und Elif Kaya",), ("Jörg Weiß", "Elif Kaya")),
    ],
)
def test_authors_are_people(written, expected):
    assert authors(written, "The Herald") == expected


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Rates rise again | The Herald", "The Herald", "Rates rise again"),
        ("The Herald - Rates rise again", "The Herald", "Rates rise again"),
        ("Rates rise again - news.example", "", "Rates rise again"),
        ("Budget 2026 - what it means - Herald - Economy", "Herald", "Budget 2026 - what it means"),
        ("Twenty-one dead - police", "The Herald", "Twenty-one dead - police"),
        ("The Herald", "The Herald", ""),
    ],
)
def test_the_title_is_not_the_name_of_the_site(title, site, expected):
    head = f"<title>{title}</title><meta property=og:site_name content='{site}'>"
    assert extract(page(head), "https://www.news.example/a").title == expected


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (
            "The council decided on Tuesday that every school bus would run on fuel made from used frying fat. " * 3,
            ("de",),
            "en",
        ),
        ("Die Stadt hat am Dienstag beschlossen, dass alle Busse mit Altfett fahren sollen. " * 4, ("en-US",), "de"),
        ("Kort tekst", ("nb-NO",), "no"),
        ("Statsministeren sa mandag at regjeringen vil bygge en ny bro over fjorden innen fem år. " * 3, ("nb",), "no"),
        ("", ("fr_FR",), "fr"),
        ("12345", (), ""),
        ("新桥今日通车，市民步行过江。", ("en",), "zh"),
    ],
)
def test_the_text_decides_its_language_unless_it_is_short(text, declared, expected):
    assert language(text, declared) == expected


def test_a_doubted_reading_is_read_again():
    chrome = "".join(
        f"<div class='comment'><p>{'A paragraph inside a part that is cut as comments. ' * 3}</p></div>"
        for _ in range(2)
    )
    body = f"<p>Short.</p><div class='comments-area'>{chrome}</div><aside><div>{PARAGRAPHS}</div></aside>"
    assert "paragraph 8" in extract(page(body=body), "https://news.example/a").text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Read more: Rates rise again", False),
        ("Related", False),
        ("Related: what the bank did last year", False),
        ("Lesen Sie auch: Zinsen steigen", False),
        ("Sign up for our morning letter", False),
        ("Related industries will feel the rise as well, the bank said.", True),
        ("Subscribers of the paper number forty thousand.", True),
        ("Most readings of the gauge stayed below nine metres.", True),
    ],
)
def test_notices_are_no_text(line, kept):
    document = extract(page(body=f"{PARAGRAPHS}<p>{line}</p><p>And a last one.</p>"), "https://news.example/a")
    assert (line in document.text) is kept


def test_a_standfirst_in_the_head_of_the_page_is_part_of_the_text():
    first = "The bank raised its rate for the third time this year, and said that it would not be the last."
    head = f"<meta name=description content='{first[:70]}…'>"
    top = f"<header><h1>Rates rise</h1><div class=dek><span>{first}</span></div></header>"
    document = extract(page(head, top + PARAGRAPHS), "https://news.example/a")
    assert document.text.split("\n")[0] == first
    assert document.text.count("third time this year") == 1


def test_menus_and_related_links_are_no_text():
    links = "".join(f"<li><a href=/{number}>Another story, number {number}</a></li>" for number in range(8))
    document = extract(page(body=f"{PARAGRAPHS}<ul>{links}</ul><p>The end of it.</p>"), "https://news.example/a")
    assert "Another story" not in document.text
    assert document.text.endswith("The end of it.")


def test_a_line_that_repeats_the_title_is_left_to_the_title():
    document = extract(page("<title>Rates rise</title>", f"<h1>Rates rise</h1>{PARAGRAPHS}"), "https://news.example/a")
    assert document.title == "Rates rise"
    assert document.text.startswith("This is paragraph 0")


@pytest.mark.parametrize(
    ("head", "body", "url", "grade"),
    [
        ("", PARAGRAPHS, "https://news.example/a", Grade.FULL),
        ("", PARAGRAPHS, "https://news.example/politics/live-updates-budget", Grade.LIVE),
        ("<title>Live: the vote on the budget</title>", PARAGRAPHS, "https://news.example/a", Grade.LIVE),
        ("", PARAGRAPHS, "https://news.example/newsticker/meldung/bear-1.html", Grade.FULL),
        ("<title>Alive: the bear of Brockton</title>", PARAGRAPHS, "https://news.example/alive", Grade.FULL),
        ("<meta name=article:content_tier content=locked>", PARAGRAPHS, "https://news.example/a", Grade.PAYWALLED),
        ("", PARAGRAPHS + "<div class=paywall-box>Subscribe to read</div>", "https://news.example/a", Grade.PAYWALLED),
        ("", PARAGRAPHS + "<div class=paywall-ready></div>", "https://news.example/a", Grade.FULL),
        ("", PARAGRAPHS + "<p>Weiterlesen</p>", "https://news.example/a", Grade.TEASER),
        ("", PARAGRAPHS + "<p>The minister then said that…</p>", "https://news.example/a", Grade.TEASER),
        ("", "<p>One short sentence stands here alone.</p>", "https://news.example/a", Grade.TEASER),
        ("", "", "https://news.example/a", Grade.EMPTY),
    ],
)  # fmt: skip
def test_grades(head, body, url, grade):
    assert extract(page(head, body), url).grade == grade


def test_a_stated_word_count_that_is_reached_makes_a_short_text_whole():
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,"wordCount":%d}</script>'
    )
    assert extract(page(head % 110), "https://news.example/a").grade == Grade.FULL
    assert extract(page(head % 900), "https://news.example/a").grade == Grade.PAYWALLED


def test_ideographs_weigh_more_than_letters():
    assert weight("新桥ab") == 8


def test_an_entry_stands_in_for_its_page():
    address = "https://news.example/a"
    entry = Entry.model_validate(
        {
            "url": address,
            "canonical_url": address,
            "source": "wire",
            "title": "Rates rise",
            "summary": "The bank raised its rate to four per cent on Thursday.",
            "authors": ["Ana Roig"],
            "published": datetime(2026, 3, 2, tzinfo=UTC),
        }
    )
    document = from_entry(entry)
    assert document.grade == Grade.TEASER
    assert (document.title, document.text, document.authors) == (entry.title, entry.summary, ("Ana Roig",))
    assert (document.published, document.language) == (entry.published, "en")
    bare = Entry.model_validate(
        {"url": "https://n.example/b", "canonical_url": "https://n.example/b", "source": "wire"}
    )
    assert from_entry(bare).grade == Grade.EMPTY


def test_a_fault_within_is_logged_and_gives_an_empty_document(monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("monitor.extract.document.declared", fail)
    with caplog.at_level(logging.WARNING):
        assert extract(page(), "https://news.example/a").grade == Grade.EMPTY
    assert "https://news.example/a: RuntimeError" in caplog.text
