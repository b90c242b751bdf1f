"""The text that a page drawn by scripts carries in its data (Next.js, Nuxt, Redux, Apollo and their like).

In: the tree of a page that shows no text. Out: paragraphs, one a line; "" where its scripts hold none. Never raises.

Programs write this data in as many forms as there are frameworks: JSON, a call of a function, a list of chunks. What
they share is that prose stands in string literals, that of one article under one key. So literals are read, whatever
stands around them, and of the keys the one whose prose is longest is taken.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

from lxml.html import HtmlElement

from monitor.extract.linked_data import paragraphs

_LONGEST = 5_000_000
"""Characters of scripts that are read: some newspapers' pages carry 2 million."""

_LEAST = 400
"""Characters of prose below which the data is taken for notices and labels."""

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
_KEY = re.compile(r'["\']?([\w$-]{1,40})["\']?\s*:\s*$')
_CHUNK = re.compile(r'self\.__next_f\.push\(\[1,\s*("(?:[^"\\]|\\.)*")\s*\]\)')
_DATA = re.compile(r"__[A-Z_]{4,}|__next_f|__NUXT|(?:initial|preloaded)_?state", re.IGNORECASE)
_SENTENCE = re.compile(r"\w[\"'”’»)\]]*[.!?…。！？।؟](?:\s|[\"'”’»)\]<]|$)")
_CODE = re.compile(r"[{}]|=>|function\s*\(|;\s*$|^\s*(?:https?:|[./#@])")
_IDEOGRAPH = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORDS, _IDEOGRAPHS = 6, 15
_OTHER_KEYS = re.compile(
    r"title|headline|desc|summary|excerpt|teaser|dek|abstract|standfirst|alt|caption|credit|label|message|disclaimer"
    r"|notice|consent|bio|seo|meta|og|twitter|comment|query|url|src",
    re.IGNORECASE,
)


def carried(tree: HtmlElement) -> str:
    """The prose in the data of the page's scripts; "" where there is less than a few sentences of it."""
    prose: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, text in _literals(_data(tree)):
        for line in paragraphs(text).split("\n"):
            if _is_prose(line):
                prose[key][line] = None
    longest = max(("\n".join(lines) for lines in prose.values()), key=len, default="")
    return longest if len(longest) >= _LEAST or len(_IDEOGRAPH.findall(longest)) >= _LEAST / 3 else ""


def _data(tree: HtmlElement) -> str:
    """The scripts that hold data, and what the chunks of a streamed page are put together to."""
    scripts = [script.text or "" for script in tree.iter("script") if _holds_data(script)]
    written = "\n".join(scripts)[:_LONGEST]
    return "\n".join([_CHUNK.sub("", written), "".join(_decoded(chunk[1]) for chunk in _CHUNK.finditer(written))])


def _holds_data(script: HtmlElement) -> bool:
    kind = (script.get("type") or "").lower()
    return kind == "application/json" or ("json" not in kind and bool(_DATA.search((script.text or "")[:_LONGEST])))


def _literals(written: str) -> Iterator[tuple[str, str]]:
    """Every string literal that may be prose, with the key before it, "" where it stands in a list."""
    for match in _LITERAL.finditer(written):
        if " " in match[1] or _IDEOGRAPH.search(match[1]):
            key = _KEY.search(written, max(0, match.start() - 60), match.start())
            name = key[1] if key else ""
            if not _OTHER_KEYS.search(name):
                yield name, _decoded(match[0])


def _decoded(literal: str) -> str:
    try:
        text = json.loads(literal, strict=False)
    except ValueError:
        return ""
    return text.encode("utf-8", "ignore").decode() if isinstance(text, str) else ""


def _is_prose(line: str) -> bool:
    """Whether a line is a sentence or more, and no code, style or address."""
    long_enough = line.count(" ") >= _WORDS or len(_IDEOGRAPH.findall(line)) >= _IDEOGRAPHS
    return long_enough and _SENTENCE.search(line) is not None and not _CODE.search(line)
