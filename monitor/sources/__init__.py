"""Source documents to entries: feeds, sitemaps, pages that announce feeds, searches, lists of feeds.

In: bytes, as a server or a file gave them. Out: a `Listing`. Nothing here opens a file or a connection, or raises on
any bytes.
"""

from monitor.sources.kinds import parse, parse_section
from monitor.sources.listing import Listing, is_sealed, mark

__all__ = ["Listing", "is_sealed", "mark", "parse", "parse_section"]
