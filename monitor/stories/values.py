"""The values that grouping takes and gives."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class StorySettings:
    """When two articles are the same text, and when they tell of the same event.

    `window` is the longest silence within a story: an article later (or earlier) than that belongs to another.
    `similarity`, in [0, 1], is the least average similarity to the articles of a story with which one joins it.
    """

    window: timedelta = timedelta(days=3)
    similarity: float = 0.15


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as grouping sees it; `story` is the story it is kept in, None for a new one.

    `signature` is what `signature` made of the text; where it is empty it is made anew. `declared_canonical` is the
    address that the page claims for its original: anybody can claim any, so it is believed only where the text agrees.
    """

    id: int
    title: str
    text: str
    published: datetime
    language: str = ""
    source: str = ""
    declared_canonical: str = ""
    canonical_url: str = ""
    content_hash: str = ""
    signature: bytes = b""
    story: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs.

    `story` is the kept story that it joins, None where none is near; new articles with equal `group` belong together,
    whether they join a story or found one; `duplicate_of` is the article, kept or new, that it repeats.
    """

    id: int
    story: int | None
    group: int
    duplicate_of: int | None
