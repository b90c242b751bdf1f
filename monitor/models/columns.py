"""The columns that several kept nouns share: an aware moment, a JSON value, a long text."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, Text, TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: SQLite has no time zones of its own, PostgreSQL keeps them."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The moment in UTC; a naive one is refused, for nobody can know what it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without time zone cannot be kept: {value!r}"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The kept moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment_field(*, index: bool = False, nullable: bool = False) -> Any:
    """A field for a moment; each call makes its own column, for a column belongs to one table."""
    return Field(default=None, sa_column=Column(UtcDateTime, index=index, nullable=nullable))


def json_field(default: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """A field for a JSON value, made anew by `default` where none is given."""
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


def text_field() -> Any:
    """A field for a long text, empty unless given."""
    return Field(default="", sa_column=Column(Text, nullable=False))
