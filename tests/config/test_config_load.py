"""A configuration loads whole, or says in one line which file, line and key is wrong and what to write."""

# ruff: noqa: E501 - tables read better unbroken

import re
import shutil
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import find_root, load
from monitor.config.checks import faults
from monitor.config.edit import add_source, add_topic, pause_source
from monitor.config.remarks import silences, warnings
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
        ("config/monitor.toml", 'timeout = "5s"', 'timout = "5s"', r'monitor.toml:4: fetch.timout: unknown key; did you mean "timeout"'),
        ("config/monitor.toml", 'timeout = "5s"', "timeout = 5", r'monitor.toml:4: fetch.timeout: 5 is of the wrong kind: write "20s"'),
        ("config/monitor.toml", 'timeout = "5s"', 'timeout = "soon"', r'fetch.timeout: "soon" is no duration'),
        ("config/monitor.toml", '"2MB"', '"2 elephants"', r'fetch.max_page: "2 elephants" is no size'),
        ("config/monitor.toml", "[fetch]", "[fetsh]", r'monitor.toml:2: fetsh: unknown section; did you mean "fetch"'),
        ("config/monitor.toml", '["127.1.0.0/16"]', '["127.1.0.0/99"]', r"fetch.allow_addresses"),
        ("config/monitor.toml", "[channels.desk]", "[channels.My-Desk]", r"channels.My-Desk: a channel's name"),
        ("config/monitor.toml", 'kind = "email"', 'kind = "pigeon"', r'channels.analyst.kind: "pigeon" is none: write file, feed, email, slack, apprise'),
        ("config/monitor.toml", "[fetch]", "[fetch", r"monitor.toml: not valid TOML"),
        ("config/sources.toml", 'kind = "search"', 'kind = "serch"', r'source "two": kind: "serch" is none: write auto, feed, sitemap, page, search, newsletters'),
        ("config/sources.toml", 'name = "two"', 'name = "one"', r'source "one": name: two sources share it'),
        ("config/sources.toml", 'name = "two"', 'name = "backfill"', r'source "backfill": name: .* choose another'),
        ("config/sources.toml", "https://one.example/feed", "one.example/feed", r'source "one": url'),
        ("config/sources.toml", 'name = "one"\n', "", r"sources.toml:3: source\[0\]: missing name"),
        ("config/sources.toml", "https://one.example/feed", "http://[x/", r'source "one": url: "http://\[x/" is no http or https address'),
        ("config/sources.toml", "https://one.example/feed", "http://one.example:99999/", r'source "one": url'),
        ("config/sources.toml", 'tags = ["technology"]', 'language = "English"', r'source "one": language: "English" is no code'),
        ("config/sources.toml", '[[source]]\nname = "one"', '[source]\nname = "one"', r"not valid TOML"),
        ("config/topics/race.toml", "seeds/race.md", "http://[x/", r'race.toml:3: seeds: "http://\[x/" is no address that can be asked'),
        ("config/topics/race.toml", 'add = ["Doubao"]', 'add = {}', r"race.toml:7: terms.add: \{\} is of the wrong kind: write a list"),
        ("config/topics/race.toml", "threshold = 0.7", "threshold = nan", r'threshold: "nan" is none'),
        ("config/monitor.toml", "[fetch]", '[store]\nkeep = "800000d"\n[fetch]', r'store.keep: "800000d" is longer than a hundred years: write at most "36500d"'),
        ("config/monitor.toml", "[fetch]", '[store]\nkeep = "-5d"\n[fetch]', r'store.keep: "-5d" is no duration: write'),
        ("config/monitor.toml", "[fetch]", '[store]\nkeep = "0s"\n[fetch]', r"store.keep: must be at least a day"),
        ("config/monitor.toml", "[fetch]", '[collect]\nmax_age = "0s"\n[fetch]', r"collect.max_age: must be longer than"),
        ("config/monitor.toml", "[fetch]", "[web]\nport = 70000\n[fetch]", r"web.port: 70000 is no port: write one from 1"),
        ("config/monitor.toml", "[fetch]", "[web]\nport = 0\n[fetch]", r"web.port: 0 is no port"),
        ("config/monitor.toml", "[fetch]", '[web]\npublic_url = "[x"\n[fetch]', r'web.public_url: "\[x" is no http'),
        ("config/monitor.toml", "[fetch]", '[alerts]\nping_url = "[x"\n[fetch]', r"alerts.ping_url: is no http"),
        ("config/monitor.toml", 'host = "smtp.example"', 'host = "s"\nport = -1', r"channels.analyst.port: -1 is no port"),
        ("config/monitor.toml", "[fetch]", "[fetch]\nconnections = 99999999", r"fetch.connections: must be at most"),
        ("config/monitor.toml", "[channels.desk]", '[channels]\ndesk = 1\n[channels.other]', r"channels.desk: must be a section"),
        ("config/monitor.toml", 'from = "Monitor', 'from_address = "Monitor', r"channels.analyst.from_address: unknown key"),
        ("config/monitor.toml", "<monitor@news.example>", "<monitor>", r"channels.analyst.from: 'Monitor <monitor>' is no mail address: write"),
        ("config/monitor.toml", '["a@news.example"]', '["a@b.example", "Doe, Jane <jane@b.example>"]', r"channels.analyst.to: 'Doe, Jane <jane@b.example>' is no mail address"),
        ("config/digests/morning.toml", 'title = "Morning"', 'max_items = 5000', r"max_items: write a number from 1 to 1000"),
        ("config/digests/morning.toml", "0 7 * * 1-5", "R R * * *", r'schedule: "R R \* \* \*" is no cron expression'),
        ("config/digests/morning.toml", "0 7 * * 1-5", "0 R(1-9) * * *", r"is no cron expression"),
        ("config/digests/morning.toml", "0 7 * * 1-5", "H H * * *", r"is no cron expression"),
        ("config/digests/morning.toml", "0 7 * * 1-5", "*/90 * * * *", r"is no cron expression"),
        ("config/digests/morning.toml", "0 7 * * 1-5", "@daily", r"is no cron expression"),
        ("config/topics/race.toml", "seeds/race.md", "seeds/rice.md", r'race.toml:3: seeds: "seeds/rice.md" is missing'),
        ("config/topics/race.toml", "tag:technology", "tag:tecnology", r'no source has the tag "tecnology"; did you mean "tag:technology"'),
        ("config/topics/race.toml", "threshold = 0.7", "threshold = 7", r'threshold: "7" is none'),
        ("config/topics/race.toml", 'title = "The race"', 'titel = "The race"', r'race.toml:2: titel: unknown key; did you mean "title"'),
        ("config/digests/morning.toml", "0 7 * * 1-5", "0 25 * * *", r'morning.toml:3: schedule: "0 25 \* \* \*" is no cron'),
        ("config/digests/morning.toml", "0 7 * * 1-5", "0 7 30 2 *", r'schedule: "0 7 30 2 \*" is no cron expression of a time that comes'),
        ("config/digests/morning.toml", "Europe/London", "Europe/Lundon", r'timezone: "Europe/Lundon" is no IANA'),
        ("config/digests/morning.toml", '["desk"]', '["dusk"]', r'there is no channel "dusk"; did you mean "desk"'),
    ],
)  # fmt: skip
def test_a_fault_names_file_key_and_remedy(root: Path, file: str, old: str, new: str, says: str) -> None:
    replace(root, file, old, new)
    with pytest.raises(ConfigurationError, match=says) as caught:
        load(root, {})
    assert "\n" not in str(caught.value)
    at = re.match(rf"{re.escape(file)}:(\d+): ", str(caught.value))
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    if "not valid TOML" not in says:
        assert at
        assert 1 <= int(at[1]) <= len(lines)


def test_a_value_of_the_environment_is_told_by_its_variable_and_not_by_the_files_line(root: Path) -> None:
    replace(root, "config/monitor.toml", "[fetch]", "[web]\nport = 8080\n[fetch]")
    with pytest.raises(ConfigurationError, match=r"^environment: MONITOR_WEB__PORT: 70000 is no port"):
        load(root, {"MONITOR_WEB__PORT": "70000"})
    with pytest.raises(ConfigurationError, match=r"^environment: MONITOR_CHANNELS__DESK__KIND: \"pigeon\" is none"):
        load(root, {"MONITOR_CHANNELS__DESK__KIND": "pigeon"})


@pytest.mark.parametrize("file", ["config/topics/race.toml", "config/sources.toml"])
def test_a_file_that_cannot_be_read_is_told_in_plain_words(root: Path, file: str) -> None:
    (root / file).write_bytes(b"# one\n# two \xff\n")
    with pytest.raises(ConfigurationError, match=rf"^{file}:2: holds what is no UTF-8; save"):
        load(root, {})
    (root / file).unlink()
    (root / file).mkdir()
    with pytest.raises(
        ConfigurationError, match=rf"^{file}: cannot be read \(Is a directory\); it must be a text file"
    ):
        load(root, {})


@pytest.mark.parametrize(
    "schedule",
    ["*/30 * * * *", "5,35 7-19/2 L * *", "0 7 * jan-MAR mon-fri", "0 7 * * L5", "0 7 * * 1#2", "0 22-6 * * *"],
)
def test_fixed_times_are_schedules(root: Path, schedule: str) -> None:
    replace(root, "config/digests/morning.toml", "0 7 * * 1-5", schedule)
    assert load(root, {}).digest("morning").schedule == schedule


@pytest.mark.parametrize(
    ("section", "line", "variable"),
    [
        ("web", 'password = "hidden"', "MONITOR_WEB__PASSWORD"),
        ("web", 'token = "hidden"', "MONITOR_WEB__TOKEN"),
        ("store", 'url = "postgresql+psycopg://me:hidden@db.example/news"', "MONITOR_STORE__URL"),
        ("store", 'url = "postgresql+psycopg://db.example/news?user=me&password=hidden"', "MONITOR_STORE__URL"),
        ("fetch", 'proxy = "http://me:hidden@proxy.example:3128"', "MONITOR_FETCH__PROXY"),
        ("channels.team", 'kind = "slack"\nwebhook_url = "https://hooks.example/hidden"', "MONITOR_CHANNELS__TEAM__WEBHOOK_URL"),
        ("channels.team", 'kind = "slack"\nbot_token = "hidden"', "MONITOR_CHANNELS__TEAM__BOT_TOKEN"),
        ("channels.team", 'kind = "slack"\nsigning_secret = "hidden"', "MONITOR_CHANNELS__TEAM__SIGNING_SECRET"),
        ("channels.team", 'kind = "email"\npassword = "hidden"', "MONITOR_CHANNELS__TEAM__PASSWORD"),
        ("channels.team", 'kind = "apprise"\nurl = "ntfy://hidden"', "MONITOR_CHANNELS__TEAM__URL"),
    ],
)  # fmt: skip
def test_a_secret_in_a_file_is_refused_and_its_variable_named(
    root: Path, section: str, line: str, variable: str
) -> None:
    before = (root / "config/monitor.toml").read_text(encoding="utf-8").replace("[fetch]", "", section == "fetch")
    (root / "config/monitor.toml").write_text(f"[{section}]\n{line}\n{before}", encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=f"config/monitor.toml:[23]: {section}.*set {variable} instead"
    ) as caught:
        load(root, {})
    assert "hidden" not in str(caught.value)


def test_an_address_without_a_password_and_a_bots_own_api_may_stand_in_the_file(root: Path) -> None:
    more = (
        '[store]\nurl = "postgresql+psycopg://me@db.example/news"\n[channels.team]\nkind = "slack"\nurl = "http://x/"\n'
    )
    replace(root, "config/monitor.toml", "[fetch]", f'{more}password = ""\n[fetch]')
    assert load(root, {"MONITOR_CHANNELS__TEAM__BOT_TOKEN": "t"}).channel("team").bot_token == "t"


def test_a_threshold_may_be_a_number_wherever_one_stands(root: Path) -> None:
    replace(root, "config/digests/morning.toml", 'title = "Morning"', "threshold = 0.00001\ninstant_threshold = 1")
    digest = load(root, {}).digest("morning")
    assert (digest.threshold, digest.instant_threshold) == ("0.00001", "1")


def test_the_environment_overrides_and_holds_secrets(root: Path) -> None:
    settings = load(
        root, {"MONITOR_CHANNELS__ANALYST__PASSWORD": "hidden", "MONITOR_FETCH__PER_HOST": "3", "PATH": "x"}
    )
    assert settings.channel("analyst").password == "hidden"
    assert settings.fetch.per_host == 3
    assert "hidden" not in repr(settings)


LETTERS = '[[source]]\nname = "the-quay.letter"\nkind = "newsletters"\nurl = "{}"\ntags = ["technology"]\n'


@pytest.mark.parametrize(
    "url", ["imaps://me@mail.example/INBOX", "imap://me@127.0.0.1:1143/News%20letters", "file:letters"]
)
def test_a_mailbox_has_its_password_from_the_environment(root: Path, url: str) -> None:
    (root / "config/sources.toml").write_text(LETTERS.format(url), encoding="utf-8")
    settings = load(root, {"MONITOR_SOURCES__THE_QUAY_LETTER__PASSWORD": "hidden"})
    assert settings.source_passwords == {"the-quay.letter": "hidden"}
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("imaps://mail.example/INBOX", "is neither a mailbox nor a folder"),  # whose?
        ("https://mail.example/INBOX", "is neither a mailbox nor a folder"),
        ("imaps://[/INBOX", "is neither a mailbox nor a folder"),
        ("file:", "is neither a mailbox nor a folder"),
        ("imaps://me:s3cret@mail.example/INBOX", "a password must not stand in a file"),
    ],
)
def test_where_newsletters_come_in_is_a_mailbox_or_a_folder(root: Path, url: str, says: str) -> None:
    (root / "config/sources.toml").write_text(LETTERS.format(url), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f'sources.toml:4: source "the-quay.letter": url: .*{says}') as caught:
        load(root, {})
    assert "s3cret" not in str(caught.value)


def written(value: object) -> str:
    """A value of TOML as a variable of the environment says it."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_key_of_the_shipped_settings_can_be_set_from_the_environment(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "config"
    for folder in ("config", "seeds"):
        shutil.copytree(shipped.parent / folder, tmp_path / folder)
    before = load(tmp_path, {})
    sections = tomllib.loads((shipped / "monitor.toml").read_text(encoding="utf-8"))
    variables = {
        f"MONITOR_{section}__{key}".upper(): written(value)
        for section, keys in sections.items()
        if section != "channels"
        for key, value in keys.items()
    }
    assert len(variables) > 20
    (tmp_path / "config" / "monitor.toml").write_text("[channels.desk]\nkind = 'file'\npath = 'var/digests'\n")
    assert load(tmp_path, variables) == before


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("MONITOR_CHANNELS__ANALIST__PASSWORD", 'names no channel of config/monitor.toml; did you mean "analyst"'),
        ("MONITOR_CHANNELS__ANALYST__PASWORD", 'names no key; did you mean "password"'),
        ("MONITOR_SOURCES__THREE__PASSWORD", "names no source of config/sources.toml; did you mean"),
        ("MONITOR_SOURCES__ONE__URL", "names no source of config/sources.toml; did you mean"),
        ("MONITOR_FETSH__TIMEOUT", "names no section"),
        ("MONITOR_FETCH__PER_HOST", "is of the wrong kind: write a whole number$"),
        ("MONITOR_FETCH__RESPECT_ROBOTS", "is of the wrong kind: write true or false$"),
        ("MONITOR_FETCH__TIMEOUT", '^environment: MONITOR_FETCH__TIMEOUT is of the wrong kind: write "20s", "30m"'),
        (
            "MONITOR_FETCH__MAX_PAGE",
            '^environment: MONITOR_FETCH__MAX_PAGE is of the wrong kind: write "500KB", "10MB"',
        ),
    ],
)
def test_a_wrong_variable_is_an_error_that_hides_its_value(root: Path, variable: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        load(root, {variable: "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_a_number_of_thousands_of_digits_is_told_as_any_other_that_is_none(root: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"MONITOR_FETCH__PER_HOST is of the wrong kind: write a whole number$"
    ):
        load(root, {"MONITOR_FETCH__PER_HOST": "9" * 5000})


def test_a_variable_for_a_section_that_is_none_is_told_of_the_file(root: Path) -> None:
    replace(root, "config/monitor.toml", "[fetch]\n", "web = 1\n[fetch]\n")
    with pytest.raises(ConfigurationError, match=r"config/monitor.toml:2: web: must be a section"):
        load(root, {"MONITOR_WEB__PORT": "80"})


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
    assert list(silences(settings)) == []
    told = "\n".join(warnings(settings))
    assert "fetch.user_agent" in told
    assert "channels.analyst: host is missing" in told


@pytest.mark.parametrize(
    ("channel", "environment", "remedy"),
    [
        (
            'kind = "feed"',
            {},
            "path is missing; write it there, or name another channel in config/digests/morning.toml",
        ),
        ('kind = "email"\nhost = "h"\nfrom = "a@b.example"', {}, "to is missing"),
        ('kind = "file"', {}, "path is missing"),
        ('kind = "slack"', {"MONITOR_CHANNELS__TEAM__BOT_TOKEN": "t"}, 'channel, as "#ai", where the bot posts'),
    ],
)
def test_a_channel_that_has_nobody_to_send_to_is_told_of_with_its_digest(
    root: Path, channel: str, environment: dict[str, str], remedy: str
) -> None:
    replace(root, "config/monitor.toml", "[channels.desk]", f"[channels.team]\n{channel}\n[channels.desk]")
    assert list(silences(load(root, environment))) == []  # no digest names it
    replace(root, "config/digests/morning.toml", '["desk"]', '["desk", "team"]')
    (line,) = silences(load(root, environment))
    assert line.startswith('config/monitor.toml: channels.team: digest "morning" reaches nobody there: ')
    assert remedy in line


def test_a_slack_bot_with_its_channel_and_a_webhook_alone_reach_somebody(root: Path) -> None:
    replace(root, "config/monitor.toml", "[channels.desk]", '[channels.team]\nkind = "slack"\n[channels.desk]')
    replace(root, "config/digests/morning.toml", '["desk"]', '["team"]')
    hook = load(root, {"MONITOR_CHANNELS__TEAM__WEBHOOK_URL": "https://hooks.example/x"})
    bot = load(root, {"MONITOR_CHANNELS__TEAM__BOT_TOKEN": "t", "MONITOR_CHANNELS__TEAM__CHANNEL": "#ai"})
    for settings in (hook, bot):
        assert list(silences(settings)) == []
        assert not any("channels.team" in line for line in warnings(settings))
    (missing,) = warnings(load(root, {}))
    assert "MONITOR_CHANNELS__TEAM__WEBHOOK_URL or MONITOR_CHANNELS__TEAM__BOT_TOKEN is missing" in missing


def test_what_does_nothing_yet_is_warned_of_in_a_line_each(root: Path) -> None:
    assert list(warnings(load(root, {}))) == []
    replace(root, "config/monitor.toml", "[channels.desk]", '[channels.team]\nkind = "slack"\n[channels.desk]')
    replace(root, "config/sources.toml", 'tags = ["technology"]', 'tags = ["technology"]\nquery = "x"')
    secret, query = warnings(load(root, {"MONITOR_CHANNELS__TEAM__SIGNING_SECRET": "hidden"}))
    assert secret.startswith("environment: MONITOR_CHANNELS__TEAM__SIGNING_SECRET does nothing without the BOT_TOKEN")
    assert query.startswith('config/sources.toml: source "one": query does nothing: write {query} where')
    assert "hidden" not in secret


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
    assert duration("36500d") == timedelta(days=36500)
    for wrong in ("36501d", "800000d", "9" * 400 + "d"):
        with pytest.raises(ValueError, match="longer than a hundred years"):
            duration(wrong)
    with pytest.raises(ValueError, match="larger than any memory"):
        size("9" * 400 + "GB")
