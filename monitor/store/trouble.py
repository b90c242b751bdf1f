"""What a database cannot do, in words: an error of the driver in, a StoreError with its remedy out."""

import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError, NoSuchModuleError, OperationalError, ProgrammingError

from monitor.errors import StoreError
from monitor.store.location import Location

# What the drivers say, as a part of their text in lower case, and what a person can do about it; the first found
# counts. SQLite: https://sqlite.org/rescode.html, PostgreSQL: appendix A of its manual.
REMEDIES = (
    ("not a database", "this file is no SQLite database: move it away, or `monitor maintain --restore FILE`"),
    ("malformed", "the file is damaged: `monitor maintain --restore FILE` with the latest backup"),
    ("unable to open", "see that the folder and the file may be read and written"),
    ("readonly", "see that the folder and the file may be written"),
    ("locked", "another program has been writing for long: end it, or try again later"),
    ("full", "make room on the disk"),
    ("disk i/o", "see to the disk"),
    ("no such module: fts5", "this Python's SQLite has no full-text search (FTS5): use another Python"),
    ("password", "correct the user and the password of [store] url"),
    ("does not exist", "make the database (`createdb`), or correct [store] url"),
    ("read-only", "this server takes no writes: correct [store] url"),
    ("permission denied", "let this user in, or correct [store] url"),
    ("deadlock", "try again"),
    ("connection", "see that the server runs, or correct [store] url"),
    ("connect", "see that the server runs, or correct [store] url"),
    ("resolve", "correct the host in [store] url"),
)

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
    """The error to raise instead, from `error`: one line with the place, what is wrong and the remedy."""
    if isinstance(error, NoSuchModuleError | ModuleNotFoundError):
        return StoreError(f"{location}: the driver is missing; pip install 'news-monitor[postgres]'")
    said = location.hide(str(error.orig if isinstance(error, DBAPIError) else error))
    lowered = said.lower()
    remedy = next((remedy for words, remedy in REMEDIES if words in lowered), "see the message of the database")
    return StoreError(f"{location}: {said}; {remedy}")
