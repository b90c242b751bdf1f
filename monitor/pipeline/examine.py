"""Single stages on single inputs, with no store: what a source lists, what a page holds, how articles score and group.

An input is a file or an address; each gives one result in order, an error where that one failed, and the rest go on.
"""

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.errors import ConfigurationError, MonitorError, ParseError
from monitor.extract import extract, fuller
from monitor.fetch.client import Client
from monitor.fetch.settings import FetchSettings
from monitor.models import Document, Grade
from monitor.sources import Listing, parse
from monitor.urls import names_address

# What a file may grow to when it is unpacked: as much as the fetcher takes from the web for a page.
_UNPACKED = 10_000_000


@dataclass(frozen=True, slots=True)
class Material:
    """The bytes of an input, and the address they stand for."""

    content: bytes
    url: str
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of one input: a listing or a document, or the error."""

    input: str
    listing: Listing | None = None
    document: Document | None = None
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """One JSON line: the result's own fields beside its input."""
        if self.error:
            return {"input": self.input, "error": self.error}
        if self.listing is not None:
            return {"input": self.input, **_listing_json(self.listing)}
        return {"input": self.input, **_document_json(self.document)} if self.document else {"input": self.input}


@dataclass(frozen=True, slots=True)
class Written:
    """An article as a JSON line gives it: what scoring and grouping need of it."""

    id: str
    title: str
    text: str
    published: datetime | None
    language: str
    source: str
    relevant: bool | None = None


async def entries(inputs: Sequence[str], fetch: FetchSettings) -> AsyncIterator[Examined]:
    """What each source document lists."""
    async with Client(fetch) as client:
        for each in inputs:
            try:
                material = await _material(each, client, "feed")
                listing = parse(material.content, material.url, content_type=material.content_type)
                if listing.kind == "unknown":
                    raise ParseError(listing.note or "lists nothing that we understand")
                yield Examined(each, listing=listing)
            except MonitorError as error:
                yield Examined(each, error=str(error))


async def documents(inputs: Sequence[str], fetch: FetchSettings) -> AsyncIterator[Examined]:
    """What extraction finds on each page."""
    async with Client(fetch) as client:
        for each in inputs:
            try:
                material = await _material(each, client, "page")
                yield Examined(each, document=await _whole(_document(material), client))
            except MonitorError as error:
                yield Examined(each, error=str(error))


def written(path: Path) -> tuple[Written, ...]:
    """The articles of a JSON-lines file. Raises ConfigurationError naming file and line where one is none."""
    return tuple(_written(line, f"{path}:{number}") for number, line in _lines(path))


def labels(path: Path) -> dict[str, bool]:
    """Verdicts of a JSON-lines file: `id` to `relevant`. Raises ConfigurationError naming file and line."""
    verdicts: dict[str, bool] = {}
    for number, line in _lines(path):
        record = _record(line, f"{path}:{number}")
        if not isinstance(record.get("relevant"), bool) or "id" not in record:
            message = f'{path}:{number}: a verdict is {{"id": ..., "relevant": true or false}}'
            raise ConfigurationError(message)
        verdicts[str(record["id"])] = record["relevant"]
    return verdicts


def unpacked(content: bytes) -> bytes:
    """The bytes of a page, unpacked where they are gzip; what is broken stays as it is."""
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, _UNPACKED)
    except zlib.error:
        return content


def chances_of_draws(path: Path) -> dict[str, float]:
    """Of a file of verdicts those on articles drawn at random: `id` to `probability`, in (0, 1].

    Raises ConfigurationError naming file and line.
    """
    chances: dict[str, float] = {}
    for number, line in _lines(path):
        record = _record(line, f"{path}:{number}")
        chance = record.get("probability", 0)
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1:
            message = f'{path}:{number}: "probability" is a number from 0 to 1'
            raise ConfigurationError(message)
        if chance > 0:
            chances[str(record["id"])] = float(chance)
    return chances


def _document(material: Material) -> Document:
    return extract(unpacked(material.content), material.url, material.content_type)


async def _whole(document: Document, client: Client) -> Document:
    """The document, with the text of its page's fuller form where that is on the web and can be had."""
    if not document.fuller_url:
        return document
    try:
        return fuller(document, _document(await _material(document.fuller_url, client, "page")))
    except MonitorError:
        return document


async def _material(given: str, client: Client, purpose: Any) -> Material:
    if names_address(given):
        page = await client.get(given, purpose=purpose)
        return Material(page.content, page.final_url, page.headers.get("content-type", ""))
    try:
        return Material(Path(given).read_bytes(), Path(given).resolve().as_uri())
    except OSError as error:
        message = f"{given}: cannot be read: {error.strerror or error}"
        raise ConfigurationError(message) from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise ConfigurationError(message) from error
    except (UnicodeDecodeError, EOFError) as error:
        message = f"{path}: cannot be read as UTF-8 JSON lines: {error}"
        raise ConfigurationError(message) from error


def _record(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        message = f"{where}: not valid JSON: {error}"
        raise ConfigurationError(message) from error
    if not isinstance(record, dict):
        message = f"{where}: must be a JSON object"
        raise ConfigurationError(message)
    return record


def _written(line: str, where: str) -> Written:
    record = _record(line, where)
    identity = record.get("id", record.get("url"))  # `monitor export` names an article by its address
    if identity is None or not isinstance(record.get("text", record.get("title")), str):
        message = f'{where}: an article needs "id" (or "url") and "text" (and "title", "published")'
        raise ConfigurationError(message)
    return Written(
        id=str(identity),
        title=str(record.get("title") or ""),
        text=str(record.get("text") or ""),
        published=_moment(record.get("published")),
        language=str(record.get("language") or record.get("lang") or ""),
        source=str(record.get("source") or ""),
        relevant=record["relevant"] if isinstance(record.get("relevant"), bool) else None,
    )


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _listing_json(listing: Listing) -> dict[str, Any]:
    children = [{"url": child, "title": "", "published": None, "summary": ""} for child in listing.children]
    return {
        "kind": listing.kind,
        "title": listing.title,
        "entries": [
            {
                "url": entry.url,
                "title": entry.title,
                "published": entry.published.isoformat() if entry.published else None,
                "summary": entry.summary,
            }
            for entry in listing.entries
        ]
        + (children if listing.kind in ("sitemap-index", "opml", "html") else []),
    }


def _document_json(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "text": document.text,
        "authors": list(document.authors),
        "published": document.published.isoformat() if document.published else None,
        "language": document.language,
        "site": document.site,
        "image": document.image,
        "grade": str(document.grade if document.text else Grade.EMPTY),
    }
