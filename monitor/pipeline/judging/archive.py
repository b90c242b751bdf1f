"""What articles are judged against: how many of those kept, how far back, and how they are handed over.

What reads their meaning is imported where articles are handed over, not by whoever asks how many there may be.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session

from monitor.models import Article
from monitor.pipeline.context import Context
from monitor.relevance.items import Item
from monitor.store.meanings import keep_meanings, meanings

# Unlabelled articles to judge against; research on the graph found gains to grow slowly past some thousands.
ARCHIVE = 3000
ARCHIVE_AGE = timedelta(days=60)
# Vectors kept in one transaction: some seconds of work that a killed run need not do again.
_VECTORS_AT_ONCE = 500


def item(article: Article, vector: bytes = b"") -> Item:
    """An article as it is judged."""
    return Item(id=str(article.id), title=article.title, text=article.text, language=article.language, vector=vector)


def items(session: Session, articles: Sequence[Article]) -> tuple[Item, ...]:
    """Articles as they are judged, in their order, each with its vector where one is kept."""
    from monitor.relevance import encoders

    if not encoders.available():
        return tuple(item(article) for article in articles)
    known = meanings(session, [article.id or 0 for article in articles], encoders.encoder_name())
    return tuple(item(article, known.get(article.id or 0, b"")) for article in articles)


async def understand(context: Context, given: Sequence[Item]) -> tuple[Item, ...]:
    """The same items, each with its vector: what has none is read now, and the vector kept."""
    from monitor.relevance import encoders, meaning

    if not encoders.available():
        return tuple(given)
    found = {each.id: each.vector for each in given}
    unread = [each for each in given if not each.vector]
    for start in range(0, len(unread), _VECTORS_AT_ONCE):
        some = unread[start : start + _VECTORS_AT_ONCE]
        made = dict(zip((each.id for each in some), await asyncio.to_thread(meaning.vectors_of, some), strict=True))
        with context.writing() as session:
            keep_meanings(session, {int(key): vector for key, vector in made.items()}, encoders.encoder_name())
        found.update(made)
    return tuple(Item(each.id, each.title, each.text, each.language, found[each.id]) for each in given)
