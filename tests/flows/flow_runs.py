"""A program that runs real flows against a temporary server, and says on its last line, as JSON, what came of them.

In a process of its own: Prefect leaves sockets to be collected, which a later test of the same process would be blamed
for.
"""

import asyncio
import json
import sys
from typing import Any

from prefect import flow, get_client
from prefect.testing.utilities import prefect_test_harness

from flows import progress, steps
from monitor.errors import ConfigurationError, StoreError


async def tries(error: Exception) -> int:
    """How often a step that fails of an error is tried in a task."""
    asked: list[str] = []

    def step(word: str) -> None:
        asked.append(word)
        raise error

    @flow
    async def run() -> None:
        await steps.in_thread("say", step, "so")

    try:
        await run()
    except type(error):
        return len(asked)
    raise AssertionError


@flow
async def added() -> int:
    """The result of a step that was run as a task."""
    return await steps.in_thread("add", sum, [1, 2, 3])


@flow
async def told(seconds: float) -> str:
    """A run that tells how far it is, and lasts so long."""
    async with progress.shown_progress() as tell:
        tell("reading", 250, 1_000)
        await asyncio.sleep(seconds)
        tell("reading", 900, 1_000)
        tell("polling", 0, 0)
    return "ended"


async def bars() -> dict[str, Any]:
    """What Prefect's pages show of runs: share and description, by key."""
    async with get_client() as client:
        found = await client.read_artifacts()
    return {str(each.key): [each.data, each.description] for each in found if each.type == "progress"}


async def refused(*_arguments: object, **_named: object) -> None:
    """A server that takes no artifact."""
    raise ConnectionError


async def main() -> dict[str, Any]:
    """What came of each."""
    steps.RETRIES = [0.0, 0.0]
    said: dict[str, Any] = {
        "tries": {
            "a locked database": await tries(StoreError("m.db: another program has been writing for long")),
            "too little memory": await tries(MemoryError()),
            "a wrong configuration": await tries(ConfigurationError("config/sources.toml: there is no source")),
        },
        "added": await added(),
        "a short run": [await told(0.0), await bars()],
    }
    progress.FIRST_SECONDS, progress.EVERY_SECONDS = 0.0, 0.05
    said["a long run"] = [await told(2.0), await bars()]
    progress.acreate_progress_artifact = refused  # type: ignore[assignment]
    said["a run whose artifact is refused"] = await told(0.2)
    return said


if __name__ == "__main__":
    with prefect_test_harness(server_startup_timeout=120):
        sys.stdout.write("\n" + json.dumps(asyncio.run(main())) + "\n")
