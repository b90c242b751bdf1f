"""`monitor demo`: the whole pipeline over the sample newsroom, as real flows on a Prefect server of its own.

    sample newsroom (loopback) <── flow collect ──> database <── flow digest ──> var/demo/var/digests

Everything stands under `var/demo` of the folder it is run in; nothing leaves the machine. No Prefect at module level:
it reads its settings when it is imported, and they are decided here first.
"""

import asyncio
import shlex
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.by_hand import run_here, use
from flows.server import environment, local_server
from monitor.cli import output
from monitor.config import load
from monitor.demo import DIGEST, open_newsroom, write_root
from monitor.errors import MonitorError
from monitor.pipeline.context import clock
from monitor.pipeline.outcome import Found, last_collect, last_digest

# What a person may want to keep when starting over: the server's own database costs seconds to make and holds no news.
_KEPT = "prefect"
_ONWARD = (
    ("new-topic NAME article.txt", "one pasted article is the whole brief"),
    ("sources --add URL", "any site's address"),
    ("check", "what is wrong, and what to do about it"),
    ("run", "collect, and send every digest, once and now"),
    ("serve", "everything on its schedule"),
)


class DemoFailed(MonitorError):
    """A flow of the demo did not complete; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo found: the digest's file, "" where there was nothing new, and the stories that it tells."""

    folder: Path
    digest: str
    is_new: bool
    first_line: str
    summary: str
    stories: tuple[Found, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor demo --json`."""
        return {
            "folder": str(self.folder),
            "digest": self.digest,
            "new": self.is_new,
            "first_line": self.first_line,
            "collect": self.summary,
            "stories": [story.to_json() for story in self.stories],
        }


def run(root: Path | None, *, fresh: bool) -> Demo:
    """Run the demo under `root`, or under the current folder; `fresh` forgets the last one first.

    Raises DemoFailed where a flow fails, ServerNotStarted and ConfigurationError where it cannot begin.
    """
    folder = ((root or Path.cwd()) / "var" / "demo").resolve()
    if fresh and folder.exists():
        for path in folder.iterdir():
            if path.name != _KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    home = folder / _KEPT
    with ExitStack() as stack, ThreadPoolExecutor(1) as beside:
        # The server takes some seconds to start: what the flows import is loaded meanwhile.
        starting = beside.submit(lambda: stack.enter_context(local_server(home, ui=False)))
        use(_environment(home))
        _load()
        api = starting.result()
        from prefect.settings import PREFECT_API_URL, temporary_settings

        with temporary_settings({PREFECT_API_URL: api}):
            return asyncio.run(_show(folder))


def tell(demo: Demo) -> None:
    """What a person sees at the end."""
    output.say(demo.summary)
    if demo.stories:
        rows = [(story.score, story.headline, story.sources, story.facet) for story in demo.stories]
        output.show("relevant stories", ["score", "story", "sources", "why"], rows)
    if demo.is_new:
        output.say(f"digest: {demo.digest}")
        output.say(demo.first_line)
    else:
        output.say(f"nothing new; last digest: {demo.digest or 'none yet'}")
    output.say()
    program = as_typed()
    output.say("Go on to your own topic and sources:")
    for arguments, gives in _ONWARD:
        output.say(f"  {program} {arguments:<26}   {gives}")
    output.say(f"The newsroom's own configuration is in {demo.folder / 'config'}; {program} demo --fresh starts over.")


def as_typed() -> str:
    """How this program can be called from here as it is: by its name where that is found, else as it was called."""
    found, called = shutil.which("monitor"), Path(sys.argv[0])
    if found and called.name == "monitor" and Path(found).resolve() == called.resolve():
        return "monitor"
    return shlex.quote(str(called)) if called.name == "monitor" else f"{shlex.quote(sys.executable)} -m monitor"


async def _show(folder: Path) -> Demo:
    async with open_newsroom(folder, clock()) as site:
        write_root(folder, site)
        settings = load(folder, {})
        before = last_digest(settings, DIGEST)
        await _complete("collect", {"everything": True, "root": str(folder)})
    await _complete("digest", {"name": DIGEST, "root": str(folder)})
    after = last_digest(settings, DIGEST)
    return Demo(
        folder=folder,
        digest=after.path if after else "",
        is_new=after is not None and (before is None or after.id != before.id),
        first_line=after.first_line if after else "",
        summary=last_collect(settings),
        stories=after.stories if after else (),
    )


async def _complete(flow: str, parameters: dict[str, Any]) -> None:
    outcome = await run_here(flow, parameters)
    if not outcome.succeeded:
        message = f"the demo's flow {flow} ended as {outcome.state}: {outcome.message}"
        raise DemoFailed(message)


def _environment(home: Path) -> dict[str, str]:
    """Prefect's home is the demo's, and nothing of the reader's own configuration reaches it: not even a database."""
    ours = environment(home, PREFECT_LOGGING_LEVEL="WARNING")
    return {name: value for name, value in ours.items() if not name.startswith("MONITOR_")}


def _load() -> None:
    """Import the flows, and with them Prefect and all stages."""
    from importlib import import_module

    for name in ("flows.collect", "flows.digest"):
        import_module(name)
