"""Markup to plain text: titles, summaries and contents of feeds as a reader sees them.

In: what a feed holds in a field, which may be text, HTML, escaped HTML or text with HTML's entities; feeds say which,
and are often wrong, so it is judged by what it looks like. Out: text without markup, never HTML to be shown as such.
"""

import re
import threading

from lxml import etree

_TAG = re.compile(
    r"</?(?:[a-z0-9]{1,10}:)?(?:a|abbr|acronym|address|article|aside|audio|b|big|blockquote|body|br|caption|center|cite"
    r"|code|dd|del|details|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe"
    r"|img|input|ins|kbd|label|li|link|main|map|mark|meta|nobr|noscript|object|ol|option|p|param|picture|pre|q|s|samp"
    r"|script|section|select|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead"
    r"|time|title|tr|tt|u|ul|var|video|wbr)(?=[\s/>])[^<>]*>|<!--",
    re.IGNORECASE,
)
"""Only elements of HTML are markup: the brackets of `List<T>` and `1 < 2` are the writer's."""
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*(?:\n\s*)+")

_DAMAGED = re.compile("[\x80-\x9f\xc2-\xf4](?:(?<=[\x80-\x9f])|[\x80-\xbf\u0152-\u2122])")
"""One set of characters first: a text is looked through for it four times as fast as for two ways to begin."""
_CONTROLS = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
"""Elements with a blank line before and after them."""
_UNSEEN = frozenset({
    "script", "style", "template", "noscript", "iframe", "object", "textarea", "select", "svg", "math", "title", "head",
})  # fmt: skip
"""Elements that a reader does not see, with all that they hold."""


class _Reader:
    """A parser target that keeps what a reader sees; `close` gives it, and makes ready for the next text."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.pieces: list[str] = []
        self.unseen = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name in _BLOCKS:
            self.pieces.append("\n\n")
        elif name == "br":
            self.pieces.append("\n")
        elif name in _UNSEEN:
            self.unseen += 1

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name in _BLOCKS:
            self.pieces.append("\n\n")
        elif name in _UNSEEN:
            self.unseen -= 1

    def data(self, text: str) -> None:
        if not self.unseen:
            self.pieces.append(text.replace("\n", " ") if "\n" in text else text)

    def comment(self, _text: str) -> None:
        """Not seen."""

    def close(self) -> str:
        text = "".join(self.pieces)
        self.reset()
        return text


class _Rendering(threading.local):
    """A parser of each thread's own: making one takes longer than what it reads, as a rule."""

    def __init__(self) -> None:
        self.reader = _Reader()
        self.parser = etree.HTMLParser(target=self.reader, encoding="utf-8", no_network=True, huge_tree=False)


_rendering = _Rendering()


def _rendered(markup: str) -> str:
    try:
        return str(etree.fromstring(f"<html><body>{markup}</body></html>".encode(), _rendering.parser))
    except (etree.XMLSyntaxError, ValueError):  # nothing in it that HTML could make anything of
        _rendering.reader.reset()
        return ""


def _as_written(value: str) -> str:
    """The value as its writer had it, where a program took UTF-8 for Windows-1252 before it made the feed.

    "Itâ€™s" cannot be meant, and only the bytes of "It’s" give it; text that was not damaged does not survive the way
    back, and stays. Lone control characters beyond ASCII are Windows-1252, too, as in HTML.
    """
    if value.isascii() or not _DAMAGED.search(value):
        return value
    for codec in ("latin-1", "cp1252"):
        try:
            return value.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return value.translate(_CONTROLS)


def _text(value: str) -> str:
    """The value rendered if it looks like markup, and once more if that uncovered tags: some feeds escape twice."""
    value = _as_written(value)
    if not (_TAG.search(value) or _ENTITY.search(value)):
        return value
    text = _rendered(value)
    return _rendered(text) if _TAG.search(text) else text


def line(value: str) -> str:
    """The text of a title or summary on one line, all whitespace folded to single spaces."""
    return " ".join(_text(value).split())


def paragraphs(value: str) -> str:
    """The text of a content, whitespace folded, paragraphs set apart by a blank line."""
    parts = (" ".join(part.split()) for part in _PARAGRAPH_BREAK.split(_text(value)))
    return "\n\n".join(part for part in parts if part)
