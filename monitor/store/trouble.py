"""What a database cannot do, in words: an error of the driver in, a StoreError with its remedy out."""

import shutil
import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError, DBAPIError, NoSuchModuleError, OperationalError, ProgrammingError

from monitor.errors import StoreError
from monitor.store.location import Location

# Less room than this on a disk is none: beside its file SQLite needs 32 KB to open it and a page for each it changes.
FULL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """A condition of a database in plain words, and what a person can do about it."""

    cause: str
    remedy: str


_FULL = Trouble("the disk is full", "make room on it")

# What the drivers say, as a part of their text in lower case; the first found counts. SQLite:
# https://sqlite.org/rescode.html, PostgreSQL: appendix A of its manual.
TROUBLES = (
    ("not a database", Trouble("is no SQLite database", "move it away, or `monitor maintain --restore FILE`")),
    ("malformed", Trouble("is damaged", "`monitor maintain --restore FILE` with the latest backup")),
    ("unable to open", Trouble("cannot be opened", "see that the folder and the file may be read and written")),
    ("readonly", Trouble("may not be written", "see that the folder and the file may be written")),
    ("locked", Trouble("another program has been writing for long", "end it, or try again later")),
    ("no space left", _FULL),
    ("full", _FULL),
    ("disk i/o", Trouble("the disk cannot be read or written", "see to the disk")),
    ("no such module: fts5", Trouble("this Python's SQLite has no full-text search (FTS5)", "use another Python")),
    ("password", Trouble("the server refuses this user and password", "correct them in [store] url")),
    ("does not exist", Trouble("no such database or user is there", "make it (`createdb`), or correct [store] url")),
    ("read-only", Trouble("this server takes no writes", "correct [store] url")),
    ("permission denied", Trouble("this user may not use it", "let this user in, or correct [store] url")),
    ("deadlock", Trouble("two programs waited for each other", "try again")),
    ("too many", Trouble("the server has no connection free", "end what holds them, or raise its max_connections")),
    ("database system is", Trouble("the server is starting or ending", "try again in a moment")),
    ("resolve", Trouble("the name of its host leads nowhere", "correct the host in [store] url")),
    ("connect", Trouble("the server does not answer", "see that the server runs, or correct [store] url")),
)
_UNKNOWN = Trouble("cannot be used", "see what the database says")

# What SQLite calls an operational error too, though a statement of ours is at fault.
FAULTS = ("no such table", "no such column", "near ", "fts5:", "malformed MATCH")


def expected(error: Exception) -> bool:
    """Whether `error` is the database's condition (file, disk, server, rights), not a fault of a statement."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        return not str(error.orig).startswith(FAULTS)
    if isinstance(error, ProgrammingError):
        return "permission denied" in str(error.orig)
    return type(error) is DatabaseError or type(error) in {sqlite3.DatabaseError, sqlite3.OperationalError}


def in_words(error: Exception, location: Location) -> StoreError:
    """The error to raise instead, from `error`: the place, what is wrong and the remedy, and what the driver said."""
    if isinstance(error, NoSuchModuleError | ModuleNotFoundError):
        return StoreError(f"{location}: the driver is missing; pip install 'news-monitor[postgres]'")
    said = location.hide(str(error.orig if isinstance(error, DBAPIError) else error))
    trouble = _trouble(said.lower(), location)
    return StoreError(f"{location}: {trouble.cause}; {trouble.remedy} (the database says: {said})")


def _trouble(lowered: str, location: Location) -> Trouble:
    """What a driver's text, in lower case, tells of; SQLite calls a disk without room one that cannot be written."""
    found = next((trouble for words, trouble in TROUBLES if words in lowered), _UNKNOWN)
    return _FULL if "disk i/o" in lowered and _has_no_room(location) else found


def _has_no_room(location: Location) -> bool:
    try:
        return location.path is not None and shutil.disk_usage(location.path.parent).free < FULL_BYTES
    except OSError:
        return False
