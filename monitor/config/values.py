"""TOML tables into frozen settings: unknown keys refused, durations and sizes written as people write them.

Every fault is reported as one line that names file, line, key and the remedy.
"""

import dataclasses
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar, get_type_hints

from monitor.config.settings import nearest
from monitor.errors import ConfigurationError

Settings = TypeVar("Settings")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
# Settings that count bytes; TOML has no type for a size, and neither has Python.
_SIZE_KEYS = frozenset({"max_feed", "max_page"})
# Python's keywords cannot name a field.
_KEYWORDS = {"from": "from_address"}
# A century: what is added to or taken from today's date stays within the calendar that Python counts in (years 1 to
# 9999), and nothing that a monitor waits for or keeps lasts longer.
LONGEST = timedelta(days=36500)
# A terabyte: what must fit into memory is smaller, and all arithmetic on it is exact.
LARGEST = 10**12
_LONGEST_SHOWN = 80


class Unreadable(ValueError):
    """A value that no key takes as it is written: the text repeats it, `remedy` says what to write and does not."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}: write {remedy}")
        self.remedy = remedy


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a key of a section of a file, and the remedy; `noun` is what a person calls the section."""

    file: str
    section: str
    key: str
    problem: str
    noun: str = ""


class TomlFile:
    """A file of the configuration: its text, for the line of a key that is wrong.

    `variables` maps a key, its section before it, to the environment variable that stands in its place.
    """

    def __init__(self, shown: str, text: str) -> None:
        self.shown = shown
        self.lines = text.splitlines()
        self.variables: dict[str, str] = {}

    def fault(self, section: str, key: str, problem: str, noun: str = "") -> ConfigurationError:
        """The error for a key, with the line where it stands, or the environment variable in its place."""
        dotted = f"{section}.{key}".strip(".")
        if variable := self.variables.get(dotted):
            return fault(f"environment: {variable}: {problem}")
        line = self.line_of(section, key)
        place = f"{self.shown}:{line}" if line else self.shown
        named = f"{noun}: {key}".removesuffix(": ") if noun else dotted
        return fault(f"{place}: {named}: {problem}" if named else f"{place}: {problem}")

    def line_of(self, section: str, key: str) -> int:
        """The line, counted from 1, where a key of a section stands; 0 where it stands nowhere."""
        wanted = re.compile(rf'\s*"?{re.escape(key)}"?\s*=') if key else None
        header = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?")
        current, started, repeats = "", 0, 0
        for number, line in enumerate(self.lines, 1):
            if (match := header.match(line)) and "=" not in line.split("]")[0]:
                name = match[1]
                repeats = repeats + 1 if line.lstrip().startswith("[[") else repeats
                current = f"{name}[{repeats - 1}]" if line.lstrip().startswith("[[") else name
                started = number if current == section else started
            elif wanted is not None and current == section and wanted.match(line):
                return number
        return started


def fault(problem: str) -> ConfigurationError:
    """The error for a problem, on one line whatever of a file it repeats."""
    return ConfigurationError(" ".join(problem.split()))


def build(settings: type[Settings], table: object, file: TomlFile, section: str, **given: Any) -> Settings:
    """The frozen dataclass `settings` from a TOML table; `given` fields come from elsewhere than the table.

    Raises ConfigurationError for what is no table, for an unknown key (with the nearest valid one) and for a value of
    the wrong kind.
    """
    if not isinstance(table, Mapping):
        raise file.fault(section, "", f"{shortened(table)} is of the wrong kind: write a table of keys and values")
    hints = get_type_hints(settings)
    fields = [each.name for each in dataclasses.fields(settings) if each.name not in given]  # type: ignore[arg-type]
    shown = [next((word for word, name in _KEYWORDS.items() if name == field), field) for field in fields]
    values: dict[str, Any] = dict(given)
    for key, value in table.items():
        name = str(_KEYWORDS.get(key, key))
        if key not in shown:
            raise file.fault(section, key, f"unknown key; {nearest(key, shown)}")
        try:
            values[name] = read(value, hints[name], key)
        except ValueError as error:
            raise file.fault(section, key, str(error)) from error
    try:
        return settings(**values)
    except TypeError as error:
        missing = re.findall(r"'(\w+)'", str(error))
        raise file.fault(section, "", f"missing {' and '.join(missing)}") from error


def from_environment(text: str, hint: object, key: str) -> object:
    """An environment variable's text as the TOML value that a field of type `hint` would have; Unreadable if none."""
    if key in _SIZE_KEYS:
        return text
    if hint is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return words[text.lower()] if text.lower() in words else _refuse(text, "true or false")
    if hint is int:
        return int(text) if re.fullmatch(r"-?\d{1,18}", text) else _refuse(text, "a whole number")
    if hint == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def duration(text: str) -> timedelta:
    """The time that "20s", "30m", "12h", "7d", "2w" or "1d 12h" names; Unreadable says how to write one."""
    parts = re.fullmatch(r"(?:\s*\d+(?:\.\d+)?\s*[smhdw])+\s*", text)
    if not parts:
        raise Unreadable(f'"{text}" is no duration', '"20s", "30m", "12h" or "7d"')
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)\s*(\w)", text))
    if seconds > LONGEST.total_seconds():
        raise Unreadable(f'"{text}" is longer than a hundred years', f'at most "{LONGEST.days}d"')
    return timedelta(seconds=seconds)


def size(text: str) -> int:
    """The bytes that "10MB", "64 KiB" or "5000" name (SI: 1 MB = 1,000,000); Unreadable says how to write one."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?i?B?)\s*", text, re.IGNORECASE)
    if not match or match[2].upper() not in _SIZES:
        raise Unreadable(f'"{text}" is no size', '"500KB", "10MB" or "1GB"')
    found = float(match[1]) * _SIZES[match[2].upper()]
    if found > LARGEST:
        raise Unreadable(f'"{text}" is larger than any memory', f'at most "{LARGEST // 10**9}GB"')
    return int(found)


def read(value: object, hint: object, key: str) -> object:
    """A TOML value as a field of type `hint` wants it; Unreadable, with an example, for what is of another kind."""
    if hint is timedelta:
        return duration(value) if isinstance(value, str) else _refuse(value, '"20s" or "7d"')
    if key in _SIZE_KEYS:
        return size(value) if isinstance(value, str) else _refuse(value, '"10MB"')
    return _plain(value, hint)


def shortened(value: object) -> str:
    """A value as it would be repeated to whoever wrote it, of a sane length and on one line."""
    try:
        text = repr(value)
    except ValueError:  # a number of so many digits that Python does not write it out
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _plain(value: object, hint: object) -> object:
    if hint is str:
        return value if isinstance(value, str) else _refuse(value, "a text in quotes")
    if hint is bool:
        return value if isinstance(value, bool) else _refuse(value, "true or false")
    if hint is int:
        return value if isinstance(value, int) and not isinstance(value, bool) else _refuse(value, "a whole number")
    if hint == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        return _refuse(value, 'a list of texts, as ["one", "two"]')
    return value


def _refuse(value: object, example: str) -> object:
    raise Unreadable(f"{shortened(value)} is of the wrong kind", example)
