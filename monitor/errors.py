"""Every error this program raises on purpose, as one tree.

    MonitorError                      something the reader of a message can act on
    ├── ConfigurationError            a setting, seed or name is wrong: exit 2, nothing was done
    ├── StoreError                    the database cannot be opened, read or upgraded: exit 2
    ├── AddressError                  a text that is no address we can ask
    ├── FetchError                    a request that gave no page; carries the URL
    │   ├── Refused                   not asked at all: robots.txt, a private address, a foreign scheme
    │   ├── Deferred                  asked to come back later; carries the moment
    │   │   ├── LeftAlone             not asked: its host has had enough of us for now
    │   │   └── Held                  not asked: another worker of this collect is asking that host
    │   └── Gone                      404 or 410: never asked again
    ├── ParseError                    a source document that lists nothing we understand
    └── DeliveryError                 a channel that did not take a message

An expected failure is recorded and the batch goes on. Anything outside this tree is a fault of ours: of one page or one
source among many it is recorded as their failure, its traceback logged; anywhere else it stops the run loudly.
"Not modified" is a result, never an error.
"""

from datetime import datetime
from enum import StrEnum
from typing import Self


class MonitorError(Exception):
    """The root: its text is one line, names what is wrong and what to do."""


class ConfigurationError(MonitorError):
    """A configuration that cannot be run; the text names file, key and remedy."""


class StoreError(MonitorError):
    """A database that cannot be used; the text names it (without its password) and the remedy."""


class AddressError(MonitorError):
    """A text that is no http or https address."""


class Cause(StrEnum):
    """Why a source gave nothing, as far as it decides what a person can do about it."""

    STATUS = "status"  # an HTTP status that brings no page; FetchError.status says which
    UNREACHABLE = "unreachable"  # no such name, no connection, or no whole answer in time
    WAIT = "wait"  # it asked to be left alone for a while
    ROBOTS = "robots"  # its robots.txt forbids it
    ADDRESS = "address"  # no address that may be asked
    ANSWER = "answer"  # an answer that cannot be read: too large, badly encoded, not text
    LISTING = "listing"  # a document that lists no news
    FAULT = "fault"  # a fault of this program


class FetchError(MonitorError):
    """A request that gave no page: `cause` says what kind of failure it was, `status` the HTTP status, 0 for none."""

    usual = Cause.ANSWER

    def __init__(self, url: str, reason: str, cause: Cause | None = None, status: int = 0) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.cause = cause or self.usual
        self.status = status

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Errors cross process borders whole."""
        return type(self), (self.url, self.reason, self.cause, self.status)

    def retold(self, url: str, reason: str) -> Self:
        """The same failure for another address, in other words."""
        return type(self)(url, reason, self.cause, self.status)


class Refused(FetchError):
    """Not asked, and not to be asked: robots.txt forbids it, or the guard does."""

    usual = Cause.ADDRESS


class Gone(FetchError):
    """404 or 410: the page is given up at once."""

    usual = Cause.STATUS


class Deferred(FetchError):
    """The server named a time (Retry-After), or its robots.txt does not answer: ask again then."""

    usual = Cause.WAIT

    def __init__(self, url: str, reason: str, until: datetime, cause: Cause | None = None, status: int = 0) -> None:
        super().__init__(url, reason, cause, status)
        self.until = until

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Errors cross process borders whole."""
        return type(self), (self.url, self.reason, self.until, self.cause, self.status)

    def retold(self, url: str, reason: str) -> Self:
        """The same failure for another address, in other words."""
        return type(self)(url, reason, self.until, self.cause, self.status)


class LeftAlone(Deferred):
    """Its host asked, over something else, to be left alone for now: nothing was asked of it, and it did not fail."""


class Held(Deferred):
    """Another worker of a shared collect asks that host just now: nothing was asked, and nobody failed."""


class ParseError(MonitorError):
    """A source document that lists nothing we understand; the text says what it looked like."""


class DeliveryError(MonitorError):
    """A channel that did not take a message; the text never holds a secret."""
