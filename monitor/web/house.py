"""What every page works with, and how a request comes by it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request

from monitor.config import Settings
from monitor.config.current import Current
from monitor.pipeline.judging.anew import Anew
from monitor.store import Database

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class House:
    """The settings as they stand, the one database, the clock, and the secret that signs forms, sessions and links.

    `anew` judges topics that were changed; without it the next collect does.
    """

    current: Current
    database: Database
    now: Callable[[], datetime]
    secret: str = field(repr=False)
    anew: Anew | None = None

    @property
    def settings(self) -> Settings:
        """The configuration as its files stand at this moment."""
        return self.current.settings

    @property
    def zone(self) -> str:
        """The IANA time zone in which moments are shown: that of the first digest, for the reader is the same."""
        digests = self.settings.digests
        return digests[0].timezone if digests else self.settings.collect.timezone

    @property
    def passwords(self) -> tuple[str, ...]:
        """What lets a person in; empty where nobody is asked."""
        return tuple(filter(None, (self.settings.web.password, self.settings.web.token)))

    @property
    def public_host(self) -> str:
        """The host name of `public_url`, in lower case; "" where it has none."""
        return urlsplit(self.settings.web.public_url).hostname or ""

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the page answers: loopback, the public one, and the address it is bound to.

        An address that stands for all of a machine's is none that a browser could name.
        """
        bound = self.settings.web.host
        return LOOPBACK | {self.public_host} | ({bound} - {"0.0.0.0", "::", ""})  # noqa: S104 - left out, not bound to


def host_of(request: Request) -> str:
    """The host name, without its port, that a request was sent to."""
    return hostname(request.headers.get("host", ""))


def hostname(host: str) -> str:
    """The name in a Host header, in lower case, without port and brackets; "" for what is no host (RFC 9110, 7.2)."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for what is no port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""


async def house_of(request: Request) -> House:
    """The house that a request came to."""
    return cast(House, request.app.state.house)


Here = Annotated[House, Depends(house_of)]
