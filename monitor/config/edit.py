"""The only writer of the configuration: comments and order kept, the result validated, then renamed into place.

What somebody else wrote between reading a file and replacing it is not written over: the change is refused.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from monitor.config.load import load
from monitor.config.settings import named
from monitor.errors import ConfigurationError
from monitor.models import Source, Terms, Topic

_SOURCES = Path("config/sources.toml")


def add_source(root: Path, source: Source, environment: Mapping[str, str]) -> None:
    """Declare a source at the end of config/sources.toml. Raises ConfigurationError where it would not be valid."""
    add_sources(root, [source], environment)


def add_sources(root: Path, sources: Iterable[Source], environment: Mapping[str, str]) -> None:
    """Declare sources at the end of config/sources.toml. Raises ConfigurationError where one would not be valid."""

    def change(document: tomlkit.TOMLDocument) -> None:
        declared = document.setdefault("source", tomlkit.aot())
        if not isinstance(declared, AoT):
            message = "config/sources.toml: source: write [[source]], with two brackets, for each source"
            raise ConfigurationError(message)
        for source in sources:
            declared.append(_declaration(source))

    _edit(root, _SOURCES, change, environment)


def pause_source(root: Path, name: str, *, paused: bool, environment: Mapping[str, str]) -> None:
    """Pause a source, or let it run again. Raises ConfigurationError where there is none of that name."""
    named(load(root, environment).sources, name, "source", "config/sources.toml")

    def change(document: tomlkit.TOMLDocument) -> None:
        for table in document["source"]:
            if table["name"] == name:
                table["paused"] = paused

    _edit(root, _SOURCES, change, environment)


def add_topic(root: Path, topic: Topic, environment: Mapping[str, str]) -> Path:
    """Write config/topics/NAME.toml. Returns its path; raises ConfigurationError where there is one already."""
    path = free_topic(root, topic.name)
    document = tomlkit.document()
    document.add("title", tomlkit.item(topic.title))
    document.add("seeds", tomlkit.item(list(topic.seeds)))
    document.add("sources", tomlkit.item(list(topic.sources)))
    document.add("threshold", tomlkit.item(topic.threshold))
    for key in ("must", "must_not"):
        if guards := getattr(topic, key):
            document.add(key, tomlkit.item(list(guards)))
    if (terms := topic.terms.get("")) is not None:
        document.add("terms", tomlkit.item({"add": list(terms.add), "mute": list(terms.mute)}))
    _replace(root, path, tomlkit.dumps(document), environment)
    return path


def free_topic(root: Path, name: str) -> Path:
    """The file of a topic that is yet to be written. Raises ConfigurationError where there is one already."""
    path = Path("config") / "topics" / f"{name}.toml"
    if (root / path).exists():
        message = f"{path}: there is a topic of that name already; choose another, or edit that file"
        raise ConfigurationError(message)
    return path


def set_threshold(root: Path, topic: str, threshold: str, environment: Mapping[str, str]) -> None:
    """Write a topic's threshold. Raises ConfigurationError for one that says nothing, and where there is no topic."""
    as_number = re.fullmatch(r"\d*\.?\d+", threshold)
    value = float(threshold) if as_number else threshold
    _edit_topic(root, topic, lambda document: document.__setitem__("threshold", value), environment)


def set_terms(root: Path, topic: str, terms: Terms, environment: Mapping[str, str]) -> None:
    """Write the terms, of any language, that a topic adds and mutes; those of single languages stay as they are.

    Raises ConfigurationError where there is no topic of that name.
    """

    def change(document: tomlkit.TOMLDocument) -> None:
        table = document.setdefault("terms", tomlkit.table())
        table["add"], table["mute"] = list(terms.add), list(terms.mute)

    _edit_topic(root, topic, change, environment)


def set_seeds(root: Path, topic: str, seeds: Iterable[str], environment: Mapping[str, str]) -> None:
    """Write the seeds of a topic. Raises ConfigurationError for one that is missing, and where there is no topic."""
    _edit_topic(root, topic, lambda document: document.__setitem__("seeds", list(seeds)), environment)


def _edit_topic(
    root: Path, topic: str, change: Callable[[tomlkit.TOMLDocument], None], environment: Mapping[str, str]
) -> None:
    named(load(root, environment).topics, topic, "topic", "config/topics")
    _edit(root, Path("config") / "topics" / f"{topic}.toml", change, environment)


def _declaration(source: Source) -> Table:
    table = tomlkit.table()
    for key in ("name", "url", "kind", "language", "query"):
        if value := getattr(source, key):
            table.add(key, value)
    if source.tags:
        table.add("tags", list(source.tags))
    return table


def _edit(
    root: Path, path: Path, change: Callable[[tomlkit.TOMLDocument], None], environment: Mapping[str, str]
) -> None:
    """Change a file of the configuration as it stands, its comments and its order kept."""
    before = _text(root / path)
    # What is added would be written on behind a last line that was not ended.
    document = tomlkit.parse(f"{before}\n" if before and not before.endswith("\n") else before)
    change(document)
    _replace(root, path, tomlkit.dumps(document), environment, before)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _replace(root: Path, path: Path, text: str, environment: Mapping[str, str], before: str = "") -> None:
    """Put `text` in place of a file that held `before`, once the configuration is known to load with it."""
    load(root, environment, instead={path.as_posix(): text})
    if _text(root / path) != before:
        message = f"{path.as_posix()}: was changed by somebody else at this moment; look at it, then try again"
        raise ConfigurationError(message)
    target = root / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, text.encode())
    except OSError as error:
        message = f"{path.as_posix()}: cannot be written ({error.strerror or error}); make config/ writable, or edit it"
        raise ConfigurationError(message) from error


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(target.stat().st_mode if target.exists() else 0o644)
    Path(name).replace(target)
