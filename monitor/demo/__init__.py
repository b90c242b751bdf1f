"""The sample newsroom: a loopback site of articles written for it, for the demo and for tests.

async with open_newsroom(folder, now) as site:   # as it stood at the first run in `folder`
    write_root(folder, site)                     # a complete configuration for it
    ...                                          # run the pipeline on `folder`
"""

from monitor.demo.articles import Newsroom, Piece, Publisher
from monitor.demo.opening import open_newsroom
from monitor.demo.root import DIGEST, TOPIC, sources, write_root
from monitor.demo.site import Site

__all__ = ["DIGEST", "TOPIC", "Newsroom", "Piece", "Publisher", "Site", "open_newsroom", "sources", "write_root"]
