"""What articles are judged against: how many of those kept, how far back, and how one is handed over."""

from datetime import timedelta

from monitor.models import Article
from monitor.relevance.items import Item

# Unlabelled articles to judge against; research on the graph found gains to grow slowly past some thousands.
ARCHIVE = 3000
ARCHIVE_AGE = timedelta(days=60)


def item(article: Article) -> Item:
    """An article as it is judged."""
    return Item(id=str(article.id), title=article.title, text=article.text, language=article.language)
