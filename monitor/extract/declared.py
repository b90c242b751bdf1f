"""What a page says of itself: in its head, in its linked data, in its headings.

In: the tree of a page and its address. Out: one frozen `Declared`, in which every list is ordered by how far the
place is trusted; nothing is chosen or judged here. Never raises.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.extract.linked_data import LinkedArticle, linked_article

_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "article:post_date", "published_at", "publishdate", "pubdate",
    "pub_date", "pdate", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date", "date", "datecreated",
)  # fmt: skip
_AUTHORS = (
    "article:author_name", "author", "parsely-author", "sailthru.author", "cxenseparse:author", "article:author",
    "og:article:author", "dc.creator", "dcterms.creator", "byl", "citation_author", "content-creator",
)  # fmt: skip
_TITLES = ("og:title", "headline", "parsely-title", "sailthru.title", "twitter:title", "dc.title", "title")
_SITES = ("og:site_name", "application-name", "sitename", "apple-mobile-web-app-title", "dc.publisher", "publisher")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "image")
_DESCRIPTIONS = ("og:description", "description", "twitter:description")
_TIERS = ("article:content_tier", "isaccessibleforfree", "ispremium", "adv:premium")
_LANGUAGES = ("content-language", "og:locale", "dc.language", "language")

_MOST_HEADINGS = 20
_MOST_VALUES = 50
_LONGEST = 2_000
"""Characters kept of any value: what is longer is no title, name or address."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page declares, as it stands there but for folded white space; "" and () where it declares nothing.

    `title` is the title element; `canonical` and `next_page` may be relative; `tiers` are the values of paywall marks
    in the head.
    """

    article: LinkedArticle
    languages: tuple[str, ...] = ()
    title: str = ""
    titles: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    canonical: str = ""
    next_page: str = ""


def declared(tree: HtmlElement) -> Declared:
    """Everything that the page says of itself. Never raises."""
    article = linked_article(tree)
    stated = _stated(tree)
    title = next(tree.iter("title"), None)
    headings = [_text(element) for element, _ in zip(tree.iter("h1"), range(_MOST_HEADINGS), strict=False)]
    return Declared(
        article=article,
        languages=_some(_language(tree), article.language, *_values(stated, _LANGUAGES)),
        title=_text(title),
        titles=_some(article.headline, *_values(stated, _TITLES)),
        headings=_some(*headings),
        descriptions=_some(article.description, *_values(stated, _DESCRIPTIONS)),
        authors=article.authors or _some(*_first(stated, _AUTHORS)),
        dates=_some(article.published, *_values(stated, _DATES), *_times(tree)),
        sites=_some(*_values(stated, _SITES), article.publisher),
        images=_some(*_values(stated, _IMAGES), article.image),
        tiers=_some(*_values(stated, _TIERS)),
        canonical=_linked(tree, "canonical"),
        next_page=_linked(tree, "next"),
    )


def _some(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:_LONGEST] for value in values[:_MOST_VALUES] if value))


def _text(element: HtmlElement | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())[:_LONGEST]


def _stated(tree: HtmlElement) -> Mapping[str, Sequence[str]]:
    """The contents of meta elements, anywhere in the page, by property, name or itemprop in lower case."""
    stated: defaultdict[str, list[str]] = defaultdict(list)
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                key = (element.get(attribute) or "").strip().lower()
                if key and len(stated[key]) < _MOST_VALUES:
                    stated[key].append(content[:_LONGEST])
    return stated


def _values(stated: Mapping[str, Sequence[str]], keys: Sequence[str]) -> list[str]:
    return [value for key in keys for value in stated.get(key, ())]


def _first(stated: Mapping[str, Sequence[str]], keys: Sequence[str]) -> Sequence[str]:
    """The contents of the first key that has any besides addresses: author elements repeat one another's names."""
    for key in keys:
        if names := [value for value in stated.get(key, ()) if "://" not in value]:
            return names
    return ()


def _times(tree: HtmlElement) -> list[str]:
    """Moments in time elements that are marked as the time of publication."""
    moments = []
    for element in tree.iter("time"):
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''} {element.get('pubdate') or ''}".lower()
        if ("publi" in marks or "pubdate" in element.attrib) and "modif" not in marks and "updat" not in marks:
            moments.append((element.get("datetime") or "").strip())
    return moments


def _language(tree: HtmlElement) -> str:
    root = next(tree.iter("html"), tree)
    return (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    ).strip()


def _linked(tree: HtmlElement, relation: str) -> str:
    """The address of the first link element of this relation; "" where there is none."""
    for element in tree.iter("link"):
        if relation in (element.get("rel") or "").lower().split() and (address := (element.get("href") or "").strip()):
            return address
    return ""
