"""Where each article belongs: stories made, joined and counted from what `monitor.stories` decided."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from monitor.models import Article, Story
from monitor.store.bulk import among, batches, insert_all, table

Group = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs: in the story `story_id`, or, where that is None, in a new one with its `group`.

    `duplicate_of` is the article of which it is a near-duplicate.
    """

    article_id: int
    group: int
    story_id: int | None = None
    duplicate_of: int | None = None


class GroupedArticle(NamedTuple):
    """As much of an article that has a story as others are compared with."""

    id: int
    title: str
    text: str
    published: datetime
    language: str
    source: str
    declared_canonical: str
    canonical_url: str
    content_hash: str
    signature: bytes
    story_id: int
    duplicate_of: int | None


def grouped_articles(session: Session, *, since: datetime, until: datetime) -> list[GroupedArticle]:
    """What was published from `since` to before `until` and has a story, oldest first.

    Tens of thousands may lie within a week: whole articles took four to five times as long to read.
    """
    columns = table(Article).c
    query = select(*(columns[name] for name in GroupedArticle._fields)).where(
        columns.published >= since, columns.published < until, columns.story_id.is_not(None)
    )
    return [GroupedArticle(*row) for row in session.connection().execute(query.order_by(columns.published, columns.id))]


def unplaced_articles(session: Session, *, limit: int | None = None) -> list[Article]:
    """Articles that belong to no story yet, those published first first."""
    query = select_rows(Article).where(col(Article.story_id).is_(None))
    return list(session.exec(query.order_by(col(Article.published), col(Article.id)).limit(limit)))


def keep_placements(session: Session, placed: Sequence[Placed], *, leads: Collection[int] = ()) -> dict[int, int]:
    """Puts articles into their stories, making those that are new; returns the story of each article given.

    `leads` are articles (given, or there before) that from now on lead their story: it takes their headline and
    language. A new story without one is led by its article that was published first. Counts and dates are reckoned
    anew; the revision of a story that was there grows once when anything but near-duplicates joined it, and each
    article notes the revision that it came in with. An article that has a story keeps it, and draws the others of its
    group into it: so the same placements twice change nothing.
    """
    held = _stories_held(session, [each.article_id for each in placed])
    placed = [each for each in placed if each.article_id in held]
    stories, new = _stories_by_group(session, placed, held)
    joining = [each for each in placed if held[each.article_id] is None]
    columns = table(Article).c
    statement = (
        update(table(Article))
        .where(columns.id == bindparam("of_id"))
        .values(story_id=bindparam("to_story"), duplicate_of=bindparam("to_duplicate"))
    )
    rows = [
        {"of_id": each.article_id, "to_story": stories[_group(each)], "to_duplicate": each.duplicate_of}
        for each in sorted(joining, key=lambda each: each.article_id)
    ]
    for batch in batches(rows):
        session.connection().execute(statement, list(batch))
    touched = sorted({stories[_group(each)] for each in joining})
    count_anew(session, touched)
    raise_revisions(session, {stories[_group(each)] for each in joining if each.duplicate_of is None} - new)
    note_revisions(session, [each.article_id for each in joining])
    _set_leads(session, leads)
    _lead_the_leaderless(session, touched)
    return {each.article_id: held[each.article_id] or stories[_group(each)] for each in placed}


def raise_revisions(session: Session, story_ids: Collection[int]) -> None:
    """Says that each of the stories has something new to tell those who were told of it."""
    if story_ids:
        columns = table(Story).c
        statement = update(table(Story)).where(among(session, columns.id, sorted(story_ids)))
        session.connection().execute(statement.values(revision=columns.revision + 1))


def note_revisions(session: Session, article_ids: Sequence[int]) -> None:
    """Writes into each article the revision that its story has now."""
    if article_ids:
        columns = table(Article).c
        revision = select(table(Story).c.revision).where(table(Story).c.id == columns.story_id).scalar_subquery()
        statement = update(table(Article)).where(among(session, columns.id, article_ids))
        session.connection().execute(statement.values(story_revision=revision))


def count_anew(session: Session, story_ids: Sequence[int]) -> None:
    """Reckons articles, independent sources (near-duplicates left out, at least one) and dates of stories."""
    if not story_ids:
        return
    articles, stories = table(Article).c, table(Story).c
    mine = articles.story_id == stories.id
    independent = select(func.count(articles.source.distinct())).where(mine, articles.duplicate_of.is_(None))
    values = {
        "articles": select(func.count()).where(mine).scalar_subquery(),
        "sources": func.coalesce(func.nullif(independent.scalar_subquery(), 0), 1),
        "first_published": func.coalesce(
            select(func.min(articles.published)).where(mine).scalar_subquery(), stories.first_published
        ),
        "last_published": func.coalesce(
            select(func.max(articles.published)).where(mine).scalar_subquery(), stories.last_published
        ),
    }
    session.connection().execute(update(table(Story)).where(among(session, stories.id, story_ids)).values(values))


def stories_of(session: Session, story_ids: Collection[int]) -> dict[int, Story]:
    """The stories of `story_ids` that are kept."""
    query = select_rows(Story).where(among(session, table(Story).c.id, story_ids))
    return {story.id: story for story in session.exec(query) if story.id is not None}


def articles_by_story(session: Session, story_ids: Collection[int]) -> dict[int, tuple[Article, ...]]:
    """The articles of each story, those published first first."""
    query = select_rows(Article).where(among(session, table(Article).c.story_id, story_ids))
    found: dict[int, list[Article]] = {}
    for article in session.exec(query.order_by(col(Article.published), col(Article.id))):
        if article.story_id is not None:
            found.setdefault(article.story_id, []).append(article)
    return {story: tuple(articles) for story, articles in found.items()}


def _stories_held(session: Session, article_ids: Sequence[int]) -> dict[int, int | None]:
    """The story that each article has already; locked, so that of two workers one places first."""
    if not article_ids:
        return {}
    columns = table(Article).c
    query = select(columns.id, columns.story_id).where(among(session, columns.id, article_ids))
    rows = session.connection().execute(query.order_by(columns.id).with_for_update())
    return {row[0]: row[1] for row in rows}


def _group(placed: Placed) -> Group:
    """What holds articles together: the story they join, else the number they were given."""
    return ("story", placed.story_id) if placed.story_id is not None else ("group", placed.group)


def _stories_by_group(
    session: Session, placed: Sequence[Placed], held: Mapping[int, int | None]
) -> tuple[dict[Group, int], set[int]]:
    """The story of each group (one that an article of it has, the one to join, or a new one), and the new ones."""
    found: dict[Group, int] = {}
    for each in placed:
        if each.story_id is not None:
            found[_group(each)] = each.story_id
        elif (story := held[each.article_id]) is not None:
            found[_group(each)] = min(story, found.get(_group(each), story))
    first: dict[Group, int] = {}
    for each in placed:
        if _group(each) not in found:
            first.setdefault(_group(each), each.article_id)
    made = dict(zip(first, _make_stories(session, list(first.values())), strict=True))
    return found | made, set(made.values())


def _make_stories(session: Session, article_ids: Sequence[int]) -> list[int]:
    """A story for each of the articles, in order; all but the dates is set right when they are counted and led."""
    if not article_ids:
        return []
    columns = table(Article).c
    query = select(columns.id, columns.published).where(among(session, columns.id, article_ids))
    published = {row[0]: row[1] for row in session.connection().execute(query)}
    blank = {"headline": "", "language": "", "revision": 1, "articles": 0, "sources": 0}
    rows = [blank | {"first_published": published[key], "last_published": published[key]} for key in article_ids]
    return insert_all(session, Story, rows)


def _set_leads(session: Session, article_ids: Collection[int]) -> None:
    if not article_ids:
        return
    articles, stories = table(Article).c, table(Story).c
    query = select(articles.story_id, articles.id, articles.title, articles.language).where(
        among(session, articles.id, article_ids), articles.story_id.is_not(None)
    )
    rows = [
        {"of_id": story, "to_lead": lead, "to_headline": title, "to_language": language}
        for story, lead, title, language in session.connection().execute(query.order_by(articles.story_id))
    ]
    statement = (
        update(table(Story))
        .where(stories.id == bindparam("of_id"))
        .values(
            lead_article_id=bindparam("to_lead"), headline=bindparam("to_headline"), language=bindparam("to_language")
        )
    )
    for batch in batches(rows):
        session.connection().execute(statement, list(batch))


def _lead_the_leaderless(session: Session, story_ids: Sequence[int]) -> None:
    """A story whose lead nobody named is led by what was published first and is no reprint."""
    if not story_ids:
        return
    articles, stories = table(Article).c, table(Story).c
    query = (
        select(articles.story_id, articles.id)
        .join(table(Story), stories.id == articles.story_id)
        .where(among(session, stories.id, story_ids), stories.lead_article_id.is_(None))
        .order_by(articles.story_id, articles.duplicate_of.is_not(None), articles.published, articles.id)
    )
    leads: dict[int, int] = {}
    for story, lead in session.connection().execute(query):
        leads.setdefault(story, lead)
    _set_leads(session, list(leads.values()))
