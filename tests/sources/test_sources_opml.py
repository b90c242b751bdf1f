"""Lists of feeds, read and written."""

import re

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Source
from monitor.sources import opml, parse

LIST = b"""<?xml version="1.0"?><opml version="2.0"><head><title>T</title></head><body>
<outline text="Caf\xc3\xa9 &amp; Quay!" xmlUrl="https://news.example/a"/>
<outline text="Group"><outline title="caf\xc3\xa9 quay" text="" xmlUrl="https://news.example/b"/>
<outline xmlUrl="https://www.paper.example/world/rss/"/></outline>
<outline text="\xe6\xb8\xaf\xe5\x8f\xa3" xmlUrl="https://harbour.example/feed"/>
<outline text="Folder"/><outline text="File" xmlUrl="file:///etc/passwd"/></body></opml>"""


def test_read_names_every_source_differently() -> None:
    assert opml.read(LIST) == (
        Source("cafe-quay", "https://news.example/a"),
        Source("cafe-quay-2", "https://news.example/b"),
        Source("paper-example-world", "https://www.paper.example/world/rss/"),
        Source("harbour-example", "https://harbour.example/feed"),
    )


def test_read_is_lenient() -> None:
    assert [source.url for source in opml.read(LIST[:160])] == ["https://news.example/a"]
    assert opml.read(b"") == ()
    assert opml.read(b"no list") == ()


def test_written_lists_are_read_by_the_parser_of_documents() -> None:
    sources = [Source("quay", "https://news.example/a?b=1&c=2"), Source("mast", "https://paper.example/<x>")]
    content = opml.write(sources, 'Mine & "yours"')
    assert parse(content, "").title == 'Mine & "yours"'
    assert parse(content, "").children == tuple(source.url for source in sources)


def test_a_search_is_written_as_the_address_that_is_asked() -> None:
    search = Source("cranes", "https://search.example/rss?q={query}", kind="search", query="crane quay")
    assert [source.url for source in opml.read(opml.write([search], "All"))] == [
        "https://search.example/rss?q=crane%20quay"
    ]


names = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)


@given(st.lists(names, unique=True, max_size=8))
def test_what_is_written_is_read_back(found: list[str]) -> None:
    sources = tuple(Source(name, f"https://{number}.example/feed") for number, name in enumerate(found))
    assert opml.read(opml.write(sources, "All")) == sources


PIECES = (
    *(
        '<opml version="2.0">',
        "<body>",
        "<outline ",
        'xmlUrl="https://a.example/f"',
        "xmlUrl='//['",
        'text="A &amp; B"',
    ),
    *("title=''", "/>", ">", "</outline>", "</opml>", "<!DOCTYPE a [", "&x;", "\0"),
    "<OUTLINE XMLURL='http://b.example'>",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_outlines_give_sources_fit_for_a_configuration(parts: list[str]) -> None:
    found = opml.read(" ".join(parts).encode())
    assert len({source.name for source in found}) == len(found)
    assert all(re.fullmatch(r"[a-z0-9-]+", source.name) for source in found)
    assert all(source.url.lower().startswith(("http://", "https://")) for source in found)


def test_a_mailbox_is_not_listed() -> None:
    feed, mailbox = (
        Source("feed", "https://a.example/feed"),
        Source("mail", "imaps://me@b.example/INBOX", "newsletters"),
    )
    assert opml.read(opml.write((mailbox, feed), "All")) == (feed,)


@given(st.binary(max_size=200))
def test_read_never_raises(content: bytes) -> None:
    opml.read(content)
    opml.read(b'<opml><outline xmlUrl="https://news.example/a" text="' + content)


def test_names_alike_are_numbered_whatever_else_is_called_so() -> None:
    texts = ("A", "a", "A-2", "a!", "b")
    feeds = "".join(f"<outline text='{text}' xmlUrl='https://{at}.example/'/>" for at, text in enumerate(texts))
    found = opml.read(f"<opml><body>{feeds}</body></opml>".encode())
    assert [source.name for source in found] == ["a", "a-2", "a-2-2", "a-3", "b"]
