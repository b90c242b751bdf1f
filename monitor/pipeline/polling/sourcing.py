"""Sources added, paused, read from and written to OPML. Each function returns the line that tells what was done."""

import asyncio
import os
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config import Settings
from monitor.config.edit import add_source, add_sources, pause_source
from monitor.errors import AddressError, ConfigurationError
from monitor.fetch.client import Client
from monitor.models import Source
from monitor.pipeline.polling.trial import Trial, try_source
from monitor.sources import opml
from monitor.sources.search import address
from monitor.urls import canonical_url, names_address


def add(settings: Settings, url: str) -> str:
    """Declare a source from any address, once a trial showed that it lists news.

    Raises ConfigurationError as `propose` does.
    """
    trial = propose(settings, url)
    add_source(settings.root, trial.source, os.environ)
    newest = "".join(f"\n  {entry.title or entry.url}" for entry in trial.entries[:5])
    return f"added {trial.summary}{newest}"


def propose(settings: Settings, given: str) -> Trial:
    """What an address would be as a source: asked once, nothing written. Its source has the feed's own address.

    Raises ConfigurationError where the address is none, lists nothing, or is declared already.
    """
    url = whole_address(given)
    try:
        canonical_url(url)
    except AddressError as error:
        message = f'"{given}" is no http or https address; write one as https://example.com/'
        raise ConfigurationError(message) from error
    trial = asyncio.run(_tried(settings, Source(name=_name(url, settings), url=url)))
    if trial.error:
        raise ConfigurationError(trial.error)
    if known := next((each.name for each in settings.sources if address(each) in (url, trial.feed)), ""):
        message = f'config/sources.toml: source "{known}" asks that address already'
        raise ConfigurationError(message)
    return replace(trial, source=replace(trial.source, url=trial.feed or url))


def whole_address(given: str) -> str:
    """An address as people write and say it, "example.com", with the scheme that they leave out."""
    return given if "://" in given else f"https://{given}"


def declare(settings: Settings, url: str, name: str = "") -> str:
    """Declare a source whose address was tried before, by that name or one made of the address.

    Raises ConfigurationError where it would not be valid.
    """
    source = Source(name=name or _name(url, settings), url=url)
    add_source(settings.root, source, os.environ)
    return f"added {source.name}; config/sources.toml says so"


def pause(settings: Settings, name: str, *, paused: bool) -> str:
    """Pause a source, or let it be asked again. Raises ConfigurationError where there is none of that name."""
    pause_source(settings.root, name, paused=paused, environment=os.environ)
    return f"{name} is {'paused' if paused else 'asked again'}"


def read_opml(settings: Settings, path: Path) -> str:
    """Declare the feeds of an OPML file that are not declared yet. Raises ConfigurationError where it holds none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise ConfigurationError(message) from error
    return take_opml(settings, content, str(path))


def take_opml(settings: Settings, content: bytes, named: str) -> str:
    """The same with what a file holds; `named` is what to call it."""
    found = opml.read(content)
    if not found:
        message = f"{named}: lists no feeds; an OPML file names each in an <outline xmlUrl=...>"
        raise ConfigurationError(message)
    known = {asked for source in settings.sources for asked in (source.url, address(source))}
    taken = {source.name for source in settings.sources}
    added = [replace(source, name=_free(source.name, taken)) for source in found if source.url not in known]
    if added:
        add_sources(settings.root, added, os.environ)
    return f"added {len(added)} of the {len(found)} feeds in {named}; the others were there"


def write_opml(settings: Settings, path: Path) -> str:
    """Write the declared sources as OPML. Raises ConfigurationError where the file cannot be written."""
    try:
        path.write_bytes(opml.write(settings.sources, "News monitor"))
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise ConfigurationError(message) from error
    return f"wrote {sum(names_address(source.url) for source in settings.sources)} sources to {path}"


async def _tried(settings: Settings, source: Source) -> Trial:
    async with Client(settings.fetch) as client:
        return await try_source(client, source)


def _name(url: str, settings: Settings) -> str:
    """A name from the host and the path, that no other source has."""
    parts = urlsplit(url)
    words = f"{(parts.hostname or '').removeprefix('www.')} {parts.path}"
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:60] or "source"
    return _free(plain, {source.name for source in settings.sources})


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken; it is taken from then on."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    taken.add(unique)
    return unique
