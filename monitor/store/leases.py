"""Leases of many names at once: the hosts that the workers of one collect share out among themselves.

A worker asks a host only while it holds the host's lease. One that is let go stays nobody's for a moment, so that the
pause between two requests to a host is kept from worker to worker too; so does one whose holder died.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, text, update
from sqlmodel import Session

from monitor.models import Lease
from monitor.store.bulk import among, insertion, table
from monitor.store.runs import identity, is_gone

# Who holds a lease that only has to run out.
NOBODY = ""


def lock_leases(session: Session) -> None:
    """Nobody else takes or gives up a lease until this transaction ends, so that several can be decided on together."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.connection().execute(text("LOCK TABLE lease IN SHARE ROW EXCLUSIVE MODE"))


def acquire_each(session: Session, names: Collection[str], holder: str, now: datetime, ttl: timedelta) -> set[str]:
    """Takes those of the leases for this process until `now + ttl` that no other holds; returns which were taken."""
    if not names:
        return set()
    lease, me = table(Lease).c, identity(holder)
    statement = insertion(session.connection(), table(Lease))
    taking = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
        where=or_(lease.until <= now, lease.holder == me),
    ).returning(lease.name)
    rows = [{"name": name, "holder": me, "until": now + ttl} for name in sorted(names)]
    return set(session.connection().execute(taking, rows).scalars())


def renew_each(session: Session, holder: str, now: datetime, ttl: timedelta) -> int:
    """Holds everything for longer that `holder` holds still; returns how many leases that is."""
    lease = table(Lease).c
    mine = update(table(Lease)).where(lease.holder == identity(holder), lease.until > now)
    return session.connection().execute(mine.values(until=now + ttl)).rowcount


def release_each(session: Session, pauses: Mapping[str, timedelta], holder: str, now: datetime) -> None:
    """Gives up the named leases, where they are still held; nobody takes one before its pause is over."""
    lease = table(Lease).c
    named = lease.holder == identity(holder), lease.name == bindparam("of_name")
    statement = update(table(Lease)).where(*named).values(holder=NOBODY, until=bindparam("to_until"))
    if rows := [{"of_name": name, "to_until": now + pauses[name]} for name in sorted(pauses)]:
        session.connection().execute(statement, rows)
    session.connection().execute(delete(table(Lease)).where(lease.holder == NOBODY, lease.until <= now))


def release_all(session: Session, holder: str) -> None:
    """Gives up at once everything that `holder` holds."""
    session.connection().execute(delete(table(Lease)).where(table(Lease).c.holder == identity(holder)))


def free_the_dead(session: Session, prefix: str, until: datetime) -> None:
    """Takes the leases whose names begin so from processes of this machine that are gone; nobody's before `until`."""
    lease = table(Lease).c
    holders = session.connection().execute(select(lease.holder).where(_begins(prefix)).distinct()).scalars()
    if gone := [each for each in holders if is_gone(each)]:
        dead = update(table(Lease)).where(_begins(prefix), among(session, lease.holder, sorted(gone)))
        session.connection().execute(dead.values(holder=NOBODY, until=until))


def holds_any(session: Session, holder: str, now: datetime) -> bool:
    """Whether `holder` holds any lease still; one transaction later it may not."""
    lease = table(Lease).c
    mine = select(lease.name).where(lease.holder == identity(holder), lease.until > now).limit(1)
    return session.connection().execute(mine).first() is not None


def working(session: Session, prefix: str, now: datetime) -> list[str]:
    """The leases whose names begin so that a living process holds, in order of their names."""
    lease = table(Lease).c
    query = select(lease.name, lease.holder).where(_begins(prefix), lease.until > now).order_by(lease.name)
    return [row.name for row in session.connection().execute(query) if row.holder != NOBODY and not is_gone(row.holder)]


def taken(session: Session, prefix: str, holder: str, now: datetime) -> dict[str, bool]:
    """The leases whose names begin so that this process cannot take now: whether another process holds each.

    Where none does, its pause is not over yet.
    """
    lease = table(Lease).c
    query = select(lease.name, lease.holder).where(_begins(prefix), lease.until > now, lease.holder != identity(holder))
    found = session.connection().execute(query).all()
    gone = {other for other in {row.holder for row in found} if is_gone(other)}
    return {row.name: row.holder != NOBODY for row in found if row.holder not in gone}


def _begins(prefix: str) -> ColumnElement[bool]:
    return table(Lease).c.name.startswith(prefix, autoescape=True)
