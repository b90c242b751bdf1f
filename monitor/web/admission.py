"""Who may read: everybody on this machine, or, where a password or token is set, whoever knows it.

A browser signs in by a form and is remembered by a signed cookie; a program sends `Authorization: Bearer ...`. Both are
compared in constant time, and whoever guesses has to wait. What may be asked without stands in `OPEN`, once, so that a
new page is closed until somebody opens it.
"""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlencode

from itsdangerous import BadData, URLSafeSerializer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.digest.wording import counted
from monitor.links import read_feed
from monitor.web.house import LOOPBACK, House, hostname
from monitor.web.throttle import Throttle

COOKIE = "monitor_session"
LIFETIME = timedelta(days=30)

# Links in digests carry their own signed token; the rest says nothing about anybody.
OPEN = frozenset(
    {"/verdict", "/verdict/recorded", "/verdict/undo", "/unsubscribe", "/login", "/healthz", "/slack/actions"}
)
OPEN_FOLDER = "/static/"
# Asked by programs, who are told so in a status and not led to a form.
FOR_PROGRAMS = ("/api/", "/feeds/", "/metrics", "/openapi.json")


class Admission:
    """The layer that lets in or shows the door. `throttle` is shared with the form that signs in."""

    def __init__(self, app: ASGIApp, house: House, throttle: Throttle) -> None:
        self.app = app
        self.house = house
        self.throttle = throttle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["path"] in OPEN or scope["path"].startswith(OPEN_FOLDER):
            return None
        if _opens_feed(self.house, scope):
            return None
        if lets_in(self.house, headers.get("host", ""), HTTPConnection(scope).cookies.get(COOKIE, "")):
            return None
        if not self.house.passwords:
            return _nobody_is_asked()
        if "authorization" in headers:
            return self._bearer(headers["authorization"], (scope.get("client") or ("",))[0])
        return _to_the_door(scope)

    def _bearer(self, authorization: str, address: str) -> Response | None:
        now = self.house.now()
        if wait := self.throttle.wait(address, now):
            seconds = whole_seconds(wait)
            said = f"too many wrong passwords: try again in {counted(seconds, 'second')}\n"
            return PlainTextResponse(said, 429, {"Retry-After": str(seconds)})
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "bearer" and is_password(self.house, given.strip()):
            self.throttle.succeeded(address)
            return None
        self.throttle.failed(address, now)
        return JSONResponse({"detail": "wrong token"}, 401, {"WWW-Authenticate": "Bearer"})


def is_password(house: House, given: str) -> bool:
    """Whether it is the password or the token: each compared whole, in a time that tells nothing."""
    # Digests have one length, and any text has one, so that neither length nor encoding shows.
    seen = hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
    matches = [
        hmac.compare_digest(seen, hashlib.sha256(each.encode("utf-8", "surrogatepass")).digest())
        for each in house.passwords
    ]
    return any(matches)


def session_cookie(house: House) -> str:
    """A new session, signed, good for LIFETIME from now."""
    return str(_sessions(house).dumps([secrets.token_urlsafe(16), int((house.now() + LIFETIME).timestamp())]))


def signed_in(house: House, cookie: str) -> bool:
    """Whether a cookie is a session of ours that has not ended. With another password all of them have."""
    try:
        match _sessions(house).loads(cookie):
            case [str(), int(until)]:
                return house.now().timestamp() < until
    except BadData:
        pass
    return False


def lets_in(house: House, host: str, cookie: str) -> bool:
    """Whether whoever asks for this host, with this cookie, may see every page; without a password on loopback."""
    return signed_in(house, cookie) if house.passwords else hostname(host) in LOOPBACK


def secure(house: House, request: Request) -> bool:
    """Whether a cookie may be kept to https: the public page is served so, and this request came for it."""
    name = hostname(request.headers.get("host", ""))
    return house.settings.web.public_url.startswith("https://") and name not in LOOPBACK


def whole_seconds(wait: timedelta) -> int:
    """A wait as it is told, one second at least."""
    return max(1, int(wait.total_seconds() + 0.999))


def _sessions(house: House) -> URLSafeSerializer:
    known = hashlib.sha256("\0".join(house.passwords).encode("utf-8", "surrogatepass")).hexdigest()
    return URLSafeSerializer(
        house.secret,
        salt=f"monitor.web.session {known}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )


def _nobody_is_asked() -> Response:
    """A page that the world can reach, by a proxy, and no password: only links out of digests are answered."""
    return PlainTextResponse("this page has no password yet: set MONITOR_WEB__PASSWORD to read it from here\n", 403)


def _opens_feed(house: House, scope: Scope) -> bool:
    """Whether a feed's address carries the token of its topic."""
    feed = re.fullmatch(r"/feeds/([^/]+)\.(?:atom|json)", scope["path"])
    if feed is None:
        return False
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    return read_feed(house.secret, given) == feed[1]


def _to_the_door(scope: Scope) -> Response:
    if scope["path"].startswith(FOR_PROGRAMS):
        return JSONResponse({"detail": "sign in by Authorization: Bearer"}, 401, {"WWW-Authenticate": "Bearer"})
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse("sign in first\n", 401, {"WWW-Authenticate": "Bearer"})
    query = scope["query_string"].decode("latin-1")
    back = quote(scope["path"], safe="/") + (f"?{query}" if query else "")
    return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)
