"""Opening: where the database is, what it refuses in words, one writer at a time, crashes and clocks."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import select

from monitor.errors import StoreError
from monitor.models import Lease, Unsubscribed
from monitor.store import Database
from monitor.store.location import locate


def lease(name: str, until: datetime) -> Lease:
    return Lease.model_validate({"name": name, "holder": "me", "until": until})


def test_the_path_is_relative_to_the_root_and_its_folder_is_made(tmp_path: Path) -> None:
    database = Database.open("sqlite:///var/deep/monitor.db", root=tmp_path)
    database.close()
    assert (tmp_path / "var/deep/monitor.db").is_file()
    assert database.dialect == "sqlite"


def test_opening_again_is_fast_and_loads_no_alembic(tmp_path: Path) -> None:
    Database.open("sqlite:///m.db", root=tmp_path).close()
    program = """
        import sys, time
        from pathlib import Path
        from monitor.store import Database
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            Database.open("sqlite:///m.db", root=Path(sys.argv[1])).close()
            seconds.append(time.perf_counter() - start)
        print(min(seconds[1:]), "alembic" in sys.modules, "sklearn" in sys.modules)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], capture_output=True, text=True, check=True
    )
    seconds, alembic, sklearn = ran.stdout.split()
    assert float(seconds) < 0.1
    assert (alembic, sklearn) == ("False", "False")


def test_sqlite_is_set_up_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    with database.writing() as session:
        asked = {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    with database.writing(durable=True) as session:
        durable = session.connection().exec_driver_sql("PRAGMA synchronous").scalar()
    database.close()
    assert asked == PRAGMAS
    assert durable == 2


PRAGMAS = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000, "query_only": 0}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://user:hunter2@host/db", "mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file.db?mode=ro", "names no file"),
        ("postgresql+psycopg://user:hunter2@host:port/db", "no address of a database"),
    ],
)
def test_an_address_of_another_form_is_refused_without_repeating_it(address: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Database.open(address, root=tmp_path)
    assert "hunter2" not in str(caught.value)
    assert "sqlite:///var/monitor.db" in str(caught.value)


def test_postgresql_is_asked_through_psycopg_whatever_its_scheme(tmp_path: Path) -> None:
    assert locate("postgresql://host/db", tmp_path).url.drivername == "postgresql+psycopg"
    assert locate("postgres://host/db", tmp_path).url.drivername == "postgresql+psycopg"


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="see that the server runs") as caught:
        Database.open("postgresql+psycopg://reader:hunter2@127.0.0.1:1/news", root=tmp_path)
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1/news" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_postgresql_database_says_how_to_make_it(postgres_server: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="createdb"):
        Database.open(postgres_server.replace("/postgres?", "/nothing_here?"), root=tmp_path)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at" * 40, os.urandom(8192)])
def test_a_file_that_is_no_database_is_refused_with_a_remedy(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"m\.db.*--restore"):
        Database.open("sqlite:///m.db", root=tmp_path)
    assert path.read_bytes() == content


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.db").mkdir()
    with pytest.raises(StoreError, match=r"m\.db"):
        Database.open("sqlite:///m.db", root=tmp_path)


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(StoreError, match="folder may be written"):
        Database.open("sqlite:///var/m.db", root=tmp_path)


def test_damage_found_while_reading_is_said_in_words(tmp_path: Path) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    with database.writing() as session:
        session.add_all([lease(f"{'x' * 300}{number}", datetime.now(UTC)) for number in range(500)])
    database.close()
    path = tmp_path / "m.db"
    content = bytearray(path.read_bytes())
    content[-20 * 4096 :] = os.urandom(20 * 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"m\.db.*--restore"):
        _read_leases(tmp_path)


def _read_leases(root: Path) -> None:
    database = Database.open("sqlite:///m.db", root=root)
    try:
        with database.reading() as session:
            session.exec(select(Lease)).all()
    finally:
        database.close()


def test_a_database_of_a_later_version_is_left_alone(own_database_url: str, tmp_path: Path) -> None:
    database = Database.open(own_database_url, root=tmp_path)
    with database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '2099_01_01_later'"))
    database.close()
    with pytest.raises(StoreError, match=r"later version.*2099_01_01_later"):
        Database.open(own_database_url, root=tmp_path)


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    with pytest.raises(StoreError, match="another program \\(cookies\\)"):
        Database.open("sqlite:///m.db", root=tmp_path)
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("cookies",)]


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.writing() as session:
        session.add(lease("x", moment))
    with database.reading() as session:
        kept = session.exec(select(Lease)).one()
    assert kept.until == moment
    assert kept.until.tzinfo is UTC


def test_a_moment_without_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="without time zone"), database.writing() as session:
        session.add(lease("x", datetime(2026, 3, 29, 2, 30)))  # noqa: DTZ001


def test_rows_outlive_their_session_and_an_error_rolls_back(database: Database, now: datetime) -> None:
    with database.writing() as session:
        session.add(lease("kept", now))
    with pytest.raises(RuntimeError):
        _keep_and_fail(database, now)
    with database.reading() as session:
        kept = session.exec(select(Lease)).all()
    assert [row.name for row in kept] == ["kept"]


def _keep_and_fail(database: Database, now: datetime) -> None:
    with database.writing() as session:
        session.add(lease("lost", now))
        session.flush()
        raise RuntimeError


def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises((StoreError, DatabaseError)), database.reading() as session:
        session.connection().execute(text("DELETE FROM lease"))
    with database.writing() as session:
        session.connection().execute(text("DELETE FROM lease"))


def test_a_fault_of_a_statement_stays_what_it_is_and_shows_no_value(database: Database, now: datetime) -> None:
    with database.writing() as session:
        session.add(Unsubscribed.model_validate({"audience": "secret@example.org", "since": now}))
    with pytest.raises(IntegrityError) as caught, database.writing() as session:
        session.connection().execute(
            text("INSERT INTO unsubscribed VALUES (:audience, :since)"),
            {"audience": "secret@example.org", "since": now.isoformat()},
        )
    assert "parameters hidden" in str(caught.value)


WRITER = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from monitor.models import Run
    from monitor.store import Database
    database = Database.open("sqlite:///m.db", root=Path(sys.argv[1]))
    for number in range(60):
        with database.writing() as session:
            session.add(Run.model_validate({"kind": sys.argv[2], "started": datetime.now(UTC)}))
    database.close()
"""


def test_two_programs_that_open_a_new_database_and_write_never_find_it_locked(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path), name], stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    errors = [writer.communicate(timeout=60)[1].decode() for writer in writers]
    assert errors == ["", ""]
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        assert connection.execute("SELECT kind, count(*) FROM run GROUP BY kind ORDER BY kind").fetchall() == [
            ("one", 60),
            ("two", 60),
        ]


KILLED = """
    import sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from monitor.models import Run
    from monitor.store import Database
    database = Database.open("sqlite:///m.db", root=Path(sys.argv[1]))
    with database.writing() as session:
        session.add(Run.model_validate({"kind": "whole", "started": datetime.now(UTC)}))
    with database.writing() as session:
        session.add_all([Run.model_validate({"kind": "half", "started": datetime.now(UTC)}) for _ in range(5000)])
        session.flush()
        print("flushed", flush=True)
        time.sleep(60)
"""


def test_a_program_killed_within_a_transaction_leaves_what_was_committed(tmp_path: Path) -> None:
    victim = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout is not None
    assert victim.stdout.readline() == "flushed\n"
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    victim.stdout.close()
    started = time.monotonic()
    database = Database.open("sqlite:///m.db", root=tmp_path)
    with database.writing() as session:
        kinds = session.connection().execute(text("SELECT kind FROM run")).scalars().all()
    assert database.faults() == []
    database.close()
    assert kinds == ["whole"]
    assert time.monotonic() - started < 5
