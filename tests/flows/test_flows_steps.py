"""A step as a task: tried again where that can mend it, and nowhere else."""

from collections.abc import Iterator

import pytest
from prefect import flow
from prefect.testing.utilities import prefect_test_harness

from flows import steps
from monitor.errors import ConfigurationError, StoreError

# Prefect leaves the socket on which it logs to its temporary server to be collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def harness() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (StoreError("m.db: another program has been writing for long"), 3),
        (MemoryError(), 3),
        (ConfigurationError("config/sources.toml: there is no source"), 1),
    ],
)
async def test_what_stays_as_it_is_is_not_tried_again(
    harness: None, monkeypatch: pytest.MonkeyPatch, error: Exception, tries: int
) -> None:
    monkeypatch.setattr(steps, "RETRIES", [0.0, 0.0])
    asked: list[str] = []

    def step(word: str) -> None:
        asked.append(word)
        raise error

    @flow
    async def run() -> None:
        await steps.in_thread("say", step, "so")

    with pytest.raises(type(error)):
        await run()
    assert asked == ["so"] * tries


async def test_the_result_of_a_step_is_that_of_its_task(harness: None) -> None:
    @flow
    async def run() -> int:
        return await steps.in_thread("add", sum, [1, 2, 3])

    assert await run() == 6
