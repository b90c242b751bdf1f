import asyncio
from datetime import datetime

from reading_material import ARTICLES, fill

from monitor.models import Article
from monitor.store import Database
from monitor.store.articles import keep_articles
from monitor.store.search import search
from monitor.web.indexing import kept_indexed


async def test_what_was_kept_before_the_page_opened_is_found_after(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.writing() as session:
        keep_articles(
            session,
            [
                Article.model_validate(
                    {
                        "canonical_url": "https://quay.example/late",
                        "source": "quay-herald",
                        "title": "A heron in the harbour",
                        "published": now,
                        "stored_at": now,
                    }
                )
            ],
        )
    assert not _found(database, "heron")
    async with kept_indexed(database):
        for _ in range(200):
            if _found(database, "heron"):
                break
            await asyncio.sleep(0.02)
    assert _found(database, "heron") == ["A heron in the harbour"]
    assert ARTICLES[1].title in _found(database, "cranes")


def _found(database: Database, words: str) -> list[str]:
    with database.reading() as session:
        return [hit.article.title for hit in search(session, words)]
