"""`monitor backfill`: the same stages over an archive: WARC files, a folder of pages, or a sitemap by date range.

Pages of a folder are known by the address that they declare as canonical: an archive on one's own disk is trusted with
that, as a page on the web is not. Pages of a WARC file are known by the address that was asked for them. Nothing of a
backfill is told at once, and what is older than a collect wants it (`collect.max_age`) is told never: it is searched,
judged and judged against.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from monitor.config import Settings
from monitor.errors import ConfigurationError, FetchError, MonitorError, ParseError
from monitor.fetch import warc
from monitor.fetch.answers import is_text
from monitor.models import BACKFILL, Article, Entry, Grade, Page, Source
from monitor.pipeline import parsing
from monitor.pipeline.context import Context, opened, refuse_nameless
from monitor.pipeline.examine import unpacked
from monitor.pipeline.judging import assessing, grouping
from monitor.pipeline.parsing import Reading
from monitor.pipeline.polling.discovery import document_at
from monitor.pipeline.reading import fetching
from monitor.pipeline.reading.freshness import is_news
from monitor.pipeline.tally import Failure, Tally
from monitor.pipeline.trouble import trouble_of
from monitor.pipeline.workers import WorkerLost
from monitor.sources import Listing
from monitor.store.articles import keep_articles
from monitor.store.entries import due_entries, keep_entries
from monitor.urls import canonical_url, names_address

# Files read and kept at once: the same bound on what a killed run reads again as in a collect.
FILES_A_BATCH = 50
# An archive holds what was published at any time.
ANY_AGE = timedelta(days=365 * 200)
# As in polling: a sitemap index may name thousands; of an archive all are wanted, yet not for ever.
SITEMAPS = 500


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when (exclusive) something was published; None leaves an end open."""

    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """The span between two dates, the last day included. Raises ConfigurationError for what is no date, or none."""
        first, last = _date(start, "--from"), _date(end, "--to")
        if first and last and last < first:
            message = f"--to: {end} is before {start}, so that nothing can lie between them: exchange the two"
            raise ConfigurationError(message)
        return cls(first, last + timedelta(days=1) if last else None)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it; what has no date lies in an open span alone."""
        if moment is None:
            return self.start is None and self.end is None
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


def backfill_now(settings: Settings, archives: Sequence[str], span: Span) -> Tally:
    """Run a backfill to its end, plainly."""

    async def whole() -> Tally:
        async with opened(settings) as context:
            return await backfill(context, archives, span)

    return asyncio.run(whole())


async def backfill(context: Context, archives: Sequence[str], span: Span) -> Tally:
    """Read archives, keep their articles, group and assess them. An archive that fails is listed; the rest go on.

    Raises ConfigurationError where the user agent still names nobody.
    """
    refuse_nameless(context.settings)
    tally = Tally()
    for archive in archives:
        tally += Tally(polled=1)
        try:
            if names_address(archive):
                tally += await context.call(f"sitemap {archive}", _sitemap, context, archive, span)
            else:
                tally += await _folder(context, Path(archive), span)
        except (MonitorError, WorkerLost) as error:
            tally += Tally(sources_failed=1, failures=(Failure(trouble_of(error, archive).text, source=archive),))
    tally += await context.call("group", grouping.group, context)
    for topic in context.settings.topics:
        tally += await context.call(f"assess {topic.name}", assessing.assess, context, topic.name)
    return tally


def in_doubt(tally: Tally) -> bool:
    """Whether a backfill did not do its job: more than a fifth of its archives or of their pages failed, or a topic."""
    return tally.in_doubt or tally.pages_failed * 5 > tally.pages


async def _folder(context: Context, folder: Path, span: Span) -> Tally:
    if not folder.exists():
        message = f"{folder}: there is no such file or folder"
        raise ConfigurationError(message)
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if _is_page(path))
    if not files:
        message = f"{folder}: holds neither pages (.html, .htm, and .gz of them) nor WARC files"
        raise ConfigurationError(message)
    tally = Tally()
    for archive in [path for path in files if warc.is_warc(path)]:
        files.remove(archive)
        tally += await context.call(f"archive {archive.name}", _archive, context, archive, span)
    for start in range(0, len(files), FILES_A_BATCH):
        batch = files[start : start + FILES_A_BATCH]
        tally += await context.call(f"files {start + 1}-{start + len(batch)}", _files, context, batch, span)
        context.progress("reading", start + len(batch), len(files))
    return tally


async def _files(context: Context, files: Sequence[Path], span: Span) -> Tally:
    readings = await asyncio.gather(*(_read(context, path) for path in files), return_exceptions=True)
    named = [(str(path), path.as_uri() if path.is_absolute() else str(path)) for path in files]
    return _kept(context, named, readings, [""] * len(files), span)


async def _archive(context: Context, path: Path, span: Span) -> Tally:
    """Keep the articles of a WARC file, some pages at a time; where it breaks off, what came before is kept."""
    tally, batch = Tally(), list[Page]()
    try:
        for page in warc.pages(path, context.settings.fetch.max_page):
            if is_text(page.headers.get("content-type", ""), page.content):
                batch.append(page)
            if len(batch) >= FILES_A_BATCH:
                tally += await _pages(context, batch, span)
                batch = []
    except (FetchError, OSError) as error:
        tally += Tally(sources_failed=1, failures=(Failure(str(error), source=str(path)),))
    return tally + await _pages(context, batch, span)


async def _pages(context: Context, pages: Sequence[Page], span: Span) -> Tally:
    tasks = [
        context.workers.run(parsing.read_page, page.content, page.final_url, page.headers.get("content-type", ""))
        for page in pages
    ]
    readings = await asyncio.gather(*tasks, return_exceptions=True)
    return _kept(context, [(page.final_url,) * 2 for page in pages], readings, [page.final_url for page in pages], span)


def _kept(
    context: Context,
    named: Sequence[tuple[str, str]],
    readings: Sequence[Reading | BaseException],
    addresses: Sequence[str],
    span: Span,
) -> Tally:
    """Keep what was read and lies in the span; `named` is how each is shown, and its URL, for a failure of it."""
    articles: list[Article] = []
    failures: list[Failure] = []
    for (shown, url), found, address in zip(named, readings, addresses, strict=True):
        if isinstance(found, Reading) and not span.holds(found.document.published):
            continue
        try:
            articles.append(_article(context, found, address))
        except (MonitorError, WorkerLost, OSError) as error:
            failures.append(Failure(f"{shown}: {error}", url=url))
    with context.database.writing() as session:
        stored = keep_articles(session, articles)
    return Tally(
        fetched=len(readings) - len(failures), pages_failed=len(failures), stored=len(stored), failures=tuple(failures)
    )


async def _read(context: Context, path: Path) -> Reading:
    return await context.workers.run(parsing.read_page, unpacked(path.read_bytes()), path.resolve().as_uri(), "")


def _article(context: Context, found: Reading | BaseException, address: str) -> Article:
    """The article that was read, known by `address`, or where that is "" by the one that it declares."""
    if isinstance(found, BaseException):
        raise found
    document, now = found.document, context.now()
    if document.grade == Grade.EMPTY:
        message = "holds no text"
        raise ConfigurationError(message)
    address = address or document.declared_canonical
    if not address:
        message = "names no address of its own (<link rel=canonical>), and without one it cannot be told from others"
        raise ConfigurationError(message)
    return Article.model_validate(
        {
            "canonical_url": canonical_url(address),
            "declared_canonical": document.declared_canonical,
            "source": BACKFILL,
            "title": document.title or address,
            "text": document.text,
            "authors": list(document.authors),
            "published": document.published or now,
            "news": is_news(BACKFILL, document.published, None, now, context.settings.collect.max_age),
            "language": document.language,
            "site": document.site,
            "image": document.image,
            "grade": document.grade,
            "content_hash": found.content_hash,
            "signature": found.signature,
            "stored_at": now,
        }
    )


async def _sitemap(context: Context, url: str, span: Span) -> Tally:
    """Keep the entries of a sitemap, or of the sitemaps of an index, that lie in the span, and read their pages."""
    listing = await _listing(context, url)
    entries, troubles = await _with_children(context, url, listing)
    wanted = [entry for entry in entries if span.holds(entry.published)]
    undated = sum(entry.published is None for entry in entries)
    if undated and not span.holds(None):
        troubles.append(f"{url}: {undated:,} of {len(entries):,} addresses have no date, and no date range holds them")
    with context.database.writing() as session:
        new = keep_entries(session, wanted, now=context.now(), max_age=ANY_AGE)
    with context.database.reading() as session:
        pending = due_entries(session, now=context.now(), sources=[BACKFILL])
    tally = await fetching.read(context, [entry.id for entry in pending])
    failures = tuple(Failure(trouble, source=url) for trouble in troubles)
    return tally + Tally(listed=len(entries), new=new, failures=failures)


async def _with_children(context: Context, url: str, listing: Listing) -> tuple[list[Entry], list[str]]:
    """What a sitemap lists and what stands below it, at any depth; and what is wrong with the sitemaps there."""
    entries, troubles = list(listing.entries), list[str]()
    waiting, known = list(listing.children), {url, *listing.children}
    for _ in range(SITEMAPS):
        if not waiting:
            return entries, troubles
        child = waiting.pop(0)
        try:
            below = await _listing(context, child)
        except (MonitorError, WorkerLost) as error:
            troubles.append(trouble_of(error, child).text)
            continue
        entries += below.entries
        waiting += [each for each in below.children if each not in known]
        known.update(below.children)
    if waiting:
        troubles.append(f"{len(waiting):,} sitemaps beyond the first {SITEMAPS:,} were left out; name them one by one")
    return entries, troubles


async def _listing(context: Context, url: str) -> Listing:
    """What a sitemap lists. Raises ParseError where it is none, WorkerLost where its reader did not live to tell."""
    listing = (await document_at(context, Source(BACKFILL, url), url)).listing
    if listing.kind in ("unknown", "html"):
        raise ParseError(listing.note or f"{url} is no sitemap: it is {listing.kind}")
    return listing


def _is_page(path: Path) -> bool:
    return path.is_file() and (warc.is_warc(path) or _is_html(path))


def _is_html(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith((".html", ".htm"))


def _date(text: str, option: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f'{option}: "{text}" is no date: write it as 2026-01-31'
        raise ConfigurationError(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
