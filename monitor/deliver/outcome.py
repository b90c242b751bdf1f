"""What came of a sending, in words that hold no secret.

SENT                 the other side said that it took the message
FAILED               it was surely not taken: retried later, unless `permanent`
UNKNOWN              it may have been taken, and nobody can know: sent again only by hand
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import RLock
from urllib.parse import quote, unquote, urlsplit

from monitor.models import DeliveryState

# Enough for a server's sentence and an error's cause; an outbox is read as a table.
_LONGEST_DETAIL = 300
# Slack's longest documented pause is minutes; a header that says more must not silence a channel for good.
_LONGEST_PAUSE = timedelta(hours=24)
_LISTENING = RLock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery; `permanent` means that trying again would fail the same way.

    `retry_after` is how long the other side asked to be left alone, None where it named no time. `detail` is one line
    of at most 300 characters: where the message went, or why it did not.
    """

    state: DeliveryState
    detail: str
    retry_after: timedelta | None = None
    permanent: bool = False


def sent(detail: str, secrets: Iterable[str] = ()) -> Outcome:
    """The message was taken."""
    return Outcome(DeliveryState.SENT, told(detail, secrets))


def failed(
    detail: str, secrets: Iterable[str] = (), *, permanent: bool = False, retry_after: timedelta | None = None
) -> Outcome:
    """The message was surely not taken."""
    return Outcome(DeliveryState.FAILED, told(detail, secrets), retry_after=retry_after, permanent=permanent)


def unknown(detail: str, secrets: Iterable[str] = ()) -> Outcome:
    """Nobody can know whether the message was taken."""
    return Outcome(DeliveryState.UNKNOWN, told(detail, secrets))


def told(text: str, secrets: Iterable[str]) -> str:
    """One printable line without the secrets: what a server answers is as untrusted as what it is sent."""
    line = " ".join("".join(char if char.isprintable() else " " for char in masked(text, secrets)).split())
    return line if len(line) <= _LONGEST_DETAIL else line[: _LONGEST_DETAIL - 1] + "…"


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret, and what of an address is secret, replaced by ***."""
    for form in _forms(secrets):
        text = text.replace(form, "***")
    return text


def _forms(secrets: Iterable[str]) -> list[str]:
    """A secret as it is, percent-encoded or decoded, and for an address also its user, password, path and query.

    Libraries tell of an address in pieces: urllib3 logs the path alone. Pieces below six characters are words.
    """
    forms: set[str] = set()
    for secret in secrets:
        forms |= {secret, quote(secret, safe="", errors="replace"), unquote(secret)}
        if "://" in secret:
            forms |= {piece for piece in _pieces(secret) if len(piece.strip("/")) > 5}
    return sorted(filter(None, forms), key=len, reverse=True)


def _pieces(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    yield from (parts.path, parts.query, parts.username or "", parts.password or "")
    yield from parts.path.split("/")
    if parts.scheme not in ("http", "https"):
        yield parts.netloc  # an apprise address may hold its token where others hold a host


class Overheard(logging.Filter):
    """What loggers say while they are listened to, without secrets: `warnings`, and `details` below these."""

    def __init__(self, secrets: Iterable[str], levels: Mapping[str, int]) -> None:
        super().__init__()
        self.secrets, self.levels = tuple(secrets), levels
        self.warnings: list[str] = []
        self.details: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep what would have been written, without the secrets and without a traceback that would hold them."""
        record.msg, record.args = masked(record.getMessage(), self.secrets), ()
        record.exc_info = record.exc_text = None
        (self.warnings if record.levelno >= logging.WARNING else self.details).append(record.msg)
        return record.levelno >= self.levels[record.name]


@contextmanager
def masked_logs(secrets: Iterable[str], *names: str) -> Iterator[Overheard]:
    """While open, nothing that the named loggers write holds a secret; gives what they say, to the last detail.

    One thread at a time: loggers belong to all of them, and what one send failed of is no outcome of another's.
    """
    with _LISTENING:
        loggers = [logging.getLogger(name) for name in names]
        own = [logger.level for logger in loggers]
        heard = Overheard(secrets, {logger.name: logger.getEffectiveLevel() for logger in loggers})
        for logger in loggers:
            logger.addFilter(heard)
            logger.setLevel(logging.DEBUG)
        try:
            yield heard
        finally:
            for logger, level in zip(loggers, own, strict=True):
                logger.removeFilter(heard)
                logger.setLevel(level)


def pause(header: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait: seconds or a date (RFC 9110, 10.2.3); None where it says neither.

    At least a second, at most a day.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        wait = (
            timedelta(seconds=min(int(text), int(_LONGEST_PAUSE.total_seconds()))) if len(text) < 10 else _LONGEST_PAUSE
        )
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return max(timedelta(seconds=1), min(wait, _LONGEST_PAUSE))
