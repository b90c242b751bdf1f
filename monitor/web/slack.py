"""Buttons in Slack: a request that Slack signed, with a ballot that we signed, is a verdict.

press ──> Slack ──signed with the channel's signing secret──> /slack/actions ──> verdict, kept
                                                                          └──> a line to whoever pressed, with undo
"""

import json
import logging
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Request
from starlette.responses import Response

from monitor.deliver.settings import ChannelSettings
from monitor.deliver.slack_actions import answer, is_signed
from monitor.digest.blocks import NO, YES
from monitor.digest.cleaning import one_line
from monitor.links import withdrawal_token
from monitor.web.house import Here, House
from monitor.web.mailed import UNDO_LIFETIME, ballot_of, keep_verdict, kept_article
from monitor.web.shown import HEADLINE

router = APIRouter()

ORIGIN = "slack"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What Slack says was pressed, and the channel whose secret signed it."""

    channel: ChannelSettings
    payload: Any


async def pressed(request: Request, house: Here) -> Pressed:
    """What was pressed; 403 for a request that Slack did not sign just now, 400 for one that says nothing."""
    body = await request.body()
    given = (request.headers.get("x-slack-request-timestamp", ""), request.headers.get("x-slack-signature", ""))
    for channel in house.settings.channels:
        secret = channel.signing_secret if channel.kind == "slack" else ""
        if is_signed(secret, given[0], body, given[1], house.now()):
            try:
                payload = json.loads(parse_qs(body.decode("utf-8", "replace"))["payload"][0])
            except (ValueError, LookupError, RecursionError) as error:
                raise HTTPException(400, "Slack pressed nothing here.") from error
            return Pressed(channel, payload)
    raise HTTPException(403, "This request was not signed by Slack with this channel's secret, or is too old.")


@router.post("/slack/actions")
def act(house: Here, press: Annotated[Pressed, Depends(pressed)], tasks: BackgroundTasks) -> Response:
    """Record the verdicts of the buttons pressed; who pressed is told after Slack has its answer."""
    payload = press.payload if isinstance(press.payload, dict) else {}
    if payload.get("type") == "block_actions":
        said = [line for action in payload.get("actions") or () if (line := _recorded(house, action))]
        if said:
            tasks.add_task(_tell, press.channel, str(payload.get("response_url", "")), "\n".join(said))
    return Response(status_code=200)


def _recorded(house: House, action: Any) -> str:
    """The line that tells what came of one button; "" for one that is none of ours."""
    if not isinstance(action, dict) or action.get("action_id") not in (YES, NO):
        return ""
    relevant = action["action_id"] == YES
    try:
        ballot = ballot_of(house, str(action.get("value", "")))
        with house.database.writing() as session:
            article = kept_article(session, ballot.article_id)
            kept = keep_verdict(session, house, ballot, relevant=relevant, origin=ORIGIN)
    except HTTPException as error:
        return str(error.detail)
    undo = withdrawal_token(house.secret, kept.id or 0, house.now() + UNDO_LIFETIME)
    address = f"{house.settings.web.public_url.rstrip('/')}/verdict/recorded?{urlencode({'undo': undo})}"
    title = one_line(article.title, HEADLINE)
    return f"Recorded: {'relevant' if relevant else 'not relevant'}: {title}. To take it back: {address}"


def _tell(channel: ChannelSettings, url: str, text: str) -> None:
    outcome = answer(channel, url, text)
    if outcome.state != "sent":
        _log.warning("whoever pressed a button in Slack was told nothing: %s", outcome.detail)
