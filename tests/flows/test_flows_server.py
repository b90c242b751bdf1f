"""A server of our own: started, waited for, ended; with a stand-in for Prefect's, whose start takes seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from flows import server
from flows.server import (
    ServerNotStarted,
    configured_api,
    end,
    environment,
    free_port,
    local_server,
    refuse_silent,
)
from monitor.errors import ConfigurationError

# Takes what Prefect's command line takes, and answers for its health.
STAND_IN = f"""#!{sys.executable}
import http.server, os, pathlib, sys
assert sys.argv[1:6] == ["-m", "flows.tether", "prefect", "server", "start"], sys.argv
port = int(sys.argv[sys.argv.index("--port") + 1])
assert sys.argv[sys.argv.index("--host") + 1] == "127.0.0.1"
assert "--analytics-off" in sys.argv
home = pathlib.Path(os.environ["PREFECT_HOME"])
(home / "pid").write_text(str(os.getpid()))
(home / "arguments").write_text(" ".join(sys.argv))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is started in the place of our interpreter."""
    path = tmp_path / "python"
    path.write_text(STAND_IN, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(server.sys, "executable", str(path))
    return path


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_while_it_lasts_and_leaves_no_process(stand_in: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with local_server(home, services=False, ui=False) as api:
        assert api.startswith("http://127.0.0.1:")
        assert httpx.get(f"{api}/health", trust_env=False).is_success
        pid = int((home / "pid").read_text())
        assert is_alive(pid)
    assert not is_alive(pid)
    said = (home / "arguments").read_text()
    assert "--no-services" in said
    assert "--no-ui" in said


def test_it_ends_with_an_error_too(stand_in: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), local_server(tmp_path / "home", port=free_port()):
        raise ZeroDivisionError
    assert not is_alive(int((tmp_path / "home" / "pid").read_text()))


def test_one_that_ends_at_once_is_told_with_its_log(stand_in: Path, tmp_path: Path) -> None:
    stand_in.write_text("#!/bin/sh\necho no such module; exit 1\n", encoding="utf-8")
    home = tmp_path / "home"
    with pytest.raises(ServerNotStarted, match=r"did not start; its log is .*server\.log"), local_server(home):
        pass
    assert (home / "server.log").read_text() == "no such module\n"


def test_one_that_never_answers_is_ended(stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in.write_text("#!/bin/sh\necho $$ > $PREFECT_HOME/pid; exec sleep 600\n", encoding="utf-8")
    monkeypatch.setattr(server, "START_SECONDS", 1)
    with pytest.raises(ServerNotStarted), local_server(tmp_path / "home"):
        pass
    assert not is_alive(int((tmp_path / "home" / "pid").read_text()))


def test_a_port_that_is_taken_is_refused_before_anything_starts(stand_in: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerNotStarted, match=f"port {port} .* is taken"), local_server(home, port=port):
            pass
    assert not (home / "pid").exists()


def test_a_process_is_asked_to_end_and_then_made_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.3)
    willing = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    end(willing)
    assert willing.returncode == -signal.SIGTERM
    end(willing)  # one that has ended already
    script = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        started = time.monotonic()
        end(stubborn)
    assert stubborn.returncode == -signal.SIGKILL
    assert time.monotonic() - started >= 0.3


def test_nothing_of_the_machines_own_prefect_reaches_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://elsewhere.example/api")
    monkeypatch.setenv("PREFECT_API_KEY", "a key")
    monkeypatch.setenv("KEPT", "yes")
    ours = environment(tmp_path, PREFECT_LOGGING_LEVEL="WARNING")
    assert {name for name in ours if name.startswith("PREFECT_")} == {
        "PREFECT_HOME",
        "PREFECT_PROFILES_PATH",
        "PREFECT_SERVER_ANALYTICS_ENABLED",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW",
        "PREFECT_LOGGING_LEVEL",
    }
    assert ours["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert ours["DO_NOT_TRACK"] == "1"
    assert ours["KEPT"] == "yes"
    assert ours["PREFECT_HOME"] == str(tmp_path)


def test_the_api_that_this_machine_uses_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_api({"PREFECT_API_URL": "http://127.0.0.1:9/api"}) == "http://127.0.0.1:9/api"
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    (tmp_path / "profiles.toml").write_text(
        'active = "ours"\n[profiles.ours]\nPREFECT_API_URL = "http://127.0.0.1:8/api"\n', encoding="utf-8"
    )
    assert configured_api({}) == "http://127.0.0.1:8/api"


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/api", "http://me:hidden@127.0.0.1:{port}/api"])
def test_an_api_that_does_not_answer_is_said_with_its_address(address: str) -> None:
    url = address.format(port=free_port())
    with pytest.raises(
        ConfigurationError, match=r"PREFECT_API_URL: http://127.0.0.1:\d+/api does not answer"
    ) as caught:
        refuse_silent(url)
    assert "unset PREFECT_API_URL" in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_api_that_takes_the_connection_and_says_nothing_is_waited_for_no_longer_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/api"
        with pytest.raises(ConfigurationError, match="does not answer"):
            refuse_silent(url)


def test_an_address_that_is_none_is_told_too() -> None:
    for url in ("nonsense", "http:///api", "http://127.0.0.1:99999/api"):
        with pytest.raises(ConfigurationError, match="PREFECT_API_URL: "):
            refuse_silent(url)


def test_an_api_that_answers_is_none_of_that(stand_in: Path, tmp_path: Path) -> None:
    with local_server(tmp_path / "home") as api:
        refuse_silent(api)
        refuse_silent(api.replace("/api", "/elsewhere"))  # whatever it says


def test_a_free_port_can_be_bound() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass
