"""A step as a task: tried again where that can mend it, and nowhere else."""

import pytest
from flow_runs import PREFECTS_OWN
from prefect import flow

from flows import steps
from monitor.errors import ConfigurationError, StoreError

pytestmark = PREFECTS_OWN


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
