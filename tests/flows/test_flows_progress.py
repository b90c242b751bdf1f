"""How far a long run is stands in Prefect's pages, and a short run leaves nothing there."""

import asyncio

import pytest
from flow_runs import PREFECTS_OWN
from prefect import flow, get_client
from prefect.client.schemas.objects import Artifact

from flows import progress
from flows.progress import shown_progress

pytestmark = PREFECTS_OWN


async def bars() -> list[Artifact]:
    async with get_client() as client:
        return [each for each in await client.read_artifacts() if each.type == "progress"]


@flow
async def run(seconds: float) -> None:
    async with shown_progress() as tell:
        tell("reading", 250, 1_000)
        await asyncio.sleep(seconds)
        tell("reading", 900, 1_000)
        tell("polling", 0, 0)


async def test_a_short_run_leaves_nothing(harness: None) -> None:
    before = len(await bars())
    await run(0.0)
    assert len(await bars()) == before


async def test_a_long_one_has_a_bar_a_stage_that_ends_where_the_stage_did(
    harness: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.05)
    await run(2.0)
    shown = {each.key: (each.data, each.description) for each in await bars()}
    assert shown == {
        "progress-reading": (90.0, "reading: 900 of 1,000"),
        "progress-polling": (0.0, "polling: 0 of 0"),
    }


async def test_a_run_goes_on_where_prefect_does_not_take_it(harness: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_arguments: object, **_named: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "acreate_progress_artifact", refused)
    await run(0.2)
