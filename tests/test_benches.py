"""Benches say in a line where they have nothing to measure on, and `make bench` goes on to the next."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BENCHES = sorted(path for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))
# They make what they measure.
ALONE = {"growth.py", "outbox.py", "pages.py", "polling.py", "startup.py", "store.py"}


@pytest.mark.parametrize("bench", [path for path in BENCHES if path.name not in ALONE], ids=lambda path: path.name)
def test_without_anything_to_measure_on_it_says_so_and_ends(bench: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nothing" / "beside"
    folder.mkdir(parents=True)
    ended = subprocess.run([sys.executable, str(bench)], cwd=folder, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("nothing to measure on: ../shared/") or "shared/replay/replay.py" in ended.stderr
    assert "; name where it is with " in ended.stderr
    assert ended.stderr.count("\n") == 1


def bench_of(folder: Path, **scripts: str) -> "subprocess.CompletedProcess[str]":
    """`make bench` in a folder with these benches, and everything set up."""
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / ".installed").touch()
    (folder / "bench").mkdir()
    for name, script in scripts.items():
        (folder / "bench" / f"{name}.py").write_text(script, encoding="utf-8")
    # Make hands what it was called with on to every make below it: `make test VENV=...` must not reach this one.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "VENV"))}
    return subprocess.run(["make", "bench"], cwd=folder, env=own, capture_output=True, text=True, check=False)


RUNS = 'if __name__ == "__main__":\n    '


def test_make_bench_goes_on_after_a_failure_and_fails_at_the_end(tmp_path: Path) -> None:
    made = bench_of(tmp_path, a=f"{RUNS}raise SystemExit(2)", b=f"{RUNS}print('measured')", shared="print('imported')")
    assert made.returncode != 0
    assert made.stdout.splitlines() == ["== bench/a.py", "== bench/b.py", "measured"]
    assert "nothing to measure on: bench/a.py\n" in made.stderr


def test_make_bench_is_content_where_all_are(tmp_path: Path) -> None:
    made = bench_of(tmp_path, a=f"{RUNS}print(1)", b=f"{RUNS}print(2)")
    assert (made.returncode, made.stderr) == (0, "")


def pages_of(folder: Path, expected: str) -> Path:
    """A corpus of one page, whose full text and day are said to be these."""
    text = "Forty cranes without a driver go into service at Eastmere, and all of the dockers keep their jobs."
    page = f"<html><body><article><h1>Cranes</h1><p>{text}</p><p>Nobody knows for how long.</p></article></body></html>"
    (folder / "page.html.gz").write_bytes(gzip.compress(page.encode()))
    known = {"file": "page.html.gz", "url": "https://courier.example/2026/11/24/cranes", "publisher": "courier.example"}
    truth = {"ground_truth": "full_text", "text": expected or f"{text} Nobody knows for how long."}
    other = {"published_at": "2026-11-24", "title": None, "authors": []}
    (folder / "index.jsonl").write_text(json.dumps(known | truth | other), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("expected", "code"), [("", 0), ("Something else was written there, of which nothing is.", 1)])
def test_extraction_fails_below_its_floor(expected: str, code: int, tmp_path: Path) -> None:
    bench = ROOT / "bench" / "extraction.py"
    command = [sys.executable, str(bench), "--corpus", str(pages_of(tmp_path, expected))]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, "below its floor" in ended.stdout) == (code, bool(code)), ended.stderr
