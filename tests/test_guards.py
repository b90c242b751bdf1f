"""The guard over the tests notices what it is there for."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from guards import LET_NONE_SKIP, Guard

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
    assert guard.connections == before


def run(folder: Path, test: str, **variables: str) -> tuple[int, str]:
    """Run one test file under a guard of its own."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(folder)],
        env=os.environ | {"PYTHONPATH": str(TESTS)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def test_it_fails_a_run_whose_tests_all_pass(tmp_path: Path) -> None:
    code, said = run(tmp_path, CONNECTS)
    assert code == 1
    assert "1 passed" in said
    assert "FAILED beyond loopback: socket.connect '192.0.2.1' in" in said


@pytest.mark.parametrize("test", [SKIPS, SKIPS_WHOLLY], ids=["test", "module"])
def test_nothing_skips_where_none_may(tmp_path: Path, test: str) -> None:
    code, said = run(tmp_path, test)
    assert code in (0, 5)  # 5: no test was collected
    assert "1 skipped" in said
    code, said = run(tmp_path, test, **{LET_NONE_SKIP: "1"})
    assert code != 0
    assert f"{LET_NONE_SKIP} is set, and this was skipped" in said
    assert ("no browser" in said) or ("no_such_module" in said)
    assert "1 skipped" not in said
