"""What the parts of a configuration must be to one another: names resolve, seeds exist, schedules can be kept.

Decides on values and on the seed files' presence; touches no network.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from croniter import croniter

from monitor.config.settings import Settings, nearest
from monitor.deliver import CHANNELS
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError
from monitor.models import Source, Topic

_KINDS = ("auto", "feed", "sitemap", "page", "search")
_LEVELS = ("precise", "balanced", "inclusive")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# A digest's own files, "feed" and the rest, are kinds of `monitor.deliver`; these are what each cannot do without.
_NEEDED = {
    "file": ("path",),
    "feed": ("path",),
    "email": ("host", "from_address", "to"),
    "slack": ("webhook_url | bot_token",),
    "apprise": ("url",),
}
_VARIABLES = frozenset({"webhook_url", "bot_token", "url", "user", "password"})


def check(settings: Settings) -> None:
    """Nothing where all is well; else ConfigurationError for the first fault, naming file, key and remedy."""
    for fault in faults(settings):
        raise ConfigurationError(fault)


def faults(settings: Settings) -> Iterator[str]:
    """Every fault, one line each, in the order in which a reader would mend them."""
    yield from _fetching(settings)
    yield from _schedules(settings)
    for channel in settings.channels:
        yield from _channel(channel)
    yield from _sources(settings.sources)
    for topic in settings.topics:
        yield from _topic(topic, settings)
    for digest in settings.digests:
        yield from _digest(digest, settings)


def warnings(settings: Settings) -> Iterator[str]:
    """What runs but should be seen to, one line each."""
    if "example.org" in settings.fetch.user_agent:
        yield (
            "config/monitor.toml: fetch.user_agent still names example.org: publishers must be able to reach you; a "
            "collect from the live web refuses to run until it names your own address"
        )
    for digest in settings.digests:
        for name in digest.channels:
            channel = settings.channel(name)
            yield from (
                f'config/monitor.toml: channels.{name}: {missing} is missing, and digest "{digest.name}" needs it'
                for missing in missing_of(channel)
            )
            if channel.kind not in CHANNELS:
                yield (
                    f'config/monitor.toml: channels.{name}.kind: this version sends nothing to a "{channel.kind}": '
                    f'digest "{digest.name}" reaches nobody there'
                )


def missing_of(channel: ChannelSettings) -> Iterator[str]:
    """What a channel cannot send without, each named as the reader would set it."""
    for needed in _NEEDED.get(channel.kind, ()):
        choices = needed.split(" | ")
        if not any(getattr(channel, choice) for choice in choices):
            variables = [f"MONITOR_CHANNELS__{channel.name.upper()}__{choice.upper()}" for choice in choices]
            shown = [
                variable if choice in _VARIABLES else choice.replace("from_address", "from")
                for choice, variable in zip(choices, variables, strict=True)
            ]
            yield " or ".join(shown)


def _fetching(settings: Settings) -> Iterator[str]:
    for key, problem in settings.fetch.faults():
        yield f"config/monitor.toml: fetch.{key}: {problem}"
    web = settings.web
    if web.host not in _LOOPBACK and not (web.password or web.token):
        yield (
            f'config/monitor.toml: web.host: "{web.host}" can be reached from outside: set MONITOR_WEB__PASSWORD or '
            "MONITOR_WEB__TOKEN, or keep 127.0.0.1"
        )


def _schedules(settings: Settings) -> Iterator[str]:
    for name in ("collect", "train", "maintain"):
        section = getattr(settings, name)
        yield from _schedule(f"config/monitor.toml: {name}.", section.schedule, section.timezone)


def _schedule(where: str, schedule: str, timezone: str) -> Iterator[str]:
    if len(schedule.split()) != 5 or not _comes(schedule):
        yield (
            f'{where}schedule: "{schedule}" is no cron expression of a time that comes: write minute, hour, day, month '
            'and weekday, as "0 7 * * 1-5"'
        )
    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, KeyError):
        yield f'{where}timezone: "{timezone}" is no IANA time zone: write one as "Europe/London" or "UTC"'


def _comes(schedule: str) -> bool:
    """Whether a schedule has any time at all: the 30th of February is written well, and never comes."""
    try:
        return croniter(schedule).get_next() > 0
    except (ValueError, KeyError):
        return False


def _channel(channel: ChannelSettings) -> Iterator[str]:
    if channel.kind not in _NEEDED:
        yield f'config/monitor.toml: channels.{channel.name}.kind: "{channel.kind}"; {nearest(channel.kind, _NEEDED)}'
    if channel.tls not in ("starttls", "implicit", "none"):
        yield f'config/monitor.toml: channels.{channel.name}.tls: write "starttls", "implicit" or "none"'


def _sources(sources: tuple[Source, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for number, source in enumerate(sources, 1):
        where = (
            f'config/sources.toml: source "{source.name}"' if source.name else f"config/sources.toml: source {number}"
        )
        if not re.fullmatch(r"[\w][\w.-]*", source.name):
            yield f"{where}: name: write letters, digits, - and _ only"
        if source.name in seen:
            yield f"{where}: name: two sources share it; rename one"
        seen.add(source.name)
        if source.kind not in _KINDS:
            yield f'{where}: kind: "{source.kind}"; {nearest(source.kind, _KINDS)}'
        if source.kind == "search" and ("{query}" not in source.url or not source.query):
            yield f"{where}: a search needs {{query}} in its url, and a query"
        if urlsplit(source.url).scheme not in ("http", "https") or not urlsplit(source.url).hostname:
            yield f'{where}: url: "{source.url}" is no http or https address'


def _topic(topic: Topic, settings: Settings) -> Iterator[str]:
    where = f"config/topics/{topic.name}.toml"
    if not topic.seeds:
        yield f'{where}: seeds: name at least one, as seeds = ["seeds/{topic.name}.md"]'
    for seed in topic.seeds:
        yield from _seed(where, seed, settings.root)
    if topic.fetch not in ("all", "promising"):
        yield f'{where}: fetch: write "all" or "promising"'
    yield from _threshold(where, "threshold", topic.threshold)
    names = {source.name for source in settings.sources}
    tags = {f"tag:{tag}" for source in settings.sources for tag in source.tags}
    for selector in topic.sources:
        if selector != "*" and selector not in names | tags:
            yield f'{where}: sources: there is no source "{selector}"; {nearest(selector, names | tags)}'


def _seed(where: str, seed: str, root: Path) -> Iterator[str]:
    if urlsplit(seed).scheme in ("http", "https"):
        return
    path = root / seed
    if not path.is_file():
        yield f'{where}: seeds: "{seed}" is missing; write the brief there, or correct the name'
    elif path.suffix not in (".md", ".txt", ".html", ".htm"):
        yield f'{where}: seeds: "{seed}" is neither .md, .txt nor .html'


def _threshold(where: str, key: str, threshold: str) -> Iterator[str]:
    if threshold in _LEVELS or re.fullmatch(r"recall (0?\.\d+|1(\.0*)?)|at most \d+", threshold):
        return
    if re.fullmatch(r"0(\.\d*)?|\.\d+|1(\.0*)?", threshold):
        return
    yield (
        f'{where}: {key}: "{threshold}" is none: write precise, balanced, inclusive, a number from 0 to 1, '
        '"recall 0.9" or "at most 2"'
    )


def _digest(digest: DigestSettings, settings: Settings) -> Iterator[str]:
    where = f"config/digests/{digest.name}.toml"
    yield from _schedule(f"{where}: ", digest.schedule, digest.timezone)
    yield from _names(where, "topics", digest.topics, [topic.name for topic in settings.topics])
    yield from _names(where, "channels", digest.channels, [channel.name for channel in settings.channels])
    if digest.form not in ("daily", "weekly"):
        yield f'{where}: form: write "daily" or "weekly"'
    if digest.max_items < 1:
        yield f"{where}: max_items: must be at least 1"
    if digest.threshold:
        yield from _threshold(where, "threshold", digest.threshold)
    yield from _threshold(where, "instant_threshold", digest.instant_threshold)
    if digest.quiet_hours and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", digest.quiet_hours):
        yield f'{where}: quiet_hours: "{digest.quiet_hours}"; write them as "22:00-07:00"'


def _names(where: str, key: str, chosen: tuple[str, ...], there: list[str]) -> Iterator[str]:
    if not chosen:
        yield f"{where}: {key}: name at least one; {nearest('', there)}"
    for name in sorted({name for name in chosen if chosen.count(name) > 1}):
        yield f'{where}: {key}: "{name}" stands there twice; once is enough'
    for name in chosen:
        if name not in there and (name != "*" or key != "topics"):
            yield f'{where}: {key}: there is no {key.removesuffix("s")} "{name}"; {nearest(name, there)}'
