"""Many rows at once: Core upserts in batches, and "which of these are known", for SQLite and PostgreSQL alike.

Rows go in sorted by their key, so that two writers lock them in one order and never wait for each other in a ring.
What a database cannot keep (NUL, halves of surrogate pairs: both come from the web) is taken out on the way in.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, any_, bindparam, func, literal, select, update
from sqlalchemy.orm import defer
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

# Rows a statement: past some hundred the time a row is flat, and a thousand articles are some megabytes.
BATCH = 1_000

# Bytes of an address that is kept: PostgreSQL refuses to index more than 2,704, and no honest address is longer.
LONGEST_ADDRESS = 2_000

# What most values of a row are; asked first, for the rhythm of each source alone is 62 numbers.
_KEPT_AS_THEY_ARE = frozenset({int, float, bool, bytes, datetime, NoneType})

Value = TypeVar("Value")
Row = Mapping[str, Any]


def table(model: type[SQLModel]) -> Table:
    """The table of a kept noun."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def unread(model: type[SQLModel], *names: str) -> tuple[Any, ...]:
    """Options of a query that leaves these columns of a kept noun unread; touching one raises."""
    return tuple(defer(getattr(model, name), raiseload=True) for name in names)


def batches(values: Sequence[Value], size: int = BATCH) -> Iterator[Sequence[Value]]:
    """`values` in order, at most `size` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def keepable(value: Any) -> Any:
    """`value` as both databases take it: text without NUL and lone surrogates, in lists and mappings too."""
    if type(value) in _KEPT_AS_THEY_ARE:
        return value
    if isinstance(value, str):
        if not value.isascii():
            value = value.encode("utf-8", "replace").decode("utf-8")
        return value.replace("\0", "") if "\0" in value else str(value)
    if isinstance(value, list | tuple):
        return [item if type(item) in _KEPT_AS_THEY_ARE else keepable(item) for item in value]
    if isinstance(value, dict):
        return {keepable(key): keepable(item) for key, item in value.items()}
    return value


def address_fits(url: str) -> bool:
    """Whether an address is there, short enough to be kept (see LONGEST_ADDRESS), and kept as it is."""
    return 0 < len(url.encode("utf-8", "replace")) <= LONGEST_ADDRESS and keepable(url) == url


def rows_of(items: Iterable[SQLModel], columns: Iterable[str]) -> list[dict[str, Any]]:
    """The named columns of kept nouns, one mapping each."""
    names = tuple(columns)
    return [{name: keepable(getattr(item, name)) for name in names} for item in items]


def columns_of(model: type[SQLModel], *, identity: bool = False) -> tuple[str, ...]:
    """The names of a noun's columns, without its `id` (which the database gives) unless `identity`."""
    return tuple(column.name for column in table(model).columns if identity or column.name != "id")


def insertion(connection: Connection, into: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT, in the dialect of `connection`; the other dialect is never loaded."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(into)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 50 ms that a database in a file can do without

    return postgresql.insert(into)


def upsert(session: Session, model: type[SQLModel], rows: Sequence[Row], *, replace: bool = True) -> None:
    """Writes `rows`, keyed on the primary key: one that is there is replaced in the columns given, or left."""
    if not rows:
        return
    into = table(model)
    keys = [column.name for column in into.primary_key.columns]
    connection = session.connection()
    statement = insertion(connection, into)
    given = [name for name in rows[0] if name not in keys]
    if replace and given:
        changes = {name: statement.excluded[name] for name in given}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    for batch in batches(sorted(rows, key=lambda row: tuple(row[key] for key in keys))):
        connection.execute(statement, list(batch))


def replace_columns(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Writes what `rows` give beside the primary key into the rows that have it; where there is none, nothing."""
    if not rows:
        return
    into = table(model)
    keys = [column.name for column in into.primary_key.columns]
    which = [into.c[key] == bindparam(f"of_{key}") for key in keys]
    statement = update(into).where(*which).values({name: bindparam(name) for name in rows[0] if name not in keys})
    named = [{f"of_{key}" if key in keys else key: value for key, value in row.items()} for row in rows]
    session.connection().execute(statement, sorted(named, key=lambda row: tuple(row[f"of_{key}"] for key in keys)))


def insert_new(session: Session, model: type[SQLModel], rows: Sequence[Row], *, key: str) -> dict[str, int]:
    """Writes the `rows` whose text column `key` (unique) is not there yet; their new ids by that key.

    Made for rows that are believed new: all are written, then asked for their ids, which on PostgreSQL costs a quarter
    of what RETURNING does. Only where another worker was quicker with some is each asked whether it was new.
    """
    if not rows:
        return {}
    into = table(model)
    connection = session.connection()
    statement = insertion(connection, into).on_conflict_do_nothing(index_elements=[key])
    ordered = sorted(rows, key=lambda row: str(row[key]))
    with connection.begin_nested() as attempt:
        counted = {"preserve_rowcount": True}
        written = sum(
            connection.execute(statement, list(batch), execution_options=counted).rowcount for batch in batches(ordered)
        )
        if written == len(ordered):
            return ids_of(session, model, key, [row[key] for row in ordered])
        attempt.rollback()
    returning = statement.returning(into.c[key], into.c.id)
    made: dict[str, int] = {}
    for batch in batches(ordered):
        made.update((row[0], row[1]) for row in connection.execute(returning, list(batch)))
    return made


def insert_all(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> list[int]:
    """Writes `rows`; their ids in the same order. Raises IntegrityError where one is there already."""
    into = table(model)
    connection = session.connection()
    statement = insertion(connection, into).returning(into.c.id, sort_by_parameter_order=True)
    return [identity for batch in batches(rows) for identity in connection.execute(statement, list(batch)).scalars()]


def among(session: Session, column: Column[Any] | ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that `column` is one of `values`, however many: they travel as one parameter."""
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(column.type)))


def ids_of(session: Session, model: type[SQLModel], key: str, values: Sequence[str]) -> dict[str, int]:
    """Which of `values` are in the unique text column `key`, with the ids of their rows."""
    columns = table(model).c
    found: dict[str, int] = {}
    for batch in batches(values, 10 * BATCH):
        query = select(columns[key], columns.id).where(among(session, columns[key], batch))
        found.update((row[0], row[1]) for row in session.connection().execute(query))
    return found
