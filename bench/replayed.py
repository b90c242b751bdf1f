"""What the benches over the replayed web share: serving it, a configuration for it, and checks that print themselves.

In: the folder that holds `replay/replay.py` and `corpus/pages`. Out: what is served, what was asked of it, and the exit
code that the checks come to. How the program is run and measured stands in `running.py`.
"""

import argparse
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from urllib.request import ProxyHandler, build_opener

from given import SHARED, needed
from running import PROGRAM

PROJECT = Path(__file__).resolve().parents[1]
TOPIC = "ai-competition"
NETWORK = "127.1.0.0/16"
SETTINGS: Mapping[str, str] = {
    "fetch.user_agent": '"news-monitor-bench (+http://127.0.0.1/)"',
    "fetch.pause_per_host": '"0s"',
    "fetch.allow_addresses": f'["{NETWORK}"]',
    "collect.max_age": '"36500d"',
}
"""What a configuration for the replay says, in TOML: its pages are years old, and its hosts are loopback addresses."""


# ---------------------------------------------------------------------------------------------------------------
# The replayed web


@dataclass(frozen=True)
class Site:
    """A site of the replay: its home page, its feed, and of which kind that is."""

    home: str
    feed: str
    kind: str

    @property
    def source(self) -> str:
        """The address that a person would declare: the feed, or the home page where only that tells of one."""
        return self.home if self.kind == "autodiscovery" else self.feed


@dataclass(frozen=True)
class Truth:
    """A page of the replay: its address, its expected text ("" where nobody wrote one down), how it misbehaves ("")."""

    url: str
    text: str
    fault: str
    original_url: str


@dataclass(frozen=True)
class Request:
    """A request that a site answered; `conditional` where it carried a validator; status 0 where the client left."""

    host: str
    path: str
    status: str
    conditional: bool


class Replay:
    """The replay's server: started on a free port, ended with the block."""

    def __init__(self, shared: Path, log: Path, *options: str) -> None:
        self.port = _free_port()
        self._log = log
        self._read = 0
        log.touch()
        command = [sys.executable, str(shared / "replay/replay.py"), str(shared / "corpus/pages")]
        command += ["--port", str(self.port), "--log", str(log), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.greeting = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every site."""
        return tuple(Site(row["home"], row["feed"], row["kind"]) for row in self._asked("/"))

    @property
    def truth(self) -> tuple[Truth, ...]:
        """Every page, listed by its feed or not."""
        return tuple(
            Truth(row["url"], row["text"] or "", row["fault"] or "", row["original_url"])
            for row in self._asked("/truth")
        )

    @property
    def trapped(self) -> int:
        """Connections to the address that must never be asked."""
        return len(self._asked("/trap"))

    def requests(self) -> tuple[Request, ...]:
        """What was answered since this was last asked."""
        time.sleep(0.3)  # for the last lines of the log
        with self._log.open(encoding="utf-8") as lines:
            lines.seek(self._read)
            events = [json.loads(line) for line in lines]
            self._read = lines.tell()
        return tuple(
            Request(
                each["host"],
                each["path"],
                str(each["status"]),
                bool(each["if_none_match"] or each["if_modified_since"]),
            )
            for each in events
            if each["event"] == "end"
        )

    def _asked(self, what: str) -> list[dict[str, Any]]:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{self.port}{what}") as answer:
            rows: list[dict[str, Any]] = json.load(answer)
        return rows


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def place(url: str) -> str:
    """An address without its parameters and escapes: what it must share with another to name the same page here.

    Of the pages of the replay no two differ in parameters alone, for it serves none; feeds add tracking ones.
    """
    parts = urlsplit(url)
    return f"{parts.netloc}{unquote(parts.path)}"


# ---------------------------------------------------------------------------------------------------------------
# A configuration for it


def make_root(folder: Path, sources: Sequence[str], settings: Mapping[str, str] | None = None) -> Path:
    """A root whose sources are these addresses and whose topic is the project's own; `settings` go over `SETTINGS`."""
    config = folder / "config"
    (config / "topics").mkdir(parents=True)
    sections: dict[str, list[str]] = {}
    for key, value in {**SETTINGS, **(settings or {})}.items():
        section, _, name = key.partition(".")
        sections.setdefault(section, []).append(f"{name} = {value}\n")
    lines = [f"[{section}]\n{''.join(values)}" for section, values in sections.items()]
    (config / "monitor.toml").write_text("\n".join(lines), encoding="utf-8")
    declared = [
        f'[[source]]\nname = "site-{number}"\nurl = {json.dumps(url)}\n' for number, url in enumerate(sources, 1)
    ]
    (config / "sources.toml").write_text("\n".join(declared), encoding="utf-8")
    shutil.copy(PROJECT / "config/topics" / f"{TOPIC}.toml", config / "topics")
    shutil.copytree(PROJECT / "seeds", folder / "seeds")
    return folder


# ---------------------------------------------------------------------------------------------------------------
# Checks


@dataclass
class Checks:
    """Checks as they are made: each is printed, with what speaks against it."""

    failed: list[str] = field(default_factory=list)

    def that(self, what: str, against: Sequence[object], shown: int = 10) -> bool:
        """Whether nothing speaks against it."""
        print(f"  {'ok    ' if not against else 'FAILED'}  {what}", flush=True)
        for each in against[:shown]:
            print(f"            {each}")
        if len(against) > shown:
            print(f"            and {len(against) - shown} more")
        if against:
            self.failed.append(what)
        return not against

    def can_fail(self, what: str, against: Sequence[object]) -> bool:
        """Whether a check made where it must fail does: one that cannot shows nothing."""
        return self.that(f"fails where it must: {what}", [] if against else ["it did not"])

    def code(self) -> int:
        """The exit code: 0 where all came out as they should, 1 else."""
        print("all as it should be" if not self.failed else f"NOT as it should be: {len(self.failed)} checks failed")
        return 1 if self.failed else 0


def unless(well: bool, against: str) -> list[str]:
    """Nothing, or what speaks against it."""
    return [] if well else [against]


def bench(doc: str | None, body: Callable[[argparse.Namespace], int], **options: Any) -> int:
    """Read the arguments and run; 2 where there is nothing to measure on, or no /proc to measure with."""
    parser = argparse.ArgumentParser(description=(doc or "").split("\n", 1)[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="holds replay/ and corpus/pages")
    for name, settings in options.items():
        parser.add_argument(f"--{name}", **settings)
    arguments = parser.parse_args()
    arguments.shared = arguments.shared.resolve()
    needed(arguments.shared / "replay/replay.py", arguments.shared / "corpus/pages/index.jsonl", option="--shared")
    if not PROGRAM.is_file():
        print(f"nothing to measure: {PROGRAM} is not there; run make setup", file=sys.stderr)
        return 2
    if not Path("/proc/self/smaps_rollup").exists():
        print("memory and processes are read from /proc: this bench runs on Linux", file=sys.stderr)
        return 2
    return body(arguments)
