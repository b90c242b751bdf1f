"""What runs in a worker process: bytes in, plain values out.

Each function imports the reader that it needs: a collect names these functions to its workers, which have all of them
from the start (`warmed.py`), and has no use for a parser itself, least of all where nothing came in (0.4 s, 60 MB).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.models import Article, Document, Entry, Grade

if TYPE_CHECKING:
    from monitor.sources import Listing


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with what grouping needs to know of it; both are empty where the document is."""

    document: Document
    content_hash: str = ""
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Again:
    """A page read again: whether it is an edition of the text it gave before, and whether it says just the same.

    It does where neither its text nor its headline says something else.
    """

    reading: Reading
    is_edition: bool
    says_the_same: bool


def read_page(content: bytes, url: str, content_type: str) -> Reading:
    """The document that a page holds; its grade is empty where it holds none."""
    from monitor.extract import extract

    return reading_of(extract(content, url, content_type))


def read_beside(first: Reading, content: bytes, url: str, content_type: str) -> Reading:
    """The document of the first reading, with the text of another form of its page where that holds more."""
    from monitor.extract import extract, fuller

    document = fuller(first.document, extract(content, url, content_type))
    return first if document is first.document else reading_of(document)


def read_again(content: bytes, url: str, content_type: str, article: Article) -> Again:
    """What the page of an article holds now, beside what it gave before."""
    from monitor.digest import changes
    from monitor.digest.headlines import headline_corrected

    reading = read_page(content, url, content_type)
    earlier, later, language = article.text, reading.document.text, article.language
    now = article.model_copy(update={"title": reading.document.title, "text": later})
    return Again(
        reading,
        is_edition=changes.is_edition(earlier, later, language) and not changes.is_beginning(earlier, later, language),
        says_the_same=not headline_corrected(article.title, now)
        and changes.compare(earlier, later, language).says_the_same,
    )


def read_entry(entry: Entry) -> Reading:
    """The feed's own text of an entry, for a page that gave none."""
    from monitor.extract import from_entry

    return reading_of(from_entry(entry))


def read_listed(first: Reading, entry: Entry) -> Reading:
    """The document of the first reading, with the feed's own text of its entry where that holds more."""
    from monitor.extract import from_entry, fuller
    from monitor.extract.grading import is_long

    listed = from_entry(entry)
    if is_long(listed.text):
        listed = replace(listed, grade=Grade.FULL)
    document = fuller(first.document, listed)
    return first if document is first.document else reading_of(document)


def read_letter(entry: Entry) -> Reading:
    """The document of an entry that was a message: its text is whole, as far as it has one."""
    from monitor.extract import from_entry

    document = from_entry(entry)
    return reading_of(document if document.grade == Grade.EMPTY else replace(document, grade=Grade.FULL))


def read_messages(messages: Sequence[bytes], source: str) -> tuple[Entry, ...]:
    """The entries that messages make."""
    from monitor.extract import from_message

    return tuple(from_message(message, source) for message in messages)


def read_listing(content: bytes, url: str, source: str, content_type: str, known: Collection[str] = ()) -> "Listing":
    """What a source document lists; of entries whose marks are `known` no more than where they are, and when."""
    from monitor.sources import parse

    return parse(content, url, source=source, content_type=content_type, known=known)


def read_section(content: bytes, url: str, source: str, content_type: str) -> "Listing":
    """The articles that a page without a feed links to."""
    from monitor.sources import parse_section

    return parse_section(content, url, source=source, content_type=content_type)


def reading_of(document: Document) -> Reading:
    """A document with its hash and its MinHash signature."""
    from monitor.stories import signature
    from monitor.text import content_hash

    if document.grade == Grade.EMPTY:
        return Reading(document)
    return Reading(document, content_hash(document.text), signature(document.text, document.language))
