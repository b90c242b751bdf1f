"""One trial of an address as a source: asked, discovered, parsed, nothing kept; for `check` and `sources --add`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from monitor.digest.wording import counted
from monitor.errors import MonitorError, ParseError
from monitor.fetch.client import Client
from monitor.models import Entry, Page, Source
from monitor.pipeline.polling.discovery import CANDIDATES, NO_NEWS, refuse_page
from monitor.sources import Listing, parse, parse_section
from monitor.sources.search import address


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
        title = f' "{self.title}"' if self.title else ""
        return f"{self.source.name}: {self.kind}{title}, {counted(len(self.entries), 'entry', 'entries')}{found}"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an address lists, and the document that says so, as it stood in the end."""

    listing: Listing
    page: Page

    @property
    def links(self) -> Listing:
        """The articles that it links to."""
        return parse_section(self.page.content, self.page.final_url, content_type=_kind(self.page))


async def try_source(client: Client, source: Source) -> Trial:
    """Ask a source once, as a poll would."""
    try:
        found = await _whole(client, address(source))
        if found.listing.kind == "html":
            refuse_page(source, found.page.final_url)
            found = await _behind(client, found)
        if found.listing.kind in NO_NEWS and not found.listing.entries:
            raise ParseError(found.listing.note or f"{address(source)} lists no news: it is {found.listing.kind}")
    except MonitorError as error:
        return Trial(source, error=str(error))
    listing = found.listing
    return Trial(source, found.page.final_url, listing.kind, listing.title, listing.entries)


async def _behind(client: Client, page: _Answer) -> _Answer:
    """The first that lists something: a feed that a page announces, its own links, a sitemap of its robots.txt.

    Where none does, raises the last error there was.
    """
    url = page.page.final_url
    found, failure = await _first(client, page.listing.children, _whole)
    links = replace(page, listing=page.links)
    if found is None and not (links.listing.entries and urlsplit(url).path.strip("/")):
        found, failed = await _first(client, client.sitemaps(url), _whole)
        failure = failed or failure
    if found is None and failure and not links.listing.entries:
        raise failure
    return found or links


async def _listing(client: Client, url: str) -> _Answer:
    page = await client.get(url, purpose="feed")
    return _Answer(parse(page.content, page.final_url, content_type=_kind(page)), page)


def _kind(page: Page) -> str:
    return page.headers.get("content-type", "")


async def _whole(client: Client, url: str) -> _Answer:
    """What an address lists: for an index what the first of its sitemaps does that lists something."""
    answer = await _listing(client, url)
    if answer.listing.kind != "sitemap-index":
        return answer
    found, failure = await _first(client, answer.listing.children, _listing)
    if found is None and failure:
        raise failure
    return replace(answer, listing=found.listing) if found else answer


async def _first(
    client: Client, addresses: Sequence[str], ask: Callable[[Client, str], Awaitable[_Answer]]
) -> tuple[_Answer | None, MonitorError | None]:
    """The first answer that lists something, None where none does; and the last error there was."""
    failure: MonitorError | None = None
    for each in addresses[:CANDIDATES]:
        try:
            found = await ask(client, each)
        except MonitorError as error:
            failure = error
        else:
            if found.listing.entries:
                return found, failure
    return None, failure
