"""The runbook does what it says: its blocks are run as they stand, over what the demo kept."""

import configparser
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from flows.serve import RUNNER_SECONDS
from monitor.web.serve import LAST_SECONDS

pytestmark = pytest.mark.prefect

PROJECT = Path(__file__).parents[2]
RUNBOOK = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")


def block(heading: str) -> str:
    """The shell block under a heading."""
    section = RUNBOOK.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return found


def follow(root: Path, heading: str) -> str:
    """What the commands under a heading print, run in a root by a shell that stops at the first that fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "PREFECT_"))}
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block(heading)],
        cwd=root,
        env=kept,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def root(demo, tmp_path: Path) -> Path:
    """A copy of what the demo left, with the program where a set-up puts it."""
    copy = tmp_path / "root"
    shutil.copytree(demo.root, copy, ignore=shutil.ignore_patterns("prefect"))
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


def contents(root: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{root / 'var/monitor.db'}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def test_it_says_whether_it_is_alive(root: Path) -> None:
    said = follow(root, "Is it alive")
    assert "alive" in said
    assert '"troubles"' in (root / "standing.json").read_text(encoding="utf-8")


def test_a_backup_brings_everything_back(root: Path) -> None:
    (root / "var/secret").write_text("a secret of some length, made once\n", encoding="utf-8")
    before = contents(root)
    follow(root, "Back up")
    with closing(sqlite3.connect(root / "var/monitor.db")) as connection, connection:
        connection.execute("DELETE FROM assessment")
    for lost in ("config/sources.toml", "var/secret"):
        (root / lost).unlink()
    assert "configuration sound" in follow(root, "Restore")
    assert contents(root) == before
    assert (root / "var/secret").read_text(encoding="utf-8").startswith("a secret of some length")
    assert (root / "var/monitor-before-restore.db").exists()


def test_where_no_secret_was_made_the_rest_is_backed_up(root: Path) -> None:
    (root / "var/secret").unlink(missing_ok=True)
    follow(root, "Back up")
    with tarfile.open(root / "backups/settings.tgz") as settings:
        assert {"config", "seeds"} <= set(settings.getnames())


def test_an_unknown_delivery_is_sent_again(root: Path) -> None:
    with closing(sqlite3.connect(root / "var/monitor.db")) as connection, connection:
        connection.execute("UPDATE delivery SET state = 'unknown' WHERE id = 1")
    assert "unknown" in follow(root, "A delivery is unknown").partition("\n\n")[0]
    with closing(sqlite3.connect(root / "var/monitor.db")) as connection:
        assert connection.execute("SELECT state FROM delivery WHERE id = 1").fetchone() == ("sent",)


def test_the_container_holds_what_the_program_is_made_of_and_writes_where_edits_go() -> None:
    image = (PROJECT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", image, re.MULTILINE) for name in line.split()}
    sent = {line[1:] for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").split() if line[0] == "!"}
    assert copied == sent == {"requirements.lock", "pyproject.toml", "README.md", "monitor", "flows"}
    (service,) = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    assert (PROJECT / service["build"]["dockerfile"]).is_file()
    folders = dict(each.split(":") for each in service["volumes"])
    home = re.search(r"^WORKDIR (\S+)$", image, re.MULTILINE)
    assert home is not None
    assert folders == {f"./{folder}": f"{home[1]}/{folder}" for folder in ("var", "config", "seeds")}
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert service["env_file"] == ["monitor.env"]
    assert "monitor.env" in (PROJECT / ".gitignore").read_text(encoding="utf-8").split()
    assert int(service["stop_grace_period"].removesuffix("s")) > RUNNER_SECONDS + LAST_SECONDS


def test_the_service_serves_writes_where_edits_go_and_waits_for_the_end() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # the names of systemd have capitals
    unit.read(PROJECT / "deploy" / "news-monitor.service", encoding="utf-8")
    service = unit["Service"]
    home = service["WorkingDirectory"]
    assert service["ExecStart"] == f"{home}/.venv/bin/monitor serve"
    assert service["ReadWritePaths"].split() == [f"{home}/{folder}" for folder in ("var", "config", "seeds")]
    assert int(service["TimeoutStopSec"]) > RUNNER_SECONDS + LAST_SECONDS
    assert service["RestartPreventExitStatus"] == "2"
    assert "/etc/news-monitor.env" in service["EnvironmentFile"]
    assert home in RUNBOOK
