"""The bytes of an answer in, as they come off the wire; its content out, decoded, never more than the limit in memory.

httpx decodes whole chunks: 51 KB of gzip became one chunk of 50 MB before a caller could count. Here zlib is asked for
no more than may still come. Only gzip is understood, for only gzip is asked for; one layer of it, for two of them turn
8 KB into 300 MB.
"""

import zlib
from collections.abc import Mapping

from monitor.errors import FetchError
from monitor.fetch.answers import quoted

_GZIP = 31  # zlib's window bits for a gzip stream, header and checksum verified
_MAGIC = 0x1F  # the first byte of every gzip member (RFC 1952, section 2.3.1)


class Body:
    """Takes the raw chunks of one answer and gives its content once it is whole.

    With `cut`, what lies past `limit` bytes is left off instead of refused. Raises FetchError where the content is
    encoded as was not asked, is not what it claims to be, or grows past the limit: after decoding, or before, since an
    endless stream may decode to nothing.
    """

    def __init__(self, url: str, headers: Mapping[str, str], limit: int, *, cut: bool = False) -> None:
        self._url = url
        self._limit = limit
        self._cut = cut
        self._content = bytearray()
        self._received = 0
        self._inflater = zlib.decompressobj(_GZIP) if _is_zipped(url, headers) else None
        announced = headers.get("content-length", "")
        if not cut and announced.isdecimal() and int(announced[:20]) > limit:
            raise FetchError(url, f"the answer announces more than {megabytes(limit)}")

    def add(self, chunk: bytes) -> bool:
        """Take a chunk; whether more of the answer is wanted."""
        self._received += len(chunk)
        if self._inflater is None:
            self._content += chunk
        else:
            self._inflate(self._inflater, chunk)
        if self._full and not self._cut:
            decoded = " decoded" if self._inflater is not None else ""
            raise FetchError(self._url, f"the answer grew past {megabytes(self._limit)}{decoded}")
        return not self._full

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self._content)

    def whole(self) -> bytes:
        """The content, once the last chunk was added; FetchError where a gzip stream stopped before its end."""
        broken = self._inflater is not None and not self._inflater.eof
        if broken and self._received and not self._full:
            raise FetchError(self._url, "the answer broke off: its gzip has no end")
        return bytes(memoryview(self._content)[: self._limit])

    def forget(self) -> None:
        """Let go of the content: an error keeps the frames that it came through, and they would keep 10 MB each."""
        self._content = bytearray()

    @property
    def _full(self) -> bool:
        return max(len(self._content), self._received) > self._limit

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes) -> None:
        """Decode until the chunk or the room is used up; one gzip stream may hold several members, then padding."""
        while chunk and len(self._content) <= self._limit:
            if inflater.eof:
                if chunk[0] != _MAGIC:
                    return
                self._inflater = inflater = zlib.decompressobj(_GZIP)
            try:
                self._content += inflater.decompress(chunk, self._limit - len(self._content) + 1)
            except zlib.error as error:
                raise FetchError(self._url, f"the answer is not the gzip that it claims to be ({error})") from error
            chunk = inflater.unconsumed_tail or inflater.unused_data


def megabytes(size: int) -> str:
    """A size as people write it: "10 MB"."""
    return f"{size / 1e6:g} MB"


def _is_zipped(url: str, headers: Mapping[str, str]) -> bool:
    """Whether the answer is gzip; FetchError where it is encoded in any way that was not asked for."""
    named = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    layers = [name for name in named if name not in ("", "identity")]
    if not layers:
        return False
    if len(layers) > 1:
        raise FetchError(url, f"the answer is encoded {len(layers)} times over ({quoted(', '.join(layers))})")
    if layers[0] not in ("gzip", "x-gzip"):
        raise FetchError(url, f"the answer is encoded as {quoted(layers[0])}, which was not asked for")
    return True
