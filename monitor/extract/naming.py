"""Who and what: the title, the authors, the site and the image of an article, chosen from what its page declares.

In: a `Declared`. Out: plain values. Never raises and never looks at the tree again.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from monitor.extract.declared import Declared
from monitor.urls import absolute

LONGEST_TITLE = 300
_LONGEST_WRITTEN = 500

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r"(\s+(?:[|–—·•»«:⋆>-]|--|::)\s+|\s*\|\s*)")
_BYLINE = re.compile(
    r"^(?:written by|words by|reporting by|by|von|por|par|di|door|av|af|autor(?:en)?:?)\s+", re.IGNORECASE
)
_JOINED = re.compile(r"\s*(?:;|/|\||·|•|\s&\s|\s(?:and|und|et|y|e|och|og|en|i)\s)\s*")
_NO_NAME = re.compile(
    r"https?://|www\.|@|^\W*$|^\d+$|^(?:admin|author|autor|editor|follow|name|posted|redaction|redaktion|staff)$",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(?:correspondent|editor|reporter|writer|columnist|producer|chief|bureau|newsroom|news(?:wire)? staff"
    r"|korrespondent(?:in)?|redakteur(?:in)?|reporterin|corresponsal|redactor|periodista|journaliste|giornalista)\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\s*\([^()]*\)")
_MOST_AUTHORS = 20


def fold(text: str) -> str:
    """The words of a text in lower case, joined by single spaces: what two spellings of one title share."""
    return " ".join(_WORD.findall(text.replace("\xad", "").lower()))


def site(page: Declared, url: str) -> str:
    """The name by which the site calls itself, else its host without "www."."""
    named = (name.lstrip("@") for name in page.sites if "://" not in name)
    return next((name[:100] for name in named if name), "") or _host(url)


def title(page: Declared, url: str) -> str:
    """The headline, without the site's name; "" where the page has none.

    The candidate that most places agree on wins; among equals the heading that readers see, then the linked data,
    then what is shared on other sites, then the title element.
    """
    names = _site_names(page, url)
    written = tuple(text[:_LONGEST_WRITTEN] for text in (*page.headings, *page.titles, page.title))
    elsewhere = frozenset(fold(text) for text in written) - {""}
    cleaned = [_without_site(text, names, elsewhere) for text in written]
    cleaned = [text for text in cleaned if text and fold(text).replace(" ", "") not in names]
    votes = Counter(fold(text) for text in cleaned)
    best = max(cleaned, key=lambda text: votes[fold(text)], default="")
    return best[:LONGEST_TITLE].strip()


def authors(values: Iterable[str], site_name: str) -> tuple[str, ...]:
    """Names of people, each once, without "By" before or an office after; the site itself is no author."""
    names: dict[str, None] = {}
    for value in (value for value in values if not _NO_NAME.search(value.strip())):
        for part in _people(_BYLINE.sub("", value.strip())):
            name = _ABBREVIATION.sub("", _BYLINE.sub("", part)).strip(" ,.:-–|")
            if 1 < len(name) <= 80 and not (_NO_NAME.search(name) or _OFFICE.search(name)):
                names[name] = None
    return tuple(name for name in names if fold(name) != fold(site_name))[:_MOST_AUTHORS]


def image(page: Declared, url: str) -> str:
    """The absolute address of the picture that the page is shared with; "" where it names none."""
    return next((address for value in page.images if (address := absolute(url, value))), "")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _site_names(page: Declared, url: str) -> frozenset[str]:
    """How the site may call itself in a title, folded and without spaces: its names, its host, the host's labels."""
    host = _host(url)
    labels = [label for label in host.split(".") if len(label) > 2]
    return frozenset(fold(name).replace(" ", "") for name in (*page.sites, host, *labels)) - {""}


def _without_site(text: str, names: frozenset[str], elsewhere: frozenset[str]) -> str:
    """`text` without the site's name: the part that stands elsewhere on its own, else what is left of the name."""
    pieces = _SEPARATOR.split(text)  # parts, with the separators between them at odd places
    if len(pieces) == 1:
        return text
    for length in range(1, len(pieces) - 1, 2):
        for part in ("".join(pieces[:length]), "".join(pieces[-length:])):
            if fold(part) in elsewhere and fold(part).replace(" ", "") not in names:
                return part
    named = [place for place in range(0, len(pieces), 2) if fold(pieces[place]).replace(" ", "") in names]
    if not named:
        return text
    return "".join(pieces[: named[0] - 1]) if named[0] else "".join(pieces[2:])


def _people(value: str) -> list[str]:
    """The names in one byline. A comma parts two people where words stand on both its sides, else name and office."""
    people: list[str] = []
    for part in _JOINED.split(value):
        pieces = [piece.strip() for piece in part.split(",")]
        whole = all(1 < len(piece.split()) <= 4 for piece in pieces)
        people.extend(pieces if whole else pieces[:1])
    return people
