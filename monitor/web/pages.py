"""Templates and the answers made of them: HTML, everything in it escaped, with a token for its forms."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from monitor.digest.wording import counted
from monitor.web import admission, forms
from monitor.web.house import House
from monitor.web.shown import Teller

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

# A form stays good for as long as its cookie: longer than anybody leaves a page open and comes back to it.
FORM_LIFETIME = timedelta(days=30)


def page(request: Request, house: House, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """The page of a template, with what every page shows: where one is, the topics, the token for its forms."""
    number = forms.number_of(request) or forms.new_number()
    session = request.cookies.get(admission.COOKIE, "")
    everywhere = {
        "here": request.url.path,
        "topics": house.settings.topics,
        "zone": house.zone,
        "files_fault": house.current.fault,
        "version": _version(),
        "form_field": forms.FIELD,
        "form_token": forms.token(house, number, session),
        "signed_in": bool(house.passwords) and admission.signed_in(house, session),
        "closed": not admission.lets_in(house, request.headers.get("host", ""), session),
    }
    response = HTMLResponse(_templates().get_template(f"{template}.html.j2").render(everywhere | shown), status)
    keep_cookie(response, request, house, forms.COOKIE, number, FORM_LIFETIME)
    return response


def asks_for_a_part(request: Request) -> bool:
    """Whether htmx asks, which puts the answer into the page that is open."""
    return request.headers.get("hx-request") == "true"


def seen(path: str, **query: object) -> RedirectResponse:
    """The answer to a form that did its work: look there, with GET (303), so that a reload repeats nothing."""
    asked = urlencode({name: str(value) for name, value in query.items()})
    return RedirectResponse(f"{path}?{asked}" if asked else path, 303)


def keep_cookie(
    response: HTMLResponse | RedirectResponse, request: Request, house: House, name: str, value: str, age: timedelta
) -> None:
    """A cookie that no script reads, no other site sends, and no plain connection carries where the page has https."""
    response.set_cookie(
        name,
        value,
        max_age=int(age.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=admission.secure(house, request),
    )


def teller(house: House) -> Teller:
    """Shows things as of now, in the reader's time zone."""
    return Teller(house.zone, house.now())


@cache
def _templates() -> Environment:
    """Escaping is on whatever a template is called."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"counted": counted, "address": _address}
    return environment


def _address(query: Mapping[str, object], **changes: object) -> str:
    """A query as an address carries it, with changes, without what is empty."""
    return urlencode({name: value for name, value in {**query, **changes}.items() if value not in ("", None, False)})


@cache
def _version() -> str:
    """Changes when a file of ours does: browsers keep them for long, under addresses that end in this."""
    together = b"".join(path.read_bytes() for path in sorted(STATIC.rglob("*")) if path.is_file())
    return hashlib.sha256(together).hexdigest()[:12]
