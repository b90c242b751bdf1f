"""Today: the stories of the last days as one topic sees them, each with its reasons and a place for a verdict."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from monitor.models import Topic
from monitor.store.reading_page import counts, nearest_misses, newer_stories, stories_of_topic
from monitor.web.house import Here, House
from monitor.web.pages import page, seen, teller

router = APIRouter()

# What a person reads at one sitting, and still finds by scrolling; the rest is a page further on.
MOST_STORIES = 50
# What was nearly taken is looked for among so many days at most: it is judged while it is news, if ever.
MISSES, MISSED_DAYS = 5, 3

Days = Literal["1", "3", "7", "30"]
# Seconds since 1970, up to 2100.
Moment = Annotated[int, Query(ge=0, le=4_102_444_800)]


@router.get("/")
async def start(request: Request, house: Here) -> Response:
    """The first topic's page, or, where there is none yet, how to make one."""
    if not house.settings.topics:
        return page(request, house, "empty")
    return seen(f"/today/{house.settings.topics[0].name}")


@router.get("/today/{name}")
def today(
    request: Request,
    house: Here,
    name: str,
    days: Days = "3",
    opened: Annotated[int, Query(alias="open")] = 0,
    further: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """The stories of a topic, by day, most relevant first; so many to a page."""
    topic = topic_of(house, name)
    shows = teller(house)
    since = shows.now - timedelta(days=int(days))
    lately = max(since, shows.now - timedelta(days=MISSED_DAYS))
    before = (further - 1) * MOST_STORIES
    with house.database.reading() as session:
        counted = counts(session, topic.name, since=since)
        found = stories_of_topic(
            session, topic.name, since=since, limit=MOST_STORIES, beyond=before, first=counted.first
        )
        missed = nearest_misses(session, topic.name, since=lately, limit=MISSES)
    stories = [shown for each in found if (shown := shows.story(each, since))]
    # Sorting keeps the order of relevance within a day.
    stories.sort(key=lambda story: story.day, reverse=True)
    return page(
        request,
        house,
        "today",
        topic=topic,
        days=int(days),
        choices=(1, 3, 7, 30),
        by_day=[(shows.day(day), list(each)) for day, each in groupby(stories, key=lambda story: story.day)],
        counts=counted,
        further=further,
        more=max(0, counted.stories - before - len(found)),
        misses=[shows.judged(each) for each in missed],
        opened=opened,
        as_of=int(shows.now.timestamp()),
    )


@router.get("/today/{name}/news")
def news(request: Request, house: Here, name: str, after: Moment, days: Days = "3") -> Response:
    """How many stories there are to see since the moment a page was made: a line to put into it, empty for none."""
    topic = topic_of(house, name)
    with house.database.reading() as session:
        since = house.now() - timedelta(days=int(days))
        newer = newer_stories(session, topic.name, since=since, after=datetime.fromtimestamp(after, UTC))
    return page(request, house, "news", topic=topic, days=int(days), newer=newer)


def topic_of(house: House, name: str) -> Topic:
    """The topic of that name; 404 where there is none."""
    for topic in house.settings.topics:
        if topic.name == name:
            return topic
    raise HTTPException(404, "There is no such topic.")
