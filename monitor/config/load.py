"""Reads `config/` and the environment into `Settings`, or says in one line what is wrong and where.

    config/monitor.toml ─┐
    config/sources.toml ─┤  build (values.py)   check (checks.py)
    config/topics/*.toml ┼──────────────────────────────────────── Settings
    config/digests/*.toml┤
    MONITOR_* variables ─┘

Secrets come from the environment alone: a file of the configuration may be committed.
"""

import dataclasses
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from monitor.config.checks import check
from monitor.config.secret_keys import refuse_secrets
from monitor.config.settings import (
    AlertSettings,
    CollectSettings,
    MaintainSettings,
    RelevanceSettings,
    Settings,
    StoreSettings,
    TrainSettings,
    WebSettings,
    nearest,
)
from monitor.config.values import TomlFile, Unreadable, build, fault, from_environment, read, shortened
from monitor.deliver.settings import ChannelSettings
from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError
from monitor.fetch.settings import FetchSettings
from monitor.models import Source, Terms, Topic

_SECTIONS: dict[str, type] = {
    "store": StoreSettings,
    "fetch": FetchSettings,
    "collect": CollectSettings,
    "web": WebSettings,
    "relevance": RelevanceSettings,
    "train": TrainSettings,
    "maintain": MaintainSettings,
    "alerts": AlertSettings,
}
_PREFIX = "MONITOR_"
# Named by the program's own documentation, and not a section's key.
_SINGLE = frozenset({"MONITOR_SECRET", "MONITOR_ROOT"})


def find_root(start: Path) -> Path:
    """The nearest folder from `start` upwards that holds `config/monitor.toml`; ConfigurationError where none does."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "config" / "monitor.toml").is_file():
            return folder
    message = f"{start}: no config/monitor.toml here or above; go to the project's folder, or name it with --root DIR"
    raise ConfigurationError(message)


def load(root: Path, environment: Mapping[str, str], instead: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """The whole configuration under `root`, checked.

    `instead` maps a file's path relative to the root to the text that would stand there: a change is tried before it
    is made. Raises ConfigurationError naming file, line, key and remedy.
    """
    folder = _Folder(root, instead)
    file, table = folder.read("config/monitor.toml")
    refuse_secrets(table, file)
    _overlay(table, file, environment)
    if unknown := set(table) - set(_SECTIONS) - {"channels"}:
        wrong = sorted(unknown)[0]
        raise file.fault(wrong, "", f"unknown section; {nearest(wrong, [*_SECTIONS, 'channels'])}")
    sections: dict[str, Any] = {
        name: build(kind, _table(table, name, file), file, name) for name, kind in _SECTIONS.items()
    }
    sources = _sources(folder)
    settings = Settings(
        root=root,
        channels=_channels(table, file, environment),
        sources=sources,
        source_passwords=_passwords(sources, environment),
        topics=tuple(_topic(folder, path) for path in folder.named("topics")),
        digests=tuple(_digest(folder, path) for path in folder.named("digests")),
        secret=environment.get("MONITOR_SECRET", ""),
        **sections,
    )
    check(settings, folder.files)
    return settings


def topic_from_file(path: Path) -> Topic:
    """The topic that a file declares, wherever it stands; whether its seeds and sources are there is not asked.

    Raises ConfigurationError naming file, line, key and remedy.
    """
    return _topic(_Folder(path.resolve().parent, {}), path.name)


class _Folder:
    """The files of a configuration, some of them perhaps not yet written."""

    def __init__(self, root: Path, instead: Mapping[str, str]) -> None:
        self.root = root
        self.instead = instead
        self.files: dict[str, TomlFile] = {}

    def named(self, folder: str) -> list[str]:
        """The files of a folder whose names are the names of what they hold."""
        there = {path.relative_to(self.root).as_posix() for path in (self.root / "config" / folder).glob("*.toml")}
        return sorted(there | {path for path in self.instead if path.startswith(f"config/{folder}/")})

    def read(self, shown: str) -> tuple[TomlFile, dict[str, Any]]:
        """A file's text and table; ConfigurationError where it cannot be read or is no TOML."""
        try:
            text = self.instead[shown] if shown in self.instead else (self.root / shown).read_text(encoding="utf-8")
            self.files[shown] = TomlFile(shown, text)
            return self.files[shown], tomllib.loads(text)
        except FileNotFoundError as error:
            message = f"{shown}: there is no such file in {self.root}: make it, empty at first, or name another root"
            raise ConfigurationError(message) from error
        except OSError as error:
            message = f"{shown}: cannot be read ({error.strerror or error}); it must be a text file in {self.root}"
            raise ConfigurationError(message) from error
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            message = f"{shown}:{line}: holds what is no UTF-8; save the file as UTF-8 text"
            raise ConfigurationError(message) from error
        except (ValueError, RecursionError) as error:  # ValueError too for a number of thousands of digits
            raise fault(f"{shown}: not valid TOML: {error}") from error


def _table(parent: Mapping[str, Any], name: str, file: TomlFile, section: str = "") -> dict[str, Any]:
    value = parent.get(name, {})
    if not isinstance(value, dict):
        raise file.fault(section, name, f"must be a section: write [{section + '.' if section else ''}{name}]")
    return value


def _overlay(table: dict[str, Any], file: TomlFile, environment: Mapping[str, str]) -> None:
    """Environment variables MONITOR_SECTION__KEY over the file's keys; one that names nothing is an error."""
    for variable, text in environment.items():
        if not variable.startswith(_PREFIX) or variable in _SINGLE:
            continue
        section, _, key = variable.removeprefix(_PREFIX).lower().partition("__")
        if section in ("channels", "sources"):
            continue
        if section not in _SECTIONS or not key:
            message = f"environment: {variable} names no section; {nearest(section, _SECTIONS)}"
            raise ConfigurationError(message)
        table[section] = {**_table(table, section, file), key: _value(variable, text, _SECTIONS[section], key)}
        file.variables[f"{section}.{key}"] = variable


def _value(variable: str, text: str, settings: type, key: str) -> object:
    hints = get_type_hints(settings)
    field = {"from": "from_address"}.get(key, key)
    if field not in hints:
        message = f"environment: {variable} names no key; {nearest(key, hints)}"
        raise ConfigurationError(message)
    try:
        value = from_environment(text, hints[field], key)
        read(value, hints[field], key)
    except Unreadable as error:
        # The value itself may be a secret, so the remedy is told alone.
        message = f"environment: {variable} is of the wrong kind: write {error.remedy}"
        raise ConfigurationError(message) from error
    return value


def _channels(table: dict[str, Any], file: TomlFile, environment: Mapping[str, str]) -> tuple[ChannelSettings, ...]:
    declared = _table(table, "channels", file)
    channels = {name: dict(_table(declared, name, file, "channels")) for name in declared}
    for name in channels:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise file.fault(f"channels.{name}", "", "a channel's name is small letters, digits and _ only")
    for variable, text in environment.items():
        match = re.fullmatch(r"MONITOR_CHANNELS__([A-Z0-9_]+?)__([A-Z_]+)", variable)
        if match and (name := match[1].lower()) in channels:
            channels[name][match[2].lower()] = _value(variable, text, ChannelSettings, match[2].lower())
            file.variables[f"channels.{name}.{match[2].lower()}"] = variable
        elif variable.startswith("MONITOR_CHANNELS__"):
            wrong = match[1].lower() if match else variable.removeprefix("MONITOR_CHANNELS__").lower()
            message = f"environment: {variable} names no channel of config/monitor.toml; {nearest(wrong, channels)}"
            raise ConfigurationError(message)
    return tuple(
        build(ChannelSettings, channel, file, f"channels.{name}", name=name) for name, channel in channels.items()
    )


def _passwords(sources: Sequence[Source], environment: Mapping[str, str]) -> dict[str, str]:
    """Passwords of mailboxes by source: MONITOR_SOURCES__NAME__PASSWORD, its signs that are no letters written as _."""
    names = {re.sub(r"[^A-Z0-9]", "_", source.name.upper()): source.name for source in sources}
    passwords: dict[str, str] = {}
    for variable, text in environment.items():
        if not variable.startswith("MONITOR_SOURCES__"):
            continue
        match = re.fullmatch(r"MONITOR_SOURCES__([A-Z0-9_]+)__PASSWORD", variable)
        if match is None or match[1] not in names:
            known = [f"MONITOR_SOURCES__{name}__PASSWORD" for name in names]
            message = f"environment: {variable} names no source of config/sources.toml; {nearest(variable, known)}"
            raise ConfigurationError(message)
        passwords[names[match[1]]] = text
    return passwords


def _sources(folder: _Folder) -> tuple[Source, ...]:
    file, table = folder.read("config/sources.toml")
    if unknown := set(table) - {"source"}:
        raise file.fault(sorted(unknown)[0], "", "unknown section; a source is declared under [[source]]")
    declared = table.get("source", [])
    if not isinstance(declared, list):
        raise file.fault("source", "", "write [[source]], with two brackets, for each source")
    return tuple(build(Source, each, file, f"source[{number}]") for number, each in enumerate(declared))


def _topic(folder: _Folder, shown: str) -> Topic:
    file, table = folder.read(shown)
    terms = _table(table, "terms", file)
    rest = {key: value for key, value in table.items() if key != "terms"}
    own = {each.name for each in dataclasses.fields(Terms)}
    general = {key: value for key, value in terms.items() if key in own or not isinstance(value, dict)}
    by_language = {"": build(Terms, general, file, "terms")} | {
        language: build(Terms, value, file, f"terms.{language}")
        for language, value in terms.items()
        if language not in general
    }
    return build(Topic, _written(rest, "threshold"), file, "", name=Path(shown).stem, terms=by_language)


def _digest(folder: _Folder, shown: str) -> DigestSettings:
    file, table = folder.read(shown)
    return build(DigestSettings, _written(table, "threshold", "instant_threshold"), file, "", name=Path(shown).stem)


def _written(table: Mapping[str, Any], *thresholds: str) -> dict[str, Any]:
    """The table with these thresholds as texts: one may be a number too."""
    numbers = {
        key: f"{value:.10f}".rstrip("0").rstrip(".") if 0 <= value <= 1 else shortened(value)
        for key in thresholds
        if isinstance(value := table.get(key), int | float) and not isinstance(value, bool)
    }
    return {**table, **numbers}
