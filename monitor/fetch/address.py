"""The text of an address in; the address as it is sent out.

One parser, httpx's, for what is checked and for what is sent: two that disagree on where the host stands are how
guards are fooled. Never opens a connection.
"""

import base64
import re
from dataclasses import dataclass, field, replace
from functools import cached_property

import httpx

from monitor.errors import Refused
from monitor.urls import absolute

_USER = re.compile(r"(?<=//)[^/?#]*@")


@dataclass(frozen=True)
class Address:
    """An http or https address without user and fragment; `authorization` is what its user and password made, or "".

    What is asked of it several times a request is made once.
    """

    url: httpx.URL
    authorization: str = field(default="", repr=False)

    @cached_property
    def text(self) -> str:
        """The address as text; it holds no password."""
        return str(self.url)

    @cached_property
    def host(self) -> str:
        """The host name or literal address, lower case, a name in Punycode."""
        return self.url.raw_host.decode("ascii")

    @cached_property
    def port(self) -> int:
        """The port that is asked."""
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    @cached_property
    def origin(self) -> str:
        """scheme://host[:port], as `monitor.urls.origin` writes it, but by the parser that sends."""
        return f"{self.url.scheme}://{self.url.netloc.decode('ascii')}"

    @property
    def robots(self) -> "Address":
        """Where the rules for this address stand (RFC 9309, section 2.3)."""
        return Address(httpx.URL(f"{self.origin}/robots.txt"))


def without_user(url: str) -> str:
    """The address without user and password, as errors and pages may show it; no matter how broken it is."""
    return _USER.sub("", url.strip(), count=1)


def address_of(url: str) -> Address:
    """The address that a text names.

    User and password are taken out and become Basic authorization (RFC 7617), a trailing dot of the host goes, for
    `example.org.` is the same machine under the same limit. Raises Refused where there is no http or https host to ask.
    """
    shown = without_user(url)
    try:
        parsed = httpx.URL(url.strip())
        if parsed.scheme not in ("http", "https"):
            raise Refused(shown, f"only http and https are asked, not {parsed.scheme or 'an address without a scheme'}")
        host = parsed.raw_host.decode("ascii").rstrip(".")
        clean = parsed
        plain = url.startswith(("http://", "https://"))  # of another form httpx leaves out the usual port only then
        if not plain or parsed.userinfo or "#" in url or parsed.raw_host != host.encode("ascii"):
            clean = parsed.copy_with(username=None, password=None, host=host, fragment=None)
    except (httpx.InvalidURL, ValueError) as error:  # ValueError: what idna and the codecs raise for impossible names
        raise Refused(shown, f"not an address that can be asked ({error})") from error
    # httpx escapes what no host can be called, as in http://[x/: an escape is no name, and is not to be looked up.
    if not host or "%" in host or not (clean.port is None or 0 < clean.port < 65_536):
        raise Refused(shown, "not an address that can be asked (no such host or port)")
    authorization = ""
    if parsed.userinfo:
        pair = f"{parsed.username}:{parsed.password}".encode()
        authorization = f"Basic {base64.b64encode(pair).decode('ascii')}"
    return Address(clean, authorization)


def redirected(address: Address, location: str) -> Address:
    """Where a redirect leads from `address`.

    The user and password stay with the origin they were given for; those that a redirect names are ignored, for a
    server has no say in whom we are to others. Raises Refused where it leads to no http or https address.
    """
    target = absolute(address.text, location)
    if not target:
        raise Refused(address.text, f"redirects to what is no http or https address: {without_user(location)[:200]!r}")
    following = replace(address_of(target), authorization="")
    if following.origin == address.origin:
        return replace(following, authorization=address.authorization)
    return following
