"""Kept of judging news: profiles, what verdicts taught, the judgement of each article, and the verdicts."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.models.columns import json_field, moment_field


class Profile(SQLModel, table=True):
    """What the seeds of a topic say, as the model sees it; `version` is the hash of all that went into it.

    `made_of` is a mark of the seeds as they were found, from which it was made last: while they are the same it need
    not be made again.
    """

    __table_args__ = (UniqueConstraint("topic", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    version: str
    body: dict[str, Any] = json_field(dict)
    made_of: str = ""
    made_at: datetime = moment_field()


class Model(SQLModel, table=True):
    """What verdicts taught for a topic: skops bytes, their hash, and whether it earned its place."""

    __table_args__ = (UniqueConstraint("topic", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    version: str
    profile_version: str
    content: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    figures: dict[str, Any] = json_field(dict)
    accepted: bool = False
    made_at: datetime = moment_field()

    @property
    def is_whole(self) -> bool:
        """Whether its bytes are those that were kept."""
        return hashlib.sha256(self.content).hexdigest() == self.sha256


class Meaning(SQLModel, table=True):
    """What an article means, as numbers (see `monitor.relevance.meaning`), and which encoder made them."""

    article_id: int = Field(primary_key=True, foreign_key="article.id")
    encoder: str
    vector: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class Assessment(SQLModel, table=True):
    """Topic x article: score in [0, 1], the decision at the threshold then in force, and why."""

    topic: str = Field(primary_key=True)
    article_id: int = Field(primary_key=True, foreign_key="article.id", index=True)
    score: float
    relevant: bool = Field(index=True)
    threshold: float = 0.5
    reasons: dict[str, Any] = json_field(dict)
    profile_version: str = ""
    model_version: str = ""
    assessed_at: datetime = moment_field(index=True)


class Feedback(SQLModel, table=True):
    """A reader's verdict on an article for a topic; the latest counts.

    `probability` is the chance with which the article was drawn to be asked about, 0 where the reader chose it.
    """

    id: int | None = Field(default=None, primary_key=True)
    topic: str = Field(index=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    relevant: bool
    origin: str = "command line"
    probability: float = 0.0
    made_at: datetime = moment_field()
