"""Imported by the server from which workers fork, and nowhere else: it reads a page and a feed, once for all of them.

What readers load when they are first used (tables of languages and of words) takes 1.1 s, and a process that holds it
has 193 MB. Loaded before the workers fork, it is theirs from the start and in memory once.
"""

import gc

from justext.core import define_stoplist
from trafilatura.external import jt_stoplist_init

# What compares a page with its earlier text; the two readings below load all the rest.
from monitor.digest import changes, headlines  # noqa: F401
from monitor.pipeline.parsing import read_listing, read_page

# A text of its own, so that what describes texts is loaded too, the table of English with it. None of its dates needs
# dateparser: of 715 real pages two do, and its tables take a second and 30 MB.
_PAGE = b"""<html><head><title>A council votes on a bridge</title></head><body><article><p>The council voted on Monday
to build a bridge over the river, and people who live beside it said that they had waited for it for years.</p>
<p>Work begins when the water is low, and is to end before the next winter comes.</p></article></body></html>"""

# Not well formed, so that the careful reader of feeds is loaded beside the fast one.
_FEED = b"<rss version='2.0'><channel><item><title>A bridge & a council<link>https://example.org/bridge</item>"

read_page(_PAGE, "https://example.org/", "text/html")
read_listing(_FEED, "https://example.org/feed", "warmed", "text/xml")
# The stop words of all languages, which trafilatura's full form loads for the first page that it finds hard.
define_stoplist(jt_stoplist_init())
# What a collector never looks at again is never written to, and stays shared (https://docs.python.org/3/library/gc.html).
gc.freeze()
