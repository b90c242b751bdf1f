"""Leases of hosts: one holder at a time, a pause between two holders, and nothing held by the dead."""

import subprocess
import sys
from datetime import datetime, timedelta

from sqlmodel import Session, select

from monitor.models import Lease
from monitor.store import Database
from monitor.store.leases import (
    acquire_each,
    free_the_dead,
    holds_any,
    lock_leases,
    release_all,
    release_each,
    renew_each,
    taken,
    working,
)
from monitor.store.runs import identity

TTL = timedelta(minutes=3)
PAUSE = timedelta(seconds=2)
DEAD = """
import sys
from monitor.store.runs import identity
sys.stdout.write(identity("dead"))
"""


def holder_of(session: Session, name: str) -> str:
    return session.exec(select(Lease.holder).where(Lease.name == name)).one().partition("@")[0]


def test_what_one_holds_no_other_takes(database: Database, now: datetime) -> None:
    with database.writing() as session:
        lock_leases(session)
        assert acquire_each(session, {"host a", "host b"}, "one", now, TTL) == {"host a", "host b"}
        assert acquire_each(session, {"host b", "host c"}, "two", now, TTL) == {"host c"}
        assert acquire_each(session, {"host a"}, "one", now, TTL) == {"host a"}
        assert acquire_each(session, (), "one", now, TTL) == set()
    with database.reading() as session:
        assert taken(session, "host ", "two", now) == {"host a": True, "host b": True}
        assert taken(session, "host ", "two", now + TTL) == {}
        assert working(session, "host ", now) == ["host a", "host b", "host c"]


def test_what_ran_out_is_free_and_no_longer_held(database: Database, now: datetime) -> None:
    with database.writing() as session:
        acquire_each(session, {"host a", "host b"}, "one", now, TTL)
        assert renew_each(session, "one", now + TTL / 2, TTL) == 2
        assert holds_any(session, "one", now + TTL)
        assert acquire_each(session, {"host a"}, "two", now + TTL, TTL) == set()
        late = now + 2 * TTL
        assert renew_each(session, "one", late, TTL) == 0
        assert not holds_any(session, "one", late)
        assert acquire_each(session, {"host a"}, "two", late, TTL) == {"host a"}


def test_what_is_given_back_has_its_pause_first(database: Database, now: datetime) -> None:
    with database.writing() as session:
        acquire_each(session, {"host a", "host b", "host c"}, "one", now, TTL)
        release_each(session, {"host a": PAUSE, "host b": timedelta(0), "host z": PAUSE}, "one", now)
        assert taken(session, "host ", "two", now) == {"host a": False, "host c": True}
        assert acquire_each(session, {"host a", "host b"}, "two", now, TTL) == {"host b"}
        assert acquire_each(session, {"host a"}, "two", now + PAUSE, TTL) == {"host a"}
        release_each(session, {"host a": PAUSE}, "one", now + PAUSE)  # another's by now
        assert holder_of(session, "host a") == "two"
        release_all(session, "two")
        assert [lease.name for lease in session.exec(select(Lease))] == ["host c"]


def test_the_dead_hold_nothing(database: Database, now: datetime) -> None:
    command = [sys.executable, "-c", DEAD]
    dead = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    with database.writing() as session:
        for name, holder in (("host a", dead), ("collect 1/2", dead), ("host b", identity("one"))):
            session.add(Lease.model_validate({"name": name, "holder": holder, "until": now + TTL}))
    with database.writing() as session:
        assert working(session, "collect ", now) == []
        free_the_dead(session, "host ", now + PAUSE)
        assert taken(session, "host ", "two", now) == {"host a": False, "host b": True}
        assert acquire_each(session, {"host a"}, "two", now, TTL) == set()
        assert acquire_each(session, {"host a"}, "two", now + PAUSE, TTL) == {"host a"}
        assert holder_of(session, "collect 1/2") == "dead"
