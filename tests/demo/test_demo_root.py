"""The configuration that the demo writes is a whole and valid one, and the first run is remembered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import load
from monitor.demo import DIGEST, TOPIC, Newsroom, Site, open_newsroom, sources, write_root
from monitor.errors import ConfigurationError

NOW = datetime(2025, 11, 24, 7, 15, 30, tzinfo=UTC)


async def test_the_root_is_a_valid_configuration(tmp_path: Path) -> None:
    async with Site(Newsroom.load(NOW)) as site:
        write_root(tmp_path, site)
        settings = load(tmp_path, {})
        assert settings.sources == sources(site)
        assert settings.fetch.allow_addresses == site.blocks
    assert settings.fetch.pause_per_host == timedelta(0)
    assert settings.fetch.respect_robots
    assert settings.topic(TOPIC).seeds == ("seeds/ai-competition.md",)
    assert settings.digest(DIGEST).channels == ("desk",)
    assert settings.channel("desk").kind == "file"
    assert "example.org" not in settings.fetch.user_agent


async def test_every_publisher_is_a_source_of_its_kind() -> None:
    async with Site(Newsroom.load(NOW)) as site:
        declared = {source.name: source for source in sources(site)}
        names = {publisher.name for publisher in site.newsroom.publishers}
    assert names | {"findling-search-archive"} == set(declared)
    assert {source.kind for source in declared.values()} == {"auto", "page", "sitemap", "search"}
    assert all("{query}" in source.url for source in declared.values() if source.kind == "search")


async def test_a_second_run_sees_the_same_newsroom(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "demo"
    async with open_newsroom(folder, NOW) as first:
        pass
    async with open_newsroom(folder, NOW + timedelta(hours=30)) as second:
        assert second.newsroom == first.newsroom
        assert second.places == first.places


async def test_a_first_run_that_cannot_be_read_is_said_with_the_remedy(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"first_run": "2025-11-24T07:15:00", "port": 20000}', '{"first_run": 3, "port": 1}'):
        (tmp_path / "newsroom.json").write_text(content, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"newsroom\.json.*--fresh"):
            async with open_newsroom(tmp_path, NOW):
                pass
