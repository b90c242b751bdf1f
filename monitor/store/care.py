"""Upkeep of an open database: space and soundness. Changes nothing that anybody kept.

SQLite's ANALYZE is never run: what the first migration expects of a grown store serves at every size, while measured
at the wrong moment (the full-text index still small, articles not placed yet) a run took minutes for seconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine, text

# Pages of the full-text index merged at a time: some seconds of work at most.
MERGED_PAGES = 2_000

# VACUUM rewrites the file, so it has to be worth it.
FREE_SHARE_WORTH_A_VACUUM = 0.2


def tidy(engine: Engine) -> None:
    """The full-text index merged and unused space given back; on PostgreSQL also statistics for its planner."""
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
        return
    with _bare(engine) as connection:
        connection.execute("PRAGMA query_only=OFF")
        connection.execute("INSERT INTO article_search(article_search, rank) VALUES('merge', ?)", (MERGED_PAGES,))
        if _number(connection, "freelist_count") > FREE_SHARE_WORTH_A_VACUUM * _number(connection, "page_count"):
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def faults(engine: Engine) -> list[str]:
    """What a check of the whole file finds wrong; PostgreSQL checks its own pages and is not asked."""
    if engine.dialect.name != "sqlite":
        return []
    with _bare(engine) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
        for child, row, parent, _key in connection.execute("PRAGMA foreign_key_check"):
            found.append(f"row {row} of {child} points to a row of {parent} that is not there")
        return found


@contextmanager
def _bare(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A connection of the driver, outside any transaction."""
    connection = engine.raw_connection()
    try:
        yield cast(sqlite3.Connection, connection.driver_connection)
    finally:
        connection.close()


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
