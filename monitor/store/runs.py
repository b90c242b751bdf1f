"""What ran, and who may run now: one row a run, and leases for jobs that must not run twice at once.

A lease ends with its time, or at once when the process that holds it on this machine is gone: whoever was killed holds
up nobody. Where that cannot be known (another machine, another container) the time decides.
"""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from monitor.models import Lease, Run
from monitor.store.bulk import insertion, keepable, table


def start_run(session: Session, kind: str, now: datetime) -> int:
    """Writes that a run (collect, digest, train, maintain) began; returns its id."""
    run = Run.model_validate({"kind": kind, "started": now})
    session.add(run)
    session.flush()
    return int(run.id or 0)


def finish_run(session: Session, run_id: int, now: datetime, *, succeeded: bool, figures: Mapping[str, Any]) -> None:
    """Writes how a run ended; `figures` are plain JSON values."""
    columns = table(Run).c
    values = {"ended": now, "succeeded": succeeded, "figures": keepable(dict(figures))}
    session.connection().execute(update(table(Run)).where(columns.id == run_id).values(values))


def runs(session: Session, kind: str = "", *, limit: int = 20) -> list[Run]:
    """The latest runs, of one kind or of all, the latest first."""
    query = select(Run)
    if kind:
        query = query.where(Run.kind == kind)
    return list(session.exec(query.order_by(col(Run.started).desc(), col(Run.id).desc()).limit(limit)))


def successes(session: Session, kind: str, *, since: datetime | None) -> int:
    """How many runs of a kind succeeded that ended from `since` on, or ever."""
    query = select(func.count()).select_from(Run).where(Run.kind == kind, col(Run.succeeded).is_(True))
    if since is not None:
        query = query.where(col(Run.ended) >= since)
    return session.exec(query).one()


def first_success(session: Session, kind: str) -> datetime | None:
    """When the first run of a kind that succeeded ended; None before that."""
    query = select(func.min(col(Run.ended))).where(Run.kind == kind, col(Run.succeeded).is_(True))
    return session.exec(query).one()


def acquire(session: Session, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
    """Takes the lease `name` for this process until `now + ttl`, unless another holds it; whether it was taken.

    `holder` tells apart those that run within one process; who asks again while holding it holds it for longer.
    """
    me = identity(holder)
    lease = table(Lease).c
    statement = insertion(session.connection(), table(Lease)).values(name=name, holder=me, until=now + ttl)
    free = or_(lease.until <= now, lease.holder == me)
    if (other := session.exec(select(Lease.holder).where(Lease.name == name)).first()) and is_gone(other):
        free = or_(free, lease.holder == other)
    taken = statement.on_conflict_do_update(
        index_elements=["name"], set_={"holder": me, "until": now + ttl}, where=free
    ).returning(lease.name)
    return session.connection().execute(taken).first() is not None


def renew(session: Session, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
    """Holds the lease for longer; False where it was lost meanwhile, and the work should stop."""
    lease = table(Lease).c
    mine = update(table(Lease)).where(lease.name == name, lease.holder == identity(holder))
    return session.connection().execute(mine.values(until=now + ttl)).rowcount == 1


def release(session: Session, name: str, holder: str) -> None:
    """Gives the lease up, where it is still held."""
    lease = table(Lease).c
    session.connection().execute(delete(table(Lease)).where(lease.name == name, lease.holder == identity(holder)))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease: under which name, by which process of which machine, until when that is believed."""

    name: str
    machine: str
    process: str
    until: datetime


def holder_of(session: Session, name: str) -> Holder | None:
    """Who holds a lease, None where nobody does."""
    lease = session.exec(select(Lease).where(Lease.name == name)).first()
    if lease is None:
        return None
    held_as, _, place = lease.holder.partition("@")
    machine, _, process, _ = (*place.rsplit("/", 3), "", "", "", "")[:4]
    return Holder(held_as, machine, process, lease.until)


def identity(holder: str) -> str:
    """`holder` with what makes this process known again: machine, process namespace, id, and when it started."""
    return f"{holder}@{_place()}/{os.getpid()}/{_started(os.getpid())}"


def is_gone(holder: str) -> bool:
    """Whether the process of that identity (see `identity`) is known to have ended."""
    place, _, rest = holder.partition("@")[2].rpartition("/")[0].rpartition("/")
    started = holder.rpartition("/")[2]
    if place != _place() or not rest.isdecimal():
        return False
    pid = int(rest)
    fields = _status(pid)
    if fields:
        return fields[0] in {"Z", "X"} or _started(pid) != started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    """Where process ids mean the same: the machine, and on Linux the namespace (a container has its own)."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115  # no path, an inode's name
    except OSError:
        namespace = ""
    return f"{platform.node()}/{namespace}"


def _started(pid: int) -> str:
    """When a process started, as Linux counts it, or "": an id that was given out anew started later.

    Field 22 of /proc/PID/stat, see proc(5); the second field may hold spaces and ends with the last parenthesis.
    """
    fields = _status(pid)
    return fields[19] if len(fields) > 19 else ""


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; none where there is no such file."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
