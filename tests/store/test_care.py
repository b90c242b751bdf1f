"""Upkeep: space given back, plans left alone, soundness told."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from keeping import NOW, article, keep

from monitor.store import Database, search
from monitor.store.retention import prune


def test_tidying_changes_nothing_that_is_kept(database: Database) -> None:
    keep(database, article("a"))
    with database.writing() as session:
        search.index_new(session)
    database.tidy()
    with database.reading() as session:
        assert len(search.search(session, "title")) == 1
    with database.writing() as session:
        assert search.index_new(session) == 0
    assert database.faults() == []


def test_tidying_leaves_the_statistics_that_plans_are_made_with(tmp_path: Path) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, *(article(f"{number}") for number in range(50)))

    def statistics() -> list[object]:
        with database.reading() as session:
            return list(session.connection().exec_driver_sql("SELECT * FROM sqlite_stat1"))

    before = statistics()
    database.tidy()
    assert statistics() == before
    assert before
    database.close()


def test_space_is_given_back_after_much_was_deleted(tmp_path: Path) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, *(article(f"{number}", text="word " * 500) for number in range(2000)))
    with database.writing() as session:
        prune(session, before=NOW + timedelta(days=1))
    before = (tmp_path / "m.db").stat().st_size
    database.tidy()
    database.close()
    assert (tmp_path / "m.db").stat().st_size < before / 5


def test_rows_that_point_nowhere_are_named(tmp_path: Path) -> None:
    Database.open("sqlite:///m.db", root=tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection, connection:
        connection.execute("INSERT INTO sighting VALUES (7, 'wire')")
    database = Database.open("sqlite:///m.db", root=tmp_path)
    assert database.faults() == ["row 1 of sighting points to a row of entry that is not there"]
    database.close()
