"""Forms that only our own pages can send: each carries a token that is bound to a cookie of this browser.

The cookie holds a random number, the form its HMAC under our secret, together with the session's cookie: another site
can neither read the page nor know either, and a token of one browser is none in another
(https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html). Browsers that
say where a request comes from (Sec-Fetch-Site) are believed as well: cookies are shared by all ports of a host.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData

from monitor.web.admission import COOKIE as SESSION
from monitor.web.house import Here, House

COOKIE = "monitor_form"
FIELD = "form_token"
MOST_FIELDS = 20

_NUMBER = re.compile(r"[\w-]{43}", re.ASCII)
OUTSIDE = frozenset({"cross-site", "same-site"})


def number_of(request: Request) -> str:
    """The random number of this browser, "" where it has none yet."""
    number = request.cookies.get(COOKIE, "")
    return number if _NUMBER.fullmatch(number) else ""


def new_number() -> str:
    """A random number for a browser that has none."""
    return secrets.token_urlsafe(32)


def token(house: House, number: str, session: str) -> str:
    """What a form must carry, in a browser with this number and this session."""
    key = hashlib.sha256(f"monitor.web.form {house.secret}".encode()).digest()
    return hmac.new(key, f"{number}\0{session}".encode(), hashlib.sha256).hexdigest()


async def form_of(request: Request) -> FormData:
    """The fields of a form, files and floods of fields refused (400)."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=4_096)


async def own_form(request: Request, house: Here) -> FormData:
    """The fields of a form that one of our own pages sent; 403 for any other."""
    return _ours(request, house, await form_of(request))


async def own_upload(request: Request, house: Here) -> AsyncIterator[FormData]:
    """The same with one file among them, which is closed once the answer is made."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=4_096) as fields:
        yield _ours(request, house, fields)


def _ours(request: Request, house: House, fields: FormData) -> FormData:
    given, number = str(fields.get(FIELD, "")), number_of(request)
    wanted = token(house, number, request.cookies.get(SESSION, ""))
    ours = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())
    if not number or not ours or request.headers.get("sec-fetch-site", "") in OUTSIDE:
        raise HTTPException(403, "This form was not sent by a page of this browser, or the page was open for too long.")
    return fields


OwnForm = Annotated[FormData, Depends(own_form)]
OwnUpload = Annotated[FormData, Depends(own_upload)]
AnyForm = Annotated[FormData, Depends(form_of)]


def local_path(text: str) -> str:
    """The path of this site that a form names to go back to, "/" for anything else: no other site is ever named."""
    leads_here = re.fullmatch(r"/(?![/\\])[^\\\s\x00-\x20\x7f]{0,1000}", text, re.ASCII) and text.isascii()
    return text if leads_here else "/"
