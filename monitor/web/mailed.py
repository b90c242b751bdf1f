"""Where the links in digests lead. GET shows a page and changes nothing, for mail scanners open every link.

The button on the page posts. The signed token in the link is all that is asked for, no session and no form token: it
names one article, one topic and one audience (`monitor.links`).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from monitor.links import (
    Ballot,
    Unusable,
    read_ballot,
    read_unsubscribe,
    read_withdrawal,
    withdrawal_token,
)
from monitor.models import Article, Feedback
from monitor.store.articles import article as article_of
from monitor.store.outbox import unsubscribe, unsubscribed
from monitor.store.reading_page import verdict as verdict_of
from monitor.store.reading_page import verdicts_on
from monitor.store.topics import keep_feedback, withdraw_feedback
from monitor.web.forms import AnyForm
from monitor.web.house import Here, House
from monitor.web.pages import page, seen, teller

router = APIRouter()

ORIGIN = "digest"

# A second click within so long is the same click, of somebody who clicks twice.
SAME_CLICK = timedelta(minutes=1)
# How long a verdict can be taken back where it was given; after that another verdict does.
UNDO_LIFETIME = timedelta(days=1)

Token = Annotated[str, Query()]
Held = TypeVar("Held")

_REFUSALS = {
    Unusable.EXPIRED: "This link is too old: its time to answer has passed.",
    Unusable.FORGED: "This link is not whole, or none of ours. Open it from the message itself, and not from a copy.",
}
# Neither browsers nor proxies keep what stands under somebody's token.
_UNKEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a digest is sent to: the digest's title, and the recipient."""

    digest: str
    recipient: str


@router.get("/verdict")
def ask(request: Request, house: Here, token: Token = "", verdict: str = "yes") -> Response:
    """The page with the button; `verdict` is what was clicked in the message, and the button says it."""
    ballot = ballot_of(house, token)
    with house.database.reading() as session:
        article = kept_article(session, ballot.article_id)
    return _unkept(
        page(
            request,
            house,
            "verdict",
            article=teller(house).article(article),
            topic=_title(house, ballot.topic),
            token=token,
            relevant=verdict != "no",
        )
    )


@router.post("/verdict")
def record(house: Here, fields: AnyForm) -> Response:
    """Record the verdict, and show that it is."""
    ballot = ballot_of(house, str(fields.get("token", "")))
    given = str(fields.get("verdict", ""))
    if given not in ("yes", "no"):
        raise HTTPException(400, "A verdict is yes or no.")
    with house.database.writing() as session:
        kept_article(session, ballot.article_id)
        feedback = keep_verdict(session, house, ballot, relevant=given == "yes")
    undo = withdrawal_token(house.secret, feedback.id or 0, house.now() + UNDO_LIFETIME)
    return seen("/verdict/recorded", undo=undo)


@router.get("/verdict/recorded")
def recorded(request: Request, house: Here, undo: Token = "") -> Response:
    """What was recorded, or that it was taken back, with a button for the other thing."""
    feedback_id = _usable(read_withdrawal(house.secret, undo, house.now()))
    with house.database.reading() as session:
        feedback = verdict_of(session, feedback_id)
        article = kept_article(session, feedback.article_id) if feedback else None
    return _unkept(
        page(
            request,
            house,
            "recorded",
            article=teller(house).article(article) if article else None,
            relevant=feedback is not None and feedback.relevant,
            topic=_title(house, feedback.topic) if feedback else "",
            undo=undo,
        )
    )


@router.post("/verdict/undo")
def undo(house: Here, fields: AnyForm) -> Response:
    """Take the verdict back."""
    token = str(fields.get("undo", ""))
    feedback_id = _usable(read_withdrawal(house.secret, token, house.now()))
    with house.database.writing() as session:
        withdraw_feedback(session, feedback_id)
    return seen("/verdict/recorded", undo=token)


@router.get("/unsubscribe")
def leave(request: Request, house: Here, token: Token = "") -> Response:
    """The page with the button."""
    audience = _usable(read_unsubscribe(house.secret, token))
    with house.database.reading() as session:
        gone = bool(unsubscribed(session, [audience]))
    return _unkept(page(request, house, "unsubscribe", token=token, gone=gone, to=_addressed(house, audience)))


@router.post("/unsubscribe")
def one_click(request: Request, house: Here, token: Token = "") -> Response:
    """Unsubscribe: our own button, or a mail program's one click (RFC 8058: no cookie, no redirect).

    The body that the RFC prescribes, `List-Unsubscribe=One-Click`, is not asked for: the token says it all, and a mail
    program that leaves the body out has a reader who wants no more.
    """
    audience = _usable(read_unsubscribe(house.secret, token))
    with house.database.writing() as session:
        unsubscribe(session, audience, house.now())
    return _unkept(page(request, house, "unsubscribe", token=token, gone=True, to=_addressed(house, audience)))


def keep_verdict(session: Session, house: House, ballot: Ballot, *, relevant: bool, origin: str = ORIGIN) -> Feedback:
    """The verdict just written, or the same reader's same one where that was a moment ago."""
    now = house.now()
    last = verdicts_on(session, ballot.topic, [ballot.article_id]).get(ballot.article_id)
    if last and (last.relevant, last.origin) == (relevant, origin) and now - last.made_at < SAME_CLICK:
        return last
    feedback = Feedback.model_validate(
        {
            "topic": ballot.topic,
            "article_id": ballot.article_id,
            "relevant": relevant,
            "origin": origin,
            "probability": ballot.probability,
            "made_at": now,
        }
    )
    return keep_feedback(session, feedback)


def ballot_of(house: House, token: str) -> Ballot:
    """The ballot of a token; 403, 404 or 410 where it is none, of no topic, or too old."""
    ballot = _usable(read_ballot(house.secret, token, house.now()))
    if all(topic.name != ballot.topic for topic in house.settings.topics):
        raise HTTPException(404, "The topic that this link asks about is no more.")
    return ballot


def _usable(held: Held | Unusable) -> Held:
    if isinstance(held, Unusable):
        raise HTTPException(410 if held is Unusable.EXPIRED else 403, _REFUSALS[held], _UNKEPT)
    return held


def kept_article(session: Session, article_id: int) -> Article:
    """The article of an id; 404 where it is not kept any more."""
    found = article_of(session, article_id)
    if found is None:
        raise HTTPException(404, "This article is not kept any more, so it cannot be judged.")
    return found


def _title(house: House, topic: str) -> str:
    return next((each.title for each in house.settings.topics if each.name == topic), topic)


def _addressed(house: House, audience: str) -> Addressed:
    """Whom an audience names; its key is "digest channel recipient"."""
    digest, _, rest = audience.partition(" ")
    titles = {each.name: each.title for each in house.settings.digests}
    return Addressed(titles.get(digest) or digest, rest.partition(" ")[2])


def _unkept(response: Response) -> Response:
    response.headers.update(_UNKEPT)
    return response
