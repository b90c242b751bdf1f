"""The database itself: an address in, a `Database` out whose tables are up to date. SQLite by default, PostgreSQL too.

SQLite runs in WAL mode: one writer, and readers that never wait for it. A session that writes takes the write lock as
it begins (BEGIN IMMEDIATE): one that read first and wrote later could be refused at once, whatever the time-out.
Keep such a session short, and never hold it across a request to anybody else.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from monitor.errors import StoreError
from monitor.store import backup, care, upgrade
from monitor.store.location import Location, locate
from monitor.store.trouble import expected, in_words

# How long a writer waits for another. A batch of a collect is written in well under a second.
BUSY_SECONDS = 30.0

# What each connection to SQLite is told. NORMAL loses at most the last commits when the power fails, and never harms
# the file (https://sqlite.org/wal.html); 32 MB of pages keep the upper levels of the indexes of a million articles.
PRAGMAS = ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000", "journal_size_limit=67108864")

# How a transaction begins, by the execution option "purpose". Durable ones are on the disk when they end.
BEGINNINGS = {
    "reading": ("PRAGMA query_only=ON", "BEGIN"),
    "writing": ("PRAGMA query_only=OFF", "PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE"),
    "durable": ("PRAGMA query_only=OFF", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
}


class Database:
    """An open database; made by `Database.open`. Sessions may be taken from several threads at once."""

    def __init__(self, location: Location, engine: Engine) -> None:
        self.location = location
        self._engine = engine
        self._reader = engine.execution_options(purpose="reading", postgresql_readonly=True)
        self._writer = engine.execution_options(purpose="writing")
        self._durable = engine.execution_options(purpose="durable")

    @classmethod
    def open(cls, url: str, *, root: Path) -> Self:
        """The database at `url` (the path of SQLite relative to `root`), made or upgraded first where it has to be.

        Before an upgrade a SQLite file is copied beside itself, PostgreSQL dumped into `var/`, named with the revision
        it had. Raises StoreError, naming the place and the remedy, for one that cannot be opened, read or understood.
        """
        location = locate(url, root)
        with _in_words(location):
            if location.path:
                location.path.parent.mkdir(parents=True, exist_ok=True)
            engine = _engine(location)
            try:
                upgrade.bring_up_to_date(engine, location, root / "var")
            except BaseException:
                engine.dispose()
                raise
        return cls(location, engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database and cannot change it. Its rows may outlive it."""
        with (
            _statements_in_words(self.location),
            Session(self._reader, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Session]:
        """A session that commits as it ends and rolls back on an error. Its rows may outlive it.

        On SQLite one at a time: the next waits up to half a minute, then StoreError is raised. With `durable` the
        commit is on the disk when the block ends, so that even a power cut undoes nothing: for the outbox, whose
        messages cannot be called back.
        """
        engine = self._durable if durable else self._writer
        with _statements_in_words(self.location), Session(engine, expire_on_commit=False) as session:
            session.connection()
            yield session
            session.commit()

    def backup(self, path: Path) -> None:
        """Writes a whole copy to `path`, while others may go on. PostgreSQL: by `pg_dump`, where it is installed.

        Raises StoreError when it cannot be made.
        """
        with _in_words(self.location):
            backup.make_copy(self.location, path)

    @staticmethod
    def restore(url: str, *, root: Path, path: Path) -> Path | None:
        """Puts the copy at `path` in the place of the database at `url`; returns where what was there is kept first.

        A SQLite file beside itself, PostgreSQL as a dump in `var/` of the root; None where nothing was there. Raises
        StoreError, having changed nothing, when the copy is not one of this program's or what is there cannot be kept.
        """
        location = locate(url, root)
        with _in_words(location):
            return backup.restore(location, path, upgrade.ours, root / "var")

    def tidy(self) -> None:
        """Upkeep after much was deleted: the full-text index merged, space given back."""
        with _in_words(self.location):
            care.tidy(self._engine)

    def faults(self) -> list[str]:
        """What a check of the whole file finds wrong, a line each; empty when it is sound. Slow: reads everything."""
        with _in_words(self.location):
            return care.faults(self._engine)

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()


@contextmanager
def _statements_in_words(location: Location) -> Iterator[None]:
    """Turns what a database cannot do into a StoreError; faults of statements go on as they are."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        if expected(error):
            raise in_words(error, location) from error
        raise


@contextmanager
def _in_words(location: Location) -> Iterator[None]:
    """The same for work that also touches files and drivers."""
    try:
        with _statements_in_words(location):
            yield
    except ModuleNotFoundError as error:
        raise in_words(error, location) from error
    except OSError as error:
        message = f"{location}: {error.strerror or error}; see that the folder may be written"
        raise StoreError(message) from error


def _engine(location: Location) -> Engine:
    """An engine of the right kind; statements' parameters (texts, recipients) never appear in its errors."""
    if location.path is None:
        arguments = {"connect_timeout": 10, "application_name": "news-monitor"}
        return create_engine(
            location.url, hide_parameters=True, pool_pre_ping=True, pool_recycle=1800, connect_args=arguments
        )
    engine = create_engine(location.url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    """Sets a new connection to SQLite up: transactions are ours to begin, not the driver's."""
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turns WAL on, once in the life of a file: that needs the file alone, and does not wait by itself."""
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            break  # granted, or a file system that knows no shared memory: then a rollback journal has to do


def _begin(connection: Connection) -> None:
    """Begins a transaction as its purpose asks."""
    for statement in BEGINNINGS[connection.get_execution_options().get("purpose", "reading")]:
        connection.exec_driver_sql(statement)
