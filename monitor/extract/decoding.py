"""Bytes -> text: which encoding a page is really in.

In: the bytes as they came and the Content-Type header, which may be wrong. Out: the text, or "" where the bytes are
no text at all (an image, an archive, noise). Never raises.

The order is that of the HTML standard's encoding sniffing (https://html.spec.whatwg.org/#determining-the-character-encoding)
with one change: bytes that are valid UTF-8 are UTF-8 whatever is declared, for text in another encoding is hardly
ever valid UTF-8 by chance, while servers that declare their default encoding for everything are common.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from trafilatura.utils import detect_encoding

_TOLERATED = 0.01
"""Share of undecodable characters with which a declared encoding is still believed: pages in GBK or Shift_JIS often
hold a few broken ones (a cut excerpt, an advertisement), a wrong declaration breaks most of them."""

_BINARY_SHARE = 0.02
"""Share of control characters above which bytes are no text; random bytes have 0.10, real pages below 0.001."""

_SNIFFED = 4096
_DECLARED_WITHIN = 8192
"""Bytes searched for a declaration. The standard says 1,024; many real pages have scripts before it."""

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
_META = re.compile(
    rb"""charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

# Python's name of a declared encoding -> the superset that browsers decode it with (https://encoding.spec.whatwg.org)
_SUPERSETS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_KNOWN = frozenset(_SUPERSETS) | {
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp",
    "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874",
    *(f"cp125{number}" for number in range(9)), *(f"iso8859-{number}" for number in range(2, 17)),
}  # fmt: skip
"""The encodings of the web; Python knows others (base64, unicode_escape, utf-7) that a page must not choose."""


_WINDOWS = {
    **dict.fromkeys(("mac-cyrillic", "cp855", "kz1048", "ptcp154"), "cp1251"),
    **dict.fromkeys(("mac-greek", "cp737", "cp869"), "cp1253"),
    **dict.fromkeys(("mac-turkish", "cp857"), "cp1254"),
    "cp862": "cp1255", "cp864": "cp1256", "mac-latin2": "cp1250",
    "euc_jis_2004": "euc_jp", "euc_jisx0213": "euc_jp", "shift_jis_2004": "cp932", "shift_jisx0213": "cp932",
    "johab": "cp949", "hz": "gb18030",
}  # fmt: skip
"""Encodings that are not of the web -> what is meant where one is guessed; windows-1252 for those of Latin script."""

_LATIN = frozenset(
    {
        *(f"cp125{number}" for number in (0, 2, 4, 7, 8)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 10, 13, 14, 15, 16)),
    }
)
_OF_LANGUAGES = {
    **dict.fromkeys(("ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "gl", "is", "it"), "cp1252"),
    **dict.fromkeys(("nb", "nl", "nn", "no", "pt", "sv"), "cp1252"),
    **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl"), "cp1250"),
    **dict.fromkeys(("be", "bg", "mk", "ru", "uk"), "cp1251"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "el": "cp1253", "tr": "cp1254",
}  # fmt: skip
"""The encoding that a page in a language is in where it declares none: the table of the HTML standard, Windows pages
for those of ISO 8859. It counts for more than a guess at a Latin one: these differ in a few letters, of which a page in
English holds five, and its pounds became the L of Polish."""
_LANGUAGE = re.compile(rb"""<html\b[^>]{0,1000}?\slang\s*=\s*["']?([a-z]{2})\b""", re.IGNORECASE)


def decode(content: bytes, content_type: str = "") -> str:
    """The text of a page; "" where the bytes are no text. Never raises.

    `content_type` is the header as sent; an encoding declared there or in the page is honoured where it decodes.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if wide := _wide(content):
        return content.decode(wide, errors="replace")
    if _binary(content):
        return ""
    declared = _declared(content, content_type)
    if b"\x1b" in content and "iso2022_jp" in declared:  # seven-bit, hence valid UTF-8 as well
        return content.decode("iso2022_jp", errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _by_declaration(content, declared)


def _by_declaration(content: bytes, declared: tuple[str, ...]) -> str:
    for encoding in declared:
        text = content.decode(encoding, errors="replace")
        if text.count("\ufffd") <= _TOLERATED * sum(1 for character in text if character > "\x7f"):
            return text
    guesses = list(_guesses(content))
    if guesses and guesses[0] in _LATIN:
        guesses = [*_of_language(content), *guesses]
    for guess in guesses:
        try:
            return content.decode(guess)
        except UnicodeDecodeError:
            continue
    return content.decode(errors="replace")


def _guesses(content: bytes) -> Iterator[str]:
    """Python's names of what the encoding may be, the likeliest first; another detector may name some it lacks."""
    for guess in detect_encoding(content):
        with suppress(LookupError):
            yield _of_the_web(guess)


def _of_language(content: bytes) -> list[str]:
    """The one encoding of the language that a page says it is in; none where it says none, or one not in the table."""
    declared = _LANGUAGE.search(content[:_DECLARED_WITHIN])
    named = _OF_LANGUAGES.get(declared[1].decode().lower()) if declared else None
    return [named] if named else []


def _of_the_web(guess: str) -> str:
    """The guess where pages are written in that, else the Windows page of its script: nobody who writes in an encoding
    of DOS or of an old Mac leaves it unsaid, and texts in the Windows page of the same script are taken for them.
    """
    name = codecs.lookup(guess).name
    if name in _KNOWN and not name.startswith("mac-"):
        return _SUPERSETS.get(name, name)
    return _WINDOWS.get(name, "cp1252")


def _declared(content: bytes, content_type: str) -> tuple[str, ...]:
    """Python's names of the encodings declared, the header's first; unknown ones are dropped."""
    labels = [match[1] for match in _HEADER.finditer(content_type)]
    for match in _META.finditer(content[:_DECLARED_WITHIN]):
        labels.append((match[1] or match[2]).decode("ascii", errors="replace"))
    names: dict[str, None] = {}
    for label in labels:
        try:
            name = codecs.lookup(label.lower().removeprefix("x-")).name
        except (LookupError, ValueError):
            continue
        if name in _KNOWN:
            names[_SUPERSETS.get(name, name)] = None
    return tuple(names)


def _wide(content: bytes) -> str:
    """UTF-16 without a mark, known by the zero byte beside the first "<" of a page; else ""."""
    start = content[:64].lstrip(b"\x00 \r\n\t")
    if start[:2] == b"<\x00" and not content.startswith(b"\x00"):
        return "utf-16-le"
    return "utf-16-be" if content[:2] == b"\x00<" else ""


def _binary(content: bytes) -> bool:
    sample = content[:_SNIFFED]
    controls = len(sample) - len(sample.translate(None, delete=_CONTROLS))
    return sample.startswith(b"%PDF-") or controls > _BINARY_SHARE * len(sample)
