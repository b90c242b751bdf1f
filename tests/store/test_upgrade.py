"""Migrations: they make what the models say, on both engines; copies first; one program at a time; all or nothing."""

import importlib
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from keeping import NOW, article, delivery, digest, entry
from sqlalchemy import create_engine, inspect, text
from sqlmodel import Session, SQLModel, select

import monitor.store.conditions
import monitor.store.indexes  # adds to the metadata
from monitor.errors import StoreError
from monitor.models import Entry, Lease
from monitor.store import Database, upgrade
from monitor.store.articles import keep_articles
from monitor.store.digests import told_of_sources
from monitor.store.entries import keep_entries
from monitor.store.matching import Filters
from monitor.store.migrations import HEAD
from monitor.store.outbox import keep_digest
from monitor.store.search import forget, index_new, search

VERSIONS = Path(upgrade.__file__).parent / "migrations/versions"
NEXT = "2099_01_01_next"
MIGRATION = f'''
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("lease") as batch:
        batch.add_column(sa.Column("note", sa.String(), nullable=False, server_default="new"))
        batch.alter_column("holder", existing_type=sa.String(), type_=sa.Text())
    ADD
'''


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A revision after ours, as an upgrade of the program would bring; returns its file."""
    folder = tmp_path / "versions"
    folder.mkdir()
    file = folder / f"{NEXT}.py"
    file.write_text(MIGRATION.replace("ADD", "pass"))
    made = upgrade._configuration

    def configuration() -> Config:
        config = made()
        config.set_main_option("version_locations", f"{VERSIONS}{os.pathsep}{folder}")
        return config

    monkeypatch.setattr(upgrade, "HEAD", NEXT)
    monkeypatch.setattr(upgrade, "_configuration", configuration)
    return file


@pytest.fixture
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs of the wheel's own PostgreSQL first: an older pg_dump refuses a newer server."""
    for found in sorted(Path(sys.prefix).rglob("pg_dump")):
        monkeypatch.setenv("PATH", str(found.parent), prepend=os.pathsep)


@pytest.fixture
def old(tmp_path: Path, sqlite_template: Path) -> Path:
    """A SQLite database of today's revision with one row in it."""
    path = tmp_path / "m.db"
    shutil.copyfile(sqlite_template, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO lease VALUES ('collect', 'me', '2026-11-24 07:00:00')")
    return path


def test_head_is_the_latest_migration() -> None:
    assert ScriptDirectory.from_config(upgrade._configuration()).get_heads() == [HEAD]


def test_models_and_migrations_agree(database_url: str, tmp_path: Path) -> None:
    Database.open(database_url, root=tmp_path).close()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not name.startswith("article_search")},
        )
        differences = compare_metadata(context, SQLModel.metadata)
        tables = set(inspect(connection).get_table_names())
    engine.dispose()
    assert differences == []
    assert set(SQLModel.metadata.tables) < tables
    assert monitor.store.conditions.WAITING in upgrade_source()


def upgrade_source() -> str:
    return "".join(path.read_text() for path in sorted(VERSIONS.glob("*.py")))


@pytest.mark.postgres
def test_an_empty_postgresql_database_gets_its_tables(empty_postgres: str, tmp_path: Path) -> None:
    database = Database.open(empty_postgres, root=tmp_path)
    with database.reading() as session:
        assert session.exec(select(Lease)).all() == []
        assert upgrade.revision_of(session.connection()) == HEAD
    database.close()


@pytest.mark.postgres
def test_tables_of_another_program_in_postgresql_are_left_alone(empty_postgres: str, tmp_path: Path) -> None:
    engine = create_engine(empty_postgres)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE article (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program \\(article\\)"):
        Database.open(empty_postgres, root=tmp_path)


def test_a_new_database_leaves_no_copy(tmp_path: Path) -> None:
    Database.open("sqlite:///m.db", root=tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == ["m.db"]


def test_a_sqlite_file_is_copied_before_it_is_upgraded(
    old: Path, next_revision: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="monitor.store"):
        Database.open("sqlite:///m.db", root=old.parent).close()
    copy = old.with_name(f"m-{HEAD}.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT * FROM lease").fetchone() == ("collect", "me", "2026-11-24 07:00:00")
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT name, note FROM lease").fetchone() == ("collect", "new")
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (NEXT,)
    assert str(copy) in caplog.text


@pytest.mark.postgres
def test_a_postgresql_database_is_dumped_before_it_is_upgraded(
    empty_postgres: str, tmp_path: Path, client_programs: None, request: pytest.FixtureRequest
) -> None:
    Database.open(empty_postgres, root=tmp_path).close()
    assert not (tmp_path / "var").exists()
    request.getfixturevalue("next_revision")
    Database.open(empty_postgres, root=tmp_path).close()
    (dump,) = (tmp_path / "var").iterdir()
    assert dump.name.endswith(f"-{HEAD}.dump")
    listed = subprocess.run(["pg_restore", "--list", str(dump)], capture_output=True, text=True, check=True).stdout
    assert " article " in listed


@pytest.mark.postgres
def test_without_pg_dump_the_upgrade_goes_on_and_says_so(
    empty_postgres: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    Database.open(empty_postgres, root=tmp_path).close()
    request.getfixturevalue("next_revision")
    monkeypatch.setenv("PATH", str(tmp_path))
    database = Database.open(empty_postgres, root=tmp_path)
    with database.reading() as session:
        assert upgrade.revision_of(session.connection()) == NEXT
    database.close()
    assert "without a copy: pg_dump is not here" in caplog.text


def test_no_copy_replaces_an_earlier_one(old: Path, next_revision: Path) -> None:
    old.with_name(f"m-{HEAD}.db").write_text("precious")
    Database.open("sqlite:///m.db", root=old.parent).close()
    assert old.with_name(f"m-{HEAD}.db").read_text() == "precious"
    assert old.with_name(f"m-{HEAD}-2.db").exists()


def test_a_migration_that_fails_changes_nothing(old: Path, next_revision: Path) -> None:
    next_revision.write_text(MIGRATION.replace("ADD", "raise RuntimeError('half way')"))
    before = dump(old)
    with pytest.raises(RuntimeError, match="half way"):
        Database.open("sqlite:///m.db", root=old.parent)
    assert dump(old) == before


def test_a_migration_that_would_leave_rows_pointing_nowhere_changes_nothing(old: Path, next_revision: Path) -> None:
    sighting = "op.execute(\"INSERT INTO sighting VALUES (7, 'nobody')\")"
    next_revision.write_text(MIGRATION.replace("ADD", sighting))
    before = dump(old)
    with pytest.raises(StoreError, match="point nowhere"):
        Database.open("sqlite:///m.db", root=old.parent)
    assert dump(old) == before


@pytest.mark.postgres
def test_a_dump_that_fails_stops_the_upgrade(
    empty_postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    Database.open(empty_postgres, root=tmp_path).close()
    request.getfixturevalue("next_revision")
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho server version mismatch >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with pytest.raises(StoreError, match=r"install the pg_dump of .* version mismatch\); nothing was upgraded: mend"):
        Database.open(empty_postgres, root=tmp_path)
    with closing(psycopg.connect(empty_postgres.replace("+psycopg", ""))) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)


def test_of_several_that_open_at_once_one_upgrades(
    own_database_url: str, next_revision: Path, client_programs: None, tmp_path: Path
) -> None:
    def run(_number: int) -> None:
        Database.open(own_database_url, root=tmp_path).close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    database = Database.open(own_database_url, root=tmp_path)
    with database.reading() as session:
        assert upgrade.revision_of(session.connection()) == NEXT
    database.close()
    assert len(list(tmp_path.glob("monitor-*.db"))) <= 1


def test_what_digests_said_of_sources_is_known_after_the_upgrade(database: Database) -> None:
    at = datetime(2026, 11, 24, 7, tzinfo=UTC)
    said = [
        {"source": "wire", "state": "broken", "since": "2026-11-24T05:00:00+00:00"},
        {"source": "wire", "state": "silent"},
    ]
    failing = [{"source": "far", "state": "failing", "since": "2026-11-24T06:00:00+00:00"}, "named alone"]
    made = digest("monday", composed_at=at, figures={"sources": said, "seen": {"failing": failing}})
    with database.writing(durable=True) as session:
        keep_digest(session, made, [], [delivery("monday")], [])
        keep_digest(session, digest("tuesday", composed_at=at), [], [delivery("tuesday")], [])
        back_and_up(session, "2026_11_24_start")
    with database.reading() as session:
        found = told_of_sources(session, ["morning mail a@example.org"], ["wire", "far", "named alone"])
    (told,) = found.values()
    assert [(each.state, each.since.hour, each.told_at) for each in told["far"]] == [("failing", 6, at)]
    assert "named alone" not in told
    assert [(each.state, each.since.hour, each.told_at, each.delivery_id) for each in told["wire"]] == [
        ("broken", 5, at, 1),
        ("silent", 7, at, 1),
    ]


def test_entries_have_grades_and_days_find_articles_after_the_upgrade(database: Database) -> None:
    with database.writing(durable=True) as session:
        keep_entries(session, [entry("a"), entry("b")], now=NOW, max_age=timedelta(days=9))
        first, _ = session.exec(select(Entry.id).order_by(Entry.url)).all()
        (kept,) = keep_articles(session, [article("a", entry_id=first, grade="teaser", title="Cranes")])
        index_new(session)
        back_and_up(session, "2026_11_30_sources_told")
    on_its_day = Filters(since=kept.published - timedelta(hours=1), until=kept.published + timedelta(hours=1))
    with database.writing() as session:
        assert session.exec(select(Entry.grade).order_by(Entry.url)).all() == ["teaser", ""]
        assert search(session, "cranes") == []
        assert index_new(session) == 1
        assert [hit.article.title for hit in search(session, "cranes", filters=on_its_day)] == ["Cranes"]
        forget(session, [kept.id or 0])
        assert search(session, "cranes") == []


def back_and_up(session: Session, revision: str) -> None:
    """Takes a store back to an earlier revision, and up to the latest again."""
    configuration = upgrade._configuration()
    configuration.attributes["connection"] = session.connection()
    command.downgrade(configuration, revision)
    command.upgrade(configuration, HEAD)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_there_is_no_way_back_before_the_first_tables_and_it_says_what_to_do() -> None:
    start = importlib.import_module("monitor.store.migrations.versions.2026_11_24_start")
    with pytest.raises(StoreError, match="monitor maintain --restore"):
        start.downgrade()
