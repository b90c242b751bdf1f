"""Messages of a mailbox or a folder: the operator's own, so that no robots.txt and no guard speak for them.

    imaps://user@host/Folder    a mailbox over TLS (RFC 3501)
    imap://user@host/Folder     the same with STARTTLS; without TLS on this machine alone
    file:folder                 the .eml files of a folder and of those below it, relative to the root

In: an address, and where the last visit ended. Out: the bytes of the messages that came since, and where this visit
ended. A mailbox is opened for reading only: nothing in it is marked, moved or deleted.
"""

import asyncio
import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from monitor.errors import Cause, FetchError

MOST = 200
"""Messages taken at one visit, the oldest first; the others are there at the next."""

MOST_BYTES = 50_000_000
"""Bytes of them after which no more is taken: they are held in memory until they are read."""

_File = tuple[float, int, Path]
"""When a file came, its size in bytes, and where it is."""

_PORT, _PORT_OF_TLS = 143, 993


@dataclass(frozen=True, slots=True)
class Delivered:
    """The messages since the last visit; `place` is what to give to the next, `passed_over` counts those too large."""

    messages: tuple[bytes, ...]
    place: str
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where messages come in. `largest` is in bytes; `password` is for a mailbox, `root` for a folder."""

    url: str
    root: Path
    password: str
    largest: int
    timeout: timedelta

    async def since(self, place: str, oldest: datetime) -> Delivered:
        """What came since `place`, "" for a first visit, which takes nothing from before the day of `oldest`.

        Raises FetchError where it cannot be opened or breaks off; the address that it names holds no password.
        """
        read = self._folder if self.url.startswith("file:") else self._mailbox
        return await asyncio.to_thread(read, place, oldest)

    def _folder(self, place: str, oldest: datetime) -> Delivered:
        folder = self.root / unquote(self.url.removeprefix("file:"))
        if not folder.is_dir():
            raise FetchError(self.url, f"there is no folder {folder}", Cause.ADDRESS)
        try:
            began = float(place) if place else oldest.timestamp()
        except ValueError:
            began = oldest.timestamp()
        try:
            taken = _at_most(began, sorted(_found(folder)))
            fitting = [path for _, size, path in taken if size <= self.largest]
            messages = tuple(path.read_bytes() for path in fitting)
        except OSError as error:
            raise FetchError(self.url, f"cannot be read: {error.strerror or error}") from error
        return Delivered(messages, repr(taken[-1][0] if taken else began), len(taken) - len(fitting))

    def _mailbox(self, place: str, oldest: datetime) -> Delivered:
        parts = urlsplit(self.url)
        try:
            with contextlib.closing(_Session(_connected(parts, self.timeout.total_seconds()))) as session:
                session.open(unquote(parts.username or ""), self.password, unquote(parts.path.strip("/")) or "INBOX")
                return session.since(place, oldest, self.largest)
        except imaplib.IMAP4.error as error:
            raise FetchError(self.url, f"the mail server refused: {_said(error, self.password)}") from error
        except UnicodeError as error:
            reason = (
                "its user, password and folder must be written in ASCII; a folder's name in modified UTF-7 (RFC 3501)"
            )
            raise FetchError(self.url, reason, Cause.ADDRESS) from error
        except (OSError, EOFError) as error:
            reason = f"the mail server cannot be reached: {error or type(error).__name__}"
            raise FetchError(self.url, reason, Cause.UNREACHABLE) from error


def _found(folder: Path) -> Iterator[_File]:
    for path in folder.rglob("*.eml"):
        if path.is_file():
            known = path.stat()
            yield known.st_ctime, known.st_size, path


def _at_most(began: float, files: Sequence[_File]) -> Sequence[_File]:
    """As many of the files that came after `began` as one visit takes; of those that came at one moment all."""
    taken: list[_File] = []
    total = 0
    for moment, size, path in files:
        full = len(taken) >= MOST or total >= MOST_BYTES
        if taken and full and moment != taken[-1][0]:
            break
        if moment > began:
            taken.append((moment, size, path))
            total += size
    return taken


class _Session:
    """One visit to a mail server."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server
        self._validity = ""

    def open(self, user: str, password: str, folder: str) -> None:
        self._server.login(user, password)
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        _ok(self._server.select(f'"{quoted}"', readonly=True))
        validity = self._server.response("UIDVALIDITY")[1]
        self._validity = _text(validity[0]) if validity and validity[0] else "0"

    def since(self, place: str, oldest: datetime, largest: int) -> Delivered:
        validity, _, last = place.partition(":")
        known = int(last) if validity == self._validity and last.isdecimal() else 0
        wanted = f"UID {known + 1}:*" if known else f"SINCE {_day(oldest)}"
        found = _ok(self._server.uid("SEARCH", wanted))
        numbers = (int(number) for line in found if isinstance(line, bytes) for number in line.split())
        messages, ended, passed_over = list[bytes](), known, 0
        for number in sorted(number for number in numbers if number > known)[:MOST]:
            message = self._message(number, largest)
            ended, passed_over = number, passed_over + (message is None)
            messages += [message] if message is not None else []
            if sum(map(len, messages)) >= MOST_BYTES:
                break
        return Delivered(tuple(messages), f"{self._validity}:{ended}", passed_over)

    def close(self) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._server.logout()

    def _message(self, number: int, largest: int) -> bytes | None:
        """A message, None where it is too large or was deleted meanwhile. One octet more is asked for than may come."""
        found = _ok(self._server.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{largest + 1}>)"))
        content = next((part[1] for part in found if isinstance(part, tuple)), None)
        return content if content is not None and len(content) <= largest else None


def _connected(parts: SplitResult, seconds: float) -> imaplib.IMAP4:
    host, trusted = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, parts.port or _PORT_OF_TLS, ssl_context=trusted, timeout=seconds)
    server = imaplib.IMAP4(host, parts.port or _PORT, timeout=seconds)
    if not _is_loopback(host):
        try:
            server.starttls(trusted)
        except BaseException:
            server.shutdown()
            raise
    return server


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _ok(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    """What a command gave. Raises IMAP4.error where it did not succeed."""
    status, found = answer
    if status != "OK":
        raise imaplib.IMAP4.error("; ".join(_lines(found)) or status)
    return found


def _lines(found: Sequence[object]) -> Iterator[str]:
    return (_text(line) for line in found if isinstance(line, bytes))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _said(error: Exception, password: str) -> str:
    """What the server said, in a line, without the password that it may repeat."""
    said = error.args[0] if error.args else ""
    text = " ".join((_text(said) if isinstance(said, bytes) else str(said)).split())
    return (text.replace(password, "***") if password else text)[:200]


def _day(moment: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{moment.day}-{months[moment.month - 1]}-{moment.year}"
