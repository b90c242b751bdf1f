"""One trial of an address as a source: asked, discovered, parsed, nothing kept; for `check` and `sources --add`."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import MonitorError, ParseError
from monitor.fetch.client import Client
from monitor.models import Entry, Source
from monitor.sources import Listing, parse
from monitor.sources.search import address

# As in polling: a page may announce many feeds; the first that lists something is the one.
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """What an address gave: the feed behind it, its kind and title, what it lists; or the error."""

    source: Source
    feed: str = ""
    kind: str = ""
    title: str = ""
    entries: tuple[Entry, ...] = ()
    error: str = ""

    @property
    def summary(self) -> str:
        """One line for a person."""
        if self.error:
            return f"{self.source.name}: {self.error}"
        found = f", found at {self.feed}" if self.feed != address(self.source) else ""
        return f'{self.source.name}: {self.kind} "{self.title}", {len(self.entries)} entries{found}'


async def try_source(client: Client, source: Source) -> Trial:
    """Ask a source once, as a poll would."""
    try:
        asked = address(source)
        listing, feed = await _listing(client, asked)
        for child in _children(client, listing, asked):
            if listing.entries:
                break
            listing, feed = await _listing(client, child)
        if listing.kind in ("unknown", "html", "opml", "sitemap-index"):
            raise ParseError(listing.note or f"{asked} lists no news: it is {listing.kind}")
    except MonitorError as error:
        return Trial(source, error=str(error))
    return Trial(source, feed, listing.kind, listing.title, listing.entries)


def _children(client: Client, listing: Listing, asked: str) -> Sequence[str]:
    """Where a document leads: a sitemap of an index, a feed that a page announces, a sitemap that robots.txt names."""
    if listing.kind == "sitemap-index":
        return listing.children[:_CANDIDATES]
    if listing.kind == "html":
        return (*listing.children, *client.sitemaps(asked))[:_CANDIDATES]
    return ()


async def _listing(client: Client, url: str) -> tuple[Listing, str]:
    page = await client.get(url, purpose="feed")
    return parse(page.content, page.final_url, content_type=page.headers.get("content-type", "")), page.final_url
