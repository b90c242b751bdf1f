"""Copies and the way back, on both engines; a copy that is none of ours changes nothing."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from monitor.errors import StoreError
from monitor.models import Lease
from monitor.store import Database, backup
from monitor.store.location import locate


def keep(database: Database, name: str, now: datetime) -> None:
    with database.writing() as session:
        session.add(Lease.model_validate({"name": name, "holder": "me", "until": now}))


def names(url: str, root: Path) -> list[str]:
    database = Database.open(url, root=root)
    with database.reading() as session:
        found = sorted(row.name for row in session.exec(select(Lease)))
    database.close()
    return found


@pytest.fixture
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs of the wheel's own PostgreSQL first: an older pg_dump refuses a newer server."""
    for found in sorted(Path(sys.prefix).rglob("pg_dump")):
        monkeypatch.setenv("PATH", str(found.parent), prepend=os.pathsep)


def test_a_backup_restores_what_was_there(
    own_database_url: str, client_programs: None, now: datetime, tmp_path: Path
) -> None:
    database = Database.open(own_database_url, root=tmp_path)
    keep(database, "before", now)
    database.backup(tmp_path / "copies/monday.backup")
    keep(database, "after", now)
    database.close()
    kept = Database.restore(own_database_url, root=tmp_path, path=tmp_path / "copies/monday.backup")
    assert names(own_database_url, tmp_path) == ["before"]
    assert kept is not None
    assert Database.restore(own_database_url, root=tmp_path, path=kept) != kept
    assert names(own_database_url, tmp_path) == ["after", "before"]


def test_where_nothing_was_nothing_is_kept(tmp_path: Path, now: datetime) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, "good", now)
    database.close()
    (tmp_path / "other.db-wal").write_bytes(b"left by a file that is gone")
    assert Database.restore("sqlite:///other.db", root=tmp_path, path=tmp_path / "m.db") is None
    assert (tmp_path / "other-before-restore.db-wal").read_bytes() == b"left by a file that is gone"
    assert names("sqlite:///other.db", tmp_path) == ["good"]


@pytest.mark.postgres
def test_what_cannot_be_kept_is_not_replaced(
    empty_postgres: str, client_programs: None, now: datetime, tmp_path: Path
) -> None:
    """Where the dump would lie is a file, as on a disk that takes nothing more."""
    database = Database.open(empty_postgres, root=tmp_path)
    database.backup(tmp_path / "monday.dump")
    keep(database, "later", now)
    database.close()
    (tmp_path / "var").write_text("no folder")
    with pytest.raises(StoreError, match="nothing was changed"):
        Database.restore(empty_postgres, root=tmp_path, path=tmp_path / "monday.dump")
    (tmp_path / "var").unlink()
    assert names(empty_postgres, tmp_path) == ["later"]


@pytest.mark.postgres
def test_a_dump_of_another_program_changes_nothing_in_postgresql(
    empty_postgres: str, client_programs: None, tmp_path: Path
) -> None:
    database = Database.open(empty_postgres, root=tmp_path)
    database.close()
    (tmp_path / "diary.dump").write_text("dear diary")
    with pytest.raises(StoreError, match="no backup of this program's; nothing was changed"):
        Database.restore(empty_postgres, root=tmp_path, path=tmp_path / "diary.dump")


def test_what_was_there_is_copied_before_a_restore(tmp_path: Path, now: datetime) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    database.backup(tmp_path / "empty.db")
    keep(database, "later", now)
    Database.restore("sqlite:///m.db", root=tmp_path, path=tmp_path / "empty.db")
    with database.reading() as session:
        assert session.exec(select(Lease)).all() == []
    database.close()
    assert names("sqlite:///m-before-restore.db", tmp_path) == ["later"]


def test_a_backup_is_made_while_somebody_writes(tmp_path: Path, now: datetime) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, "committed", now)
    with database.writing() as session:
        session.add(Lease.model_validate({"name": "not yet", "holder": "me", "until": now}))
        session.flush()
        database.backup(tmp_path / "copy.db")
    database.close()
    assert names("sqlite:///copy.db", tmp_path) == ["committed"]


def test_a_backup_replaces_an_older_one_and_never_the_database(tmp_path: Path, now: datetime) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    database.backup(tmp_path / "copy.db")
    keep(database, "new", now)
    database.backup(tmp_path / "copy.db")
    with pytest.raises(StoreError, match="is the database itself"):
        database.backup(tmp_path / "m.db")
    database.close()
    assert names("sqlite:///copy.db", tmp_path) == ["new"]


def test_a_damaged_database_is_set_aside_when_restoring(tmp_path: Path, now: datetime) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, "good", now)
    database.backup(tmp_path / "copy.db")
    database.close()
    (tmp_path / "m.db").write_bytes(b"rubbish" * 1000)
    Database.restore("sqlite:///m.db", root=tmp_path, path=tmp_path / "copy.db")
    assert names("sqlite:///m.db", tmp_path) == ["good"]
    assert (tmp_path / "m-before-restore.db").read_bytes() == b"rubbish" * 1000


@pytest.mark.parametrize("content", ["nothing", "text", "foreign"])
def test_a_file_that_is_no_backup_changes_nothing(content: str, tmp_path: Path, now: datetime) -> None:
    copy = tmp_path / "copy.db"
    if content == "text":
        copy.write_text("dear diary")
    elif content == "foreign":
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("CREATE TABLE cookies (name TEXT)")
    database = Database.open("sqlite:///m.db", root=tmp_path)
    keep(database, "kept", now)
    database.close()
    with pytest.raises(StoreError, match=r"copy\.db.*(no such file|nothing was changed)"):
        Database.restore("sqlite:///m.db", root=tmp_path, path=copy)
    assert names("sqlite:///m.db", tmp_path) == ["kept"]


@pytest.mark.postgres
def test_postgresql_without_its_client_programs_says_what_to_install(
    empty_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.open(empty_postgres, root=tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(StoreError, match="pg_dump, which is not installed"):
        database.backup(tmp_path / "copy.dump")
    database.close()


def test_a_copy_gives_up_on_a_database_locked_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    database.close()
    monkeypatch.setattr(backup, "PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "m.db")) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("PRAGMA journal_mode=DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            backup.copy_beside(tmp_path / "m.db", "never")
    assert not (tmp_path / "m-never.db").exists()


def test_a_pg_dump_of_another_version_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    older = programs / "pg_dump"
    older.write_text("#!/bin/sh\necho 'aborting because of server version mismatch, hunter2' >&2\nexit 1\n")
    older.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    location = locate("postgresql://ann:hunter2@db.example/news", tmp_path)
    with pytest.raises(StoreError, match="install the pg_dump of the server's version") as caught:
        backup.make_copy(location, tmp_path / "copy")
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith("(it says: aborting because of server version mismatch, ***)")
