"""Brings the tables of a database to the revision this program knows, safely and, when there is nothing to do, at once.

Alembic is imported only when a migration is due. A migration runs in one transaction that holds the write lock (on
PostgreSQL an advisory one), so that of two programs started at once one upgrades and the other finds it done, and a
program killed meanwhile leaves the old revision whole.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

from monitor.errors import StoreError
from monitor.store import backup
from monitor.store.location import Location
from monitor.store.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

logger = logging.getLogger(__name__)

# Any number does that no other program uses for its own advisory lock in the same database: "news" in ASCII.
ADVISORY_LOCK = 0x6E657773


def bring_up_to_date(engine: Engine, location: Location, copies: Path) -> None:
    """Makes or upgrades the tables where they are not at HEAD; a database that holds any is copied first.

    A SQLite file beside itself, PostgreSQL by `pg_dump` into the folder `copies`; where that is not installed the log
    says so, for the upgrade itself is one transaction. Raises StoreError for a database of a later version, or of
    another program, and where the copy fails.
    """
    with engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with engine.execution_options(purpose="writing").connect() as connection:
        _foreign_keys(connection, enforced=False)  # rebuilding a table would cascade; cannot change in a transaction
        try:
            with connection.begin():
                _upgrade(connection, location, copies)
        finally:
            _foreign_keys(connection, enforced=True)


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at, None when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def known(revision: str) -> bool:
    """Whether this program knows `revision`, and so how to go on from it."""
    if revision == HEAD:
        return True
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # seldom needed, and slow to import

    return revision in {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}


def ours(path: Path) -> bool:
    """Whether the file `path` is a sound SQLite database of this program, of a revision it knows."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(path)) as connection:
            checked = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return False
    return checked == "ok" and revision is not None and known(revision[0])


def _upgrade(connection: Connection, location: Location, copies: Path) -> None:
    """Upgrades within the transaction of `connection`, once the lock is held and it is still due."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    revision = revision_of(connection)
    if revision == HEAD:
        return
    if revision is None:
        _refuse_foreign_tables(connection, location)
    elif not known(revision):
        message = f"{location}: made by a later version of this program, or by another one (revision {revision}); "
        raise StoreError(message + "install that version, or restore the copy that it left beside the file")
    else:
        _copy_first(location, revision, copies)

    from alembic import command  # noqa: PLC0415  # the same

    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    _refuse_dangling_keys(connection, location)


def _copy_first(location: Location, revision: str, copies: Path) -> None:
    """A copy of the database as it was before the upgrade from `revision`."""
    copy = backup.copy_beside(location.path, revision) if location.path else _dumped(location, revision, copies)
    if copy is None:
        logger.warning("upgrading %s from %s to %s without a copy: pg_dump is not here", location, revision, HEAD)
    else:
        logger.info("upgrading %s from %s to %s; a copy of it as it was is %s", location, revision, HEAD, copy)


def _dumped(location: Location, revision: str, copies: Path) -> Path | None:
    try:
        return backup.dump_into(copies, location, revision)
    except StoreError as error:
        message = f"{error}; nothing was upgraded: mend that, or take pg_dump off the PATH to upgrade without a copy"
        raise StoreError(message) from error


def _refuse_foreign_tables(connection: Connection, location: Location) -> None:
    """A file that holds somebody else's tables is theirs; a PostgreSQL schema may be shared, names may not."""
    there = set(inspect(connection).get_table_names())
    if connection.dialect.name == "postgresql":
        there &= set(SQLModel.metadata.tables)
    if there:
        message = (
            f"{location}: holds tables of another program ({', '.join(sorted(there)[:3])}); name another [store] url"
        )
        raise StoreError(message)


def _refuse_dangling_keys(connection: Connection, location: Location) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        message = f"{location}: rows would point nowhere after the upgrade, so nothing was changed; "
        raise StoreError(message + "`monitor maintain --restore FILE` with the latest backup")


def _foreign_keys(connection: Connection, *, enforced: bool) -> None:
    if connection.dialect.name == "sqlite":
        bare = cast(sqlite3.Connection, connection.connection.driver_connection)
        bare.execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")


def _configuration() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # the same

    configuration = Config()
    folder = str(Path(__file__).parent / "migrations")
    configuration.set_main_option("script_location", folder.replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
