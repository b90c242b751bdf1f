"""Section pages without a feed: which of their links are articles."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.sources import parse_section

PAGE = """<html><head><title>World</title></head><body>
<nav><a href="/a/one">All the sections that we have here</a></nav>
<main>
<a href="/a/one"><img><h3>Forty cranes go into service</h3><p>Some words on what that means.</p></a>
<a href="/a/two#comments">Dockers agree to the new terms</a> <a href="/a/two">Dockers agree</a>
<a href="https://www.news.example/a/three">港口將啟用四十台無人起重機</a>
<a href="/a/four">More</a>
<a href="/world">This very page under its own name</a>
<a href="/world/page/2">To the next page of this list</a>
<a href="/authors/ada-quay">Everything that Ada Quay ever wrote</a>
<a href="/report.pdf">The whole report of the port authority</a>
<a href="https://else.example/a">Another site's article with a name</a>
<a href="mailto:desk@news.example">Write to the desk of this paper</a>
</main></body></html>"""


def test_headlines_of_the_same_site_are_its_articles_and_nothing_else_is() -> None:
    listing = parse_section(PAGE.encode(), "https://news.example/world", source="wire")
    assert [(entry.url, entry.title) for entry in listing.entries] == [
        ("https://news.example/a/one", "Forty cranes go into service"),
        ("https://news.example/a/two", "Dockers agree to the new terms"),
        ("https://www.news.example/a/three", "港口將啟用四十台無人起重機"),
    ]
    assert {entry.source for entry in listing.entries} == {"wire"}
    assert (listing.kind, listing.title) == ("html", "World")


def test_a_page_with_a_link_or_two_is_no_list_of_news() -> None:
    content = b"<a href=/a>Forty cranes go into service</a><a href=/b>Dockers agree to new terms</a>"
    assert parse_section(content, "https://news.example/").entries == ()


@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from(["<a href=", "'//[x'", ">", "four words of it", "</a>", "<base href=\\x>"])).map(
        lambda parts: "".join(parts).encode()
    )
)
def test_any_bytes(content: bytes) -> None:
    assert parse_section(content, "https://news.example/").kind == "html"
