import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from monitor.errors import Deferred
from monitor.fetch.turns import Turns


def anybody() -> None:
    """Nobody is turned away."""


class Work:
    """Requests that take a while; remembers when each began and how many ran at once."""

    def __init__(self, turns: Turns, welcome: Callable[[], None] = anybody) -> None:
        self.turns, self.welcome = turns, welcome
        self.began: dict[str, list[float]] = {}
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.most_together = 0

    async def do(self, host: str, pause: float = 0.0, takes: float = 0.02, heard_after: float | None = None) -> None:
        async with self.turns.take(host, pause, self.welcome) as turn:
            self.began.setdefault(host, []).append(asyncio.get_running_loop().time())
            self.running[host] = self.running.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.running[host])
            self.most_together = max(self.most_together, sum(self.running.values()))
            if heard_after is not None:
                await asyncio.sleep(heard_after)
                turn.heard()
            await asyncio.sleep(takes)
            self.running[host] -= 1

    def gaps(self, host: str) -> list[float]:
        began = self.began[host]
        return [after - before for before, after in pairwise(began)]


async def test_a_host_is_asked_by_as_many_as_it_may_be_and_no_more() -> None:
    work = Work(Turns(connections=50, per_host=3))
    await asyncio.gather(*(work.do("a") for _ in range(10)), *(work.do("b") for _ in range(10)))
    assert work.most == {"a": 3, "b": 3}


async def test_a_pause_lies_between_starts() -> None:
    work = Work(Turns(connections=50, per_host=5))
    await asyncio.gather(*(work.do("a", pause=0.05) for _ in range(4)))
    assert min(work.gaps("a")) >= 0.05


async def test_a_pause_counts_from_when_the_host_was_heard() -> None:
    work = Work(Turns(connections=50, per_host=5))
    await asyncio.gather(*(work.do("a", pause=0.03, heard_after=0.05) for _ in range(3)))
    assert min(work.gaps("a")) >= 0.08


async def test_long_answers_overlap_all_the_same() -> None:
    work = Work(Turns(connections=50, per_host=2))
    await asyncio.gather(*(work.do("a", pause=0.01, takes=0.1, heard_after=0.0) for _ in range(4)))
    assert work.most == {"a": 2}


async def test_connections_bound_all_hosts_together() -> None:
    work = Work(Turns(connections=4, per_host=2))
    await asyncio.gather(*(work.do(f"host {number % 6}") for number in range(30)))
    assert work.most_together == 4


async def test_waiting_for_a_host_holds_no_connection() -> None:
    work = Work(Turns(connections=2, per_host=1))
    slow = [asyncio.create_task(work.do("slow", takes=0.3)) for _ in range(5)]
    await asyncio.sleep(0.01)
    await asyncio.wait_for(asyncio.gather(*(work.do(f"fast {number}") for number in range(3))), 0.25)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_who_waits_comes_in_order() -> None:
    turns, order = Turns(connections=5, per_host=1), []

    async def come(number: int) -> None:
        async with turns.take("a", 0.0, anybody):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(come(number) for number in range(8)))
    assert order == list(range(8))


async def test_a_host_that_wants_no_more_turns_all_away_at_once() -> None:
    work = Work(Turns(connections=5, per_host=2))
    closed = False

    def welcome() -> None:
        if closed:
            raise Deferred("a", "closed", None)  # type: ignore[arg-type]

    work.welcome = welcome
    tasks = [asyncio.create_task(work.do("a", pause=0.2, takes=0.0)) for _ in range(20)]
    await asyncio.sleep(0.05)
    closed = True
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1.0)
    assert len(work.began["a"]) == 1
    assert sum(isinstance(result, Deferred) for result in results) == 19


@pytest.mark.parametrize("moment", [0.0, 0.03, 0.06])
async def test_a_cancelled_request_leaves_its_place_to_the_next(moment: float) -> None:
    work = Work(Turns(connections=1, per_host=1))
    tasks = [asyncio.create_task(work.do("a", pause=0.03, takes=0.04)) for _ in range(3)]
    await asyncio.sleep(moment)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.wait_for(work.do("a"), 0.5)
    await asyncio.wait_for(work.do("b"), 0.5)


async def test_a_request_that_fails_leaves_its_place_to_the_next() -> None:
    turns = Turns(connections=1, per_host=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with turns.take("a", 0.0, anybody):
                raise ZeroDivisionError
