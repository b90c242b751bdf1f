"""WARC files (ISO 28500), as crawlers leave them: the bytes of a file in, the pages that were answered with 200 out.

Read record by record, gzipped or not, and nothing larger than a page from the web is ever held; what is no response to
HTTP, no success, or encoded as we never ask for is passed over. Opens no connection.
"""

import gzip
import http.client
import io
import socket
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from monitor.errors import FetchError
from monitor.fetch.body import Body
from monitor.models import Page

_LONGEST_LINE = 16_384
_MOST_HEADERS = 200
_PIECE = 65_536


def is_warc(path: Path) -> bool:
    """Whether a file is one by its name."""
    return path.name.lower().removesuffix(".gz").endswith(".warc")


def pages(path: Path, limit: int) -> Iterator[Page]:
    """The pages of a file, in its order, each of at most `limit` bytes before and after decoding.

    Raises FetchError where the file is none or breaks off; what came before was given. Raises OSError where it cannot
    be opened.
    """
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) if zipped else raw as file:
            try:
                while headers := _record(file, str(path)):
                    page = _page(headers, _block(file, headers, limit, str(path)), limit)
                    if page is not None:
                        yield page
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise FetchError(str(path), f"the archive breaks off ({error})") from error


def _record(file: io.BufferedIOBase, path: str) -> Mapping[str, str]:
    """The headers of the next record, names in lower case; none at the end of the file."""
    line = file.readline(_LONGEST_LINE)
    while line in (b"\r\n", b"\n"):
        line = file.readline(_LONGEST_LINE)
    if not line:
        return {}
    if not line.startswith(b"WARC/"):
        raise FetchError(path, "is no WARC file, or is damaged: a record does not begin as one")
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        name, separator, value = file.readline(_LONGEST_LINE).decode("utf-8", "replace").partition(":")
        if not separator:
            return headers or {"warc-type": ""}
        headers[name.strip().lower()] = value.strip()
    raise FetchError(path, "is damaged: a record has no end of headers")


def _block(file: io.BufferedIOBase, headers: Mapping[str, str], limit: int, path: str) -> bytes:
    """What a record holds; nothing where it is no response, or longer than `limit`."""
    stated = headers.get("content-length", "")
    if not (stated.isascii() and stated.isdecimal() and len(stated) < 16):
        raise FetchError(path, "is damaged: a record has no length")
    length = int(stated)
    wanted = headers.get("warc-type") == "response" and length <= limit + _LONGEST_LINE
    kept: list[bytes] = []
    while length > 0:
        piece = file.read(min(length, _PIECE))
        if not piece:
            raise FetchError(path, "breaks off within a record")
        length -= len(piece)
        if wanted:
            kept.append(piece)
    return b"".join(kept)


def _page(headers: Mapping[str, str], block: bytes, limit: int) -> Page | None:
    """The page in a response; None where it is none that can be read."""
    url = headers.get("warc-target-uri", "").strip("<>")
    if not block.startswith(b"HTTP/") or not url:
        return None
    wire = cast(socket.socket, _Wire(block))  # all that it asks of a socket is a file
    answer = http.client.HTTPResponse(wire)
    try:
        answer.begin()
        content = answer.read()
        named = {name.lower(): value for name, value in answer.getheaders()}
        # Some crawlers keep the answer decoded and its headers as they came.
        encoding = named.get("content-encoding", "") if content.startswith(b"\x1f\x8b") else ""
        body = Body(url, {"content-encoding": encoding}, limit)
        body.add(content)
        whole = body.whole()
    except (http.client.HTTPException, ValueError, FetchError):
        return None
    if answer.status != http.HTTPStatus.OK or not whole:
        return None
    return Page(url, url, answer.status, named, whole, _moment(headers.get("warc-date", "")))


class _Wire:
    """Bytes in the place of a connection."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def makefile(self, *_: object) -> IO[bytes]:
        return self._file


def _moment(text: str) -> datetime:
    """When a record was made; the beginning of the web's first year where that cannot be read."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime(1991, 1, 1, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
