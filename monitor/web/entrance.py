"""Signing in and out, where a password is set."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.digest.wording import counted
from monitor.web import admission
from monitor.web.forms import OwnForm, local_path
from monitor.web.house import Here
from monitor.web.pages import keep_cookie, page
from monitor.web.throttle import Throttle

router = APIRouter()


@router.get("/login")
async def door(request: Request, house: Here, after: Annotated[str, Query(alias="next")] = "/") -> Response:
    """The form; where nobody is asked, straight on."""
    if not house.passwords:
        return RedirectResponse(local_path(after), 303)
    return page(request, house, "login", after=local_path(after), refused="")


@router.post("/login")
async def sign_in(request: Request, house: Here, fields: OwnForm) -> Response:
    """Let in whoever knows the password; whoever guesses waits longer each time.

    Nothing is awaited between asking whether one may try and counting the try, so that tries sent at once are counted
    one by one.
    """
    throttle: Throttle = request.app.state.throttle
    address = request.client.host if request.client else ""
    after = local_path(str(fields.get("next", "")))
    if wait := throttle.wait(address, house.now()):
        seconds = admission.whole_seconds(wait)
        said = f"Too many wrong passwords: try again in {counted(seconds, 'second')}."
        refused = page(request, house, "login", 429, after=after, refused=said)
        refused.headers["Retry-After"] = str(seconds)
        return refused
    if not admission.is_password(house, str(fields.get("password", ""))):
        throttle.failed(address, house.now())
        return page(request, house, "login", 401, after=after, refused="That is not the password.")
    throttle.succeeded(address)
    response = RedirectResponse(after, 303)
    keep_cookie(response, request, house, admission.COOKIE, admission.session_cookie(house), admission.LIFETIME)
    return response


@router.post("/logout")
async def sign_out(fields: OwnForm) -> Response:  # noqa: ARG001 - asked for its check
    """Forget this browser."""
    response = RedirectResponse("/login", 303)
    response.delete_cookie(admission.COOKIE)
    return response
