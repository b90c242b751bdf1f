import asyncio
from datetime import datetime

import pytest
from reading_material import ARTICLES, fill

from monitor.models import Article
from monitor.pipeline import indexing
from monitor.store import Database
from monitor.store import search as full_text
from monitor.store.articles import keep_articles
from monitor.store.checks import NewText, change_texts
from monitor.web.indexing import kept_indexed


async def test_what_was_kept_before_the_page_opened_is_found_after(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.writing() as session:
        keep_articles(session, [_article("A heron in the harbour", now)])
    assert not _found(database, "heron")
    async with kept_indexed(database):
        for _ in range(200):
            if _found(database, "heron"):
                break
            await asyncio.sleep(0.02)
    assert _found(database, "heron") == ["A heron in the harbour"]
    assert ARTICLES[1].title in _found(database, "cranes")


async def test_all_is_indexed_in_batches_though_a_text_changes_before_its_turn(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_text, "REACH", 3)
    monkeypatch.setattr(indexing, "BATCH", 5)
    with database.writing() as session:
        kept = keep_articles(session, [_article(f"Heron {number:02}", now) for number in range(25)])
        assert full_text.index_new(session, limit=5) == 5
        change_texts(session, [NewText(kept[-1].id or 0, "Gull 24", "Gulls follow the trawlers.", "new")], now=now)
    async with kept_indexed(database):
        for _ in range(200):
            if _found(database, "gull"):
                break
            await asyncio.sleep(0.02)
    assert sorted(_found(database, "heron")) == [f"Heron {number:02}" for number in range(24)]
    assert _found(database, "gull") == ["Gull 24"]


def _article(title: str, now: datetime) -> Article:
    fields = {"canonical_url": f"https://quay.example/{title}", "source": "quay-herald", "title": title}
    return Article.model_validate(fields | {"published": now, "stored_at": now})


def _found(database: Database, words: str) -> list[str]:
    with database.reading() as session:
        return [hit.article.title for hit in full_text.search(session, words, limit=99)]
