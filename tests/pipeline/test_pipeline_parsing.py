"""What runs in worker processes."""

import pickle

from pipeline_house import CRANES, NOW, item, page, rss

from monitor.models import Document, Entry, Grade
from monitor.pipeline.parsing import Reading, read_entry, read_listing, read_page, reading_of
from monitor.text import content_hash


def test_a_page_becomes_a_document_with_what_grouping_needs() -> None:
    reading = read_page(page("Cranes"), "https://a.example/", "text/html")
    assert reading.document.title == "Cranes"
    assert reading.content_hash == content_hash(reading.document.text)
    assert reading.signature
    assert pickle.loads(pickle.dumps(reading)) == reading


def test_what_holds_no_text_has_neither_hash_nor_signature() -> None:
    assert read_page(b"", "https://a.example/", "") == Reading(Document("", "", grade=Grade.EMPTY))
    assert reading_of(Document("A title", "", grade=Grade.EMPTY)).signature == b""


def test_an_entrys_own_text_is_a_teaser() -> None:
    fields = {"canonical_url": "https://a.example/", "url": "https://a.example/", "source": "wire"}
    entry = Entry.model_validate(fields | {"title": "Cranes", "summary": " ".join(CRANES)})
    assert read_entry(entry).document.grade == Grade.TEASER
    assert read_entry(Entry.model_validate(fields)).document.grade == Grade.EMPTY


def test_a_listing_crosses_the_border_of_a_process() -> None:
    listing = read_listing(rss(item("https://a.example/1", published=NOW)), "https://a.example/feed", "wire", "")
    assert (listing.kind, [entry.source for entry in listing.entries]) == ("rss", ["wire"])
    assert pickle.loads(pickle.dumps(listing)).entries[0].published == NOW
