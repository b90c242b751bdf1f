"""A collect that two processes share over one PostgreSQL: whole, nothing twice, each host asked by one at a time."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from newsstand import (
    OWN,
    PAUSE,
    PUBLISHERS,
    Kept,
    Newsstand,
    ended,
    handovers,
    kept,
    kill,
    newsstand,
    side_by_side,
    told_now,
    who,
    worker,
)

pytestmark = pytest.mark.postgres

ARTICLES = PUBLISHERS * (OWN + 1)


@pytest.fixture(scope="module")
def stand() -> Iterator[Newsstand]:
    with newsstand() as running:
        yield running


@pytest.fixture(scope="module")
def alone(stand: Newsstand, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What one worker keeps and tells, by itself and on SQLite."""
    folder = tmp_path_factory.mktemp("alone")
    url = f"sqlite:///{folder / 'monitor.db'}"
    root = stand.root(folder, url, pause=0)
    ended(worker(root, "alone"))
    told_now(root)
    return kept(root, url)


def test_one_worker_keeps_everything(alone: Kept) -> None:
    assert alone.rows == len(alone.articles) == ARTICLES
    assert sum(map(len, alone.stories)) == ARTICLES
    assert len(alone.told) == 1
    assert alone.told[0]


def test_two_workers_share_the_hosts(stand: Newsstand, alone: Kept, empty_postgres: str, tmp_path: Path) -> None:
    for site in stand.sites:
        site.requests.clear()
    root = stand.root(tmp_path, empty_postgres)
    for process in [worker(root, f"worker-{number}", "--part", f"{number}/2") for number in (1, 2)]:
        ended(process)
    told_now(root)
    assert kept(root, empty_postgres) == alone
    for _, asked in stand.asked():
        assert side_by_side(asked) == []
        assert all(seconds > PAUSE * 0.9 for seconds in handovers(asked))
        repeated = Counter(request.path for request in asked if request.path not in ("/moved", "/robots.txt"))
        assert set(repeated.values()) == {1}
    everything = [request for _, asked in stand.asked() for request in asked]
    assert who(everything) == {"worker-1", "worker-2"}


def test_one_of_two_is_killed_again_and_again(
    stand: Newsstand, alone: Kept, empty_postgres: str, tmp_path: Path
) -> None:
    root, chance = stand.root(tmp_path, empty_postgres), random.Random(7)
    for _ in range(3):
        both = [worker(root, f"worker-{number}", "--part", f"{number}/2") for number in (1, 2)]
        time.sleep(chance.uniform(2.0, 6.0))
        chance.shuffle(both)
        kill(both[0])
        ended(both[1])
    ended(worker(root, "worker-1", "--part", "1/2"))
    told_now(root)
    told_now(root)
    found = kept(root, empty_postgres)
    assert (found.rows, found.articles) == (alone.rows, alone.articles)
    assert sorted(sum(found.told, ())) == sorted(sum(alone.told, ()))
