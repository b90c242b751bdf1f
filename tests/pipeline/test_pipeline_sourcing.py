"""Sources added, paused, read and written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_house import House, apart, item, page, rss
from servers import Site, says

from monitor.config import edit
from monitor.errors import ConfigurationError
from monitor.pipeline.polling import sourcing
from monitor.sources import opml

LINK = '<link rel=alternate type="application/rss+xml" href="/feed">'


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on a loop of its own: these functions run theirs."""
    with apart(Site("127.1.0.1")) as running:
        feed = rss(item(running.url("/1"), "One"), item(running.url("/2"), "Two"))
        running.routes |= {
            "/feed": says(feed, content_type="application/xml"),
            "/": says(page("Home", head=LINK)),
            "/plain": says(page("Plain")),
        }
        yield running


def names(house: House) -> list[str]:
    return [source.name for source in house.settings.sources]


def test_a_source_is_added_from_any_address_of_a_site(house: House, site: Site) -> None:
    house.write("config/sources.toml", "# what we read\n")
    line = sourcing.add(house.settings, site.url("/"))
    (source,) = house.settings.sources
    assert source.url == site.url("/feed")
    assert source.name == "127-1-0-1"
    assert line == f'added {source.name}: rss "Wire", 2 entries\n  One\n  Two'
    assert (house.root / "config/sources.toml").read_text(encoding="utf-8").startswith("# what we read\n")


def test_a_source_that_is_declared_already_is_named(house: House, site: Site) -> None:
    house.sources(wire=site.url("/feed"))
    for address in (site.url("/feed"), site.url("/")):
        with pytest.raises(ConfigurationError, match='source "wire" asks that address already'):
            sourcing.add(house.settings, address)
    assert names(house) == ["wire"]


def test_names_are_told_apart(house: House, site: Site) -> None:
    house.sources(**{"127-1-0-1-feed": "https://other.example/"})
    sourcing.add(house.settings, site.url("/feed"))
    assert names(house) == ["127-1-0-1-feed", "127-1-0-1-feed-2"]


@pytest.mark.parametrize(
    ("address", "says_what"),
    [
        ("a feed", '"a feed" is no http or https address'),
        ("ftp://a.example/", "no http"),
        ("/plain", "no news"),
        ("/gone", "404"),
    ],
)
def test_what_lists_nothing_is_not_added(house: House, site: Site, address: str, says_what: str) -> None:
    with pytest.raises(ConfigurationError, match=says_what):
        sourcing.add(house.settings, site.url(address) if address.startswith("/") else address)
    assert names(house) == []


@pytest.mark.parametrize(("given", "asked"), [("http://127.0.0.1:9/feed", "http"), ("127.0.0.1:9/feed", "https")])
def test_the_machines_own_addresses_are_not_added(house: House, given: str, asked: str) -> None:
    told = rf"{asked}://127\.0\.0\.1:9/feed: 127\.0\.0\.1 is not a public address"
    with pytest.raises(ConfigurationError, match=told):
        sourcing.add(house.settings, given)


def test_a_source_is_paused_and_asked_again(house: House) -> None:
    house.sources(wire="https://wire.example/feed")
    assert sourcing.pause(house.settings, "wire", paused=True) == "wire is paused"
    assert house.settings.source("wire").paused
    assert sourcing.pause(house.settings, "wire", paused=False) == "wire is asked again"
    assert not house.settings.source("wire").paused
    with pytest.raises(ConfigurationError, match='did you mean "wire"'):
        sourcing.pause(house.settings, "wir", paused=True)


def test_opml_is_written_and_read_back(house: House, tmp_path: Path) -> None:
    house.sources(wire="https://wire.example/feed", herald="https://herald.example/rss")
    path = tmp_path / "feeds.opml"
    assert sourcing.write_opml(house.settings, path) == f"wrote 2 sources to {path}"
    assert [source.url for source in opml.read(path.read_bytes())] == [s.url for s in house.settings.sources]
    assert sourcing.read_opml(house.settings, path).startswith("added 0 of the 2 feeds")
    house.sources(wire="https://elsewhere.example/feed")
    assert sourcing.read_opml(house.settings, path).startswith("added 2 of the 2 feeds")
    assert names(house) == ["wire", "wire-2", "herald"]


def test_a_search_comes_back_from_opml_as_the_one_that_is_there(house: House, tmp_path: Path) -> None:
    house.sources({"cranes": {"kind": "search", "query": "crane quay"}}, cranes="https://search.example/rss?q={query}")
    sourcing.write_opml(house.settings, tmp_path / "feeds.opml")
    assert sourcing.read_opml(house.settings, tmp_path / "feeds.opml").startswith("added 0 of the 1 feeds")


def test_a_long_opml_is_declared_in_one_go(house: House, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "feeds.opml"
    feeds = "".join(f"<outline xmlUrl='https://{number}.example/feed' text='News'/>" for number in range(300))
    path.write_text(f"<opml><body>{feeds}</body></opml>", encoding="utf-8")
    house.sources(news="https://wire.example/feed")
    written: list[Path] = []

    def counted(root: Path, shown: Path, *rest: object) -> None:
        written.append(shown)
        replaced(root, shown, *rest)

    replaced = edit._replace
    monkeypatch.setattr(edit, "_replace", counted)
    assert sourcing.read_opml(house.settings, path).startswith("added 300 of the 300 feeds")
    assert written == [Path("config/sources.toml")]
    assert names(house)[:3] == ["news", "news-2", "news-2-2"]
    assert len(set(names(house))) == 301
    assert sourcing.read_opml(house.settings, path).startswith("added 0 of the 300 feeds")
    assert len(written) == 1


def test_an_opml_that_cannot_be_used_is_named(house: House, tmp_path: Path) -> None:
    empty = tmp_path / "empty.opml"
    empty.write_text("<opml><body/></opml>", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"empty\.opml: lists no feeds"):
        sourcing.read_opml(house.settings, empty)
    with pytest.raises(ConfigurationError, match=r"nowhere\.opml: cannot be read: No such file"):
        sourcing.read_opml(house.settings, tmp_path / "nowhere.opml")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        sourcing.write_opml(house.settings, tmp_path / "no" / "such" / "folder.opml")


def test_of_an_opml_with_a_feed_that_cannot_be_declared_the_others_are(house: House, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        "<opml><body><outline xmlUrl='https://a.example/feed' text='A'/><outline xmlUrl='feed:nonsense' text='B'/>"
        "<outline xmlUrl='https://c.example/feed' text='C'/></body></opml>",
        encoding="utf-8",
    )
    assert sourcing.read_opml(house.settings, path).startswith("added 2 of the 2 feeds")
