"""Upkeep of an open database: statistics, space, soundness. Changes nothing that anybody kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine, text

# Rows of an index that ANALYZE looks at: https://sqlite.org/lang_analyze.html recommends 100 to 1,000.
ANALYSED_ROWS = 1_000

# Articles from which on the store is measured; before, what the first migration expects is nearer to what will come.
MEASURED_FROM = 10_000

# Pages of the full-text index merged at a time: some seconds of work at most.
MERGED_PAGES = 2_000

# VACUUM rewrites the file, so it has to be worth it.
FREE_SHARE_WORTH_A_VACUUM = 0.2


def tidy(engine: Engine) -> None:
    """Statistics for the query planner, the full-text index merged, and unused space given back."""
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
        return
    with _bare(engine) as connection:
        connection.execute("PRAGMA query_only=OFF")
        connection.execute("INSERT INTO article_search(article_search, rank) VALUES('merge', ?)", (MERGED_PAGES,))
        if connection.execute("SELECT count(*) FROM article").fetchone()[0] >= MEASURED_FROM:
            _measure(connection)
        if _number(connection, "freelist_count") > FREE_SHARE_WORTH_A_VACUUM * _number(connection, "page_count"):
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _measure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA analysis_limit={ANALYSED_ROWS}")
    connection.execute("ANALYZE")
    # FTS5 finds its own way: believing its tables to be as small as they once were, it went five times slower.
    connection.execute("DELETE FROM sqlite_stat1 WHERE tbl GLOB 'article_search*'")
    connection.execute("ANALYZE sqlite_schema")


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
