"""`monitor demo`: what a new user sees first."""

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.demo import as_typed
from monitor.demo import Newsroom

pytestmark = pytest.mark.prefect


def labels() -> dict[str, str]:
    """The label of each of the newsroom's articles, by headline."""
    return {piece.title: piece.label for piece in Newsroom.load(datetime.now(UTC)).pieces}


def told(root: Path) -> list[tuple[str, str, float, str]]:
    """Headline, section, score and reasons of every item that was told, in order."""
    with closing(sqlite3.connect(f"file:{root / 'var' / 'monitor.db'}?mode=ro", uri=True)) as connection:
        query = "SELECT headline, section, score, reasons FROM digestitem ORDER BY digest_id, position"
        return list(connection.execute(query))


def test_it_ends_with_a_digest_and_a_table(demo) -> None:
    found = demo.first.json
    assert Path(found["digest"]).is_file()
    assert found["new"] is True
    assert len(found["stories"]) >= 8
    assert all(story["facet"] for story in found["stories"])


def test_no_off_topic_story_is_told_and_on_topic_ones_stand_on_top(demo) -> None:
    label_of = labels()
    rows = told(demo.root)
    kinds = [label_of[headline] for headline, *_ in rows]
    assert "off" not in kinds
    top = [label_of[headline] for headline, section, *_ in rows if section == "top"]
    assert top.count("on") >= len(top) - 1
    assert kinds.count("on") / len(kinds) >= 0.75


def test_a_wire_text_is_one_line_however_many_carry_it(demo) -> None:
    headlines = [headline for headline, *_ in told(demo.root)]
    copies = {piece.title: piece.wire for piece in Newsroom.load(datetime.now(UTC)).pieces if piece.wire}
    wires = [copies[headline] for headline in headlines if headline in copies]
    assert len(wires) == len(set(wires))


def test_every_story_says_why_it_is_there(demo) -> None:
    page = Path(demo.first.json["digest"]).read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", " ", page)
    for story in demo.first.json["stories"][:7]:
        assert story["facet"].split(":")[0] in text


def test_the_broken_publisher_is_recorded_and_the_rest_is_read(demo) -> None:
    with closing(sqlite3.connect(f"file:{demo.root / 'var' / 'monitor.db'}?mode=ro", uri=True)) as connection:
        failing = connection.execute("SELECT source FROM feedstate WHERE failures > 0").fetchall()
        articles = connection.execute("SELECT count(*) FROM article WHERE source != 'backfill'").fetchone()[0]
    assert failing == [("weathervane",)]
    assert articles == len(labels())


def test_run_twice_it_sends_nothing_twice_and_says_so(demo) -> None:
    assert demo.second.code == 0, demo.second.err
    assert f"nothing new; last digest: {demo.first.json['digest']}" in demo.second.out.replace("\n", "")
    with closing(sqlite3.connect(f"file:{demo.root / 'var' / 'monitor.db'}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM delivery").fetchone()[0] == 1
        assert connection.execute("SELECT count(*), count(DISTINCT story_id) FROM told").fetchone() == (
            len(demo.first.json["stories"]),
            len(demo.first.json["stories"]),
        )


def test_the_flows_are_in_prefects_own_record(demo) -> None:
    database = demo.root / "prefect" / "prefect.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        runs = connection.execute(
            "SELECT flow.name, flow_run.state_type FROM flow_run JOIN flow ON flow.id = flow_run.flow_id"
        ).fetchall()
        tasks = {name for (name,) in connection.execute("SELECT name FROM task_run")}
        artifacts = {key for (key,) in connection.execute("SELECT key FROM artifact")}
    assert sorted(runs) == [("collect", "COMPLETED")] * 2 + [("digest", "COMPLETED")] * 2
    assert any(name.startswith("poll") for name in tasks)
    assert {"sources", "digest-demo"} <= artifacts


def test_nothing_was_connected_to_beyond_loopback(demo) -> None:
    assert demo.connections == ""


def test_a_connection_beyond_loopback_would_have_been_noticed(tmp_path: Path, watched) -> None:
    log = tmp_path / "connections.log"
    # An address of TEST-NET-1 (RFC 5737): nobody is there. The socket does not block, so nothing is waited for.
    script = "import socket; s = socket.socket(); s.setblocking(False); s.connect_ex(('192.0.2.1', 9))"
    subprocess.run([sys.executable, "-c", script], env=os.environ | watched(log), check=True)
    assert "192.0.2.1" in log.read_text(encoding="utf-8")


def test_what_it_ends_with_can_be_typed_as_it_is(demo) -> None:
    lines = demo.second.out.partition("Go on")[2].splitlines()[1:-1]
    program = lines[0].strip().partition(" new-topic ")[0]
    assert all(line.startswith(f"  {program} ") for line in lines)
    subprocess.run([*shlex.split(program), "new-topic", "--help"], check=True, capture_output=True)


def test_the_program_is_called_by_its_name_only_where_that_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(sys.executable).parent / "monitor"
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert as_typed() == str(program)
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_typed() == "monitor"
    monkeypatch.setattr(sys, "argv", ["monitor/__main__.py", "demo"])
    assert as_typed() == f"{sys.executable} -m monitor"
