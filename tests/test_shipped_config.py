"""The configuration that ships: it parses, holds only keys that the design names, and says where each address is from.

It is read here with `tomllib` alone, so that a fault in the program's own reader cannot hide one in the files.
"""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"

KINDS = {"auto", "feed", "sitemap", "page", "search"}
TAGS = {"general", "business", "technology", "china", "asia", "research", "policy", "search"}
SCHEDULE = {"schedule", "timezone"}
SECTIONS = {
    "store": {"url", "keep"},
    "fetch": {
        "user_agent",
        "connections",
        "per_host",
        "pause_per_host",
        "timeout",
        "max_feed",
        "max_page",
        "respect_robots",
        "proxy",
        "allow_addresses",
    },
    "collect": SCHEDULE | {"max_age"},
    "web": {"host", "port", "public_url"},
    "relevance": {"sentence_model"},
    "train": SCHEDULE,
    "maintain": SCHEDULE,
    "alerts": {"ping_url"},
}
CHANNELS = {
    "file": {"kind", "path"},
    "email": {"kind", "host", "port", "tls", "from", "to"},
    "slack": {"kind", "channel"},
    "apprise": {"kind"},
    "feed": {"kind", "path"},
}
TOPIC = {"title", "seeds", "sources", "threshold", "fetch", "must", "must_not", "terms"}
DIGEST = SCHEDULE | {
    "title",
    "topics",
    "channels",
    "threshold",
    "form",
    "max_items",
    "heartbeat",
    "quiet_hours",
    "instant",
    "instant_threshold",
    "instant_sources",
}
# A setting that is off: "#" with no space after it, as monitor.toml's head explains.
OFF = re.compile(r"^#(?=[^\s#])", re.MULTILINE)
READ = re.compile(r"\b(read in|read on|says)\b.*\b2026-\d\d-\d\d\b", re.IGNORECASE | re.DOTALL)
# A path that begins at the root of some machine, and is no part of an address or of a schedule.
ABSOLUTE = re.compile(r"(?<![\w:/.*-])/\w+/")
PLACE = re.compile(r"https://\S+|\b[\w.-]+/[\w.-]+,")


def table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def files(folder: str) -> list[Path]:
    return sorted((CONFIG / folder).glob("*.toml"))


def names(paths: list[Path]) -> set[str]:
    return {path.stem for path in paths}


SOURCES = table(CONFIG / "sources.toml")["source"]
MONITOR = table(CONFIG / "monitor.toml")
TOPICS, DIGESTS = files("topics"), files("digests")


def comments_above_sources() -> list[str]:
    """The comment block right above each [[source]], in order."""
    blocks, block = [], ""
    for line in (CONFIG / "sources.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            block += line.removeprefix("#") + "\n"
        elif line.strip() == "[[source]]":
            blocks.append(block)
            block = ""
        else:
            block = ""
    return blocks


def test_there_are_sources_of_every_kind_from_every_side() -> None:
    assert len(SOURCES) >= 32
    assert {source["kind"] for source in SOURCES} == KINDS
    assert {tag for source in SOURCES for tag in source["tags"]} == TAGS
    assert sum(source["kind"] == "search" for source in SOURCES) >= 2


@pytest.mark.parametrize("source", SOURCES, ids=[source["name"] for source in SOURCES])
def test_a_source_is_whole(source: dict[str, Any]) -> None:
    searching = source["kind"] == "search"
    assert set(source) == {"name", "url", "kind", "language", "tags", "paused"} | ({"query"} if searching else set())
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source["name"])
    assert urlsplit(source["url"]).scheme == "https"
    assert urlsplit(source["url"]).hostname
    assert source["language"] == "en"
    assert source["tags"]
    assert ("{query}" in source["url"]) == searching
    assert bool(source.get("query", "")) == searching


def test_no_source_is_declared_twice() -> None:
    assert len({source["name"] for source in SOURCES}) == len(SOURCES)
    assert len({source["url"].rstrip("/") for source in SOURCES}) == len(SOURCES)


def test_each_source_says_where_its_address_was_read_and_when() -> None:
    blocks = comments_above_sources()
    assert len(blocks) == len(SOURCES)
    for source, block in zip(SOURCES, blocks, strict=True):
        assert READ.search(block), source["name"]
        assert PLACE.search(block), source["name"]


def test_the_comments_name_nothing_that_is_not_public() -> None:
    for path in [CONFIG / "monitor.toml", CONFIG / "sources.toml", *TOPICS, *DIGESTS]:
        text = path.read_text(encoding="utf-8")
        assert not ABSOLUTE.search(text), path.name
        assert str(Path.home()) not in text, path.name
        assert "localhost" not in text, path.name


def test_a_path_of_one_machine_would_be_noticed() -> None:
    assert ABSOLUTE.search("# kept under /srv/news/ here")
    assert ABSOLUTE.search('path = "/srv/news/digests"')
    assert not ABSOLUTE.search('schedule = "*/10 * * * *"  # see https://example.com/feeds/all and var/digests/x')


def test_monitor_toml_holds_only_keys_of_the_design() -> None:
    assert set(MONITOR) == set(SECTIONS) | {"channels"}
    for name, keys in SECTIONS.items():
        assert set(MONITOR[name]) == keys, name
    assert "example.org" in MONITOR["fetch"]["user_agent"]
    assert MONITOR["channels"] == {"desk": {"kind": "file", "path": "var/digests"}}
    for name in ("collect", "train", "maintain"):
        assert_schedule(MONITOR[name])


def test_every_kind_of_channel_is_there_to_be_switched_on() -> None:
    text = (CONFIG / "monitor.toml").read_text(encoding="utf-8")
    channels = tomllib.loads(OFF.sub("", text))["channels"]
    assert {channel["kind"] for channel in channels.values()} == set(CHANNELS)
    for name, channel in channels.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert set(channel) == CHANNELS[channel["kind"]], name


def test_no_secret_stands_in_a_file() -> None:
    for path in CONFIG.rglob("*.toml"):
        text = OFF.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"(?m)^\s*(password|token|webhook_url|bot_token|signing_secret|secret)\s*=", text), (
            path.name
        )


@pytest.mark.parametrize("path", TOPICS, ids=lambda path: path.stem)
def test_a_topic_has_its_seeds_and_its_sources(path: Path) -> None:
    topic = table(path)
    assert set(topic) == TOPIC
    assert topic["fetch"] in {"all", "promising"}
    known = {"*"} | {source["name"] for source in SOURCES} | {f"tag:{tag}" for tag in TAGS}
    assert set(topic["sources"]) <= known
    for seed in topic["seeds"]:
        words = (ROOT / seed).read_text(encoding="utf-8").split()
        assert 300 <= len(words) <= 600, seed
    general = {key: value for key, value in topic["terms"].items() if not isinstance(value, dict)}
    assert set(general) == {"add", "mute"}
    for terms in (general, *(value for value in topic["terms"].values() if isinstance(value, dict))):
        assert set(terms) <= {"add", "mute"}
        for words in terms.values():
            assert len({word.casefold() for word in words}) == len(words)


def test_the_first_topic_looks_everywhere_and_knows_other_languages() -> None:
    topic = table(CONFIG / "topics" / "ai-competition.toml")
    assert topic["seeds"] == ["seeds/ai-competition.md"]
    assert topic["sources"] == ["*"]
    assert {"zh", "de", "fr", "es"} <= set(topic["terms"])


def test_a_second_topic_is_one_file() -> None:
    assert len(TOPICS) >= 2


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_a_digest_goes_to_channels_that_are_there(path: Path) -> None:
    digest = table(path)
    assert set(digest) == DIGEST
    assert set(digest["channels"]) <= set(MONITOR["channels"])
    assert digest["channels"]
    assert set(digest["topics"]) <= names(TOPICS) | {"*"}
    assert digest["form"] in {"daily", "weekly"}
    assert digest["max_items"] > 0
    assert_schedule(digest)


def test_every_topic_is_told_of() -> None:
    told = {topic for path in DIGESTS for topic in table(path)["topics"]}
    assert "*" in told or told == names(TOPICS)


def assert_schedule(section: dict[str, Any]) -> None:
    assert len(section["schedule"].split()) == 5
    assert croniter.is_valid(section["schedule"])
    assert ZoneInfo(section["timezone"]).key == section["timezone"]
