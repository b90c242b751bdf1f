"""Where what is made of wordfreq's lists is kept: made once, then mapped into memory by every process and later run.

Without a folder each process makes its own.
"""

import logging
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

from monitor.whole import write_whole

_log = logging.getLogger(__name__)


class _Shelf:
    """Where this process keeps things; None for nowhere."""

    folder: Path | None = None


def keep_in(folder: Path | None) -> None:
    """Keep what this process makes from now on in a folder, and take from it what stands there.

    None for nowhere, as where this was never called.
    """
    _Shelf.folder = folder


def name_of(source: Path, form: int) -> str:
    """The name of what is made of a file in a form: its size tells one version of the file from another."""
    return f"{source.name.partition('.')[0]}-{source.stat().st_size}-{form}"


def taken(name: str, make: Callable[[], bytes], is_whole: Callable[[bytes | mmap], bool]) -> bytes | mmap:
    """What is kept under a name, mapped into memory; made, and kept where that can be, if it is not there whole."""
    if _Shelf.folder is None:
        return make()
    path = _Shelf.folder / name
    if (kept := _mapped(path)) is not None and is_whole(kept):
        return kept
    made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, made)
    except OSError as error:
        _log.info("%s could not be kept: %s", path, error)
        return made
    return _mapped(path) or made


def _mapped(path: Path) -> mmap | None:
    """A file in memory; None where there is none, it cannot be read, or it is empty."""
    try:
        with path.open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ)
    except (OSError, ValueError):
        return None
