"""What is kept, for programs to read: topics, stories, articles, a search, sources, digests, and how all stands."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from monitor.pipeline.polling.health import healths
from monitor.pipeline.standing import standing
from monitor.store.articles import article as article_of
from monitor.store.digests import digest_items
from monitor.store.matching import Filters
from monitor.store.polling import feed_states
from monitor.store.reading_page import judged_articles, stories_of_topic, story_and_articles
from monitor.store.search import search
from monitor.store.told import digest, digests, latest_deliveries
from monitor.store.topics import assessments_of
from monitor.web.api.shapes import (
    ArticleJson,
    FaultJson,
    HitJson,
    SourceJson,
    StandingJson,
    StoryJson,
    TopicJson,
    WholeArticleJson,
)
from monitor.web.api.told import DeliveryJson, DigestJson
from monitor.web.house import Here
from monitor.web.reading import Identity
from monitor.web.today import topic_of

MISSING = {"model": FaultJson, "description": "There is none of that name or number."}
WRONG_TOKEN = {"model": FaultJson, "description": "Sign in by `Authorization: Bearer` with the token or password."}

MISUNDERSTOOD = {"model": FaultJson, "description": "Something in the request is none of what it should be."}

router = APIRouter(prefix="/api", tags=["reading"], responses={401: WRONG_TOKEN, 422: MISUNDERSTOOD})

Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
State = Literal["", "pending", "sending", "sent", "failed", "unknown"]


class Question(BaseModel):
    """What a search looks for, and where; what is empty leaves a question open."""

    q: str = Field(max_length=500, description='Words, a "phrase in quotes", this OR that, and -without this.')
    topic: str = ""
    relevant: bool = False
    source: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = Field(default=20, ge=1, le=200)

    def filters(self) -> Filters:
        """The same for the store."""
        return Filters(
            source=self.source,
            language=self.language,
            since=_in_utc(self.since),
            until=_in_utc(self.until),
            topic=self.topic,
            relevant=self.relevant,
        )


def _in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC, where it names no zone taken as that; None for one that no calendar reaches there."""
    if moment is None:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


@router.get("/topics")
def topics(house: Here) -> list[TopicJson]:
    """Every topic as it is declared."""
    return [TopicJson.of(each) for each in house.settings.topics]


@router.get("/topics/{name}", responses={404: MISSING})
def topic(house: Here, name: str) -> TopicJson:
    """One topic."""
    return TopicJson.of(topic_of(house, name))


@router.get("/topics/{name}/stories", responses={404: MISSING})
def stories(
    house: Here, name: str, days: Annotated[int, Query(ge=1, le=366)] = 3, limit: Limit = 100
) -> list[StoryJson]:
    """Stories with a relevant article of the last days, most relevant first."""
    found = topic_of(house, name)
    with house.database.reading() as session:
        rows = stories_of_topic(session, found.name, since=house.now() - timedelta(days=days), limit=limit)
    return [StoryJson.of(each.story, [ArticleJson.judged(one) for one in each.articles]) for each in rows]


@router.get("/stories/{story_id}", responses={404: MISSING})
def story(house: Here, story_id: Identity, topic: str = "") -> StoryJson:
    """A story with its articles, as a topic judges them where one is named."""
    name = topic_of(house, topic).name if topic else ""
    with house.database.reading() as session:
        found = story_and_articles(session, story_id)
        if found is None:
            raise HTTPException(404, "This story is not kept, or not any more.")
        judged = judged_articles(session, name, found[1])
    return StoryJson.of(found[0], [ArticleJson.judged(judged[each.id or 0]) for each in found[1]])


@router.get("/articles/{article_id}", responses={404: MISSING})
def article(house: Here, article_id: Identity) -> WholeArticleJson:
    """An article with its text and what every topic thinks of it."""
    with house.database.reading() as session:
        found = article_of(session, article_id)
        if found is None:
            raise HTTPException(404, "This article is not kept, or not any more.")
        thought = assessments_of(session, article_id)
    return WholeArticleJson(ArticleJson.of(found, thought), found.authors, found.text)


@router.get("/search", responses={404: MISSING})
def find(house: Here, asked: Annotated[Question, Query()]) -> list[HitJson]:
    """Full-text search over everything kept, best first."""
    if asked.topic:
        topic_of(house, asked.topic)
    with house.database.reading() as session:
        hits = search(session, asked.q, filters=asked.filters(), limit=asked.limit)
    return [HitJson(ArticleJson.of(hit.article), hit.snippet.text, hit.rank) for hit in hits]


@router.get("/sources")
def sources(house: Here) -> list[SourceJson]:
    """Every declared source and how it fares."""
    now = house.now()
    with house.database.reading() as session:
        return [SourceJson.of(each) for each in healths(session, house.settings.sources, feed_states(session), now)]


@router.get("/digests")
def told(
    house: Here,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Of those kept before this one.")] = None,
    limit: Limit = 40,
) -> list[DigestJson]:
    """Digests, the latest first."""
    with house.database.reading() as session:
        return [DigestJson.of(each.digest, each.deliveries) for each in digests(session, limit=limit, before=before)]


@router.get("/digests/{digest_id}", responses={404: MISSING})
def one_digest(house: Here, digest_id: Identity) -> DigestJson:
    """A digest with its lines and its deliveries."""
    with house.database.reading() as session:
        found = digest(session, digest_id)
        if found is None:
            raise HTTPException(404, "This digest is not kept, or not any more.")
        return DigestJson.of(found.digest, found.deliveries, digest_items(session, digest_id))


@router.get("/deliveries")
def deliveries(house: Here, state: State = "", limit: Limit = 100) -> list[DeliveryJson]:
    """The latest deliveries, or those in one state."""
    with house.database.reading() as session:
        return [DeliveryJson.of(each) for each, _ in latest_deliveries(session, limit=limit, state=state)]


@router.get("/status")
def status(house: Here) -> StandingJson:
    """Is it alive, what broke, what does it cost."""
    return StandingJson(**standing(house.settings, house.database, house.now()).to_json())
