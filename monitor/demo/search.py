"""The invented search engine over all publishers: a keyword search answered as RSS, and as GDELT's DOC API answers.

The grammar is the small part that news searches share: words are all required, "quoted words" are a phrase, OR parts
alternatives.
"""

import json
import re
from urllib.parse import urlsplit

from monitor.demo import feeds
from monitor.demo.articles import Newsroom, Piece, Publisher
from monitor.demo.places import Places

RSS_PATH = "/rss/search"
JSON_PATH = "/api/v2/doc/doc"

# What a news search gives at most (Google News lists 100, the DOC API 75 unless told otherwise); ours is a small one.
_MOST = 40
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "zh": "Chinese"}


def rss(newsroom: Newsroom, publisher: Publisher, query: str, places: Places) -> tuple[bytes, str]:
    """What the search finds, newest first, as RSS 2.0, with its type."""
    return feeds.listing(_found(newsroom, query), publisher, places, "rss-2.0"), "application/rss+xml; charset=utf-8"


def gdelt(newsroom: Newsroom, query: str, places: Places) -> tuple[bytes, str]:
    """The same in the shape of the GDELT DOC 2.0 API's article list, with its type."""
    articles = [
        {
            "url": places.url(piece),
            "url_mobile": "",
            "title": piece.title,
            "seendate": f"{piece.published:%Y%m%dT%H%M%SZ}",
            "socialimage": places.image(piece),
            "domain": urlsplit(places.url(piece)).hostname,
            "language": _LANGUAGES[piece.language],
            "sourcecountry": "",
        }
        for piece in _found(newsroom, query)
    ]
    return json.dumps({"articles": articles}, ensure_ascii=False).encode(), "application/json; charset=utf-8"


def _found(newsroom: Newsroom, query: str) -> tuple[Piece, ...]:
    alternatives = [_terms(part) for part in re.split(r"\bOR\b", query) if part.strip()]
    return tuple(
        piece
        for piece in newsroom.pieces
        if any(all(term.search(_searched(piece)) for term in terms) for terms in alternatives)
    )[:_MOST]


def _terms(part: str) -> list[re.Pattern[str]]:
    words = [phrase or word for phrase, word in re.findall(r'"([^"]+)"|([^\s"()]+)', part)]
    return [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words]


def _searched(piece: Piece) -> str:
    return "\n".join((piece.title, *piece.paragraphs))
