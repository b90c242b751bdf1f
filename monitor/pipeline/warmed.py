"""Imported by the server from which worker processes fork, and nowhere else: it reads one page, once for all of them.

What readers load when they are first used (tables of languages, of dates, of words) takes 1.5 s and 140 MB. Loaded
before the workers fork, it is theirs from the start and in memory once: after its first page a worker has 20 MB of its
own, where it had 130.
"""

import gc

from monitor.pipeline.parsing import read_page

_PAGE = b"<html><head><title>A council votes on a bridge</title></head><body><p>The council voted.</p></body></html>"

read_page(_PAGE, "https://example.org/", "text/html")
# What a collector never looks at again is never written to, and stays shared (https://docs.python.org/3/library/gc.html).
gc.freeze()
