"""Verdicts given by programs."""

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from monitor.models import Feedback
from monitor.store.articles import article as article_of
from monitor.store.topics import keep_feedback, withdraw_feedback
from monitor.web.api.reading import MISSING, MISUNDERSTOOD, WRONG_TOKEN
from monitor.web.api.shapes import FaultJson, RecordedJson, VerdictJson
from monitor.web.forms import OUTSIDE
from monitor.web.house import Here
from monitor.web.reading import Identity
from monitor.web.today import topic_of

ORIGIN = "api"
_FOREIGN = {"model": FaultJson, "description": "It came from a page of another site, or not as JSON."}


async def own_program(request: Request) -> None:
    """Nothing for a program's request; 403 for one that a page of another site made a browser send."""
    as_json = request.method == "DELETE" or request.headers.get("content-type", "").startswith("application/json")
    if not as_json or request.headers.get("sec-fetch-site", "") in OUTSIDE:
        raise HTTPException(403, "Send it as application/json, and not from a page of another site.")


router = APIRouter(
    prefix="/api",
    tags=["judging"],
    dependencies=[Depends(own_program)],
    responses={400: MISUNDERSTOOD, 401: WRONG_TOKEN, 403: _FOREIGN, 404: MISSING, 422: MISUNDERSTOOD},
)


@router.post("/feedback", status_code=201)
def give(house: Here, verdict: VerdictJson) -> RecordedJson:
    """Record a verdict; the latest on an article counts."""
    topic = topic_of(house, verdict.topic)
    with house.database.writing() as session:
        found = article_of(session, verdict.article) if 0 < verdict.article < 2**31 else None
        if found is None:
            raise HTTPException(404, "This article is not kept, or not any more.")
        given = {
            "topic": topic.name,
            "article_id": found.id,
            "relevant": verdict.relevant,
            "origin": ORIGIN,
            "made_at": house.now(),
        }
        kept = keep_feedback(session, Feedback.model_validate(given))
    return RecordedJson(kept.id or 0, verdict.article, topic.name, verdict.relevant)


@router.delete("/feedback/{feedback_id}", status_code=204, response_class=Response)
def take_back(house: Here, feedback_id: Identity) -> None:
    """Take a verdict back, so that the one before it counts again."""
    with house.database.writing() as session:
        if not withdraw_feedback(session, feedback_id):
            raise HTTPException(404, "There is no verdict of that number.")
