"""The configuration as its files stand now, for a program that runs on while they are edited.

A run reads the configuration once, as it begins. The reading page runs for weeks: it looks at the files at every
request, reads them again when one has changed, and goes on with the last sound ones while they cannot be read.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from monitor.config.settings import Settings
from monitor.errors import ConfigurationError

_Marks = tuple[tuple[str, int, int], ...]


class Current:
    """Settings that follow their files; `load` reads them anew. May be asked from several threads."""

    def __init__(self, settings: Settings, load: Callable[[], Settings]) -> None:
        self._settings = settings
        self._load = load
        self._marks = _marks(settings.root)
        self._fault = ""
        self._lock = Lock()

    @property
    def settings(self) -> Settings:
        """The settings of the files as they stand, or as they were when they were last sound."""
        self._follow()
        return self._settings

    @property
    def fault(self) -> str:
        """Why the files as they stand cannot be read, in one line; "" where they are what `settings` says."""
        self._follow()
        return self._fault

    def _follow(self) -> None:
        marks = _marks(self._settings.root)
        if marks == self._marks:
            return
        with self._lock:
            try:
                self._settings, self._fault = self._load(), ""
            except ConfigurationError as error:
                self._fault = str(error)
            self._marks = marks


def _marks(root: Path) -> _Marks:
    """What changes with any file of the configuration: names, times and sizes."""
    found = []
    for path in sorted((root / "config").rglob("*.toml")):
        try:
            state = path.stat()
        except OSError:  # gone since it was listed
            continue
        found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)
