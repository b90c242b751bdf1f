"""Keyword searches: a source whose address holds the words to look for.

In: a source of kind search. Out: the address to ask. What comes back is a feed like any other (Google News answers
with RSS, GDELT with JSON), so `parse` reads it.
"""

from urllib.parse import quote

from monitor.models import Source

PLACEHOLDER = "{query}"


def address(source: Source) -> str:
    """The source's address with its query, escaped, in place of every `{query}`; as it is where it holds none."""
    return source.url.replace(PLACEHOLDER, quote(source.query, safe=""))
