"""A topic's stories as Atom and JSON Feed, for any reader of feeds.

Readers of feeds cannot sign in: where a password is set, the addresses that the topic's page shows carry a signed
token, which opens that topic's feeds and nothing else.
"""

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.deliver.syndication import atom_feed, feed_item, json_feed
from monitor.models import Topic
from monitor.store.reading_page import TopicStory, stories_of_topic
from monitor.web.house import Here, House
from monitor.web.pages import teller
from monitor.web.shown import ShownStory, standing_for
from monitor.web.today import topic_of

router = APIRouter()

SINCE = timedelta(days=7)
MOST = 50
# Names stories in feeds (RFC 9562, version 5).
_STORIES = uuid.UUID("3d0d7a86-6f38-5d0b-8f0f-6b5a52f0d9c2")


@router.get("/feeds/{name}.atom", response_class=Response)
def atom(request: Request, house: Here, name: str) -> Response:
    """A topic's stories of a week as Atom 1.0, the latest first."""
    feed = _feed(house, topic_of(house, name))
    content = atom_feed(feed, f"topic {name}", house.now().replace(microsecond=0).isoformat())
    return _answer(request, content, "application/atom+xml; charset=utf-8", feed)


@router.get("/feeds/{name}.json", response_class=Response)
def as_json(request: Request, house: Here, name: str) -> Response:
    """The same as JSON Feed 1.1."""
    feed = _feed(house, topic_of(house, name))
    return _answer(request, json.dumps(feed, ensure_ascii=False).encode(), "application/feed+json", feed)


def _feed(house: House, topic: Topic) -> dict[str, Any]:
    shows = teller(house)
    since = shows.now - SINCE
    with house.database.reading() as session:
        found = stories_of_topic(session, topic.name, since=since, limit=MOST)
    shown = [(each, story) for each in found if (story := shows.story(each, since))]
    shown.sort(key=lambda both: both[0].story.last_published, reverse=True)
    return json_feed(
        topic.title,
        f"Stories that the news monitor found relevant for “{topic.title}”",
        [feed_item(_entry(house, topic, each, story)) for each, story in shown],
    )


def _entry(house: House, topic: Topic, each: TopicStory, story: ShownStory) -> dict[str, Any]:
    """An entry as digests make them (`monitor.digest.entries`); its text says why it is here."""
    lead, why = story.lead, story.lead.why
    reasons = [f"{why.facet} ({why.score})" if why.facet else why.score] if why else []
    if why and why.seed_sentence:
        reasons.append(f"nearest in the brief: “{why.seed_sentence}”")
    others = ", ".join(dict.fromkeys(other.source for other in story.others))
    taken = standing_for(each)
    published = taken.article.published if taken else each.story.first_published
    return {
        "feed": topic.title,
        "id": uuid.uuid5(_STORIES, f"{house.settings.web.public_url} {topic.name} {story.id}").urn,
        "url": lead.url,
        "title": lead.title,
        "html": "",
        "text": "; ".join(reasons) + (f". Also in {others}" if others else ""),
        "language": lead.language,
        "source": lead.source,
        "published": published.isoformat(),
        "updated": each.story.last_published.isoformat(),
        "tags": [tag for tag in (topic.title, why.facet if why else "") if tag],
    }


def _answer(request: Request, content: bytes, media_type: str, feed: dict[str, Any]) -> Response:
    """The document, or that it has not changed (RFC 9110, 13.1.2): the items alone decide."""
    mark = hashlib.sha256(json.dumps(feed["items"]).encode()).hexdigest()[:32]
    headers = {"ETag": f'"{mark}"', "Cache-Control": "private, max-age=300"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
