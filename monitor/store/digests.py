"""What a digest is made of, and what was told: relevant stories, who knows which, what was seen; digests read back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, union
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from monitor.models import ALERT, Article, Assessment, Delivery, Digest, DigestItem, SourceTold, Story, Told, Version
from monitor.store.bulk import among, table
from monitor.store.sampling import ids_within
from monitor.store.stories import articles_by_story, stories_of
from monitor.store.topics import assessments


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` (None: from the first) to before `until`, by when articles were stored or changed."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class StoryRows:
    """A story with all its articles, those published first first, and what a topic thinks of them, by article id."""

    story: Story
    articles: tuple[Article, ...]
    assessments: Mapping[int, Assessment]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at for topics: articles judged, those relevant, and the best-scored of the others."""

    articles: int = 0
    relevant: int = 0
    nearest_miss: Article | None = None
    nearest_miss_assessment: Assessment | None = None


def relevant_stories(
    session: Session,
    topic: str,
    window: Window,
    *,
    audiences: Collection[str] = (),
    minimum: float | None = None,
    but_from: str = "",
) -> list[StoryRows]:
    """Stories with news that is relevant to `topic` and was stored, or changed its text, within `window`.

    What is from the source `but_from` makes no story one of them. The best-scored first. Relevant is what was judged
    so, or, with `minimum`, what scores at least that. Where `audiences` are named, stories are left out whose present
    revision was told to all of them; and one that any of them was told of stays relevant to them, whatever is thought
    of its texts since they changed or were withdrawn.
    """
    articles, judged = table(Article).c, table(Assessment).c
    good = judged.score >= minimum if minimum is not None else judged.relevant.is_(True)
    about = (
        select_columns(articles.story_id, judged.score)
        .join(table(Assessment), judged.article_id == articles.id)
        .where(judged.topic == topic, articles.news, articles.source != but_from, articles.story_id.is_not(None))
    )
    kept = or_(good, _was_told(session, audiences)) if audiences else good
    changed = about.join(table(Version), table(Version).c.article_id == articles.id)
    either = union(
        about.where(good, *_stored(session, window)),
        changed.where(kept, *_within(table(Version).c.first_seen, window)),
        about.where(kept, *_within(articles.withdrawn_at, window)),
    ).subquery()
    best = select_columns(either.c.story_id, func.max(either.c.score)).group_by(either.c.story_id)
    scores = {row[0]: float(row[1]) for row in session.connection().execute(best)}
    stories = stories_of(session, _untold(session, scores, audiences) if audiences else list(scores))
    members = articles_by_story(session, list(stories))
    ids = [article.id for group in members.values() for article in group if article.id is not None]
    thought = assessments(session, topic, ids)
    return [
        StoryRows(stories[key], members[key], {a.id: thought[a.id] for a in members[key] if a.id in thought})
        for key in sorted(stories, key=lambda key: (-scores[key], key))
    ]


def told(
    session: Session, audiences: Collection[str], story_ids: Collection[int], *, until: datetime | None = None
) -> dict[str, dict[int, Told]]:
    """What each audience was last told of each of the stories (before `until`): by audience, by story."""
    columns = table(Told).c
    query = select(Told).where(among(session, columns.story_id, story_ids), among(session, columns.audience, audiences))
    if until is not None:
        query = query.where(col(Told.told_at) < until)
    found: dict[str, dict[int, Told]] = {who: {} for who in audiences}
    for each in session.exec(query.order_by(col(Told.revision))):
        found[each.audience][each.story_id] = each
    return found


def told_of_sources(
    session: Session, audiences: Collection[str], sources: Collection[str]
) -> dict[str, dict[str, list[SourceTold]]]:
    """What each audience was told of each of the sources, in order: by audience, by source.

    Of each state the last time alone: a source that breaks every week is told of a hundred times in two years.
    """
    columns = table(SourceTold).c
    each_state = columns.audience, columns.source, columns.state
    latest = func.row_number().over(partition_by=each_state, order_by=columns.told_at.desc())
    within = among(session, columns.audience, audiences), among(session, columns.source, sources)
    ranked = select_columns(*columns, latest.label("rank")).where(*within).subquery()
    last = aliased(SourceTold, ranked)
    query = select(last).where(ranked.c.rank == 1).order_by(ranked.c.told_at, ranked.c.since)
    found: dict[str, dict[str, list[SourceTold]]] = {who: {} for who in audiences}
    for each in session.exec(query):
        found[each.audience].setdefault(each.source, []).append(each)
    return found


def looked(session: Session, topics: Collection[str], window: Window, *, minimum: float | None = None) -> Looked:
    """What was looked at for any of `topics` among the news stored within `window`.

    Relevant is what scores `minimum` at least, or what its topic took where that is None.
    """
    articles, judged = table(Article).c, table(Assessment).c
    within = _within(articles.stored_at, window)
    relevant = judged.relevant if minimum is None else judged.score >= minimum
    query = (
        select_columns(articles.id, func.max(relevant.cast(articles.id.type)), func.max(judged.score))
        .join(table(Assessment), judged.article_id == articles.id)
        .where(*within, articles.news, among(session, judged.topic, topics))
        .group_by(articles.id)
    )
    rows = session.connection().execute(query).all()
    misses = [(float(score), -identity) for identity, relevant, score in rows if not relevant]
    if not misses:
        return Looked(len(rows), len(rows))
    nearest = -max(misses)[1]
    thought = select(Assessment).where(Assessment.article_id == nearest, among(session, judged.topic, topics))
    assessment = session.exec(thought.order_by(col(Assessment.score).desc())).first()
    return Looked(len(rows), len(rows) - len(misses), session.get(Article, nearest), assessment)


def digest(session: Session, digest_id: int) -> Digest | None:
    """The digest of an id."""
    return session.get(Digest, digest_id)


def digests(
    session: Session,
    name: str,
    *,
    until: datetime | None = None,
    sent: bool = False,
    alerts: bool = True,
    limit: int = 50,
) -> list[Digest]:
    """The digests of a name (composed up to a moment), the latest first.

    With `sent` those that were sent to somebody, without `alerts` the digest's own turns alone.
    """
    query = select(Digest).where(Digest.name == name)
    if until is not None:
        query = query.where(col(Digest.composed_at) <= until)
    if sent:
        query = query.where(exists().where(col(Delivery.digest_id) == col(Digest.id)))
    if not alerts:
        query = query.where(~col(Digest.slot).startswith(ALERT))
    return list(session.exec(query.order_by(col(Digest.composed_at).desc(), col(Digest.id).desc()).limit(limit)))


def digest_items(session: Session, digest_id: int) -> list[DigestItem]:
    """The items of a digest, in their order."""
    query = select(DigestItem).where(DigestItem.digest_id == digest_id)
    return list(session.exec(query.order_by(col(DigestItem.position), col(DigestItem.id))))


def digests_with(session: Session, story_id: int) -> list[Digest]:
    """The digests that told a story, the first first."""
    telling = select(DigestItem.digest_id).where(DigestItem.story_id == story_id)
    query = select(Digest).where(col(Digest.id).in_(telling))
    return list(session.exec(query.order_by(col(Digest.composed_at), col(Digest.id))))


def items_of_stories(session: Session, name: str, story_ids: Collection[int]) -> dict[int, list[DigestItem]]:
    """What the digest of a name told of each of the stories, the first first."""
    query = select(DigestItem).join(Digest, col(Digest.id) == col(DigestItem.digest_id)).where(Digest.name == name)
    query = query.where(among(session, table(DigestItem).c.story_id, story_ids))
    found: dict[int, list[DigestItem]] = {}
    for item in session.exec(query.order_by(col(DigestItem.id))):
        found.setdefault(item.story_id, []).append(item)
    return found


def _was_told(session: Session, audiences: Collection[str]) -> ColumnElement[bool]:
    """Whether any of the audiences was told of the story of an article."""
    columns = table(Told).c
    return exists().where(columns.story_id == table(Article).c.story_id, among(session, columns.audience, audiences))


def _untold(session: Session, story_ids: Collection[int], audiences: Collection[str]) -> list[int]:
    """The stories whose present revision was not told to every audience: of a week's most were, and none is loaded."""
    stories, told = table(Story).c, table(Told).c
    knowing = select_columns(func.count(told.audience.distinct())).where(
        told.story_id == stories.id, told.revision >= stories.revision, among(session, told.audience, set(audiences))
    )
    query = select_columns(stories.id).where(
        among(session, stories.id, story_ids), knowing.scalar_subquery() < len(set(audiences))
    )
    return list(session.connection().execute(query).scalars())


def _stored(session: Session, window: Window) -> list[ColumnElement[bool]]:
    """Whether a judged article was stored within the window.

    What a topic took is a few in a hundred of that: databases, which would look at every article, are led to it by the
    ids between which they lie, and kept from the index of moments by a function.
    """
    articles, judged = table(Article).c, table(Assessment).c
    ids = ids_within(session, articles.stored_at, window.since, window.until)
    return [
        judged.article_id >= ids.start,
        judged.article_id < ids.stop,
        *_within(func.coalesce(articles.stored_at, articles.stored_at), window),
    ]


def _within(column: ColumnElement[datetime], window: Window) -> list[ColumnElement[bool]]:
    before = [column < window.until]
    return before if window.since is None else [column >= window.since, *before]
