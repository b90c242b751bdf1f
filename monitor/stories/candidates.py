"""What grouping takes and what it answers: plain values, so that nothing here knows of the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class StorySettings:
    """How alike articles of one story are.

    `window` is the time between two articles beyond which they are not compared; `similarity`, in [0, 1], how alike an
    article must be to a story's articles on average to join it. Chosen on half of the events of bench/stories.py: of
    those without dates 0.07 to 0.095 are the same within 0.006, with dates 0.08 is 0.017 better than 0.095, and a
    window of 14 days no better than one of 7; what keeps the like events of the tests apart is `linkage`'s margin.
    """

    window: timedelta = timedelta(days=7)
    similarity: float = 0.08


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as grouping sees it. `story` is where it is kept already, None for a new one.

    `published` is aware; `language` is ISO 639-1 or "", in which case it is guessed; `declared_canonical` is what the
    page claims its original to be, and only ever a hint; `signature` comes from `signature(text, language)`, b""
    where it was not made; `duplicate_of` is the original that a kept article is known to repeat.
    """

    id: int
    title: str
    text: str
    published: datetime
    language: str
    source: str
    declared_canonical: str
    canonical_url: str
    content_hash: str
    signature: bytes = b""
    story: int | None = None
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a new article belongs: a kept `story`, or, where that is None, the new one its `group` founds together.

    `duplicate_of` is the original that it repeats, never itself a repetition.
    """

    id: int
    story: int | None
    group: int
    duplicate_of: int | None = None
