"""From what a source answered to what it lists: the feed behind a page, the sitemaps behind an index."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from monitor.errors import Held, LeftAlone, MonitorError, ParseError
from monitor.models import Page, Source
from monitor.pipeline import parsing
from monitor.pipeline.context import Context
from monitor.pipeline.trouble import Trouble, is_expected, trouble_of
from monitor.pipeline.workers import WorkerLost
from monitor.sources import Listing

# A sitemap index may name thousands of sitemaps; news stands in the newest few.
CHILDREN = 8
# A page may announce many feeds (comments, categories); the first that lists something is the one.
CANDIDATES = 5
# Kinds of documents that list no news themselves.
NO_NEWS = frozenset({"unknown", "html", "opml", "sitemap-index"})
# Kinds of sources that stand at their address themselves: behind a page nothing is looked for.
_NO_PAGE = frozenset({"feed", "sitemap", "search"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document of a source that was read: its page, the content let go, what it lists, and a page also links to."""

    page: Page
    listing: Listing
    links: Listing


@dataclass(frozen=True, slots=True)
class Found:
    """What a source lists, and the page that lists it, or names what does (`indexed`: a sitemap index).

    `address` is where to ask from now on, "" for where it was asked; `troubles` are the parts of it that failed.
    """

    listing: Listing
    page: Page
    address: str = ""
    indexed: bool = False
    troubles: tuple[Trouble, ...] = ()


async def found_behind(context: Context, source: Source, document: SourceDocument) -> Found:
    """What the answer of a source leads to.

    Raises ParseError where that lists no news, FetchError and WorkerLost where nothing behind it could be read; Held
    where another worker asks the host of what is behind it.
    """
    page = document.page
    if document.listing.kind == "html":
        refuse_page(source, page.final_url)
        found = await _announced(context, source, document)
    else:
        found = await _with_sitemaps(context, source, Found(document.listing, page, page.moved_to))
    if found.listing.kind in NO_NEWS and not found.listing.entries:
        raise _no_news(found.listing)
    return found


def refuse_page(source: Source, url: str) -> None:
    """Nothing where the kind of a source lets a page stand at its address; else ParseError: it is not guessed at."""
    if source.kind in _NO_PAGE:
        message = (
            f'{url} is a page, and source "{source.name}" is declared as {source.kind}; write its {source.kind}\'s own '
            'address in config/sources.toml, or kind = "page"'
        )
        raise ParseError(message)


async def _announced(context: Context, source: Source, document: SourceDocument) -> Found:
    """The first feed that lists something, among those that a page announces or its robots.txt names; else its links.

    The sitemaps of a site list all of it: of a section, which stands below its root, the links come first. Where none
    of the announced feeds gives anything, what failed of them is a trouble of what stands in for them.
    """
    page, listing = document.page, document.listing
    candidates = listing.children[:CANDIDATES]
    found, failed = await _first_feed(context, source, candidates)
    if found is not None:
        return found
    is_section = urlsplit(page.final_url).path.strip("/") != ""
    links = Found(document.links, page, page.moved_to) if document.links.entries else None
    if links is not None and is_section:
        return replace(links, troubles=failed)
    sitemaps = context.client.sitemaps(page.final_url)[: CANDIDATES - len(candidates)]
    found, failed_too = await _first_feed(context, source, sitemaps)
    found = found or links
    if found is not None:
        return replace(found, troubles=(*failed, *found.troubles))
    announced = [*listing.children, *sitemaps]
    problems = [trouble.text for trouble in (*failed, *failed_too)]
    message = (
        f"{page.final_url} is a page that announces no feed; name the feed's own address in config/sources.toml"
        if not announced
        else f"{page.final_url} is a page, and none of the feeds it announces lists anything: "
        + "; ".join(problems or announced[:CANDIDATES])
    )
    raise ParseError(message)


async def _first_feed(
    context: Context, source: Source, candidates: Sequence[str]
) -> tuple[Found | None, tuple[Trouble, ...]]:
    """The first of these documents that lists something, None where none does; and what is wrong with the others."""
    failed: list[Trouble] = []
    for candidate in candidates:
        try:
            document = await document_at(context, source, candidate)
            read = Found(document.listing, document.page, document.page.moved_to or candidate)
            found = await _with_sitemaps(context, source, read)
        except (Held, LeftAlone):  # nothing is known of it: the source waits, and takes nothing in its place
            raise
        except (MonitorError, WorkerLost) as error:
            failed.append(trouble_of(error, candidate))
        else:
            if found.listing.entries:
                return found, tuple(failed)
    return None, tuple(failed)


async def _with_sitemaps(context: Context, source: Source, found: Found) -> Found:
    """The same, or for an index what the first of its sitemaps list; one that fails is a trouble of the source.

    Raises Held where another worker asks the host of any of them: the source is to be asked again as a whole.
    """
    if found.listing.kind != "sitemap-index":
        return found
    children = found.listing.children[:CHILDREN]
    if not children:
        raise ParseError("a sitemap index that names nothing")
    answers = await asyncio.gather(*(_sitemap(context, source, child) for child in children), return_exceptions=True)
    listings = [answer for answer in answers if isinstance(answer, Listing)]
    failed = [(child, answer) for child, answer in zip(children, answers, strict=True) if isinstance(answer, Exception)]
    if held := next((error for _, error in failed if isinstance(error, Held)), None):
        raise held
    if not listings:
        raise next((error for _, error in failed if not isinstance(error, LeftAlone)), failed[0][1])
    for child, error in failed:
        if not is_expected(error):
            _log.error("an error that nobody expects, reading %s", child, exc_info=error)
    whole = Listing(
        kind="sitemap",
        title=found.listing.title,
        entries=tuple(entry for listing in listings for entry in listing.entries),
        refresh=found.listing.refresh,
    )
    troubles = tuple(trouble_of(error, child) for child, error in failed)
    return Found(whole, found.page, found.address, indexed=True, troubles=troubles)


async def _sitemap(context: Context, source: Source, url: str) -> Listing:
    """What one sitemap of an index lists. Raises ParseError where it is none."""
    listing = (await document_at(context, source, url)).listing
    if listing.kind in NO_NEWS:
        raise _no_news(listing)
    return listing


async def document_at(context: Context, source: Source, url: str) -> SourceDocument:
    """The document at an address, held until it was read. Raises FetchError, and WorkerLost as `parsed` does."""
    async with context.client.holding(url, purpose="feed") as page:
        return await parsed(context, source, page)


async def parsed(context: Context, source: Source, page: Page, known: Collection[str] = ()) -> SourceDocument:
    """What a page makes, read in workers; `known` are the marks of entries that nobody wants the texts of.

    Raises WorkerLost where a worker did not live to tell.
    """
    given = (page.content, page.final_url, source.name, page.headers.get("content-type", ""))
    listing = links = await context.workers.run(parsing.read_listing, *given, known)
    if listing.kind == "html":
        links = await context.workers.run(parsing.read_section, *given)
    return SourceDocument(replace(page, content=b""), listing, links)


def _no_news(listing: Listing) -> ParseError:
    return ParseError(listing.note or f"lists no news: it is {listing.kind}")
