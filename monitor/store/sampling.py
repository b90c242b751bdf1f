"""Which rows belong to a span of time, and an even sample of them, found in indexes alone: no row is looked up for it.

Rows get their ids in the order in which they are kept, so that those of a span of time are a range of ids.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, ScalarSelect, cast, func, select
from sqlmodel import Session

# Transactions that keep rows at once end in another order than they began in: so many rows at either end of a span are
# looked at for the least and the greatest id. A transaction of a collect keeps some dozens.
_AT_AN_END = 500

_NUMBERS = 2**32
_GOLDEN = 2_654_435_769  # 2**32 over the golden ratio, odd


def ids_within(session: Session, moment: Column[Any], since: datetime | None, until: datetime) -> range:
    """The ids from the least to the greatest of the rows whose `moment` is `since` or later, and before `until`.

    Without `since` from the first one on; empty without any. The column has an index. Where several workers keep rows
    at once, rows of a moment before or after may lie within. Of more rows of one moment than are looked at those with
    the least and the greatest ids are: PostgreSQL's index holds them in the order in which they were last written.
    """
    identity = moment.table.c.id
    within = select(identity).where(moment < until, *([] if since is None else [moment >= since]))

    def at_an_end(bound: Callable[..., ColumnElement[int]], *order: ColumnElement[Any]) -> ScalarSelect[int]:
        rows = within.order_by(*order).limit(_AT_AN_END).subquery()
        return select(bound(rows.c.id)).scalar_subquery()

    ends = select(
        at_an_end(func.min, moment.asc(), identity.asc()), at_an_end(func.max, moment.desc(), identity.desc())
    )
    first, last = session.connection().execute(ends).one()
    return range(0) if first is None or last is None else range(first, last + 1)


def spread(ids: range, most: int) -> list[int]:
    """All of at most `most` ids, else about so many of them, spread evenly; ascending, and the same each time."""
    if len(ids) <= most:
        return list(ids)
    return [ids[place] for place in sorted({_scatter(number) * len(ids) // _NUMBERS for number in range(most)})]


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


def _scatter(number: int) -> int:
    return number * _GOLDEN % _NUMBERS
