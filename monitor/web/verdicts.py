"""A verdict given on the page: a form, then back to where it stood, so that a reload repeats nothing.

Where htmx sent the form, the answer is that form alone, as it stands now.
"""

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from monitor.models import Article, Feedback, Topic
from monitor.store.articles import article as article_of
from monitor.store.reading_page import verdicts_on
from monitor.store.topics import keep_feedback, withdraw_feedback
from monitor.web.forms import OwnForm, local_path
from monitor.web.house import Here, House
from monitor.web.pages import asks_for_a_part, page, teller
from monitor.web.today import topic_of

router = APIRouter()

ORIGIN = "reading page"


@router.post("/feedback")
def give(request: Request, house: Here, fields: OwnForm) -> Response:
    """Record the verdict (yes or no) on an article for a topic; the latest counts.

    With `withdraw`, the id of a verdict, take that one back; one that is gone already is no error, for that is what was
    wanted.
    """
    topic = topic_of(house, str(fields.get("topic", "")))
    with house.database.writing() as session:
        article = article_of(session, number(fields, "article"))
        if article is None:
            raise HTTPException(404, "This article is not kept, or not any more.")
        if "withdraw" in fields:
            withdraw_feedback(session, number(fields, "withdraw"))
        else:
            _keep(session, house, topic, article, str(fields.get("verdict", "")))
        counts = verdicts_on(session, topic.name, [article.id or 0]).get(article.id or 0)
    back = local_path(str(fields.get("back", "")))
    if not asks_for_a_part(request):
        return RedirectResponse(back, 303)
    return page(
        request, house, "ballot", article=teller(house).article(article, None, counts), topic=topic.name, back=back
    )


def number(fields: FormData, name: str) -> int:
    """The id that a field holds, 0 for what is none, or greater than any id can be."""
    given = str(fields.get(name, ""))
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else 0


def _keep(session: Session, house: House, topic: Topic, article: Article, verdict: str) -> None:
    if verdict not in ("yes", "no"):
        raise HTTPException(400, "A verdict is yes or no.")
    values = {
        "topic": topic.name,
        "article_id": article.id,
        "relevant": verdict == "yes",
        "origin": ORIGIN,
        "made_at": house.now(),
    }
    keep_feedback(session, Feedback.model_validate(values))
