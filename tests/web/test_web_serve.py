import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from reading_material import settings_for

from monitor.config.settings import StoreSettings, WebSettings
from monitor.errors import ConfigurationError, StoreError
from monitor.web.serve import address, bound, serve

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reading_material import settings_for
from monitor.config.settings import WebSettings
from monitor.web.serve import serve
serve(settings_for(Path(sys.argv[2]), WebSettings(port=int(sys.argv[3]))))
print("ended")
"""


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_it_serves_until_it_is_interrupted(tmp_path: Path, ending: int, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), str(tmp_path), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/healthz?token=secret", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert answer.json() == {"status": "ok"}
        assert (tmp_path / "var" / "monitor.db").exists()
        process.send_signal(ending)
        said, logged = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == code
    assert said == ("ended\n" if code == 0 else "")
    assert logged == f"the reading page is at http://127.0.0.1:{port}; Ctrl-C ends it\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "news.example.org"])
def test_an_open_door_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigurationError, match="MONITOR_WEB__PASSWORD"):
        serve(settings_for(tmp_path, WebSettings(host=host)))
    assert not (tmp_path / "var").exists()


def test_an_address_that_is_taken_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        web = WebSettings(port=taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match=r"set web\.port to another"):
            serve(settings_for(tmp_path, web))


@pytest.mark.parametrize("web", [WebSettings(port=70_000), WebSettings(host="192.0.2.1"), WebSettings(port=-1)])
def test_an_address_that_is_none_is_an_error(web: WebSettings) -> None:
    with pytest.raises(ConfigurationError, match=r"config/monitor\.toml: web: cannot listen on"):
        bound(web)


def test_a_database_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreError):
        serve(settings_for(tmp_path, store=StoreSettings("sqlite:///folder.db")))


def test_it_says_where_a_browser_finds_it() -> None:
    for host, shown in (("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1")):
        try:
            listening = bound(WebSettings(host=host, port=0))
        except ConfigurationError:
            assert host == "::1"  # no IPv6 on this machine
            continue
        with listening:
            assert address(listening) == f"http://{shown}:{listening.getsockname()[1]}"
