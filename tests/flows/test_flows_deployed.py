"""What a run through a deployment came to is told in words that say what to do."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows import deployed


def test_a_run_dropped_for_another_under_way_says_so() -> None:
    # Prefect's own words: prefect.server.orchestration.core_policy, CANCEL_NEW.
    state: State[Any] = Cancelled(message="Deployment concurrency limit reached.")

    async def read_flow_run(_run: UUID) -> SimpleNamespace:
        return SimpleNamespace(name="busy-bee", state=state)

    client: Any = SimpleNamespace(read_flow_run=read_flow_run)
    outcome = asyncio.run(deployed._ended(client, "collect/scheduled", uuid4()))
    assert not outcome.succeeded
    assert outcome.summary.startswith("collect/scheduled (busy-bee): Cancelled: another run of it is under way")
