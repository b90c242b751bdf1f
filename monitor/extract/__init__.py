"""Page -> Document: what an article says, who wrote it and when, and how far to trust the text.

    bytes --decoding--> text --body.load--> tree --declared--> Declared: head, linked data, headings
                                             |                   |--naming---> title, authors, site, image
                                             |                   |--dates----> published
                                             '--body.read--> text --language, grading--> language, grade
                                                               '--elsewhere--> where the rest may stand

In: the bytes of a page, its address and its Content-Type. Out: a `Document`. Nothing here fetches, keeps or guesses
what a page does not say; nothing raises, whatever the bytes. Time is bounded only in proportion to the page: the caller
runs it where it can be ended.
"""

from monitor.extract.document import extract, from_entry
from monitor.extract.elsewhere import fuller
from monitor.extract.letter import from_message

__all__ = ["extract", "from_entry", "from_message", "fuller"]
