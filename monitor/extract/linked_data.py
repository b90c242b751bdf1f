"""What a page says of its article in linked data (JSON-LD, https://schema.org/NewsArticle).

In: the tree of a page. Out: one frozen `LinkedArticle`; everything is "" or empty where the page says nothing. Only
the article that the page is about is read: at the top, in a `@graph` or as `mainEntity`; never an item of a list,
which is another article that the page links to. Never raises, whatever the scripts hold.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from lxml.html import HtmlElement

_LONGEST = 3_000_000
"""Characters of a script that are parsed: ten times the largest of 242 publishers' pages."""

_MOST_NODES = 2_000
_WRAPPING = re.compile(r"^\s*(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)?\s*(?:\*/)?\s*")
_DECODER = json.JSONDecoder(strict=False)
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
_MARKUP = re.compile(r"<[^<>]{1,500}>")
_BREAKS = re.compile(r"<(?:/p|br\s*/?|/div|/h\d)>", re.IGNORECASE)
_ARTICLE_TYPES = ("article", "posting", "report")
_DATED_TYPES = (*_ARTICLE_TYPES, "webpage", "itempage", "recipe", "review", "podcastepisode")
"""Types whose date is that of the page: where no article is declared, many sites date the page itself. No videos: one
that a page shows may be years older."""


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """The article of a page as its linked data names it; texts are plain, `published` is as written.

    `types` are schema.org's, lower case; `free` is None where nothing says whether it may be read without paying;
    `words` is the stated word count, 0 where none is.
    """

    types: frozenset[str] = frozenset()
    headline: str = ""
    description: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    publisher: str = ""
    image: str = ""
    language: str = ""
    free: bool | None = None
    words: int = 0


def linked_article(tree: HtmlElement) -> LinkedArticle:
    """The article that the page's linked data is about. Never raises."""
    nodes = [node for script in tree.iter("script") for node in _nodes(script)]
    articles = [node for node in nodes if any(_is_article(kind) for kind in _types(node))]
    article = max(articles, key=lambda node: bool(node.get("headline")) + bool(node.get("datePublished")), default={})
    return LinkedArticle(
        types=frozenset(kind for node in articles for kind in _types(node)),
        headline=_plain(article.get("headline") or article.get("name")),
        description=_plain(article.get("description")),
        body=max((_body(node) for node in articles), key=len, default=""),
        authors=_people(article.get("author")),
        published=_published([article, *nodes]),
        publisher=_name(article.get("publisher")),
        image=_address(article.get("image") or article.get("thumbnailUrl")),
        language=_plain(article.get("inLanguage")),
        free=_free([*articles, *(node for node in nodes if "webpageelement" in set(_types(node)))]),
        words=_count(article.get("wordCount")),
    )


def paragraphs(value: object) -> str:
    """A text that may hold markup, without it, one line a paragraph; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    lines = (_plain(line) for line in _BREAKS.sub("\n", unescape(value)).splitlines())
    return "\n".join(line for line in lines if line)


def _body(article: Mapping[str, object]) -> str:
    """The text of an article, or the entries of a live blog, each under its headline."""
    stated = article.get("liveBlogUpdate")
    updates = stated if isinstance(stated, list) else [stated]
    parts = (
        part
        for update in updates[:_MOST_NODES]
        if isinstance(update, dict)
        for part in (_plain(update.get("headline")), paragraphs(update.get("articleBody")))
    )
    return max(paragraphs(article.get("articleBody")), "\n".join(part for part in parts if part), key=len)


def _published(nodes: Sequence[Mapping[str, object]]) -> str:
    """The date of publication of the first node that has one and is the page itself or what it is about."""
    for node in nodes:
        if any(kind.endswith(_DATED_TYPES) for kind in _types(node)) and (
            written := _plain(node.get("datePublished") or node.get("dateCreated"))
        ):
            return written
    return ""


def _nodes(script: HtmlElement) -> Iterator[Mapping[str, object]]:
    """Every object at the top of a script or in its containers."""
    if "ld+json" not in (script.get("type") or "").lower():
        return
    waiting: list[object] = [_parsed(script.text or "")]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node[:_MOST_NODES])
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in _CONTAINERS if isinstance(node.get(key), dict | list))


def _parsed(text: str) -> object:
    """The value of a script, None where it is none; what follows the first value is left."""
    if len(text) > _LONGEST:
        return None
    start = _WRAPPING.match(text)
    try:
        return _DECODER.raw_decode(text, start.end() if start else 0)[0]
    except (ValueError, RecursionError):
        return None


def _types(node: Mapping[str, object]) -> Iterator[str]:
    stated = node.get("@type")
    for kind in stated if isinstance(stated, list) else [stated]:
        if isinstance(kind, str):
            yield kind.lower().rpartition("/")[2]


def _is_article(kind: str) -> bool:
    return kind.endswith(_ARTICLE_TYPES)


def _plain(value: object) -> str:
    """A text without markup or entities, white space folded; "" for what is no text."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if not isinstance(value, str):
        return ""
    return " ".join(_MARKUP.sub(" ", unescape(_whole(value))).split())


def _people(value: object) -> tuple[str, ...]:
    """Names of authors; organisations only where no person is named."""
    stated = value if isinstance(value, list) else [value]
    people = [_name(item) for item in stated if not (isinstance(item, dict) and "organization" in set(_types(item)))]
    named = [name for name in people if name] or [_name(item) for item in stated]
    return tuple(dict.fromkeys(name for name in named if name))


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return _plain(value)


def _address(value: object) -> str:
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    return _whole(value).strip() if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """A text without half characters, which JSON can write (`\\ud800`) and nothing can keep."""
    return text.encode("utf-8", "ignore").decode()


def _free(parts: list[Mapping[str, object]]) -> bool | None:
    """What the article and its parts state; Google's markup for paywalls names the part behind it.

    https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
    """
    stated = [str(node["isAccessibleForFree"]).lower() for node in parts if "isAccessibleForFree" in node]
    if any(value in {"false", "no", "0", "http://schema.org/false"} for value in stated):
        return False
    return True if any(value in {"true", "yes", "1"} for value in stated) else None


def _count(value: object) -> int:
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,7}", text) else 0
