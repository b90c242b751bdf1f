"""`monitor search`: full-text search over what is kept."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.pipeline.context import Progress, opened_database, quietly
from monitor.pipeline.indexing import index_all
from monitor.store import search as full_text
from monitor.store.matching import Filters
from monitor.store.query import query_of


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: words and "phrases", and where; empty names leave a question open."""

    words: str
    topic: str = ""
    source: str = ""
    language: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One article that answers, with the place in it."""

    url: str
    title: str
    source: str
    published: str
    snippet: str

    @property
    def row(self) -> tuple[str, ...]:
        """The row of a table."""
        return (self.published[:10], self.source, self.title, self.url, self.snippet)

    def to_json(self) -> dict[str, Any]:
        """One hit of `monitor search --json`."""
        return {
            "url": self.url,
            "title": self.title,
            "source": self.source,
            "published": self.published,
            "snippet": self.snippet,
        }


def lookup(settings: Settings, query: Query, progress: Progress = quietly) -> list[Found]:
    """The articles that answer the words, best first.

    Raises ConfigurationError for a topic or source that is not there, and where no word is wanted.
    `progress` is told how far the full-text index is where much has to be put into it first.
    """
    if not query_of(query.words).groups:
        message = (
            f"search: {query.words.strip()!r} wants no word; write one that is to be found, before what -is left out"
        )
        raise ConfigurationError(message)
    if query.topic:
        settings.topic(query.topic)
    if query.source:
        settings.source(query.source)
    filters = Filters(source=query.source, language=query.language, topic=query.topic, relevant=bool(query.topic))
    with opened_database(settings) as database:
        # The index is brought up to date off the path of a collect, by whoever needs it.
        index_all(database, partial(progress, "indexing"))
        with database.reading() as session:
            hits = full_text.search(session, query.words, filters=filters, limit=query.limit)
            return [
                Found(
                    hit.article.canonical_url,
                    hit.article.title,
                    hit.article.source,
                    hit.article.published.isoformat(),
                    hit.snippet.text,
                )
                for hit in hits
            ]
