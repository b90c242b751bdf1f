"""Any bytes in the place of a WARC file."""

import contextlib
import gzip
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.fetch.warc import is_warc, pages

PIECES = [
    b"WARC/1.0\r\n", b"WARC-Type: response\r\n", b"Content-Length: 30\r\n", b"Content-Length: -1\r\n", b"\r\n",
    b"WARC-Target-URI: https://a.example/\r\n", b"HTTP/1.1 200 OK\r\n", b"Content-Encoding: gzip\r\n", b"\x1f\x8b\x08",
    b"Transfer-Encoding: chunked\r\n", b"5\r\n", b"<p>",
]  # fmt: skip


@given(st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_any_bytes_give_pages_or_an_error_of_ours(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.warc"
        path.write_bytes(content)
        with contextlib.suppress(FetchError):
            assert all(page.status == 200 for page in pages(path, 1000))


NAMED = ("Content-Length: 9", "Content-Length: x", "Transfer-Encoding: chunked", "Content-Encoding: gzip", ":", "a")
HEADS = st.lists(st.sampled_from(NAMED), max_size=4)
BODIES = st.binary(max_size=60) | st.binary(max_size=60).map(gzip.compress) | st.just(b"5\r\nhello\r\n0\r\n\r\n")


@given(
    st.lists(st.tuples(st.sampled_from([200, 301, 404, 999]), HEADS, BODIES, st.integers(-3, 3)), max_size=4),
    st.booleans(),
)
def test_any_answers_in_whole_records(answers: list[tuple[int, list[str], bytes, int]], zipped: bool) -> None:
    records = []
    for status, heads, body, off in answers:
        block = "\r\n".join([f"HTTP/1.1 {status} Said", *heads, "", ""]).encode() + body
        length = len(block) + off
        records.append(
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\nWARC-Date: x\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
            + block
            + b"\r\n\r\n"
        )
    content = b"".join(map(gzip.compress, records) if zipped else records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.warc"
        path.write_bytes(content)
        with contextlib.suppress(FetchError):
            assert all(page.status == 200 and 0 < len(page.content) <= 1000 for page in pages(path, 1000))


def test_what_is_one_by_its_name() -> None:
    assert [is_warc(Path(name)) for name in ("a.warc", "b.WARC.gz", "c.html", "d.warc.txt")] == [
        True,
        True,
        False,
        False,
    ]
