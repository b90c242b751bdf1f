"""Trouble in words: what a person can do something about becomes one line with a remedy, faults of ours stay loud."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, ProgrammingError

from monitor.errors import StoreError
from monitor.store import Database, database, trouble
from monitor.store.location import locate
from monitor.store.trouble import expected, in_words


def wrapped(kind: type[DBAPIError], text: str) -> DBAPIError:
    return kind("SELECT 1", None, sqlite3.OperationalError(text))


@pytest.mark.parametrize(
    ("error", "cause", "remedy"),
    [
        (wrapped(OperationalError, "database or disk is full"), "the disk is full", "make room on it"),
        (wrapped(OperationalError, "attempt to write a readonly database"), "may not be written", "may be written"),
        (wrapped(OperationalError, "disk I/O error"), "cannot be read or written", "see to the disk"),
        (wrapped(OperationalError, "no such module: fts5"), "no full-text search", "another Python"),
        (wrapped(OperationalError, 'FATAL:  password authentication failed for user "x"'), "refuses", "correct them"),
        (
            wrapped(OperationalError, "connection failed: failed to resolve host 'x'"),
            "leads nowhere",
            "correct the host",
        ),
        (wrapped(OperationalError, "server closed the connection unexpectedly"), "does not answer", "the server runs"),
        (wrapped(OperationalError, "connection failed: FATAL: sorry, too many clients already"), "free", "max_conn"),
        (wrapped(OperationalError, "FATAL: the database system is starting up"), "starting or ending", "in a moment"),
        (wrapped(OperationalError, "could not extend file: No space left on device"), "disk is full", "make room"),
        (wrapped(DatabaseError, "database disk image is malformed"), "is damaged", "--restore FILE"),
        (wrapped(ProgrammingError, "permission denied for schema public"), "may not use it", "let this user in"),
        (sqlite3.DatabaseError("file is not a database"), "is no SQLite database", "--restore FILE"),
        (wrapped(OperationalError, "something new"), "cannot be used", "see what the database says"),
    ],
)
def test_the_cause_comes_first_in_plain_words_then_the_remedy_and_the_raw_words_last(
    error: Exception, cause: str, remedy: str, tmp_path: Path
) -> None:
    assert expected(error)
    said = str(in_words(error, locate("sqlite:///m.db", tmp_path)))
    assert said.startswith(f"{tmp_path}/m.db: ")
    plain, _, raw = said.partition(" (the database says: ")
    assert cause in plain.partition("; ")[0]
    assert remedy in plain.partition("; ")[2]
    assert raw == f"{getattr(error, 'orig', error)})".replace("  ", " ")


def test_a_disk_that_cannot_be_written_for_want_of_room_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "FULL_BYTES", 2**80)
    said = str(in_words(wrapped(OperationalError, "disk I/O error"), locate("sqlite:///m.db", tmp_path)))
    assert "the disk is full; make room on it" in said
    gone = str(in_words(wrapped(OperationalError, "disk I/O error"), locate("sqlite:///gone/m.db", tmp_path)))
    assert "cannot be read or written" in gone


@pytest.mark.parametrize(
    "error",
    [
        wrapped(OperationalError, "no such table: articles"),
        wrapped(OperationalError, 'near "SELCT": syntax error'),
        wrapped(OperationalError, "fts5: syntax error near"),
        wrapped(ProgrammingError, 'column "x" does not exist'),
        sqlite3.IntegrityError("UNIQUE constraint failed"),
    ],
)
def test_faults_of_statements_stay_loud(error: Exception) -> None:
    assert not expected(error)


def test_a_password_is_hidden_and_the_text_is_one_line(tmp_path: Path) -> None:
    location = locate("postgresql://ann:hunter2@db.example/news", tmp_path)
    said = str(in_words(wrapped(OperationalError, "connection to hunter2@db\n\tfailed"), location))
    assert "hunter2" not in said
    assert "\n" not in said
    assert said.startswith("postgresql+psycopg://ann:***@db.example/news: the server does not answer; ")
    assert said.endswith("(the database says: connection to ***@db failed)")


def test_a_missing_driver_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: object, **_named: object) -> None:
        raise ModuleNotFoundError("psycopg")

    monkeypatch.setattr(database, "create_engine", missing)
    with pytest.raises(StoreError, match=r"news-monitor\[postgres\]"):
        Database.open("postgresql://db.example/news", root=tmp_path)


def test_a_writer_that_waited_in_vain_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    opened = Database.open("sqlite:///m.db", root=tmp_path)
    with closing(sqlite3.connect(tmp_path / "m.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(StoreError, match=r"m\.db: another program has been writing for long; .*is locked"),
            opened.writing(),
        ):
            pass
        with opened.reading() as session:
            assert session.connection().exec_driver_sql("SELECT count(*) FROM entry").scalar() == 0
    opened.close()


def test_errors_of_the_caller_pass_through(tmp_path: Path) -> None:
    opened = Database.open("sqlite:///m.db", root=tmp_path)
    with pytest.raises(ConnectionResetError), opened.writing():
        raise ConnectionResetError
    opened.close()
