"""What holds for every request, whatever it wants: to which name it comes, how long it is, what goes back with it.

A name that we do not answer to is refused, or a page of somebody else's whose name was made to point here (DNS
rebinding) could read this one: https://owasp.org/www-community/attacks/DNS_Rebinding.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.house import House, hostname

# The longest form is a verdict with a signed token, some 1,000 bytes; what mail programs post is shorter.
LONGEST_BODY = 16_384
# An OPML of ten thousand feeds, at some hundred bytes each.
# What Slack says of a press carries the whole message, whose blocks have some 13,000 characters, escaped twice.
LONGEST_BODIES = {"/sources/opml": 2_000_000, "/slack/actions": 262_144}

# No script and no style but the files we serve, never one in a page; nothing from elsewhere, asked of nobody else, and
# nobody may frame the page.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
}


class Protection:
    """The outermost layer: refuses strange names and long bodies, and sends the security headers with every answer.

    A route may state a header of HEADERS itself; then its own counts.
    """

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.hosts = house.hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":

            async def guarded(message: Message) -> None:
                if message["type"] == "http.response.start":
                    protect(MutableHeaders(scope=message))
                await send(message)

            refusal = self._refusal(Headers(scope=scope), LONGEST_BODIES.get(scope["path"], LONGEST_BODY))
            await (refusal or self.app)(scope, receive, guarded)
        # There are no web sockets here: one that nobody accepts is refused by the server.

    def _refusal(self, headers: Headers, longest: int) -> PlainTextResponse | None:
        names = headers.getlist("host")
        if len(names) != 1 or hostname(names[0]) not in self.hosts:
            return PlainTextResponse("not a name of this page: its address is web.public_url\n", 400)
        if "transfer-encoding" in headers:
            return PlainTextResponse("say how long it is\n", 411)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and int(length) <= longest):
            return PlainTextResponse("too long\n", 413)
        return None


def protect(headers: MutableHeaders) -> None:
    """Adds what is missing of HEADERS."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
