"""A digest's stories as entries of a feed: plain JSON values, of which the channel writes Atom and JSON Feed."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from monitor.digest.shown import Layout, ShownStory

# Named by what they tell, so that a digest made again names its entries the same (RFC 9562, version 5).
_ENTRIES = uuid.UUID("6f1f0a52-6c7e-5a0e-9d7e-3d1b3c1f9b0a")


def entries(page: Layout, composed: datetime, shown: Callable[[ShownStory], str]) -> tuple[dict[str, Any], ...]:
    """Each story shown, or where there is none the digest itself, for it is sent to say that something is wrong.

    Each is {"feed", "id", "url", "title", "html", "text", "language", "source", "published", "updated", "tags"}: `feed`
    the digest's title, `id` a `urn:uuid:`, the same for the same telling; `html` what `shown` makes of it; moments in
    ISO 8601, UTC; of a story told before, that it is an update stands in its title.
    """
    stories = (*page.in_full, *page.also)
    if not stories:
        return (_of_digest(page, composed),)
    return tuple(_of_story(page, story, composed, shown(story)) for story in stories)


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


def _of_digest(page: Layout, composed: datetime) -> dict[str, Any]:
    told = [page.first_line, *(f"{news.source}: {news.cause or 'it recovered'}" for news in page.news)]
    return {
        "feed": page.title,
        "id": _urn(page.name, composed.isoformat()),
        "url": "",
        "title": page.subject,
        "html": "",
        "text": "\n".join(told),
        "language": "en",
        "source": page.title,
        "published": composed.isoformat(),
        "updated": composed.isoformat(),
        "tags": [],
    }


def _urn(*parts: str) -> str:
    return uuid.uuid5(_ENTRIES, hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()).urn
