"""Documents kept, one for each address, and found again by any address that led to it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from monitor.models import Article, Entry, EntryState
from monitor.store.bulk import (
    address_fits,
    among,
    batches,
    columns_of,
    ids_of,
    insert_new,
    rows_of,
    table,
)
from monitor.store.entries import EntryChange, change_entries, date_in_reach
from monitor.store.polling import count_articles


def keep_articles(session: Session, articles: Sequence[Article]) -> list[Article]:
    """Keeps the articles whose address is not that of one already; the entries of all of them become stored.

    Returns those really new, in order, with their ids set; their sources count them. Of several with one address the
    first counts. A missing date becomes `stored_at`, and so does one in the future, which is flagged. One whose address
    cannot be kept (see `address_fits`) is left out, and its entry failed.
    """
    wanted: dict[str, Article] = {}
    for article in articles:
        if address_fits(article.canonical_url):
            wanted.setdefault(article.canonical_url, article)
    ids = ids_of(session, Article, "canonical_url", list(wanted))
    rows = rows_of((article for address, article in wanted.items() if address not in ids), columns_of(Article))
    for row in rows:
        row.update(_put_right(row))
    made = insert_new(session, Article, rows, key="canonical_url")
    ids |= made
    if missed := [address for address in wanted if address not in ids]:  # another worker kept them just now
        ids |= ids_of(session, Article, "canonical_url", missed)
    _settle_entries(session, articles, ids)
    new = [article for address, article in wanted.items() if address in made]
    for article in new:
        article.id = made[article.canonical_url]
    count_articles(session, Counter(article.source for article in new))
    return new


def _put_right(row: Mapping[str, Any]) -> dict[str, Any]:
    published, clamped = date_in_reach(row["published"], row["stored_at"])
    declared = row["declared_canonical"]
    return {
        "published": published or row["stored_at"],
        "published_clamped": clamped or bool(row["published_clamped"]),
        "declared_canonical": declared if address_fits(declared) else "",
    }


def _settle_entries(session: Session, articles: Iterable[Article], ids: Mapping[str, int]) -> None:
    """The entries that led to kept articles become stored; those that led to none, failed."""
    columns = table(Entry).c
    stored = (
        update(table(Entry))
        .where(columns.id == bindparam("of_id"))
        .values(
            state=EntryState.STORED.value,
            error="",
            next_attempt=None,
            article_id=bindparam("to_article"),
            grade=bindparam("to_grade"),
        )
    )
    made, lost = dict[int, tuple[int, str]](), []
    for article in articles:
        if article.entry_id is not None and article.canonical_url in ids:
            made[article.entry_id] = ids[article.canonical_url], str(article.grade)
        elif article.entry_id is not None:
            lost.append(EntryChange(article.entry_id, EntryState.FAILED, 1, "the page's own address cannot be kept"))
    rows = [{"of_id": key, "to_article": led_to, "to_grade": grade} for key, (led_to, grade) in sorted(made.items())]
    for batch in batches(rows):
        session.connection().execute(stored, list(batch))
    change_entries(session, lost)


def recent_articles(session: Session, *, since: datetime, limit: int | None = None) -> list[Article]:
    """Articles published from `since` on, oldest first; of many the latest `limit`."""
    query = select(Article).where(col(Article.published) >= since)
    query = query.order_by(col(Article.published).desc(), col(Article.id).desc()).limit(limit)
    return list(session.exec(query))[::-1]


def article(session: Session, article_id: int) -> Article | None:
    """The article of an id."""
    return session.get(Article, article_id)


def articles_of(session: Session, article_ids: Collection[int]) -> list[Article]:
    """The articles of `article_ids` that are kept, in that order."""
    query = select(Article).where(among(session, table(Article).c.id, article_ids))
    found = {article.id: article for article in session.exec(query)}
    return [found[identity] for identity in article_ids if identity in found]


def article_by_url(session: Session, canonical_url: str) -> Article | None:
    """The article at an address, or the one that the entry of that address led to."""
    found = session.exec(select(Article).where(Article.canonical_url == canonical_url)).first()
    if found is not None:
        return found
    led = select(Entry.article_id).where(Entry.canonical_url == canonical_url)
    article_id = session.exec(led).first()
    return session.get(Article, article_id) if article_id is not None else None
