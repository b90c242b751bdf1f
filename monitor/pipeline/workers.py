"""Processes that parse and extract: one that hangs is killed at its time limit and replaced, the others go on.

A pool may break as a whole, as where a worker ends while it waits for work; then another takes its place.
"""

import asyncio
import concurrent.futures
import contextlib
import itertools
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.cores import usable_cores
from monitor.pipeline.memory import give_back
from monitor.text.shelf import keep_in

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Of a processor, for what others make of a machine is no fault of a page: the slowest of 715 real pages takes 1.3 s,
# tables of dates that it is the first to need included, and on two cores that twelve others wanted too it took 10 s by
# the clock. What takes fifteen times that hangs.
LIMIT = timedelta(seconds=20)
# By the clock so many times as much, for what waits and takes no processor: one that has to share with eleven others
# that are as busy still gets half of its limit.
_BY_THE_CLOCK = 6
# Parsers keep memory, and so do the words of each language that comes by: of 725 real pages in 30 languages a worker
# had 75 MB of its own after 200, 165 after all, and no more when it read them again. Each new one has to learn anew.
TASKS_A_PROCESS = 1_000
# Tasks after which a worker gives back what they let go. To do so costs as much as a twentieth of a page.
_GIVEN_BACK_EVERY = 50

# A task that breaks this many pools is taken for their ruin.
_POOLS_A_TASK = 3
# How long a worker may take to start: seconds on a slow machine, and one that never does is no reason to wait for ever.
START = timedelta(minutes=1)

_OUT_OF_TIME = getattr(signal, "SIGPROF", 0)

_log = logging.getLogger(__name__)
# Tasks that this process ended, where it is a worker.
_ended = itertools.count(1)


class WorkerLost(Exception):
    """A worker was killed at its time limit, or died: the text says which."""


class NoWorker(WorkerLost):
    """No worker could be started, which is no fault of what was to be read."""


class Workers:
    """A pool that starts with its first task, so that a run with nothing new never pays for it.

    A task may take `limit` of a processor, and six times as much by the clock. `tables` is the folder where the tables
    of word frequencies are kept; without one every worker makes its own.
    """

    def __init__(self, count: int = 0, limit: timedelta = LIMIT, tables: Path | None = None) -> None:
        self.count = count or usable_cores()
        self.limit = limit
        self.tables = tables
        self._pool: concurrent.futures.Future[ProcessPool] | None = None

    async def run(
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """What `function` returns in a worker process. Raises WorkerLost where the worker did not live to tell.

        Raises NoWorker where none could be started.
        """
        for _ in range(_POOLS_A_TASK):
            pool = await self._started()
            try:
                within = (self.limit.total_seconds(), function, *arguments)
                future = pool.schedule(_bounded, args=within, kwargs=named, timeout=self._longest)
            except RuntimeError:  # the pool broke, or was closed, since it was asked for
                await self._replace(pool)
                continue
            try:
                return await asyncio.wrap_future(future)
            except (TimeoutError, concurrent.futures.TimeoutError) as error:
                message = f"took longer than {self._longest:.0f} s to read, and was stopped"
                raise WorkerLost(message) from error
            except BrokenProcessPool:  # nobody knows by which task: each gets another try
                await self._replace(pool)
            except ProcessExpired as error:
                message = "broke the process that read it"
                if error.exitcode == -_OUT_OF_TIME:
                    message = f"took longer than {self.limit.total_seconds():.0f} s of a processor, and was stopped"
                raise WorkerLost(message) from error
        message = "broke the processes that read it, one after another"
        raise WorkerLost(message)

    @property
    def _longest(self) -> float:
        return self.limit.total_seconds() * _BY_THE_CLOCK

    async def close(self) -> None:
        """End every worker; what was still waiting is dropped. A task that comes later starts the pool anew."""
        if self._pool is not None:
            with contextlib.suppress(WorkerLost):
                pool = await self._started()
                pool.stop()
                await asyncio.to_thread(pool.join, 5)
            self._pool = None

    async def _replace(self, broken: ProcessPool) -> None:
        """Let a broken pool go, if no other task did already; the next task starts another.

        Looked at and let go in one step of the event loop: five tasks that all waited here would all stop it.
        """
        pool = self._pool
        if pool is not None and pool.done() and not pool.exception() and pool.result() is broken:
            self._pool = None
            _log.warning("the pool of workers broke; another takes its place")
            broken.stop()
            await asyncio.to_thread(broken.join, 5)

    async def _started(self) -> ProcessPool:
        """The pool, started beside the event loop: what is being fetched meanwhile would run into its time limits."""
        if self._pool is None:
            starter = concurrent.futures.ThreadPoolExecutor(1)
            self._pool = starter.submit(self._start)
            starter.shutdown(wait=False)
        starting = self._pool
        try:
            return await asyncio.shield(asyncio.wrap_future(starting))
        except (OSError, RuntimeError, EOFError) as error:
            if self._pool is starting:
                self._pool = None
            said = str(error) or "the one that starts them ended"  # as where the system took its memory back
            message = f"found no process to read it: {said}"
            raise NoWorker(message) from error

    def _start(self) -> ProcessPool:
        """A pool whose processes all run: one that were ended while it is being born would say so on our terminal."""
        # A server forked once with the readers loaded: each worker then starts in milliseconds and shares its memory.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["monitor.pipeline.warmed"])
        running = context.Semaphore(0)
        pool = ProcessPool(
            max_workers=self.count,
            max_tasks=TASKS_A_PROCESS,
            context=context,
            initializer=_arrive,
            initargs=(running, self.tables),
        )
        pool.schedule(os.getpid)
        for _ in range(self.count):
            running.acquire(timeout=START.total_seconds())
        return pool


def _arrive(running: Semaphore, tables: Path | None) -> None:
    """What each worker does first."""
    keep_in(tables)
    running.release()


def _bounded(seconds: float, function: Callable[..., Result], /, *arguments: Any, **named: Any) -> Result:
    """What a function returns that may take so long of a processor; past it the system ends this process.

    Bounded by the clock alone where the system has no such timer, as on Windows.
    """
    bound = getattr(signal, "setitimer", None)
    if bound is None:
        return function(*arguments, **named)
    bound(signal.ITIMER_PROF, seconds)
    try:
        return function(*arguments, **named)
    finally:
        bound(signal.ITIMER_PROF, 0)
        if next(_ended) % _GIVEN_BACK_EVERY == 0:
            give_back()
