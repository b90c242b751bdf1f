"""What was told: every digest as it was sent, and what came of each delivery."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from monitor.digest.cleaning import one_line
from monitor.models import Delivery, DeliveryState
from monitor.pipeline.delivering import send_again
from monitor.store.digests import digest_items
from monitor.store.outbox import delivery as delivery_of
from monitor.store.told import delivery_counts, digest, digests, latest_deliveries
from monitor.web.forms import OwnForm
from monitor.web.house import Here
from monitor.web.pages import page, seen, teller
from monitor.web.reading import Identity
from monitor.web.shown import HEADLINE, SENTENCE

router = APIRouter()

PAGE = 40
MOST_DELIVERIES = 100

# A message carries its style in every element, as mail programs ask; it runs nothing, loads nothing and may only be
# framed by this site. Its links open beside it.
AS_SENT = {
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
State = Literal["", "pending", "sending", "sent", "failed", "unknown"]


@router.get("/digests")
def archive(request: Request, house: Here, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None) -> Response:
    """All digests, the latest first."""
    shows = teller(house)
    with house.database.reading() as session:
        found = digests(session, limit=PAGE + 1, before=before)
        states = delivery_counts(session)
    rows = [
        {
            "sent": each,
            "title": one_line(each.digest.title or each.digest.name, HEADLINE),
            "first_line": one_line(each.digest.first_line, SENTENCE),
            "when": shows.moment(each.digest.composed_at),
        }
        for each in found[:PAGE]
    ]
    older = found[PAGE - 1].digest.id if len(found) > PAGE else None
    return page(request, house, "digests", rows=rows, states=states, older=older)


@router.get("/digests/{digest_id}")
def as_told(
    request: Request, house: Here, digest_id: Identity, chosen: Annotated[int, Query(alias="delivery")] = 0
) -> Response:
    """One digest: the message of one of its deliveries, what became of all of them, and the stories it told."""
    shows = teller(house)
    with house.database.reading() as session:
        found = digest(session, digest_id)
        if found is None:
            raise HTTPException(404, "This digest is not kept, or not any more.")
        items = digest_items(session, digest_id)
    deliveries = found.deliveries
    return page(
        request,
        house,
        "digest",
        digest=found.digest,
        title=one_line(found.digest.title or found.digest.name, HEADLINE),
        first_line=one_line(found.digest.first_line, SENTENCE),
        when=shows.moment(found.digest.composed_at),
        deliveries=[(each, shows.moment(each.changed_at)) for each in deliveries],
        chosen=next((each for each in deliveries if each.id == chosen), deliveries[0] if deliveries else None),
        items=[(item, one_line(item.headline, HEADLINE) or "Untitled") for item in items],
    )


@router.get("/deliveries")
def outbox(request: Request, house: Here, state: State = "") -> Response:
    """The latest deliveries, or those in one state."""
    shows = teller(house)
    with house.database.reading() as session:
        found = latest_deliveries(session, limit=MOST_DELIVERIES, state=state)
        states = delivery_counts(session)
    rows = [
        {
            "delivery": delivery,
            "subject": one_line(delivery.subject, HEADLINE),
            "detail": one_line(delivery.detail, SENTENCE),
            "when": shows.moment(delivery.changed_at),
            "next": shows.moment(delivery.next_attempt),
            "digest_id": told.id,
            "again": _may_be_sent_again(delivery),
        }
        for delivery, told in found
    ]
    return page(request, house, "deliveries", rows=rows, states=states, state=state, most=MOST_DELIVERIES)


@router.post("/deliveries/{delivery_id}/resend")
def send_it_again(house: Here, delivery_id: Identity, fields: OwnForm) -> Response:  # noqa: ARG001 - asked for its check
    """Send a delivery again, by hand, under the same Message-ID: one that failed for good, or may not have arrived."""
    with house.database.reading() as session:
        found = delivery_of(session, delivery_id)
    if found is None or not _may_be_sent_again(found):
        raise HTTPException(409, "This delivery is not one that waits for somebody to send it again.")
    send_again(house.settings, house.database, delivery_id, house.now)
    return seen(f"/deliveries#delivery-{delivery_id}")


@router.get("/deliveries/{delivery_id}/message")
def message(house: Here, delivery_id: Identity) -> HTMLResponse:
    """The message itself, as it was sent: alone, in a sandbox."""
    with house.database.reading() as session:
        found = delivery_of(session, delivery_id)
    if found is None:
        raise HTTPException(404, "This delivery is not kept, or not any more.")
    return HTMLResponse(_as_sent(found), headers=AS_SENT)


def _may_be_sent_again(delivery: Delivery) -> bool:
    """Whether it waits for a person: its outcome is not known, or it failed and is not tried again by itself."""
    given_up = delivery.state == DeliveryState.FAILED and delivery.next_attempt is None
    return delivery.state == DeliveryState.UNKNOWN or given_up


def _as_sent(delivery: Delivery) -> str:
    """The page that was sent, its links made to open outside the frame; a message without one says so."""
    if not delivery.html:
        return "<!doctype html><title>No page</title><p>This message was sent as text alone.</p>"
    return delivery.html.replace("<head>", '<head><base target="_blank">', 1)
