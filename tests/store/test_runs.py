"""Runs and leases: one holder at a time, nobody held up by the dead."""

import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from keeping import NOW
from sqlmodel import select

from monitor.models import Lease
from monitor.store import Database, runs
from monitor.store.runs import acquire, finish_run, first_success, release, renew, start_run, successes

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_runs_are_written_and_found(database: Database) -> None:
    with database.writing() as session:
        first = start_run(session, "collect", NOW)
        second = start_run(session, "collect", NOW + HOUR)
        start_run(session, "train", NOW)
        finish_run(session, first, NOW + MINUTE, succeeded=True, figures={"new": 3, "failures": ["a\0"]})
        finish_run(session, second, NOW + 2 * HOUR, succeeded=False, figures={})
    with database.reading() as session:
        good = runs.runs(session, "collect")[-1]
        assert (good.id, good.ended, good.figures) == (first, NOW + MINUTE, {"new": 3, "failures": ["a"]})
        assert [each.kind for each in runs.runs(session)] == ["collect", "train", "collect"]
        assert [each.id for each in runs.runs(session, "collect", limit=1)] == [second]
        assert successes(session, "collect", since=None) == 1
        assert successes(session, "collect", since=NOW + MINUTE) == 1
        assert successes(session, "collect", since=NOW + 2 * MINUTE) == 0
        assert first_success(session, "collect") == NOW + MINUTE
        assert first_success(session, "train") is None


def test_a_lease_has_one_holder_until_it_is_given_up_or_over(database: Database) -> None:
    with database.writing() as session:
        assert acquire(session, "collect", "me", NOW, HOUR)
        assert not acquire(session, "collect", "you", NOW + 59 * MINUTE, HOUR)
        assert acquire(session, "digest", "you", NOW, HOUR)
        assert acquire(session, "collect", "me", NOW + 30 * MINUTE, HOUR)
        assert not acquire(session, "collect", "you", NOW + 80 * MINUTE, HOUR)
        assert renew(session, "collect", "me", NOW + 80 * MINUTE, HOUR)
        assert not renew(session, "collect", "you", NOW, HOUR)
        release(session, "collect", "you")
        assert not acquire(session, "collect", "you", NOW + 81 * MINUTE, HOUR)
        release(session, "collect", "me")
        assert acquire(session, "collect", "you", NOW + 81 * MINUTE, HOUR)
        assert acquire(session, "collect", "me", NOW + 5 * HOUR, HOUR)
        assert not renew(session, "collect", "you", NOW + 5 * HOUR, HOUR)


def test_of_many_that_ask_at_once_one_gets_it(database: Database) -> None:
    def work(number: int) -> bool:
        with database.writing() as session:
            return acquire(session, "collect", f"holder {number}", NOW, HOUR)

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(8))) == 1


HOLDER = """
    import sys, time
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from monitor.store import Database
    from monitor.store.runs import acquire
    database = Database.open(sys.argv[1], root=Path())
    with database.writing() as session:
        acquire(session, "collect", "other", datetime(2026, 11, 24, 7, tzinfo=UTC), timedelta(days=1))
    print("held", flush=True)
    time.sleep(60)
"""


def test_who_was_killed_holds_up_nobody(database: Database, database_url: str, tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), database_url], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert other.stdout.readline() == "held\n"
    with database.writing() as session:
        assert not acquire(session, "collect", "me", NOW, HOUR)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # dead, and not buried yet: its id is still taken
    with database.writing() as session:
        assert acquire(session, "collect", "me", NOW, HOUR)
    other.communicate()
    with database.writing() as session:
        assert not acquire(session, "collect", "third", NOW, HOUR)


@pytest.mark.parametrize("holder", ["other@elsewhere/pid:[1]/1/1", "other", "other@", "other@a/b/c/d"])
def test_where_death_cannot_be_known_time_decides(holder: str, database: Database) -> None:
    with database.writing() as session:
        session.add(Lease.model_validate({"name": "collect", "holder": holder, "until": NOW + HOUR}))
        session.flush()
        assert not acquire(session, "collect", "me", NOW, HOUR)
        assert acquire(session, "collect", "me", NOW + HOUR, HOUR)


def test_a_process_id_given_out_anew_is_somebody_else(database: Database) -> None:
    with database.writing() as session:
        acquire(session, "collect", "me", NOW, HOUR)
        lease = session.exec(select(Lease)).one()
        if lease.holder.endswith("/"):
            pytest.skip("this system does not say when a process started")
        session.connection().exec_driver_sql(f"UPDATE lease SET holder = '{lease.holder}0'")
        assert acquire(session, "collect", "you", NOW, HOUR)
