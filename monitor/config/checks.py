"""What the parts of a configuration must be to one another: names resolve, seeds exist, schedules can be kept.

Decides on values and on the seed files' presence; touches no network.
"""

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.reach import NEEDED, missing_of, reaches, unreached
from monitor.config.schedules import schedule_faults
from monitor.config.settings import Settings, nearest
from monitor.config.values import fault, shortened
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import AddressError, DeliveryError
from monitor.models import BACKFILL, Source, Topic
from monitor.urls import canonical_url, names_address

_KINDS = ("auto", "feed", "sitemap", "page", "search", "newsletters")
_LEVELS = ("precise", "balanced", "inclusive")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS = range(1, 65_536)
# More of either helps nobody, and would not fit into what counts them.
_MOST_CONNECTIONS, _MOST_ITEMS = 10_000, 1_000


def check(settings: Settings) -> None:
    """Nothing where all is well; else ConfigurationError for the first fault, naming file, key and remedy."""
    for problem in faults(settings):
        raise fault(problem)


def faults(settings: Settings) -> Iterator[str]:
    """Every fault, one line each, in the order in which a reader would mend them."""
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


def silences(settings: Settings) -> Iterator[str]:
    """What stops no collect, and yet tells nobody: a line for each channel of a digest that has nobody to send to."""
    for digest in settings.digests:
        yield from unreached(settings, digest)


def warnings(settings: Settings) -> Iterator[str]:
    """What runs but should be seen to, one line each."""
    if "example.org" in settings.fetch.user_agent:
        yield (
            "config/monitor.toml: fetch.user_agent still names example.org: publishers must be able to reach you; a "
            "collect from the live web refuses to run until it names your own address"
        )
    for digest in settings.digests:
        for channel in map(settings.channel, digest.channels):
            yield from (
                f'config/monitor.toml: channels.{channel.name}: {missing} is missing, and digest "{digest.name}" '
                "needs it"
                for missing in (missing_of(channel) if reaches(channel) else ())
            )
    yield from _idle(settings)
    yield from unwatched(settings)
    yield from _untold(settings)


def unwatched(settings: Settings) -> Iterator[str]:
    """A line where no source is ever asked, so that a collect can find nothing."""
    if not settings.sources:
        none, remedy = "no source is declared", "`monitor sources --add ADDRESS` declares one"
    elif all(source.paused for source in settings.sources):
        none = "every source is paused"
        remedy = f"`monitor sources --resume {settings.sources[0].name}` has one asked again"
    else:
        return
    yield f"config/sources.toml: {none}, so nothing is read: {remedy}"


def _untold(settings: Settings) -> Iterator[str]:
    """Topics that are judged and told to nobody: no fault, for the reading page shows them."""
    for topic in settings.topics:
        if not settings.digests_of(topic):
            yield (
                f'config/topics/{topic.name}.toml: no digest tells of it: write "{topic.name}" under topics in a file '
                "of config/digests"
            )


def _idle(settings: Settings) -> Iterator[str]:
    """Settings that are read and do nothing in this version, or nothing where they stand."""
    for channel in settings.channels:
        if channel.signing_secret and not channel.bot_token:
            variable = f"MONITOR_CHANNELS__{channel.name.upper()}__SIGNING_SECRET"
            yield f"environment: {variable} does nothing without the BOT_TOKEN: a webhook's messages have no buttons"
    for source in settings.sources:
        if source.query and "{query}" not in source.url:
            yield (
                f'config/sources.toml: source "{source.name}": query does nothing: write {{query}} where the url takes '
                "it"
            )


def _fetching(settings: Settings) -> Iterator[str]:
    for key, problem in settings.fetch.faults():
        yield f"config/monitor.toml: fetch.{key}: {problem}"
    for key in ("connections", "per_host"):
        if getattr(settings.fetch, key) > _MOST_CONNECTIONS:
            yield f"config/monitor.toml: fetch.{key}: must be at most {_MOST_CONNECTIONS}"
    web = settings.web
    if web.host not in _LOOPBACK and not (web.password or web.token):
        yield (
            f'config/monitor.toml: web.host: "{web.host}" can be reached from outside: set MONITOR_WEB__PASSWORD or '
            "MONITOR_WEB__TOKEN, or keep 127.0.0.1"
        )
    if web.port not in _PORTS:
        yield f"config/monitor.toml: web.port: {shortened(web.port)} is no port: write one from 1 to 65535, as 8080"


def _lasting(settings: Settings) -> Iterator[str]:
    """What is kept for no time at all is lost, and what is older than nothing is everything."""
    if settings.store.keep < timedelta(days=1):
        yield 'config/monitor.toml: store.keep: must be at least a day, as "365d"'
    if settings.collect.max_age <= timedelta(0):
        yield 'config/monitor.toml: collect.max_age: must be longer than nothing, as "7d"'


def _addresses(settings: Settings) -> Iterator[str]:
    public, ping = settings.web.public_url, settings.alerts.ping_url
    if not _is_address(public):
        yield f'config/monitor.toml: web.public_url: "{public}" is no http or https address: write one as "https://..."'
    if ping and not _is_address(ping):  # it may hold a secret, so it is not repeated
        yield 'config/monitor.toml: alerts.ping_url: is no http or https address: write one as "https://...", or ""'


def _schedules(settings: Settings) -> Iterator[str]:
    for name in ("collect", "train", "maintain"):
        section = getattr(settings, name)
        yield from schedule_faults(f"config/monitor.toml: {name}.", section.schedule, section.timezone)


def _channel(channel: ChannelSettings) -> Iterator[str]:
    where = f"config/monitor.toml: channels.{channel.name}"
    if channel.kind not in NEEDED:
        yield f'{where}.kind: "{channel.kind}" is none: write {", ".join(NEEDED)}'
    if channel.tls not in ("starttls", "implicit", "none"):
        yield f'{where}.tls: write "starttls", "implicit" or "none"'
    if channel.port not in _PORTS:
        yield f"{where}.port: {shortened(channel.port)} is no port: write one from 1 to 65535, as 587"
    if channel.kind == "email":
        yield from _mail_addresses(where, channel)


def _mail_addresses(where: str, channel: ChannelSettings) -> Iterator[str]:
    """What no mail could be written to, or from: told of here, before anything counts as told to it."""
    from monitor.deliver.envelope import address  # noqa: PLC0415 - who sends no mail needs nothing of it

    written = [("from", each) for each in (channel.from_address,) if each] + [("to", each) for each in channel.to]
    for key, each in written:
        try:
            address(each)
        except DeliveryError as error:
            yield f"{where}.{key}: {error}"


def _sources(sources: tuple[Source, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for number, source in enumerate(sources, 1):
        where = (
            f'config/sources.toml: source "{source.name}"' if source.name else f"config/sources.toml: source {number}"
        )
        yield from (f"{where}: name: {fault}" for fault in _name_faults(source.name, seen))
        seen.add(source.name)
        if source.kind not in _KINDS:
            yield f'{where}: kind: "{source.kind}" is none: write {", ".join(_KINDS)}'
        if source.language and not re.fullmatch(r"[a-z]{2}", source.language):
            yield f'{where}: language: "{source.language}" is no code of ISO 639-1: write one as "en"'
        if source.kind == "search" and ("{query}" not in source.url or not source.query):
            yield f"{where}: a search needs {{query}} in its url, and a query"
        yield from (f"{where}: url: {problem}" for problem in _place_faults(source))


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
            is_tag = selector.startswith("tag:")
            what = f'no source has the tag "{selector[4:]}"' if is_tag else f'there is no source "{selector}"'
            hint = nearest(selector, tags or names if is_tag else names | tags)
            yield f'{where}: sources: {what}; {hint}; or write sources = ["*"] for all'


def _seed(where: str, seed: str, root: Path) -> Iterator[str]:
    if names_address(seed):
        if not _is_address(seed):
            yield f'{where}: seeds: "{seed}" is no address that can be asked; correct it, or name a file'
        return
    path = root / seed
    if not _is_file(path):
        yield f'{where}: seeds: "{seed}" is missing; write the brief there, or correct the name'
    elif path.suffix not in (".md", ".txt", ".html", ".htm"):
        yield f'{where}: seeds: "{seed}" is neither .md, .txt nor .html'


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
    yield from schedule_faults(f"{where}: ", digest.schedule, digest.timezone)
    yield from _names(where, "topics", digest.topics, [topic.name for topic in settings.topics])
    yield from _names(where, "channels", digest.channels, [channel.name for channel in settings.channels])
    if digest.form not in ("daily", "weekly"):
        yield f'{where}: form: write "daily" or "weekly"'
    if not 1 <= digest.max_items <= _MOST_ITEMS:
        yield f"{where}: max_items: write a number from 1 to {_MOST_ITEMS}"
    if digest.threshold:
        yield from _threshold(where, "threshold", digest.threshold)
    yield from _threshold(where, "instant_threshold", digest.instant_threshold)
    if digest.instant_sources < 0:
        yield f"{where}: instant_sources: write how many sources, as 5, or 0 for never"
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
