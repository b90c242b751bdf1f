"""Processes that read: one that hangs or dies is replaced, and nobody else notices."""

import asyncio
import operator
import os
import signal
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pebble import ProcessPool
from pipeline_house import busy_for, die, hang, pid_after

from monitor.pipeline.workers import NoWorker, WorkerLost, Workers


@pytest.fixture
async def two() -> AsyncIterator[Workers]:
    pool = Workers(count=2, limit=timedelta(seconds=0.6))
    yield pool
    await pool.close()


async def test_a_task_runs_in_another_process(two: Workers) -> None:
    assert await two.run(operator.add, 2, 3) == 5
    assert await two.run(os.getpid) != os.getpid()


async def test_one_that_hangs_is_killed_at_its_limit_and_replaced_and_the_others_are_unaffected(two: Workers) -> None:
    hanging = asyncio.ensure_future(two.run(hang))
    started = time.monotonic()
    others = [await two.run(operator.add, number, 1) for number in range(20)]
    assert others == [number + 1 for number in range(20)]
    assert not hanging.done()
    with pytest.raises(WorkerLost, match="took longer than 1 s of a processor, and was stopped"):
        await hanging
    assert 0.5 < time.monotonic() - started < 10
    assert await both(two)


async def test_one_that_waits_for_ever_is_killed_by_the_clock() -> None:
    pool = Workers(count=1, limit=timedelta(seconds=0.2))
    try:
        with pytest.raises(WorkerLost, match="took longer than 1 s to read, and was stopped"):
            await pool.run(pid_after, 600)
    finally:
        await pool.close()


async def test_on_a_busy_machine_a_task_may_take_longer_than_its_limit_of_a_processor(two: Workers) -> None:
    """What took no processor for longer than its limit is not stopped, and what earlier tasks took does not count."""
    assert await two.run(pid_after, 0.8)
    for _ in range(8):
        assert await two.run(busy_for, 0.2)


async def test_one_that_dies_is_replaced_and_the_others_are_unaffected(two: Workers) -> None:
    answers = await asyncio.gather(
        *(two.run(operator.add, number, 1) for number in range(5)), two.run(die), return_exceptions=True
    )
    assert answers[:5] == [1, 2, 3, 4, 5]
    assert isinstance(answers[5], WorkerLost)
    assert str(answers[5]) == "broke the process that read it"
    assert await both(two)


async def test_a_pool_that_breaks_is_replaced(two: Workers, caplog: pytest.LogCaptureFixture) -> None:
    pids = set(await asyncio.gather(two.run(pid_after, 0.2), two.run(pid_after, 0.2)))
    for pid in pids:  # waiting for work, which breaks the whole pool
        os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.5)
    assert await asyncio.gather(*(two.run(operator.add, number, 1) for number in range(5))) == [1, 2, 3, 4, 5]
    assert caplog.text.count("the pool of workers broke") == 1
    assert await both(two)


async def test_where_no_process_starts_each_task_says_so_and_a_later_one_is_served(two: Workers, monkeypatch) -> None:
    start = Workers._start

    def fails(workers: Workers) -> ProcessPool:
        message = "no more processes"
        raise OSError(message)

    monkeypatch.setattr(Workers, "_start", fails)
    for _ in range(2):
        with pytest.raises(NoWorker, match="found no process to read it: no more processes"):
            await two.run(os.getpid)
    monkeypatch.setattr(Workers, "_start", start)
    assert await two.run(operator.add, 1, 1) == 2


async def test_a_server_of_processes_that_ended_has_no_words_and_is_told_in_ours(two: Workers, monkeypatch) -> None:
    def ended(workers: Workers) -> ProcessPool:
        raise EOFError

    monkeypatch.setattr(Workers, "_start", ended)
    with pytest.raises(NoWorker, match="found no process to read it: the one that starts them ended"):
        await two.run(os.getpid)


async def test_what_a_task_raises_is_raised_here(two: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        await two.run(operator.floordiv, 1, 0)


async def test_a_pool_starts_with_its_first_task_and_leaves_no_process(two: Workers) -> None:
    await two.close()  # nothing was started
    pid = await two.run(os.getpid)
    assert is_alive(pid)
    await two.close()
    assert not is_alive(pid)
    assert await two.run(operator.add, 1, 1) == 2  # a task that comes later starts it anew


async def test_the_event_loop_goes_on_while_the_readers_are_loaded(two: Workers, monkeypatch) -> None:
    start = Workers._start

    def slow(workers: Workers) -> ProcessPool:
        time.sleep(0.5)
        return start(workers)

    monkeypatch.setattr(Workers, "_start", slow)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    assert await asyncio.gather(*(two.run(operator.add, number, 1) for number in range(3))) == [1, 2, 3]
    ticking.cancel()
    assert ticks > 10


def test_as_many_as_there_are_processors_unless_told() -> None:
    assert Workers().count == os.cpu_count()
    assert Workers(3).count == 3


async def both(two: Workers) -> bool:
    """Whether two processes take tasks, given the moment that a new one needs to start."""
    for _ in range(50):
        if len(set(await asyncio.gather(two.run(pid_after, 0.05), two.run(pid_after, 0.05)))) == 2:
            return True
    return False


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
