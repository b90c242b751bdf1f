"""The guard over the tests notices what it is there for."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from guards import LET_NONE_SKIP, Guard

Run = Callable[..., tuple[int, str]]
TESTS = Path(__file__).parent
# An address of TEST-NET-1 (RFC 5737), at which nobody is; and a socket that is closed, so that nothing could leave.
NOWHERE = ("192.0.2.1", 9)
CONFTEST = """
import os
from guards import LET_NONE_SKIP, Guard
GUARD = Guard(let_none_skip=bool(os.environ.get(LET_NONE_SKIP)))
def pytest_configure(config):
    config.pluginmanager.register(GUARD)
"""
CONNECTS = """
import contextlib, socket
def test_connects():
    sock = socket.socket()
    sock.close()
    with contextlib.suppress(OSError):
        sock.connect(("192.0.2.1", 9))
"""
SKIPS = """
import pytest
def test_skips():
    pytest.skip("no browser")
@pytest.mark.xfail(strict=True)
def test_fails_as_it_should():
    raise AssertionError
"""
SKIPS_WHOLLY = "import pytest\npytest.importorskip('no_such_module')\n"


def test_a_connection_beyond_loopback_is_refused_and_noted(guard: Guard) -> None:
    sock = socket.socket()
    sock.close()
    with pytest.raises(PermissionError, match=r"tests stay on loopback: socket\.connect '192\.0\.2\.1'"):
        sock.connect(NOWHERE)
    assert "test_a_connection_beyond_loopback" in guard.connections.pop()


@pytest.mark.parametrize("look_up", ["getaddrinfo", "gethostbyname"])
def test_a_name_looked_up_elsewhere_is_refused_and_noted(guard: Guard, look_up: str) -> None:
    port = (80,) if look_up == "getaddrinfo" else ()
    with pytest.raises(PermissionError, match=r"news\.example"):
        getattr(socket, look_up)("news.example", *port)
    assert guard.connections.pop().startswith(f"socket.{look_up} 'news.example'")


def test_loopback_and_this_machines_name_are_not_noted(guard: Guard) -> None:
    before = list(guard.connections)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
    socket.getaddrinfo("localhost", 80)
    socket.getaddrinfo(b"127.1.2.3", 80)
    socket.getaddrinfo("0.0.0.0", 80)
    socket.getaddrinfo("192.0.2.1", 80)  # an address as it stands: nobody is asked
    assert guard.connections == before


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a few tests, one of which connects and some of which skip, under a guard of their own."""
    files = {"conftest.py": CONFTEST, "test_a.py": CONNECTS, "test_b.py": SKIPS, "test_c.py": SKIPS_WHOLLY}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def tests(*options: str, **variables: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path), *options],
            env=os.environ | {"PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    return tests


def test_a_run_whose_tests_all_pass_has_failed_where_one_left_loopback(run: Run) -> None:
    code, said = run()
    assert "1 passed, 2 skipped, 1 xfailed" in said
    assert code == 1
    assert "FAILED beyond loopback: socket.connect '192.0.2.1' in" in said


def test_nothing_skips_where_none_may(run: Run) -> None:
    code, said = run("--continue-on-collection-errors", **{LET_NONE_SKIP: "1"})
    assert code == 1
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in said
    # Once in the failure and once in the error; where CI is set pytest says both again in its summary.
    assert said.count(f"{LET_NONE_SKIP} is set, and this was skipped") in (2, 4)
    assert "no browser" in said
    assert "no_such_module" in said


def test_both_hold_where_processes_share_the_tests(run: Run) -> None:
    code, said = run("-p", "xdist", "-n2", "--continue-on-collection-errors", **{LET_NONE_SKIP: "1"})
    assert code == 1
    assert f"{LET_NONE_SKIP} is set, and this was skipped" in said
    assert "no browser" in said
    assert "FAILED beyond loopback: socket.connect '192.0.2.1' in" in said
