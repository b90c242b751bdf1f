"""Processes that parse and extract: one that hangs is killed at its time limit and replaced, the others go on."""

import asyncio
import concurrent.futures
import multiprocessing
import os
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Extraction's 99th percentile is a quarter of a second (research on 725 real pages); what takes forty times that hangs.
LIMIT = timedelta(seconds=10)
# Parsers keep memory: measured on 715 real pages a worker grew from 20 MB of its own to 100 after 200 of them, to 160
# after 360. A new one forks in milliseconds.
TASKS_A_PROCESS = 200


class WorkerLost(Exception):
    """A worker was killed at its time limit, or died: the text says which."""


class Workers:
    """A pool that starts with its first task, so that a run with nothing new never pays for it."""

    def __init__(self, count: int = 0, limit: timedelta = LIMIT) -> None:
        self.count = count or os.cpu_count() or 1
        self.limit = limit
        self._pool: ProcessPool | None = None

    async def run(
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """What `function` returns in a worker process. Raises WorkerLost where the worker did not live to tell."""
        if self._pool is None:
            self._pool = self._start()
        future = self._pool.schedule(function, args=arguments, kwargs=named, timeout=self.limit.total_seconds())
        try:
            return await asyncio.wrap_future(future)
        except (TimeoutError, concurrent.futures.TimeoutError) as error:
            message = f"took longer than {self.limit.total_seconds():.0f} s to read, and was stopped"
            raise WorkerLost(message) from error
        except ProcessExpired as error:
            message = "broke the process that read it"
            raise WorkerLost(message) from error

    async def close(self) -> None:
        """End every worker; what was still waiting is dropped. A task that comes later starts the pool anew."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.stop()
            await asyncio.to_thread(pool.join, 5)

    def _start(self) -> ProcessPool:
        # A server forked once with the readers loaded: each worker then starts in milliseconds and shares its memory.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["monitor.pipeline.warmed"])
        return ProcessPool(max_workers=self.count, max_tasks=TASKS_A_PROCESS, context=context)
