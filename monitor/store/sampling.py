"""Which rows belong to a span of time, and an even sample of them, found in indexes alone: no row is looked up for it.

Rows get their ids in the order in which they are kept, so that those of a span of time are a range of ids.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, cast, select
from sqlmodel import Session

_NUMBERS = 2**32
_GOLDEN = 2_654_435_769  # 2**32 over the golden ratio, odd


def ids_within(session: Session, moment: Column[Any], since: datetime, until: datetime) -> range:
    """The ids from the first row whose `moment` is `since` or later to the last before `until`; empty without any.

    The column has an index. Where several workers keep rows at once, one of a moment before or after may lie within.
    """
    identity = moment.table.c.id
    within = select(identity).where(moment >= since, moment < until)
    connection = session.connection()
    first = connection.execute(within.order_by(moment, identity).limit(1)).scalar()
    last = connection.execute(within.order_by(moment.desc(), identity.desc()).limit(1)).scalar()
    return range(0) if first is None or last is None else range(min(first, last), max(first, last) + 1)


def evenly(
    session: Session, identity: Column[Any], among_those: Sequence[ColumnElement[bool]], most: int, counted: int
) -> list[int]:
    """Of the `counted` rows `among_those` the ids: all of at most `most`, else about so many; the same each time.

    Spread evenly, ascending. The ids alone: PostgreSQL would fetch each row to see whether it is one of them.
    """
    even = _scattered(identity) * counted < most * _NUMBERS
    return sorted(session.connection().execute(select(identity).where(*among_those, even)).scalars())


def _scattered(identity: Column[Any]) -> ColumnElement[int]:
    """A number in [0, 2**32) for each id, so that those below a bound are spread evenly over the ids.

    The fraction of its product with the golden ratio (Knuth, The Art of Computer Programming 3, 6.4): neighbours, and
    what recurs every few ids, lie far apart.
    """
    return cast(identity, BigInteger) * _GOLDEN % _NUMBERS
