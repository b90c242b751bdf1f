"""What the sample newsroom's publishers list their news in: every kind of feed and sitemap, and their robots.txt."""

import gzip
import json
from dataclasses import dataclass

from monitor.demo.articles import Newsroom, Piece, Publisher
from monitor.demo.places import Places
from monitor.demo.rendering import render, summary_html, text_html, w3c


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of listing: where it stands, what it is served as, and how a page announces it ("": not at all)."""

    path: str
    content_type: str
    announced: str = ""


_FORMS = {
    "rss-2.0": _Form("/feed.xml", "application/rss+xml; charset=utf-8", "application/rss+xml"),
    "rss-0.91": _Form("/rss/news.rss", "text/xml; charset=utf-8", "application/rss+xml"),
    "rss-0.92": _Form("/backend/headlines.xml", "application/xml", "application/rss+xml"),
    "rss-1.0": _Form("/index.rdf", "application/rdf+xml; charset=utf-8", "application/rdf+xml"),
    "atom-1.0": _Form("/atom.xml", "application/atom+xml; charset=utf-8", "application/atom+xml"),
    "atom-0.3": _Form("/blog/atom.xml", "application/x.atom+xml", "application/atom+xml"),
    "json-feed": _Form("/feed.json", "application/feed+json; charset=utf-8", "application/feed+json"),
    "news-sitemap": _Form("/news-sitemap.xml", "application/xml; charset=utf-8"),
    "sitemap": _Form("/sitemap_index.xml", "application/xml; charset=utf-8"),
    "search": _Form("/", "text/html; charset=utf-8"),
    "broken": _Form("/feed", "text/html; charset=utf-8"),
}
_OLDER = "/sitemaps/older.xml.gz"
_NEWEST = "/sitemaps/newest.xml"


def path(publisher: Publisher) -> str:
    """Where a publisher's listing stands on its site."""
    return _FORMS[publisher.feed].path


def announced(publisher: Publisher) -> tuple[str, str]:
    """Path and type of the feed that a publisher's pages announce; two empty texts where they announce none."""
    form = _FORMS[publisher.feed]
    return (form.path, form.announced) if form.announced else ("", "")


def document(newsroom: Newsroom, publisher: Publisher, places: Places, asked: str) -> tuple[bytes, str] | None:
    """The listing at a path of a publisher's site with its type, or None where there is none."""
    pieces = newsroom.of(publisher)
    if publisher.feed == "sitemap":
        return _sitemap(pieces, publisher, places, asked)
    form = _FORMS[publisher.feed]
    if asked != form.path or publisher.feed in ("search", "broken"):
        return None
    if publisher.feed == "json-feed":
        return _json_feed(pieces, publisher, places), form.content_type
    return listing(pieces, publisher, places, publisher.feed), form.content_type


def listing(pieces: tuple[Piece, ...], publisher: Publisher, places: Places, form: str) -> bytes:
    """Articles, of whatever publishers, as an XML feed of a form, with the links a publisher's feed has."""
    return render(
        f"{form}.xml.j2",
        publisher=publisher,
        base=places.base(publisher),
        here=places.base(publisher) + path(publisher),
        updated=pieces[0].published if pieces else None,
        entries=[(piece, places.url(piece, publisher.tracking)) for piece in pieces],
        text_html=text_html,
        summary_html=summary_html,
    )


def robots(publisher: Publisher, places: Places) -> bytes:
    """A publisher's robots.txt: everyone may read the articles, nobody the accounts; sitemaps are named."""
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /cart"]
    if publisher.feed in ("news-sitemap", "sitemap"):
        lines += ["", f"Sitemap: {places.base(publisher)}{path(publisher)}"]
    return "\n".join([*lines, ""]).encode()


def _sitemap(pieces: tuple[Piece, ...], publisher: Publisher, places: Places, asked: str) -> tuple[bytes, str] | None:
    """An index of two sitemaps, the older one compressed, as sites with a long history keep them."""
    content_type = _FORMS["sitemap"].content_type
    half = len(pieces) // 2
    if asked == path(publisher):
        children = [
            (places.base(publisher) + _NEWEST, pieces[0].published),
            (places.base(publisher) + _OLDER, pieces[half].published),
        ]
        return render("sitemap-index.xml.j2", children=children), content_type
    if asked == _NEWEST:
        return listing(pieces[:half], publisher, places, "sitemap"), content_type
    if asked == _OLDER:
        return gzip.compress(listing(pieces[half:], publisher, places, "sitemap"), mtime=0), "application/gzip"
    return None


def _json_feed(pieces: tuple[Piece, ...], publisher: Publisher, places: Places) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    items = []
    for piece in pieces:
        content = {"content_html": text_html(piece)} if publisher.full_text else {"content_text": piece.summary}
        items.append(
            {
                "id": places.url(piece),
                "url": places.url(piece, publisher.tracking),
                "title": piece.title,
                "summary": piece.summary,
                "date_published": w3c(piece.published),
                "authors": [{"name": piece.author}],
                "language": piece.language,
                "image": places.image(piece),
                **content,
            }
        )
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.title,
        "home_page_url": places.base(publisher) + "/",
        "feed_url": places.base(publisher) + path(publisher),
        "description": publisher.tagline,
        "language": publisher.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()
