"""Bytes to text, and text to a tree: what every kind of source document needs first.

In: the bytes of a document as they came, with the content type that came with them. Out: text without what XML
forbids, and lxml trees built with everything off that reaches beyond the document: no network, no external or
internal entities (documents lose their DOCTYPE before they are parsed), libxml2's limits of depth and size on.
Nothing here raises on any bytes, and all of it takes time in proportion to the document.
"""

import codecs
import re
import zlib
from dataclasses import dataclass
from html import escape
from html.entities import html5

from lxml import etree

LARGEST = 10_000_000
"""Bytes a compressed document may grow to. sitemaps.org allows five times as much, but 50,000 addresses of 200
characters fit into this, and a tree takes up to 35 times the memory of its document (measured on empty items)."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_DECLARED_IN_HTML = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_IN_CONTENT_TYPE = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "euc_kr": "cp949"}
"""What a label really means in the wild: the WHATWG Encoding Standard's table, as far as it matters here."""

_MOST_RECOVERED = 3_000_000
"""Characters that are read of a document that is not well formed: each mistake in it costs libxml2 memory."""

_TEXT_CODEC = re.compile(r"(?:utf-8|iso8859|iso2022|cp|koi8|gb|big5|euc|shift_jis|mac|tis|hz|johab|kz1048|ptcp154)")
"""Codecs a label may choose. Python has more: some are no text, and punycode takes quadratic time. UTF-16 and UTF-32
are recognised by their bytes; a label that names them and can be read as ASCII is wrong."""

_EVIDENCE = 10
"""Characters beyond ASCII from which valid UTF-8 is no accident, whatever is declared. Two-byte encodings give valid
UTF-8 by chance for a word (the two characters of "Unicom" in GBK do), each further one halves the odds at least."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_BEFORE_ROOT = re.compile(r"\s+|<!--.*?-->|<\?.*?>|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE | re.DOTALL)
_DECLARED_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,40})\s+(["'])([^&<"']{0,200})\2\s*>""")
_START_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_UNQUOTED = re.compile(r"""(\s[\w:.-]+)=([^\s"'<>]+?)(?=\s|/?>)""")
_REFERENCE = re.compile(
    r"<!\[CDATA\[|\]\]>|&(?!(?:amp|lt|gt|quot|apos);)(?:(\w{1,40}|#[0-9]{1,8}|#x[0-9a-fA-F]{1,7});)?"
)


def unpacked(content: bytes) -> bytes:
    """The document inside a gzip file, at most `LARGEST` bytes of it; anything else as it is.

    A file that is cut short or damaged gives what came before that point.
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    parts: list[bytes] = []
    room = LARGEST
    while content.startswith(b"\x1f\x8b") and room > 0:  # a gzip file may hold several members, one after another
        stream = zlib.decompressobj(wbits=31)
        try:
            parts.append(stream.decompress(content, room))
        except zlib.error:
            break
        room -= len(parts[-1])
        content = stream.unused_data
    return b"".join(parts)


def _codec(label: str) -> str:
    """The codec to use for what is labelled so; "" when there is none that gives text."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return _SUPERSETS.get(name, name) if _TEXT_CODEC.match(name) else ""


def _labelled(content: bytes, content_type: str) -> list[str]:
    """The codecs that the HTTP header and the document name, the more trustworthy first.

    RFC 7303 puts the header before the declaration. But servers name ISO 8859-1 by default, for whatever they serve.
    """
    header = _IN_CONTENT_TYPE.search(content_type)
    declared = _DECLARED.search(content[:1000]) or _DECLARED_IN_HTML.search(content[:4000])
    labels = [header[1] if header else "", declared[1].decode("ascii", "replace") if declared else ""]
    return sorted((name for name in map(_codec, labels) if name), key=lambda name: name == "cp1252")


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _attempt(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _least_damaged(content: bytes) -> str:
    """The text as UTF-8 or Windows-1252, whichever leaves less of it unreadable.

    A single broken byte must not turn every accent of a long document into rubbish.
    """
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return text if broken <= _beyond_ascii(text) - broken else content.decode("cp1252", "replace")


def _decoded(content: bytes, content_type: str) -> str:
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(codec, "replace")
    labelled = _labelled(content, content_type)
    as_utf_8 = _attempt(content, "utf-8")
    if as_utf_8 is not None:
        certain = "utf-8" in labelled or labelled in ([], ["cp1252"]) or _beyond_ascii(as_utf_8) >= _EVIDENCE
        if certain:
            return as_utf_8
    for codec in labelled:
        if (text := _attempt(content, codec)) is not None:
            return text
    return as_utf_8 if as_utf_8 is not None else _least_damaged(content)


def decoded(content: bytes, content_type: str = "") -> str:
    """The text of a document, whatever it says of its encoding, without the characters that XML forbids.

    A byte order mark decides; then UTF-8 where the bytes are certain to be it; then what header and document name.
    """
    return _FORBIDDEN.sub("", _decoded(content, content_type).removeprefix("\ufeff"))


def opened(text: str) -> tuple[str, str]:
    """The document from its root on, and the root's name in lower case without its prefix; "" where none begins it.

    The XML declaration, comments and the DOCTYPE are gone; the harmless entities that the DOCTYPE declares are written
    out. Harmless is an entity whose value is plain text. Nested ones are what XML bombs are made of, external ones
    read files and addresses: both stay unknown.
    """
    position = 0
    while skipped := _BEFORE_ROOT.match(text, position):
        position = skipped.end()
    root = _ROOT.match(text, position)
    if not root:
        return text, ""
    declared = {name: value for name, _, value in _DECLARED_ENTITY.findall(text, 0, position)}
    body = text[position:]
    grown = body.count("&") * max(map(len, declared.values()), default=0)
    return _with_references(body, declared) if 0 < grown <= LARGEST else body, root[1].lower()


def _with_references(text: str, entities: dict[str, str]) -> str:
    """Every reference that XML does not know written out, bare ampersands escaped; CDATA sections stay as they are."""
    pieces: list[str] = []
    position, literal = 0, False
    for match in _REFERENCE.finditer(text):
        if match[0][0] != "&":
            literal = match[0][0] == "<"
            continue
        if literal:
            continue
        pieces += (text[position : match.start()], _written_out(match, entities))
        position = match.end()
    pieces.append(text[position:])
    return "".join(pieces)


def _character(reference: str) -> str:
    """The reference to a character by its number; nothing for one that XML forbids, which libxml2 would let pass."""
    number = int(reference[2:], 16) if reference.startswith("#x") else int(reference[1:])
    return "" if number > 0x10FFFF or _FORBIDDEN.match(chr(number)) else f"&{reference};"


def _written_out(match: re.Match[str], entities: dict[str, str]) -> str:
    name = match[1] or ""
    if name.startswith("#"):
        return _character(name)
    text = entities.get(name) or html5.get(f"{name};")
    return escape(text, quote=False) if text else "&amp;" + match[0][1:]


def _mended(text: str) -> str:
    """The document with every reference known and every attribute's value in quotes.

    These are the mistakes that libxml2 does not recover from: it loses the text, or the whole element.
    """
    quoted = _START_TAG.sub(lambda tag: _UNQUOTED.sub(r'\1="\2"', tag[0]) if "=" in tag[0] else tag[0], text)
    return _with_references(quoted, {})


@dataclass(frozen=True, slots=True)
class Tree:
    """An XML document: its root, and whether it is well formed; a root of None where not even that could be made out.

    The tree of a document that is not well formed holds what libxml2 could recover.
    """

    root: etree._Element | None
    well_formed: bool


def _parsed(text: str, *, recover: bool = False) -> Tree:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return Tree(None, well_formed=False)
    return Tree(root, well_formed=not any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.error_log))


def tree(text: str) -> Tree:
    """The tree of an XML document that begins with its root.

    A document that only misses entities is well formed: XML knows five, feeds are full of HTML's others, which are
    written out, and of bare ampersands. Neither do prefixes without a namespace count: they are common, and stay.
    """
    strict = _parsed(text)
    if strict.well_formed:
        return strict
    mended = _mended(text)
    strict = _parsed(mended)
    return strict if strict.well_formed else _parsed(mended[:_MOST_RECOVERED], recover=True)
