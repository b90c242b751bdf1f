"""The only writer of the configuration: comments and order kept, the result validated, then renamed into place."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from monitor.config.load import load
from monitor.config.settings import named
from monitor.errors import ConfigurationError
from monitor.models import Source, Topic


def add_source(root: Path, source: Source, environment: Mapping[str, str]) -> None:
    """Declare a source at the end of config/sources.toml. Raises ConfigurationError where it would not be valid."""
    add_sources(root, [source], environment)


def add_sources(root: Path, sources: Iterable[Source], environment: Mapping[str, str]) -> None:
    """Declare sources at the end of config/sources.toml. Raises ConfigurationError where one would not be valid."""
    document = _document(root / "config" / "sources.toml")
    declared = document.setdefault("source", tomlkit.aot())
    if not isinstance(declared, AoT):
        message = "config/sources.toml: source: write [[source]], with two brackets, for each source"
        raise ConfigurationError(message)
    for source in sources:
        declared.append(_declaration(source))
    _replace(root, Path("config/sources.toml"), tomlkit.dumps(document), environment)


def pause_source(root: Path, name: str, *, paused: bool, environment: Mapping[str, str]) -> None:
    """Pause a source, or let it run again. Raises ConfigurationError where there is none of that name."""
    named(load(root, environment).sources, name, "source", "config/sources.toml")
    document = _document(root / "config" / "sources.toml")
    for table in document["source"]:
        if table["name"] == name:
            table["paused"] = paused
    _replace(root, Path("config/sources.toml"), tomlkit.dumps(document), environment)


def add_topic(root: Path, topic: Topic, environment: Mapping[str, str]) -> Path:
    """Write config/topics/NAME.toml. Returns its path; raises ConfigurationError where there is one already."""
    path = Path("config") / "topics" / f"{topic.name}.toml"
    if (root / path).exists():
        message = f"{path}: there is a topic of that name already; choose another, or edit that file"
        raise ConfigurationError(message)
    document = tomlkit.document()
    document.add("title", tomlkit.item(topic.title))
    document.add("seeds", tomlkit.item(list(topic.seeds)))
    document.add("sources", tomlkit.item(list(topic.sources)))
    document.add("threshold", tomlkit.item(topic.threshold))
    _replace(root, path, tomlkit.dumps(document), environment)
    return path


def _declaration(source: Source) -> Table:
    table = tomlkit.table()
    for key in ("name", "url", "kind", "language", "query"):
        if value := getattr(source, key):
            table.add(key, value)
    if source.tags:
        table.add("tags", list(source.tags))
    return table


def _document(path: Path) -> tomlkit.TOMLDocument:
    """The file as it stands, its last line ended: what is added would be written on behind it."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return tomlkit.parse(f"{text}\n" if text and not text.endswith("\n") else text)


def _replace(root: Path, path: Path, text: str, environment: Mapping[str, str]) -> None:
    """Put `text` in place of a file, once the configuration is known to load with it."""
    load(root, environment, instead={path.as_posix(): text})
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, text.encode())


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(target.stat().st_mode if target.exists() else 0o644)
    Path(name).replace(target)
