"""Bytes to text and trees."""

import gzip
import zlib

import pytest

from monitor.sources.document import LARGEST, decoded, opened, tree, unpacked


def test_gzip_is_unpacked_whole() -> None:
    assert unpacked(gzip.compress(b"one") + gzip.compress(b"two")) == b"onetwo"
    assert unpacked(b"plain") == b"plain"
    assert unpacked(b"") == b""


def test_gzip_is_unpacked_as_far_as_it_goes() -> None:
    whole = gzip.compress(bytes(range(256)) * 100)
    assert bytes(range(256)).startswith(unpacked(whole[:-20])[:10])
    assert unpacked(b"\x1f\x8b\x08damaged beyond use") == b""
    assert unpacked(gzip.compress(b"one") + b"trailing") == b"one"


def test_a_bomb_gives_no_more_than_the_largest_document() -> None:
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(bytes(1_000_000)) for _ in range(3 * LARGEST // 1_000_000)]
    assert len(unpacked(b"".join(parts) + packer.flush())) == LARGEST


SENTENCE = "Äpfel, 漢字 und so weiter"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_or_validity_decides(encoding: str) -> None:
    assert decoded(SENTENCE.encode(encoding), "text/xml; charset=us-ascii") == SENTENCE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_recognised_without_a_mark(encoding: str) -> None:
    assert decoded(f"<a>{SENTENCE}</a>".encode(encoding)) == f"<a>{SENTENCE}</a>"


@pytest.mark.parametrize(
    ("encoding", "declared", "header", "text"),
    [
        ("cp1251", "windows-1251", "", "Гавань"),
        ("koi8-r", "", "text/xml; charset=KOI8-R", "Гавань"),
        ("cp1251", "windows-1251", "text/xml; charset=iso-8859-1", "Гавань"),
        ("shift_jis", "Shift_JIS", "", "港のニュース"),
        ("gbk", "gb2312", "", "镕"),
        ("euc_kr", "euc-kr", "", "항구"),
        ("iso2022_jp", "iso-2022-jp", "", "港のニュース"),
        ("cp1252", "iso-8859-1", "", "“quotes”"),
        ("cp1252", "utf-8", "", "Café “central” fermé"),
        ("cp1252", "", "", "Café “central” fermé"),
        ("cp1252", "no-such-charset", "", "Café “central” fermé"),
        ("utf-8", "iso-8859-1", "", "Café “central” fermé"),
        ("utf-8", "utf-16", "", "Café “central” fermé"),
        ("utf-8", "windows-1251", "text/xml; charset=utf-8", "Гавань"),
        ("utf-8", "gb2312", "", "Гавань: корабли и люди"),
    ],
)
def test_what_is_named_is_believed_where_it_can_be(encoding: str, declared: str, header: str, text: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert decoded((prolog + f"<a>{text}</a>").encode(encoding), header) == prolog + f"<a>{text}</a>"


def test_one_broken_byte_does_not_spoil_the_rest() -> None:
    assert decoded(("é" * 50).encode() + b"\xff" + "è".encode()) == "é" * 50 + "\ufffd" + "è"


def test_what_xml_forbids_is_gone() -> None:
    assert decoded(b"a\x00b\x08c\x1fd\te\n\xef\xbf\xbf") == "abcd\te\n"


def test_the_prolog_is_taken_off() -> None:
    prolog = '\n<?xml version="1.0"?>\n<!-- <b> --><?xsl x?><!DOCTYPE rss [ <!ENTITY e "E>&#38;"> <!ENTITY f "F"> ]>\n'
    assert opened(f"{prolog}<x:RSS>&f;</x:RSS>") == ("<x:RSS>F</x:RSS>", "rss")
    assert opened("no root <a>") == ("no root <a>", "")
    assert opened("") == ("", "")


def test_references_are_mended_but_not_in_cdata() -> None:
    root = tree("<a>A & B &nbsp;&copy;&unknown; &#xD800;&#65;<![CDATA[&nbsp; & ]]>&lt;</a>").root
    assert root is not None
    assert root.text == "A & B \u00a0©&unknown; A&nbsp; & <"


def test_what_is_well_formed() -> None:
    assert tree("<a><b/></a>").well_formed
    assert tree("<a>&nbsp;</a>").well_formed
    assert tree("<a><dc:b/></a>").well_formed
    assert not tree("<a><b></a>").well_formed
    assert not tree("<a/>junk").well_formed
    assert tree("junk").root is None
