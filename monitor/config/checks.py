"""What the parts of a configuration must be to one another: names resolve, seeds exist, schedules can be kept.

Decides on values and on the seed files' presence; touches no network.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.reach import NEEDED
from monitor.config.schedules import schedule_faults
from monitor.config.settings import Settings, nearest
from monitor.config.values import Fault, TomlFile, shortened
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import AddressError, DeliveryError
from monitor.models import BACKFILL, Source, Topic
from monitor.urls import canonical_url, names_address

_MAIN = "config/monitor.toml"
_KINDS = ("auto", "feed", "sitemap", "page", "search", "newsletters")
_LEVELS = ("precise", "balanced", "inclusive")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS = range(1, 65_536)
# More of either helps nobody, and would not fit into what counts them.
_MOST_CONNECTIONS, _MOST_ITEMS = 10_000, 1_000


def check(settings: Settings, files: Mapping[str, TomlFile]) -> None:
    """Nothing where all is well; else ConfigurationError for the first fault, naming file, line, key and remedy.

    `files` are those that the settings were read from, by the names that faults give them.
    """
    for found in faults(settings):
        raise files[found.file].fault(found.section, found.key, found.problem, found.noun)


def faults(settings: Settings) -> Iterator[Fault]:
    """Every fault, in the order in which a reader would mend them."""
    yield from _fetching(settings)
    yield from _lasting(settings)
    yield from _addresses(settings)
    yield from _schedules(settings)
    for channel in settings.channels:
        yield from _channel(channel)
    yield from _sources(settings.sources)
    for topic in settings.topics:
        yield from _topic(topic, settings)
    for digest in settings.digests:
        yield from _digest(digest, settings)


def _fetching(settings: Settings) -> Iterator[Fault]:
    for key, problem in settings.fetch.faults():
        yield Fault(_MAIN, "fetch", key, problem)
    for key in ("connections", "per_host"):
        if getattr(settings.fetch, key) > _MOST_CONNECTIONS:
            yield Fault(_MAIN, "fetch", key, f"must be at most {_MOST_CONNECTIONS}")
    web = settings.web
    if web.host not in _LOOPBACK and not (web.password or web.token):
        problem = (
            f'"{web.host}" can be reached from outside: set MONITOR_WEB__PASSWORD or MONITOR_WEB__TOKEN, or keep '
            "127.0.0.1"
        )
        yield Fault(_MAIN, "web", "host", problem)
    if web.port not in _PORTS:
        yield Fault(_MAIN, "web", "port", f"{shortened(web.port)} is no port: write one from 1 to 65535, as 8080")


def _lasting(settings: Settings) -> Iterator[Fault]:
    """What is kept for no time at all is lost, and what is older than nothing is everything."""
    if settings.store.keep < timedelta(days=1):
        yield Fault(_MAIN, "store", "keep", 'must be at least a day, as "365d"')
    if settings.collect.max_age <= timedelta(0):
        yield Fault(_MAIN, "collect", "max_age", 'must be longer than nothing, as "7d"')


def _addresses(settings: Settings) -> Iterator[Fault]:
    public, ping = settings.web.public_url, settings.alerts.ping_url
    if not _is_address(public):
        yield Fault(_MAIN, "web", "public_url", f'"{public}" is no http or https address: write one as "https://..."')
    if ping and not _is_address(ping):  # it may hold a secret, so it is not repeated
        yield Fault(_MAIN, "alerts", "ping_url", 'is no http or https address: write one as "https://...", or ""')


def _schedules(settings: Settings) -> Iterator[Fault]:
    for name in ("collect", "train", "maintain"):
        section = getattr(settings, name)
        yield from (Fault(_MAIN, name, *each) for each in schedule_faults(section.schedule, section.timezone))


def _channel(channel: ChannelSettings) -> Iterator[Fault]:
    section = f"channels.{channel.name}"
    if channel.kind not in NEEDED:
        yield Fault(_MAIN, section, "kind", f'"{channel.kind}" is none: write {", ".join(NEEDED)}')
    if channel.tls not in ("starttls", "implicit", "none"):
        yield Fault(_MAIN, section, "tls", 'write "starttls", "implicit" or "none"')
    if channel.port not in _PORTS:
        yield Fault(_MAIN, section, "port", f"{shortened(channel.port)} is no port: write one from 1 to 65535, as 587")
    if channel.kind == "email":
        yield from (Fault(_MAIN, section, *each) for each in _mail_faults(channel))


def _mail_faults(channel: ChannelSettings) -> Iterator[tuple[str, str]]:
    """What no mail could be written to, or from: told of here, before anything counts as told to it."""
    from monitor.deliver.envelope import address  # noqa: PLC0415 - who sends no mail needs nothing of it

    written = [("from", each) for each in (channel.from_address,) if each] + [("to", each) for each in channel.to]
    for key, each in written:
        try:
            address(each)
        except DeliveryError as error:
            yield key, str(error)


def _sources(sources: tuple[Source, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, source in enumerate(sources):
        noun = f'source "{source.name}"' if source.name else f"source {number + 1}"
        for key, problem in _source(source, seen):
            yield Fault("config/sources.toml", f"source[{number}]", key, problem, noun)
        seen.add(source.name)


def _source(source: Source, taken: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from (("name", problem) for problem in _name_faults(source.name, taken))
    if source.kind not in _KINDS:
        yield "kind", f'"{source.kind}" is none: write {", ".join(_KINDS)}'
    if source.language and not re.fullmatch(r"[a-z]{2}", source.language):
        yield "language", f'"{source.language}" is no code of ISO 639-1: write one as "en"'
    if source.kind == "search" and ("{query}" not in source.url or not source.query):
        yield "", "a search needs {query} in its url, and a query"
    yield from (("url", problem) for problem in _place_faults(source))


def _place_faults(source: Source) -> Iterator[str]:
    if source.kind == "newsletters":
        yield from _mailbox_faults(source.url)
    elif not _is_address(source.url.replace("{query}", "")):
        yield f'"{source.url}" is no http or https address'


def _mailbox_faults(url: str) -> Iterator[str]:
    if url.startswith("file:") and url != "file:":
        return
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("imaps", "imap") and parts.hostname and parts.username and parts.port != 0
        if parts.password:
            yield "a password must not stand in a file: take it out, and set MONITOR_SOURCES__NAME__PASSWORD instead"
            return
    except ValueError:
        sound = False
    if not sound:
        yield f'"{url}" is neither a mailbox nor a folder: write "imaps://user@host/Folder" or "file:folder"'


def _name_faults(name: str, taken: Collection[str]) -> Iterator[str]:
    if not re.fullmatch(r"[\w][\w.-]*", name):
        yield "write letters, digits, - and _ only"
    if name == BACKFILL:
        yield "so is called what `monitor backfill` reads; choose another"
    if name in taken:
        yield "two sources share it; rename one"


def _topic(topic: Topic, settings: Settings) -> Iterator[Fault]:
    file = f"config/topics/{topic.name}.toml"
    if not topic.seeds:
        yield Fault(file, "", "seeds", f'name at least one, as seeds = ["seeds/{topic.name}.md"]')
    for seed in topic.seeds:
        yield from (Fault(file, "", "seeds", problem) for problem in _seed_faults(seed, settings.root))
    if topic.fetch not in ("all", "promising"):
        yield Fault(file, "", "fetch", 'write "all" or "promising"')
    yield from _threshold(file, "threshold", topic.threshold)
    names = {source.name for source in settings.sources}
    tags = {f"tag:{tag}" for source in settings.sources for tag in source.tags}
    for selector in topic.sources:
        if selector != "*" and selector not in names | tags:
            is_tag = selector.startswith("tag:")
            what = f'no source has the tag "{selector[4:]}"' if is_tag else f'there is no source "{selector}"'
            hint = nearest(selector, tags or names if is_tag else names | tags)
            yield Fault(file, "", "sources", f'{what}; {hint}; or write sources = ["*"] for all')


def _seed_faults(seed: str, root: Path) -> Iterator[str]:
    if names_address(seed):
        if not _is_address(seed):
            yield f'"{seed}" is no address that can be asked; correct it, or name a file'
        return
    path = root / seed
    if not _is_file(path):
        yield f'"{seed}" is missing; write the brief there, or correct the name'
    elif path.suffix not in (".md", ".txt", ".html", ".htm"):
        yield f'"{seed}" is neither .md, .txt nor .html'


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any
        return False


def _is_address(url: str) -> bool:
    try:
        return bool(canonical_url(url))
    except AddressError:
        return False


def _threshold(file: str, key: str, threshold: str) -> Iterator[Fault]:
    if threshold in _LEVELS or re.fullmatch(r"recall (0?\.\d+|1(\.0*)?)|at most \d+", threshold):
        return
    if re.fullmatch(r"0(\.\d*)?|\.\d+|1(\.0*)?", threshold):
        return
    problem = (
        f'"{threshold}" is none: write precise, balanced, inclusive, a number from 0 to 1, "recall 0.9" or "at most 2"'
    )
    yield Fault(file, "", key, problem)


def _digest(digest: DigestSettings, settings: Settings) -> Iterator[Fault]:
    file = f"config/digests/{digest.name}.toml"
    yield from (Fault(file, "", *each) for each in schedule_faults(digest.schedule, digest.timezone))
    yield from _names(file, "topics", digest.topics, [topic.name for topic in settings.topics])
    yield from _names(file, "channels", digest.channels, [channel.name for channel in settings.channels])
    if digest.form not in ("daily", "weekly"):
        yield Fault(file, "", "form", 'write "daily" or "weekly"')
    if not 1 <= digest.max_items <= _MOST_ITEMS:
        yield Fault(file, "", "max_items", f"write a number from 1 to {_MOST_ITEMS}")
    if digest.threshold:
        yield from _threshold(file, "threshold", digest.threshold)
    yield from _threshold(file, "instant_threshold", digest.instant_threshold)
    if digest.instant_sources < 0:
        yield Fault(file, "", "instant_sources", "write how many sources, as 5, or 0 for never")
    if digest.quiet_hours and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", digest.quiet_hours):
        yield Fault(file, "", "quiet_hours", f'"{digest.quiet_hours}"; write them as "22:00-07:00"')


def _names(file: str, key: str, chosen: tuple[str, ...], there: list[str]) -> Iterator[Fault]:
    if not chosen:
        yield Fault(file, "", key, f"name at least one; {nearest('', there)}")
    for name in sorted({name for name in chosen if chosen.count(name) > 1}):
        yield Fault(file, "", key, f'"{name}" stands there twice; once is enough')
    for name in chosen:
        if name not in there and (name != "*" or key != "topics"):
            yield Fault(file, "", key, f'there is no {key.removesuffix("s")} "{name}"; {nearest(name, there)}')
