"""What the sample newsroom's sites answer, decided without a socket: a request in, an answer out.

    GET /feed.xml, If-None-Match ──► Catalogue.answer ──► Answer(200 with a body, 304, 404, 500)

Every answer carries ETag and Last-Modified and depends on the newsroom alone, so a second run is told 304 everywhere.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from monitor.demo import feeds, pages, search
from monitor.demo.articles import Newsroom, Publisher
from monitor.demo.places import Places

_BROKEN = b"<!DOCTYPE html><title>500</title><h1>Internal Server Error</h1><p>mysql: too many connections</p>"
_NOT_FOUND = b"<!DOCTYPE html><title>404</title><h1>There is nothing here</h1>"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a status, a body with its type, and the validators by which a client may ask for it again."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    modified: datetime | None = None

    @property
    def etag(self) -> str:
        """A strong validator: the hash of the body; "" for what is no page."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"' if self.modified else ""

    @property
    def last_modified(self) -> str:
        """When what it tells of last changed, as HTTP writes it; "" for what is no page."""
        return format_datetime(self.modified, usegmt=True) if self.modified else ""


class Catalogue:
    """Every answer of every publisher, made when it is first asked for."""

    def __init__(self, newsroom: Newsroom, places: Places) -> None:
        self._newsroom = newsroom
        self._places = places
        self._kept: dict[tuple[str, str], Answer] = {}

    def answer(self, publisher: Publisher, target: str, headers: Mapping[str, str]) -> Answer:
        """What a publisher's site answers to GET `target`; header names are lower case.

        A query string changes nothing, as on most sites, but for the search.
        """
        try:
            parts = urlsplit(target)
        except ValueError:
            return Answer(400)
        if publisher.feed == "search" and parts.query:
            answer = self._search(publisher, parts.path, parts.query)
        else:
            place = publisher.name, parts.path
            if place not in self._kept:
                self._kept[place] = self._make(publisher, parts.path)
            answer = self._kept[place]
        return replace(answer, status=304) if answer.status == 200 and _unchanged(answer, headers) else answer

    def _make(self, publisher: Publisher, path: str) -> Answer:
        if path == "/":
            return self._page(pages.front(self._newsroom, publisher, self._places))
        if path == "/robots.txt":
            return self._page(feeds.robots(publisher, self._places), "text/plain; charset=utf-8")
        if publisher.feed == "broken" and path == feeds.path(publisher):
            return Answer(500, _BROKEN)
        if document := feeds.document(self._newsroom, publisher, self._places, path):
            return self._page(*document)
        return self._article(publisher, path)

    def _article(self, publisher: Publisher, path: str) -> Answer:
        for piece in self._newsroom.of(publisher):
            if path == self._places.path(piece):
                return self._page(pages.article(self._newsroom, piece, self._places), modified=piece.published)
            if path == self._places.image_path(piece):
                return self._page(pages.picture(piece), "image/svg+xml", piece.published)
        return Answer(404, _NOT_FOUND)

    def _search(self, publisher: Publisher, path: str, query: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if path == search.RSS_PATH:
            return self._page(*search.rss(self._newsroom, publisher, asked.get("q", ""), self._places))
        if path == search.JSON_PATH:
            return self._page(*search.gdelt(self._newsroom, asked.get("query", ""), self._places))
        return self._make(publisher, path)

    def _page(
        self, body: bytes, content_type: str = "text/html; charset=utf-8", modified: datetime | None = None
    ) -> Answer:
        return Answer(200, body, content_type, modified or self._newsroom.pieces[0].published)


def _unchanged(answer: Answer, headers: Mapping[str, str]) -> bool:
    """Whether the client holds this answer already; If-None-Match decides where it is sent (RFC 9110, 13.2.2)."""
    if "if-none-match" in headers:
        held = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return answer.etag in held or "*" in held
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    since = since.replace(tzinfo=UTC) if since.tzinfo is None else since
    return answer.modified is not None and answer.modified <= since
