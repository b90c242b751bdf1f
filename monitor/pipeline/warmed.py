"""Imported by the server from which workers fork, and nowhere else: it reads a page and a feed, once for all of them.

What readers load when they are first used (tables of languages, of dates, of words) takes 1.8 s and 160 MB. Loaded
before the workers fork, it is theirs from the start and in memory once.
"""

import gc

from trafilatura.external import jt_stoplist_init

# What compares a page with its earlier text; the two readings below load all the rest.
from monitor.digest import changes, headlines  # noqa: F401
from monitor.pipeline.parsing import read_listing, read_page

# Its dates can be read in no language, so that dateparser tries every one, with the patterns of each.
_PAGE = b"""<html><head><title>A council votes on a bridge</title></head><body><div class="date">on a day that nobody
wrote down</div><p class="published">99 Smarch</p><p>The council voted.</p></body></html>"""

# Not well formed, so that the careful reader of feeds is loaded beside the fast one.
_FEED = b"<rss version='2.0'><channel><item><title>A bridge & a council<link>https://example.org/bridge</item>"

read_page(_PAGE, "https://example.org/", "text/html")
read_listing(_FEED, "https://example.org/feed", "warmed", "text/xml")
# The stop words of all languages, which trafilatura's full form loads for the first page that it finds hard.
jt_stoplist_init()
# What a collector never looks at again is never written to, and stays shared (https://docs.python.org/3/library/gc.html).
gc.freeze()
