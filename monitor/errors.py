"""Every error this program raises on purpose, as one tree.

    MonitorError                      something the reader of a message can act on
    ├── ConfigurationError            a setting, seed or name is wrong: exit 2, nothing was done
    ├── StoreError                    the database cannot be opened, read or upgraded: exit 2
    ├── AddressError                  a text that is no address we can ask
    ├── FetchError                    a request that gave no page; carries the URL
    │   ├── Refused                   not asked at all: robots.txt, a private address, a foreign scheme
    │   ├── Deferred                  asked to come back later; carries the moment
    │   └── Gone                      404 or 410: never asked again
    ├── ParseError                    a source document that lists nothing we understand
    └── DeliveryError                 a channel that did not take a message

An expected failure is recorded and the batch goes on; anything outside this tree stops the run loudly.
"Not modified" is a result, never an error.
"""

from datetime import datetime


class MonitorError(Exception):
    """The root: its text is one line, names what is wrong and what to do."""


class ConfigurationError(MonitorError):
    """A configuration that cannot be run; the text names file, key and remedy."""


class StoreError(MonitorError):
    """A database that cannot be used; the text names it (without its password) and the remedy."""


class AddressError(MonitorError):
    """A text that is no http or https address."""


class FetchError(MonitorError):
    """A request that gave no page."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Errors cross process borders whole."""
        return type(self), (self.url, self.reason)


class Refused(FetchError):
    """Not asked, and not to be asked: robots.txt forbids it, or the guard does."""


class Gone(FetchError):
    """404 or 410: the page is given up at once."""


class Deferred(FetchError):
    """The server named a time (Retry-After), or its robots.txt does not answer: ask again then."""

    def __init__(self, url: str, reason: str, until: datetime) -> None:
        super().__init__(url, reason)
        self.until = until

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Errors cross process borders whole."""
        return type(self), (self.url, self.reason, self.until)


class ParseError(MonitorError):
    """A source document that lists nothing we understand; the text says what it looked like."""


class DeliveryError(MonitorError):
    """A channel that did not take a message; the text never holds a secret."""
