"""One trial of an address as a source: asked, discovered, parsed, nothing kept; for `check` and `sources --add`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from monitor.errors import MonitorError, ParseError
from monitor.fetch.client import Client
from monitor.models import Entry, Source
from monitor.pipeline.discovery import refuse_page
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


Answer = tuple[Listing, str]
"""What an address lists, and where in the end that stood."""


async def try_source(client: Client, source: Source) -> Trial:
    """Ask a source once, as a poll would."""
    try:
        asked = address(source)
        listing, feed = await _whole(client, asked)
        if listing.kind == "html":
            refuse_page(source, feed)
            announced = (*listing.children, *client.sitemaps(feed))
            listing, feed = await _first(client, announced, _whole) or (listing, feed)
        if listing.kind in ("unknown", "html", "opml", "sitemap-index"):
            raise ParseError(listing.note or f"{asked} lists no news: it is {listing.kind}")
    except MonitorError as error:
        return Trial(source, error=str(error))
    return Trial(source, feed, listing.kind, listing.title, listing.entries)


async def _listing(client: Client, url: str) -> Answer:
    page = await client.get(url, purpose="feed")
    return parse(page.content, page.final_url, content_type=page.headers.get("content-type", "")), page.final_url


async def _whole(client: Client, url: str) -> Answer:
    """What an address lists: for an index what the first of its sitemaps does that lists something."""
    listing, feed = await _listing(client, url)
    if listing.kind == "sitemap-index" and (found := await _first(client, listing.children, _listing)):
        listing = found[0]
    return listing, feed


async def _first(
    client: Client, addresses: Sequence[str], ask: Callable[[Client, str], Awaitable[Answer]]
) -> Answer | None:
    """The first answer that lists something, None where none does. Raises the last error there was."""
    failure: MonitorError | None = None
    for each in addresses[:_CANDIDATES]:
        try:
            found = await ask(client, each)
        except MonitorError as error:
            failure = error
        else:
            if found[0].entries:
                return found
    if failure:
        raise failure
    return None
