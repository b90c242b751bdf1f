"""A verdict given on the page: a form, then back to where it stood, so that a reload repeats nothing."""

from fastapi import APIRouter, HTTPException
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from monitor.models import Feedback
from monitor.store.articles import article as article_of
from monitor.store.topics import keep_feedback, withdraw_feedback
from monitor.web.forms import OwnForm, local_path
from monitor.web.house import Here
from monitor.web.today import topic_of

router = APIRouter()

ORIGIN = "reading page"


@router.post("/feedback")
def give(house: Here, fields: OwnForm) -> RedirectResponse:
    """Record the verdict (yes or no) on an article for a topic; the latest counts."""
    topic = topic_of(house, str(fields.get("topic", "")))
    verdict = str(fields.get("verdict", ""))
    if verdict not in ("yes", "no"):
        raise HTTPException(400, "A verdict is yes or no.")
    with house.database.writing() as session:
        article = article_of(session, number(fields, "article"))
        if article is None:
            raise HTTPException(404, "This article is not kept, or not any more.")
        feedback = Feedback.model_validate(
            {
                "topic": topic.name,
                "article_id": article.id,
                "relevant": verdict == "yes",
                "origin": ORIGIN,
                "made_at": house.now(),
            }
        )
        keep_feedback(session, feedback)
    return RedirectResponse(local_path(str(fields.get("back", ""))), 303)


@router.post("/feedback/withdraw")
def take_back(house: Here, fields: OwnForm) -> RedirectResponse:
    """Take a verdict back; one that is gone already is no error, for that is what was wanted."""
    with house.database.writing() as session:
        withdraw_feedback(session, number(fields, "feedback"))
    return RedirectResponse(local_path(str(fields.get("back", ""))), 303)


def number(fields: FormData, name: str) -> int:
    """The id that a field holds, 0 for what is none, or greater than any id can be."""
    given = str(fields.get(name, ""))
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else 0
