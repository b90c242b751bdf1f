"""A step of `monitor.pipeline` as a Prefect task: named, tried again, its arguments bound before Prefect sees it.

What steps work with are live tools and ids, nothing that Prefect should hash, store or send. Every step is safe to
repeat; what a second and a third try can mend is a database that was locked, or a machine short of memory for a moment.
What the configuration says, or that a lease is lost, they cannot.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State

from monitor.errors import MonitorError, StoreError

Result = TypeVar("Result")

RETRIES = [5.0, 30.0]


async def as_task(label: str, step: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
    """The result of an asynchronous step, run as a task named `label`."""

    async def bound() -> Result:
        return await step(*arguments)

    as_named = task(
        name=label,
        retries=len(RETRIES),
        retry_delay_seconds=RETRIES,
        retry_condition_fn=may_pass,
        cache_policy=NO_CACHE,
    )
    return await as_named(bound)()


def may_pass(_task: object, _run: object, state: State[object]) -> bool:
    """Whether what a task failed of may be over at its next try: no error of ours is, but one of the database."""
    return not isinstance(state.data, MonitorError) or isinstance(state.data, StoreError)


async def in_thread(label: str, step: Callable[..., Result], *arguments: object) -> Result:
    """The result of a plain function, run as a task named `label` in a thread of its own."""

    async def beside() -> Result:
        return await asyncio.to_thread(step, *arguments)

    return await as_task(label, beside)
