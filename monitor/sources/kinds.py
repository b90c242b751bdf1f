"""Which kind of document this is, and who reads it.

    bytes -> unpacked (gzip) -> decoded (text) -> by its first character and its root:
      {                       jsonfeed
      <rss <rdf <feed <entry  feed, or loose where it is not well formed
      <urlset <sitemapindex   sitemap
      <opml                   opml
      <html and its like      discover
      addresses, one a line   sitemap

What a server says about the type of a document is not asked: it is wrong too often, and a document shows what it is.
"""

import re
from collections.abc import Collection
from dataclasses import replace

from monitor.sources import discover, feed, jsonfeed, loose, opml, section, sitemap
from monitor.sources.document import Tree, decoded, opened, tree, unpacked
from monitor.sources.listing import LONGEST_BASE, Lister, Listing

_HEAD = 20_000
"""Characters in which a root is looked for where something else stands before it."""

_FEED_ROOT = re.compile(r"<\?xml\s|<(?:rss|rdf:RDF|(?:atom:)?feed|urlset|sitemapindex|opml)[\s>]", re.IGNORECASE)
_HTML = frozenset(
    {"html", "head", "body", "meta", "title", "div", "p", "br", "b", "script", "style", "table", "center", "h1", "font"}
)


def _from_root(text: str) -> str:
    """The document without what stands before it: blank lines, warnings of the program that made it."""
    found = _FEED_ROOT.search(text, 0, _HEAD)
    return text[found.start() :] if found else text


def _feed(text: str, found: Tree, kind: str, url: str, lister: Lister) -> Listing:
    """A feed; one that is not well formed is read twice, and what lists more is taken.

    feedparser knows more of tag soup than libxml2, so it is believed where both find as much.
    """
    recovered = feed.read(found.root, url, lister) if found.root is not None else Listing(kind)
    if found.well_formed or not loose.suits(text):
        return recovered
    soup = loose.read(text, kind, url, lister)
    if soup is None or len(soup.entries) < len(recovered.entries) or not (soup.entries or soup.title):
        return recovered
    return replace(recovered, kind=soup.kind, title=soup.title, entries=soup.entries)


def _xml(text: str, name: str, url: str, lister: Lister) -> Listing:
    found = tree(text)
    if name in feed.KINDS:
        return _feed(text, found, feed.KINDS[name], url, lister)
    if found.root is None:
        return Listing("unknown", note="what begins like XML and is none")
    if name in sitemap.ROOTS:
        return sitemap.read(found.root, url, lister)
    if name == "opml":
        children = tuple(address for _, address in opml.feeds(found.root))
        return Listing("opml", opml.title(found.root), children=children)
    return Listing("unknown", note=f"an XML document of another kind (its root is {name[:40]})")


def parse(
    content: bytes, url: str, *, source: str = "", content_type: str = "", known: Collection[str] = ()
) -> Listing:
    """What a source document lists, whatever it is; of kind unknown, with a note, where nothing can be made of it.

    `url` is where the document was read, for addresses relative to it; "" or a path where it is a file. `source` is
    the name given to its entries, of which those whose marks are `known` come without texts. Never raises on any bytes,
    and takes time in proportion to their number: some seconds for the largest that a fetcher lets through.
    """
    url, lister = url if len(url) <= LONGEST_BASE else "", Lister(source, frozenset(known))
    text = decoded(unpacked(content), content_type).lstrip()
    if not text:
        return Listing("unknown", note="an empty document")
    if text[0] in "{[":
        return jsonfeed.read(text, url, lister)
    text, name = opened(text)
    if not name or (name in _HTML and name not in {"html", "head", "body"}):
        text, name = opened(_from_root(text))
    if name in _HTML:
        return discover.read(text, url)
    if name:
        return _xml(text, name, url, lister)
    listed = sitemap.read_text(text, url, lister)
    return listed or Listing("unknown", note="text that is neither XML nor JSON")


def parse_section(content: bytes, url: str, *, source: str = "", content_type: str = "") -> Listing:
    """The articles that a page links to, where it is one that lists them: a section of a site without a feed."""
    return section.read(decoded(unpacked(content), content_type), url, Lister(source))
