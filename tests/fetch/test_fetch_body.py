import gzip
import tracemalloc
import zlib
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import bomb

from monitor.errors import FetchError
from monitor.fetch.body import Body

GZIP = {"content-encoding": "gzip"}
URL = "http://example.com/"


def read(chunks: Iterable[bytes], headers: dict[str, str], limit: int = 1000, *, cut: bool = False) -> bytes:
    body = Body(URL, headers, limit, cut=cut)
    for chunk in chunks:
        if not body.add(chunk):
            break
    return body.whole()


def in_pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(st.binary(max_size=3000), st.integers(1, 700), st.booleans())
def test_what_was_sent_comes_out_however_it_is_cut_up(content: bytes, size: int, zipped: bool) -> None:
    sent = gzip.compress(content) if zipped else content
    assert read(in_pieces(sent, size), GZIP if zipped else {}, 4000) == content


@pytest.mark.parametrize("zipped", [True, False])
def test_a_limit_is_a_limit_to_the_byte(zipped: bool) -> None:
    headers = GZIP if zipped else {}
    pack = gzip.compress if zipped else bytes
    assert read([pack(b"a" * 1000)], headers) == b"a" * 1000
    with pytest.raises(FetchError, match=r"grew past 0\.001 MB"):
        read([pack(b"a" * 1001)], headers)
    assert read([pack(b"a" * 1001)], headers, cut=True) == b"a" * 1000


def test_several_members_are_one_stream_and_padding_is_ignored() -> None:
    assert read([gzip.compress(b"a") + gzip.compress(b"b") + bytes(20)], GZIP) == b"ab"
    assert read(in_pieces(gzip.compress(b"a") + gzip.compress(b"b") + bytes(20), 1), GZIP) == b"ab"


@pytest.mark.parametrize("lost", [1, 8, 100])
def test_a_gzip_that_broke_off_is_no_answer(lost: int) -> None:
    whole = gzip.compress(bytes(range(256)) * 3)
    with pytest.raises(FetchError, match="broke off"):
        read([whole[:-lost]], GZIP)
    with pytest.raises(FetchError, match="broke off"):
        read([whole + whole[:-lost]], GZIP, 2000)


def test_a_gzip_whose_sum_is_wrong_is_no_answer() -> None:
    damaged = bytearray(gzip.compress(b"news" * 50))
    damaged[-6] ^= 1
    with pytest.raises(FetchError, match="not the gzip"):
        read([bytes(damaged)], GZIP)


def test_no_body_at_all_is_empty_not_broken() -> None:
    assert read([], GZIP) == b""


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "gzip,br", "identity, gzip, x-gzip", "chunked"]
)
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(FetchError, match="encoded"):
        read([b"x"], {"content-encoding": encoding})


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_no_encoding_is_no_encoding(encoding: str) -> None:
    assert read([b"x"], {"content-encoding": encoding}) == b"x"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
def test_gzip_has_several_names(encoding: str) -> None:
    assert read([gzip.compress(b"x")], {"content-encoding": encoding}) == b"x"


def test_an_announced_length_is_refused_before_a_byte_is_read() -> None:
    with pytest.raises(FetchError, match=r"announces more than 0\.001 MB"):
        Body(URL, {"content-length": "1001"}, 1000)
    with pytest.raises(FetchError, match="announces"):
        Body(URL, {"content-length": "9" * 4000}, 1000)
    Body(URL, {"content-length": "1001"}, 1000, cut=True)
    Body(URL, {"content-length": "nonsense"}, 1000)


def test_a_stream_that_decodes_to_nothing_ends_too() -> None:
    nothing = zlib.compressobj(0, zlib.DEFLATED, 31)
    start = nothing.compress(b"") + nothing.flush(zlib.Z_SYNC_FLUSH)
    empty_blocks = b"\x00\x00\x00\xff\xff"
    with pytest.raises(FetchError, match="grew past"):
        read([start, *[empty_blocks * 50] * 10], GZIP)


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    packed = bomb(300_000_000)
    tracemalloc.start()
    with pytest.raises(FetchError, match="grew past 1 MB decoded"):
        read(in_pieces(packed, 65_536), GZIP, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


@given(st.binary(max_size=500), st.sampled_from(["", "gzip", "br", "gzip, gzip"]), st.booleans())
def test_any_bytes_give_content_or_an_error_of_ours(content: bytes, encoding: str, cut: bool) -> None:
    with suppress(FetchError):
        assert len(read(in_pieces(content, 64), {"content-encoding": encoding}, 100, cut=cut)) <= 100
