"""Pages asked again: which are due, what they say now, and all that hangs on a text that changed.

What an article said before is kept in `versions`, each text with the revision of the story that it came in with: so it
is known of every audience which text it was told of.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from monitor.models import Article, Assessment, Entry, Story, Told, Version
from monitor.store import search
from monitor.store.articles import articles_of
from monitor.store.bulk import among, batches, insertion, keepable, table
from monitor.store.meanings import forget_meanings
from monitor.store.stories import keep_placements, note_revisions, raise_revisions
from monitor.store.topics import judge_anew
from monitor.text import content_hash


@dataclass(frozen=True, slots=True)
class Due:
    """An article whose page is to be asked again."""

    id: int
    url: str


@dataclass(frozen=True, slots=True)
class Check:
    """When the page of an article is to be asked again, if ever, and what it sent along; whether it was asked now.

    `missing_since` is when it was first found missing, None where it is there.
    """

    article_id: int
    next_check: datetime | None
    etag: str = ""
    last_modified: str = ""
    asked: bool = True
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewText:
    """What the page of an article says now."""

    article_id: int
    title: str
    text: str
    content_hash: str
    signature: bytes = b""
    grade: str = ""


def due_checks(
    session: Session,
    *,
    now: datetime,
    topics: Collection[str],
    sources: Collection[str] | None = None,
    limit: int | None = None,
) -> list[Due]:
    """Articles whose page is to be asked again, the longest due first: those of stories relevant to any of `topics`.

    Relevant is a story with an article that was judged so, or that some audience was told. With `sources` only their
    articles.
    """
    articles = table(Article).c
    query = select(articles.id, articles.canonical_url).where(articles.next_check <= now, _matters(session, topics))
    if sources is not None:
        query = query.where(among(session, articles.source, sources))
    rows = session.connection().execute(query.order_by(articles.next_check, articles.id).limit(limit))
    return [Due(row[0], row[1]) for row in rows]


def drop_checks(session: Session, *, now: datetime, topics: Collection[str], patience: timedelta) -> int:
    """Plans no more checks of what is due and tells no story that is relevant; returns how many articles that were.

    What was judged for no topic yet is waited for, until it was stored `patience` ago.
    """
    articles = table(Article).c
    judged = or_(articles.stored_at <= now - patience, exists().where(table(Assessment).c.article_id == articles.id))
    statement = update(table(Article)).where(articles.next_check <= now, judged, ~_matters(session, topics))
    return session.connection().execute(statement.values(next_check=None)).rowcount


def _matters(session: Session, topics: Collection[str]) -> ColumnElement[bool]:
    """Whether the story of an article is relevant to any of the topics, or was told."""
    articles, judged, mate = table(Article).c, table(Assessment).c, aliased(table(Article)).c
    relevant = exists().where(
        mate.story_id == articles.story_id,
        judged.article_id == mate.id,
        judged.relevant.is_(True),
        among(session, judged.topic, topics),
    )
    return or_(relevant, exists().where(table(Told).c.story_id == articles.story_id))


def record_checks(session: Session, checks: Sequence[Check]) -> None:
    """Writes that the pages were asked again."""
    columns = table(Article).c
    statement = (
        update(table(Article))
        .where(columns.id == bindparam("of_id"))
        .values(
            checks=columns.checks + bindparam("to_add"),
            next_check=bindparam("to_next_check"),
            etag=bindparam("to_etag"),
            last_modified=bindparam("to_last_modified"),
            missing_since=bindparam("to_missing_since"),
        )
    )
    rows = [
        {
            "of_id": check.article_id,
            "to_add": int(check.asked),
            "to_next_check": check.next_check,
            "to_etag": keepable(check.etag),
            "to_last_modified": keepable(check.last_modified),
            "to_missing_since": check.missing_since,
        }
        for check in sorted(checks, key=lambda check: check.article_id)
    ]
    for batch in batches(rows):
        session.connection().execute(statement, list(batch))


def change_texts(session: Session, texts: Sequence[NewText], *, now: datetime) -> list[int]:
    """Gives articles text and headline as their page has them now, keeping the old; returns the ids of those changed.

    Both texts are in `versions` after it. The story of each has a new revision, in which the article came in anew; the
    full text index knows the new text alone, what the old one meant is forgotten, and every topic judges the article
    again, while what it thought of it stands until then. What is the same as before changes nothing.
    """
    by_id = {new.article_id: new for new in texts}
    found = articles_of(session, sorted(by_id))
    changed = [old for old in found if _differs(old, by_id[old.id or 0])]
    ids = [old.id for old in changed if old.id is not None]
    _keep_versions(session, changed)
    indexed = search.forget(session, ids)
    for old in changed:
        new = by_id[old.id or 0]
        old.title, old.text = keepable(new.title), keepable(new.text)
        old.content_hash, old.signature, old.grade = new.content_hash, new.signature, new.grade or old.grade
        session.add(old)
    session.flush()
    _grade_entries(session, changed)
    _raise(session, changed)
    _keep_versions(session, changed, now)
    search.index(session, indexed)  # what was not waits for its turn, as all that is new does
    forget_meanings(session, ids)
    judge_anew(session, ids)
    _tell_headlines(session, ids)
    return ids


def _grade_entries(session: Session, articles: Sequence[Article]) -> None:
    """The entries that led to these articles have their grades, by which sources are told to be walled."""
    columns = table(Entry).c
    statement = update(table(Entry)).where(columns.article_id == bindparam("of_article"))
    rows = [{"of_article": each.id, "to_grade": each.grade} for each in articles]
    if rows:
        session.connection().execute(statement.values(grade=bindparam("to_grade")), rows)


def withdraw(session: Session, article_ids: Collection[int], *, now: datetime) -> list[int]:
    """Writes that the pages of the articles are gone; returns the ids of those that were there until now.

    The story of each has a new revision. Text and judgement stay: they are what was told.
    """
    gone = [each for each in articles_of(session, sorted(article_ids)) if each.withdrawn_at is None]
    _keep_versions(session, gone)
    for each in gone:
        each.withdrawn_at = now
        session.add(each)
    session.flush()
    _raise(session, gone)
    return [each.id for each in gone if each.id is not None]


def versions(session: Session, article_ids: Collection[int]) -> dict[int, list[Version]]:
    """Every text that each of the articles had, oldest first; those that never changed are left out."""
    query = select_rows(Version).where(among(session, table(Version).c.article_id, article_ids))
    found: dict[int, list[Version]] = {}
    for version in session.exec(query.order_by(col(Version.first_seen), col(Version.id))):
        found.setdefault(version.article_id, []).append(version)
    return found


def _differs(old: Article, new: NewText) -> bool:
    """Whether a page says another text, or calls it otherwise, capitals and marks aside."""
    return old.content_hash != new.content_hash or content_hash(old.title) != content_hash(new.title)


def _keep_versions(session: Session, articles: Sequence[Article], now: datetime | None = None) -> None:
    """Keeps the texts as they stand, as first seen `now`, or when their articles were stored."""
    rows: list[dict[str, Any]] = [
        {
            "article_id": article.id,
            "content_hash": content_hash(f"{article.title}\n{article.text}"),
            "title": article.title,
            "text": article.text,
            "story_revision": article.story_revision,
            "first_seen": now or article.stored_at,
        }
        for article in articles
    ]
    if rows:
        connection = session.connection()
        connection.execute(insertion(connection, table(Version)).on_conflict_do_nothing(), rows)


def _raise(session: Session, articles: Sequence[Article]) -> None:
    """A new revision for each story of the articles, and these in it."""
    placed = [article for article in articles if article.story_id is not None]
    raise_revisions(session, {article.story_id for article in placed if article.story_id is not None})
    note_revisions(session, [article.id for article in placed if article.id is not None])
    for article in placed:
        session.refresh(article)


def _tell_headlines(session: Session, article_ids: Sequence[int]) -> None:
    """The stories that the articles lead are called as these are now."""
    leads = select(table(Story).c.lead_article_id).where(among(session, table(Story).c.lead_article_id, article_ids))
    keep_placements(session, [], leads=session.connection().execute(leads).scalars().all())
