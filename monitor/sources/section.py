"""Section pages without any feed: the links of a page that look like articles.

In: the text of an HTML page and its address. Out: a `Listing` of kind html whose entries are the articles it links to,
in the order of the page, without dates, for a list of links has none. Which of them are new is for the store to say:
it knows what the last visit found.
"""

import re
from urllib.parse import urldefrag, urlsplit

from lxml import etree

from monitor.models import Entry
from monitor.sources.discover import tree_of
from monitor.sources.listing import Item, Lister, Listing, entry
from monitor.urls import absolute

LEAST = 3
"""Articles below which a page is no list of news but a page with a link or two."""
_MOST = 500

# A headline has words; "Contact", "Sign in" and "More news" are too short for one. A language without spaces counts
# its letters: two ideographs are about a word.
_WORDS, _LETTERS, _UNSPACED = 4, 20, 8
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_FRAME = frozenset(("nav", "footer", "aside", "form"))
_NO_ARTICLE = re.compile(
    r"^/?(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:tags?|topics?|category|categories|authors?|people|profile|users?|login|signin|register|subscribe|account"
    r"|about(?:-us)?|contact|privacy|terms|cookies?|legal|imprint|impressum|datenschutz|help|faq|search|careers|jobs|newsletters?)"
    r"(?:[/?.-]|$)|\.(?:pdf|jpe?g|png|gif|zip|mp[34]|xml|rss)$|/page/\d+/?$",
    re.IGNORECASE,
)


def read(text: str, url: str, lister: Lister) -> Listing:
    """The articles that a page links to; of several links to one address that with the longest text gives the title."""
    root = tree_of(text)
    if root is None:
        return Listing("html")
    base = absolute(url, next((element.get("href") or "" for element in root.iter("base")), "")) or url
    titles: dict[str, str] = {}
    for link in root.iter("a"):
        address = urldefrag(absolute(base, link.get("href") or "")).url
        title = _headline(link)
        if title and _is_article(address, url) and not _in_frame(link) and len(titles) < _MOST:
            titles[address] = max(titles.get(address, ""), title, key=len)
    entries: list[Entry] = [entry(Item((address,), title), base, lister) for address, title in titles.items()]
    title = next((" ".join((element.text or "").split()) for element in root.iter("title")), "")
    return Listing("html", title, tuple(entries) if len(entries) >= LEAST else ())


def _headline(link: etree._Element) -> str:
    """The text of a link, or of the heading in it, where it can be a headline; else ""."""
    heading = next(link.iter("h1", "h2", "h3", "h4", "h5"), link)
    text = " ".join("".join(heading.itertext()).split())
    ideographs = len(_IDEOGRAPH.findall(text))
    long_enough = (len(text.split()) >= _WORDS and len(text) >= _LETTERS) or ideographs >= _UNSPACED
    return text[:300] if long_enough else ""


def _is_article(address: str, page: str) -> bool:
    """Whether an address can be an article of the page's own site, and is neither that page nor one that leads on."""
    there, here = urlsplit(address), urlsplit(page)
    if not address or _site(there.hostname) != _site(here.hostname):
        return False
    path = there.path.rstrip("/")
    return bool(path) and path != here.path.rstrip("/") and not _NO_ARTICLE.search(there.path.lstrip("/"))


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _in_frame(link: etree._Element) -> bool:
    return any(outer.tag in _FRAME for outer in link.iterancestors())
