"""A configuration loads whole, or says in one line which file, line and key is wrong and what to write."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import find_root, load
from monitor.config.checks import faults, warnings
from monitor.config.edit import add_source, add_topic, pause_source
from monitor.config.values import duration, size
from monitor.errors import ConfigurationError
from monitor.models import Source, Topic

FILES = {
    "config/monitor.toml": """
[fetch]
user_agent = "test (+https://news.example/about)"
timeout = "5s"
max_page = "2MB"
allow_addresses = ["127.1.0.0/16"]
[channels.desk]
kind = "file"
path = "var/digests"
[channels.analyst]
kind = "email"
host = "smtp.example"
from = "Monitor <monitor@news.example>"
to = ["a@news.example"]
""",
    "config/sources.toml": """
# a comment that stays
[[source]]
name = "one"
url = "https://one.example/feed"
tags = ["technology"]

[[source]]
name = "two"
url = "https://two.example/search?q={query}"
kind = "search"
query = "AI race"
""",
    "config/topics/race.toml": """
title = "The race"
seeds = ["seeds/race.md"]
sources = ["tag:technology"]
threshold = 0.7
[terms]
add = ["Doubao"]
[terms.zh]
add = ["通义千问"]
""",
    "config/digests/morning.toml": """
title = "Morning"
schedule = "0 7 * * 1-5"
timezone = "Europe/London"
channels = ["desk"]
""",
    "seeds/race.md": "The race between two countries for artificial intelligence.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def replace(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def test_everything_is_read(root: Path) -> None:
    settings = load(root, {})
    assert settings.fetch.timeout == timedelta(seconds=5)
    assert settings.fetch.max_page == 2_000_000
    assert settings.fetch.allow_addresses == ("127.1.0.0/16",)
    assert settings.channel("analyst").from_address == "Monitor <monitor@news.example>"
    assert [source.name for source in settings.sources] == ["one", "two"]
    topic = settings.topic("race")
    assert topic.threshold == "0.7"
    assert topic.terms["zh"].add == ("通义千问",)
    assert settings.sources_of(topic) == {"one"}
    assert settings.topics_of(settings.digest("morning")) == (topic,)


def test_the_root_is_found_from_below(root: Path) -> None:
    assert find_root(root / "seeds") == root.resolve()


def test_a_folder_without_configuration_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--root DIR"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("config/monitor.toml", 'timeout = "5s"', 'timout = "5s"', r'monitor.toml:4: fetch.timout: unknown key; did you mean "timeout"'),  # noqa: E501 - a table reads better unbroken
        ("config/monitor.toml", 'timeout = "5s"', "timeout = 5", r'monitor.toml:4: fetch.timeout: 5 is of the wrong kind: write "20s"'),  # noqa: E501 - a table reads better unbroken
        ("config/monitor.toml", 'timeout = "5s"', 'timeout = "soon"', r'fetch.timeout: "soon" is no duration'),
        ("config/monitor.toml", '"2MB"', '"2 elephants"', r'fetch.max_page: "2 elephants" is no size'),
        ("config/monitor.toml", "[fetch]", "[fetsh]", r'monitor.toml:2: fetsh: unknown section; did you mean "fetch"'),
        ("config/monitor.toml", '["127.1.0.0/16"]', '["127.1.0.0/99"]', r"fetch.allow_addresses"),
        ("config/monitor.toml", "[channels.desk]", "[channels.My-Desk]", r"channels.My-Desk: a channel's name"),
        ("config/monitor.toml", 'kind = "email"', 'kind = "pigeon"', r'channels.analyst.kind: "pigeon"'),
        ("config/monitor.toml", "[fetch]", "[fetch", r"monitor.toml: not valid TOML"),
        ("config/sources.toml", 'kind = "search"', 'kind = "serch"', r'source "two": kind: "serch"; did you mean "search"'),  # noqa: E501 - a table reads better unbroken
        ("config/sources.toml", 'name = "two"', 'name = "one"', r'source "one": name: two sources share it'),
        ("config/sources.toml", "https://one.example/feed", "one.example/feed", r'source "one": url'),
        ("config/sources.toml", 'name = "one"\n', "", r"sources.toml:3: source\[0\]: missing name"),
        ("config/topics/race.toml", "seeds/race.md", "seeds/rice.md", r'race.toml: seeds: "seeds/rice.md" is missing'),
        ("config/topics/race.toml", "tag:technology", "tag:tecnology", r'did you mean "tag:technology"'),
        ("config/topics/race.toml", "threshold = 0.7", "threshold = 7", r'threshold: "7" is none'),
        ("config/topics/race.toml", 'title = "The race"', 'titel = "The race"', r'race.toml:2: titel: unknown key; did you mean "title"'),  # noqa: E501 - a table reads better unbroken
        ("config/digests/morning.toml", "0 7 * * 1-5", "0 25 * * *", r'morning.toml: schedule: "0 25 \* \* \*" is no cron'),  # noqa: E501 - a table reads better unbroken
        ("config/digests/morning.toml", "0 7 * * 1-5", "0 7 30 2 *", r'schedule: "0 7 30 2 \*" is no cron expression of a time that comes'),  # noqa: E501 - a table reads better unbroken
        ("config/digests/morning.toml", "Europe/London", "Europe/Lundon", r'timezone: "Europe/Lundon" is no IANA'),
        ("config/digests/morning.toml", '["desk"]', '["dusk"]', r'there is no channel "dusk"; did you mean "desk"'),
    ],
)  # fmt: skip
def test_a_fault_names_file_key_and_remedy(root: Path, file: str, old: str, new: str, says: str) -> None:
    replace(root, file, old, new)
    with pytest.raises(ConfigurationError, match=says) as caught:
        load(root, {})
    assert "\n" not in str(caught.value)


def test_the_environment_overrides_and_holds_secrets(root: Path) -> None:
    settings = load(
        root, {"MONITOR_CHANNELS__ANALYST__PASSWORD": "hidden", "MONITOR_FETCH__PER_HOST": "3", "PATH": "x"}
    )
    assert settings.channel("analyst").password == "hidden"
    assert settings.fetch.per_host == 3
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("MONITOR_CHANNELS__ANALIST__PASSWORD", 'names no channel of config/monitor.toml; did you mean "analyst"'),
        ("MONITOR_CHANNELS__ANALYST__PASWORD", 'names no key; did you mean "password"'),
        ("MONITOR_FETSH__TIMEOUT", "names no section"),
        ("MONITOR_FETCH__PER_HOST", "is of the wrong kind"),
    ],
)
def test_a_wrong_variable_is_an_error_that_hides_its_value(root: Path, variable: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        load(root, {variable: "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_beyond_loopback_needs_a_password(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="MONITOR_WEB__PASSWORD"):
        load(root, {"MONITOR_WEB__HOST": "0.0.0.0"})
    load(root, {"MONITOR_WEB__HOST": "0.0.0.0", "MONITOR_WEB__TOKEN": "t"})


def test_warnings_say_what_is_missing(root: Path) -> None:
    replace(root, "config/monitor.toml", "news.example/about", "example.org/about")
    replace(root, "config/digests/morning.toml", '["desk"]', '["desk", "analyst"]')
    replace(root, "config/monitor.toml", 'host = "smtp.example"', 'host = ""')
    settings = load(root, {})
    assert list(faults(settings)) == []
    told = "\n".join(warnings(settings))
    assert "fetch.user_agent" in told
    assert "channels.analyst: host is missing" in told


def test_a_source_is_added_with_comments_kept(root: Path) -> None:
    add_source(root, Source(name="three", url="https://three.example/", kind="page", tags=("asia",)), {})
    text = (root / "config/sources.toml").read_text(encoding="utf-8")
    assert "# a comment that stays" in text
    assert load(root, {}).source("three").tags == ("asia",)
    pause_source(root, "three", paused=True, environment={})
    assert load(root, {}).source("three").paused


@pytest.mark.parametrize("ends", ["", "\n", "\n# the last word"])
def test_a_source_is_added_whatever_a_file_ends_with(root: Path, ends: str) -> None:
    path = root / "config/sources.toml"
    path.write_text(path.read_text(encoding="utf-8").rstrip() + ends, encoding="utf-8")
    add_source(root, Source(name="three", url="https://three.example/"), {})
    assert [source.name for source in load(root, {}).sources] == ["one", "two", "three"]


def test_a_source_that_would_break_the_configuration_changes_nothing(root: Path) -> None:
    before = (root / "config/sources.toml").read_bytes()
    with pytest.raises(ConfigurationError, match="two sources share it"):
        add_source(root, Source(name="one", url="https://x.example/"), {})
    assert (root / "config/sources.toml").read_bytes() == before
    assert {path.name for path in (root / "config").iterdir()} == {"monitor.toml", "sources.toml", "topics", "digests"}


def test_a_topic_is_one_file(root: Path) -> None:
    path = add_topic(root, Topic(name="second", title="Second", seeds=("seeds/race.md",)), {})
    assert load(root, {}).topic("second").title == "Second"
    with pytest.raises(ConfigurationError, match="already"):
        add_topic(root, Topic(name="second", title="Again", seeds=("seeds/race.md",)), {})
    assert path == Path("config/topics/second.toml")


def test_durations_and_sizes() -> None:
    assert duration("1d 12h") == timedelta(days=1, hours=12)
    assert duration("0s") == timedelta()
    assert size("64 KiB") == 65536
    assert size("1.5MB") == 1_500_000
    for wrong in ("", "5", "5 parsecs", "-5s"):
        with pytest.raises(ValueError, match="write"):
            duration(wrong)
    with pytest.raises(ValueError, match="longer"):
        duration("99999999999999d")
