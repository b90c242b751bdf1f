"""The order in which pages are asked."""

from datetime import timedelta

import pytest
from pipeline_house import NOW

from monitor.pipeline.reading.queue import host_of, in_turns
from monitor.store.entries import DueEntry


def due(identity: int, host: str, hours: float = 0, promise: float | None = None) -> DueEntry:
    return DueEntry(identity, f"https://{host}.example/{identity}", NOW - timedelta(hours=hours), promise)


def test_hosts_take_turns_and_of_each_the_newest_comes_first() -> None:
    entries = [
        *(due(number, "slow", hours=10 - number) for number in range(1, 6)),
        due(6, "quick", hours=3),
        due(7, "quick", hours=30),
        due(8, "late", hours=40),
    ]
    assert in_turns(entries) == [6, 5, 8, 4, 7, 3, 2, 1]


def test_the_promising_come_first_then_the_unknown_then_the_newest() -> None:
    entries = [
        due(1, "a", promise=0.01),
        due(2, "a"),
        due(3, "a", hours=5, promise=0.9),
        due(4, "a", hours=-1, promise=0),
    ]
    assert in_turns(entries) == [3, 2, 4, 1]
    assert in_turns([*entries, due(5, "b", promise=0.4)]) == [3, 5, 2, 4, 1]


def test_of_one_moment_the_one_listed_first_comes_first() -> None:
    assert in_turns([due(3, "a"), due(1, "a"), due(2, "b"), due(4, "b")]) == [1, 2, 3, 4]


def test_every_batch_holds_some_of_each_host_that_has_pages_left() -> None:
    many = [due(number, "many") for number in range(60)]
    entries = many + [due(100 + number, f"host-{number % 20}") for number in range(60)]
    order = in_turns(entries)
    assert sorted(order) == sorted(entry.id for entry in entries)
    batches = [order[start : start + 21] for start in range(0, 63, 21)]
    hosts = {entry.id: host_of(entry.url) for entry in entries}
    assert [len({hosts[identity] for identity in batch}) for batch in batches] == [21, 21, 21]


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://A.Example:8443/x", "a.example"), ("http://[::1]/", "::1"), ("http://[", ""), ("nothing", ""), ("", "")],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host
