"""Kept of running: every run, and who holds a job that must not run twice at once."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from monitor.models.columns import json_field, moment_field


class Run(SQLModel, table=True):
    """One collect, digest, train or maintain: when, and what came of it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)
    started: datetime = moment_field(index=True)
    ended: datetime | None = moment_field(nullable=True)
    succeeded: bool = False
    figures: dict[str, Any] = json_field(dict)


class Lease(SQLModel, table=True):
    """Who runs a job that must not run twice at once, and until when that is believed."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = moment_field()
