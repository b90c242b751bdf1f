"""Copies of a database and the way back: SQLite by its own backup interface, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import URL

from monitor.errors import StoreError
from monitor.store.location import Location

# How long a copy waits for somebody who writes.
PATIENCE_SECONDS = 30.0


def make_copy(location: Location, target: Path) -> None:
    """Writes a whole copy of the database to `target`; one that was there is replaced only by a finished one.

    Raises StoreError where it cannot be made.
    """
    if location.path is None:
        _dump(location, target)
    elif target.resolve() == location.path.resolve():
        message = f"{target}: is the database itself; name another file for its backup"
        raise StoreError(message)
    elif target.is_dir():
        message = f"{target}: is a folder; name the file in it that the copy is to be"
        raise StoreError(message)
    else:
        _copy(location.path, target)


def copy_beside(path: Path, label: str) -> Path:
    """Copies the SQLite file `path` to `<stem>-<label><suffix>` in the same folder, numbered where that is taken.

    Returns the copy's path. No copy ever replaces another.
    """
    target = _free(path, label)
    _copy(path, target)
    return target


def dump_into(folder: Path, location: Location, label: str) -> Path | None:
    """Dumps a PostgreSQL database to `<database>-<label>.dump` in a folder, numbered where that is taken.

    Returns the dump's path; None where `pg_dump` is not installed here. Raises StoreError where it fails.
    """
    if shutil.which("pg_dump") is None:
        return None
    target = _free_dump(folder, location, label)
    _dump(location, target)
    return target


def restore(location: Location, source: Path, sound: Callable[[Path], bool], copies: Path) -> Path | None:
    """Puts the copy `source` in the database's place, and returns where what was there is kept; None if nothing was.

    A SQLite file is kept beside itself, PostgreSQL's dump in the folder `copies`. `sound` says whether a SQLite file is
    a database of ours. Raises StoreError, with nothing changed, where the copy is missing or none of ours, or what is
    there cannot be kept.
    """
    if not source.is_file():
        message = f"{source}: no such file; name a backup made by `monitor maintain --backup FILE`"
        raise StoreError(message)
    if location.path is None:
        return _undump(location, source, copies)
    if not sound(source):
        message = f"{source}: no backup of this program's (or made by a later version); nothing was changed"
        raise StoreError(message)
    if sound(location.path):
        kept = copy_beside(location.path, "before-restore")
        with closing(_connect(source)) as copy, closing(_connect(location.path)) as database:
            copy.backup(database, progress=_patience())
        return kept
    aside = _set_aside(location.path)
    location.path.parent.mkdir(parents=True, exist_ok=True)
    _copy(source, location.path)
    return aside


def _copy(source: Path, target: Path) -> None:
    """Copies a SQLite file through SQLite, so that what others are writing is in it whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(_connect(source)) as database, closing(_connect(partial)) as copy:
            database.backup(copy, progress=_patience())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    """A bare connection that does not wait by itself: `_patience` does."""
    return sqlite3.connect(path, timeout=0.1)


def _patience() -> Callable[[int, int, int], None]:
    """A progress function for a backup, which by itself would wait for a writer for ever."""
    deadline = time.monotonic() + PATIENCE_SECONDS

    def step(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            message = "database is locked"
            raise sqlite3.OperationalError(message)

    return step


def _free(path: Path, label: str) -> Path:
    """The first name beside `path` that is not taken."""
    names = (f"{path.stem}-{label}{f'-{number}' if number > 1 else ''}{path.suffix}" for number in count(1))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _free_dump(folder: Path, location: Location, label: str) -> Path:
    return _free(folder / f"{location.url.database or 'database'}.dump", label)


def _set_aside(path: Path) -> Path | None:
    """Moves a file that we cannot read out of the way, with what SQLite keeps beside it; None if there is no file.

    What a file that is gone left beside itself is moved too: SQLite would take it for the restored one's.
    """
    aside, there = _free(path, "before-restore"), path.exists()
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside if there else None


def _dump(location: Location, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    _succeeded(location, "pg_dump", "--format=custom", "--no-owner", f"--file={partial}", _database(location))
    partial.replace(target)


def _undump(location: Location, source: Path, copies: Path) -> Path:
    """As `restore`: pg_restore drops every table before it brings back those of the dump."""
    if not _is_dump_of_ours(location, source):
        message = f"{source}: no backup of this program's; nothing was changed"
        raise StoreError(message)
    kept = _free_dump(copies, location, "before-restore")
    try:
        _dump(location, kept)
    except (StoreError, OSError) as error:
        fault = f"{kept}: {error.strerror or error}" if isinstance(error, OSError) else str(error)
        message = f"{fault}; nothing was changed: mend that, or name an empty database in [store] url to restore into"
        raise StoreError(message) from error
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    _succeeded(location, "pg_restore", *options, _database(location), str(source))
    return kept


def _is_dump_of_ours(location: Location, source: Path) -> bool:
    """Whether pg_restore lists it, and what it lists is ours. Raises StoreError where pg_restore is not installed."""
    ran = _run(location, "pg_restore", "--list", str(source))
    return not ran.returncode and " alembic_version " in ran.stdout and " article " in ran.stdout


def _database(location: Location) -> str:
    """The option that names the database to PostgreSQL's own programs, as they read its address; no password in it."""
    url = location.url
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return f"--dbname={address.render_as_string()}"


def _succeeded(location: Location, name: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's own programs. Raises StoreError where it fails."""
    ran = _run(location, name, *arguments)
    if ran.returncode:
        said = location.hide(ran.stderr)
        remedy = f"; install the {name} of the server's version" if "version mismatch" in said else ""
        message = f"{location}: {name} failed{remedy} (it says: {said})"
        raise StoreError(message)


def _run(location: Location, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What became of one of PostgreSQL's own programs; the password goes through the environment, never in sight."""
    program = shutil.which(name)
    if program is None:
        message = f"{location}: PostgreSQL is copied by its own {name}, which is not installed here; "
        raise StoreError(message + "install the PostgreSQL client programs, or run it where they are")
    environment = dict(os.environ)
    if location.url.password:
        environment["PGPASSWORD"] = str(location.url.password)
    # No shell, the program is PostgreSQL's own, and the arguments are the operator's.
    return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
