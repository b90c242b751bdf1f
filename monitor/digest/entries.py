"""A digest's stories and the state of its sources as entries of a feed: plain JSON values, for the channel to write."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from monitor.digest.shown import Layout, ShownNews, ShownStory
from monitor.digest.wording import counted

# Named by what they tell, so that a digest made again names its entries the same (RFC 9562, version 5).
_ENTRIES = uuid.UUID("6f1f0a52-6c7e-5a0e-9d7e-3d1b3c1f9b0a")


def entries(page: Layout, composed: datetime, shown: Callable[[ShownStory], str]) -> tuple[dict[str, Any], ...]:
    """Each story shown, then how many are not, then each source of which something is said.

    Without stories the digest alone, which says all of it.

    Each is {"feed", "id", "url", "title", "html", "text", "language", "source", "published", "updated", "tags"}: `feed`
    the digest's title, `id` a `urn:uuid:`, the same for the same telling; `html` what `shown` makes of it; moments in
    ISO 8601, UTC; of a story told before, that it is an update stands in its title.
    A source's trouble is the same entry whichever digest tells of it: that it broke is an update of that it failed.
    """
    stories = (*page.in_full, *page.also)
    if not stories:
        return (_of_page(page, composed, composed.isoformat(), page.subject, [page.first_line, *_lines(page)]),)
    told = tuple(_of_story(page, story, composed, shown(story)) for story in stories)
    sources = tuple(
        _of_page(page, composed, f"source {news.key}", f"{news.label}: {news.source}", [_said(news)])
        for news in page.news
    )
    left = f"{page.title}: {counted(page.more, 'more story', 'more stories')}"
    more = (_of_page(page, composed, f"stories {composed.isoformat()}", left, [page.first_line]),) if page.more else ()
    if not page.news_more:
        return (*told, *more, *sources)
    title = f"{page.title}: {counted(page.news_more, 'more source')} to look at"
    unnamed = _of_page(page, composed, f"sources {composed.isoformat()}", title, [page.unnamed])
    return (*told, *more, *sources, unnamed)


def _of_story(page: Layout, story: ShownStory, composed: datetime, html: str) -> dict[str, Any]:
    updated = story in page.updates
    return {
        "feed": page.title,
        "id": _urn(page.name, story.key),
        "url": story.url,
        "title": f"Update: {story.headline}" if updated else story.headline,
        "html": html,
        "text": " ".join(
            [
                *(line for change in story.changes for line in change.lines),
                *(sentence for passage in story.passages for sentence in passage.sentences),
            ]
        ),
        "language": story.language,
        "source": story.source,
        "published": story.published_at.isoformat(),
        "updated": composed.isoformat(),
        "tags": [tag for tag in (story.topic, story.why.facet) if tag],
    }


def _of_page(page: Layout, composed: datetime, key: str, title: str, lines: Sequence[str]) -> dict[str, Any]:
    return {
        "feed": page.title,
        "id": _urn(page.name, key),
        "url": "",
        "title": title,
        "html": "",
        "text": "\n".join(lines),
        "language": "en",
        "source": page.title,
        "published": composed.isoformat(),
        "updated": composed.isoformat(),
        "tags": [],
    }


def _lines(page: Layout) -> list[str]:
    """A line for each source that there is something to say of."""
    return [*map(_said, page.news), *filter(None, [page.unnamed])]


def _said(news: ShownNews) -> str:
    return news.sentence + (f" To do: {news.remedy}." if news.remedy else "")


def _urn(*parts: str) -> str:
    return uuid.uuid5(_ENTRIES, hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()).urn
