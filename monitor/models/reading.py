"""Kept of reading news: articles, their earlier texts, and the stories that they tell."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.models.columns import json_field, moment_field, text_field
from monitor.models.values import Grade


class Article(SQLModel, table=True):
    """A document kept, one for each canonical URL.

    `published` is never null: where neither page nor feed states a date it is the time first seen, where the date
    lies in the future it is clamped to that and `published_clamped` is set. `duplicate_of` names the article of
    which this one is a near-duplicate; `signature` is what it is compared by (see `monitor.stories`).
    `story_revision` is the revision of its story that it came in with, or changed in: it is news to whoever was told of
    an earlier one. What was old when it was read is no `news`: it is kept and judged, and told to nobody. Its page is
    asked again at `next_check`, where its story is relevant then; `checks` counts how often it was. It was missing
    since `missing_since` when it was asked last, which is believed when it is missing hours later too: then it was gone
    at `withdrawn_at`.
    """

    id: int | None = Field(default=None, primary_key=True)
    canonical_url: str = Field(unique=True)
    declared_canonical: str = Field(default="", index=True)
    entry_id: int | None = Field(default=None, foreign_key="entry.id", index=True)
    source: str = Field(index=True)
    title: str = text_field()
    text: str = text_field()
    authors: list[str] = json_field(list)
    published: datetime = moment_field()
    published_clamped: bool = False
    news: bool = True
    language: str = ""
    site: str = ""
    image: str = ""
    grade: str = Grade.FULL
    content_hash: str = Field(default="", index=True)
    signature: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    story_id: int | None = Field(default=None, foreign_key="story.id", index=True)
    story_revision: int = 1
    duplicate_of: int | None = Field(default=None, foreign_key="article.id")
    stored_at: datetime = moment_field()
    next_check: datetime | None = moment_field(nullable=True, index=True)
    checks: int = 0
    missing_since: datetime | None = moment_field(nullable=True)
    withdrawn_at: datetime | None = moment_field(nullable=True, index=True)
    etag: str = ""
    last_modified: str = ""


class Version(SQLModel, table=True):
    """Article x content hash x revision: a text as it once stood, and the revision of its story that it came in with.

    `content_hash` is that of headline and text.
    """

    __table_args__ = (UniqueConstraint("article_id", "content_hash", "story_revision"),)

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    content_hash: str
    title: str = text_field()
    text: str = text_field()
    story_revision: int = 1
    first_seen: datetime = moment_field()


class Story(SQLModel, table=True):
    """A group of articles on one event. `revision` grows when something new came in; `sources` are independent."""

    id: int | None = Field(default=None, primary_key=True)
    headline: str = text_field()
    lead_article_id: int | None = None
    language: str = ""
    revision: int = 1
    articles: int = 0
    sources: int = 0
    first_published: datetime = moment_field(index=True)
    last_published: datetime = moment_field(index=True)
