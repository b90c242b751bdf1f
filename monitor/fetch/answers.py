"""What an answer means: status and header values in, decisions out. Pure; knows no connection and no clock."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

LONGEST_WAIT = timedelta(days=1)
"""No server keeps us away for longer by one header: a page is news for days, and a year was asked for by mistake."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
GONE = frozenset({404, 410})
ASKS_TO_WAIT = frozenset({403, 429, 503})
"""Where Retry-After is heeded: RFC 9110, section 10.2.3, RFC 6585, and 403, which some hosts send for 429."""

UNNAMED_WAIT = timedelta(minutes=15)
"""How long a host is left alone that has had enough and names no time: as long as one whose robots.txt is silent."""

_BOMS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SIGNATURES = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"%!PS")
_SNIFFED = 1445
"""Bytes looked at to tell text from binary: as many as browsers look at (WHATWG MIME Sniffing, section 5.2)."""
_SECONDS = re.compile(r"(\d+)\s*(?:,|$)", re.ASCII)
_TEXTUAL = re.compile(r"text/|application/(?:[^/]*\W)?(?:x?html|xml|json)(?:\W|$)", re.IGNORECASE)


def waiting_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment that Retry-After names in an answer that came `now`; None where it names none, or one that is past.

    Seconds or an HTTP date (RFC 9110, section 10.2.3), that beside the server's own Date, for clocks differ; of two
    values, as a server and what stands before it may each add one, the first. A day ahead at most. Names of headers are
    in lower case.
    """
    text = headers.get("retry-after", "").strip()
    if seconds := _SECONDS.match(text):
        wait = timedelta(seconds=int(seconds[1])) if len(seconds[1]) < 9 else LONGEST_WAIT
    else:
        moment = _http_date(text)
        if moment is None:
            return None
        wait = moment - (_http_date(headers.get("date", "")) or now)
    return now + min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def lifetime(cache_control: str, default: timedelta) -> timedelta:
    """How long an answer may be kept (RFC 9111, section 5.2.2): max-age, 0 for no-store and no-cache, or `default`."""
    directives = cache_control.lower()
    if re.search(r"\bno-(?:store|cache)\b", directives):
        return timedelta(0)
    match = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", directives)
    return timedelta(seconds=int(match[1])) if match else default


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when an answer that came `now` says it stays as it is (RFC 9111, section 4.2), a day ahead at most.

    By max-age less the Age that it had already, else by Expires beside the server's own Date; None where it names no
    such time, or one that is past. Names of headers are in lower case.
    """
    control = headers.get("cache-control", "")
    named = lifetime(control, timedelta(-1))
    if named >= timedelta(0):
        age = headers.get("age", "").strip()
        wait = named - timedelta(seconds=int(age) if age.isascii() and age.isdecimal() and len(age) < 9 else 0)
    else:
        expires, sent = _http_date(headers.get("expires", "")), _http_date(headers.get("date", ""))
        wait = expires - (sent or now) if expires else timedelta(0)
    return now + min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def described(status: int) -> str:
    """A status as a person reads it: "answered 503 (Service Unavailable)"."""
    try:
        return f"answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"answered {status}"


def quoted(text: str, longest: int = 100) -> str:
    """What a server said, fit for a line of ours: printable and not too long."""
    return "".join(character if character.isprintable() else "?" for character in text[:longest])


def is_text(content_type: str, content: bytes) -> bool:
    """Whether an answer can be a page: by its content type, or by its first bytes where it names none."""
    kind = content_type.partition(";")[0].strip()
    if "/" in kind:
        return _TEXTUAL.match(kind) is not None
    head = content[:_SNIFFED]
    if head.startswith(_BOMS):
        return True
    return not head.startswith(_SIGNATURES) and not _BINARY.search(head)


def _http_date(text: str) -> datetime | None:
    """A moment as HTTP writes it (RFC 9110, section 5.6.7); None for what is none, such as the 0 of many Expires."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
