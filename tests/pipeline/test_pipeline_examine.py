"""Single stages on single inputs: one result each, in order, and the rest go on."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_house import CRANES, NOW, index, item, page, rss
from servers import Site, says

from monitor.fetch.settings import FetchSettings
from monitor.pipeline.examine import documents, entries, labels, unpacked, written

FETCH = FetchSettings(allow_addresses=("127.1.0.0/16",), pause_per_host=timedelta(0))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        running.routes |= {
            "/feed": says(rss(item(running.url("/1"), "One", "What one says")), content_type="application/xml"),
            "/page": says(page("Cranes without drivers")),
        }
        yield running


async def results(stage: Any, *inputs: object) -> list[dict[str, Any]]:
    return [found.to_json() async for found in stage([str(each) for each in inputs], FETCH)]


async def test_what_source_documents_list_one_result_an_input_in_order(site: Site, tmp_path: Path) -> None:
    feed, zipped, garbage = tmp_path / "feed.xml", tmp_path / "feed.xml.gz", tmp_path / "garbage"
    feed.write_bytes(rss(item("https://a.example/1")))
    zipped.write_bytes(gzip.compress(rss(item("https://a.example/2"))))
    garbage.write_bytes(bytes(range(256)) * 20)
    inputs = [feed, tmp_path / "nowhere", site.url("/feed"), garbage, site.url("/nowhere"), zipped]
    found = await results(entries, *inputs)
    assert [each["input"] for each in found] == [str(each) for each in inputs]
    assert ["error" in each for each in found] == [False, True, False, True, True, False]
    assert set(found[1]) == {"input", "error"}
    assert found[2] == {
        "input": site.url("/feed"),
        "kind": "rss",
        "title": "Wire",
        "entries": [{"url": site.url("/1"), "title": "One", "published": NOW.isoformat(), "summary": "What one says"}],
    }
    assert found[5]["entries"][0]["url"] == "https://a.example/2"


async def test_an_index_and_an_opml_list_their_children(tmp_path: Path) -> None:
    first, second = tmp_path / "index.xml", tmp_path / "feeds.opml"
    first.write_bytes(index("https://a.example/1.xml", "https://a.example/2.xml"))
    second.write_bytes(b"<opml version='2.0'><body><outline xmlUrl='https://a.example/feed'/></body></opml>")
    found = await results(entries, first, second)
    assert [each["kind"] for each in found] == ["sitemap-index", "opml"]
    assert [len(each["entries"]) for each in found] == [2, 1]
    assert found[1]["entries"][0] == {
        "url": "https://a.example/feed",
        "title": "",
        "published": None,
        "summary": "",
    }


async def test_what_extraction_finds_one_result_an_input_in_order(site: Site, tmp_path: Path) -> None:
    plain, zipped, empty = tmp_path / "page.html", tmp_path / "page.html.gz", tmp_path / "empty.html"
    plain.write_bytes(page("Cranes"))
    zipped.write_bytes(gzip.compress(page("Zipped cranes")))
    empty.write_bytes(b"")
    found = await results(documents, plain, zipped, empty, tmp_path, site.url("/page"), site.url("/nowhere"))
    assert [each.get("title") for each in found[:3]] == ["Cranes", "Zipped cranes", ""]
    assert [each.get("grade") for each in found[:3]] == ["full", "full", "empty"]
    assert "cannot be read" in found[3]["error"]
    assert all(sentence in found[4]["text"] for sentence in CRANES)
    assert "404" in found[5]["error"]
    assert set(found[0]) == {
        "input", "title", "text", "authors", "published", "language", "site", "image", "grade",
    }  # fmt: skip
    assert json.dumps(found)


async def test_addresses_go_through_the_guard(tmp_path: Path) -> None:
    found = await results(documents, "http://127.0.0.1:9/", "ftp://a.example/")
    assert "is not a public address" in found[0]["error"]
    assert "cannot be read" in found[1]["error"]


def test_articles_are_read_as_they_are_written(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "x", "published": "2026-11-24T07:00:00+00:00", "lang": "de", "relevant": True},
        {"id": "2", "title": "only a title", "published": "2026-11-24", "source": "wire", "relevant": "yes"},
        {"id": "3", "text": "x", "title": None, "published": "yesterday"},
    ]
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    first, second, third = written(path)
    assert (first.id, first.published, first.language, first.relevant) == ("1", NOW, "de", True)
    assert (second.title, second.text, second.source, second.relevant) == ("only a title", "", "wire", None)
    assert second.published == datetime(2026, 11, 24, tzinfo=UTC)
    assert (third.title, third.published) == ("", None)
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": 1, "relevant": true}\n{"id": "1", "relevant": false}\n')
    assert labels(path) == {"1": False}


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: b"\x1f\x8b" + rest))
def test_unpacking_never_fails(content: bytes) -> None:
    assert isinstance(unpacked(content), bytes)


def test_what_is_packed_is_unpacked_up_to_what_a_page_may_have() -> None:
    assert unpacked(gzip.compress(b"page")) == b"page"
    assert unpacked(b"page") == b"page"
    assert unpacked(b"\x1f\x8b broken") == b"\x1f\x8b broken"
    assert len(unpacked(gzip.compress(bytes(30_000_000), 1))) == 10_000_000
