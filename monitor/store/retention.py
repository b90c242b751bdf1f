"""What is let go in time, so that a run costs the same after years. What was told or judged by a reader stays.

Articles go by whole stories. Their entries stay, without their texts: an address that was seen is never new again.
Profiles and models go once later ones have taken their place and no assessment that is kept was made by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, text, tuple_, update
from sqlmodel import Session

from monitor.models import (
    Article,
    Assessment,
    Delivery,
    DeliveryState,
    DigestItem,
    Entry,
    Feedback,
    HostState,
    Meaning,
    Model,
    Profile,
    Run,
    Story,
    Told,
    Version,
)
from monitor.store import search
from monitor.store.bulk import among, batches, table
from monitor.store.conditions import WAITING

# Rows of a kind let go in one transaction: some seconds, in which nobody else can write.
LIMIT = 10_000
# Models that earned their place kept for a topic: where the bytes of one were tampered with, the one before counts.
MODELS = 3
SILENCE = timedelta(days=7)
"""After so long without a new article age stands still."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were let go; of entries and deliveries, how many lost their texts."""

    articles: int = 0
    stories: int = 0
    entries: int = 0
    deliveries: int = 0
    runs: int = 0
    hosts: int = 0
    models: int = 0
    profiles: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was, so that there may be more."""
        return self != Pruned()


def reckoned_from(session: Session, now: datetime) -> datetime:
    """The moment from which ages are reckoned: `now`, or `SILENCE` after an article came in last, if that is earlier.

    A clock that runs a year ahead would let go of everything at once, and a machine that was off for a year of all that
    it knew.
    """
    latest = session.connection().execute(select(func.max(table(Article).c.stored_at))).scalar()
    return now if latest is None else min(now, latest + SILENCE)


def prune(session: Session, *, before: datetime, limit: int = LIMIT) -> Pruned:
    """Lets go of what is older than `before`, at most `limit` rows of each kind; call it again until nothing is left.

    An article goes when its whole story was stored before that, stands in no digest, was told to nobody, and no reader
    gave a verdict on any article of it; with it go its assessments, its versions and its vector. Of each topic
    stay the profile made last, the last models that were taken and the last that was not, and what any assessment or
    model kept names.
    """
    articles = _old_articles(session, before, limit)
    stories = _let_go(session, [row[0] for row in articles], sorted({row[1] for row in articles} - {None}))
    runs, hosts = table(Run).c, table(HostState).c
    quiet = or_(hosts.not_before.is_(None), hosts.not_before < before)
    return Pruned(
        articles=len(articles),
        stories=stories,
        entries=_empty_entries(session, before, limit),
        deliveries=_empty_deliveries(session, before, limit),
        runs=_delete(session, table(Run), runs.id, and_(runs.started < before, runs.ended.is_not(None)), limit),
        hosts=_delete(session, table(HostState), hosts.origin, and_(hosts.robots_expires < before, quiet), limit),
        models=_old_models(session, limit),
        profiles=_old_profiles(session, limit),
    )


def _old_articles(session: Session, before: datetime, limit: int) -> Sequence[Any]:
    """(article, story) ids of what may go, the oldest first."""
    mine, others = table(Article).c, table(Article).alias("others").c
    verdicts = table(Feedback).c
    alive = exists().where(
        others.story_id == mine.story_id,
        or_(others.stored_at >= before, exists().where(verdicts.article_id == others.id)),
    )
    query = (
        select(mine.id, mine.story_id)
        .where(
            mine.stored_at < before,
            ~exists().where(verdicts.article_id == mine.id),
            ~exists().where(table(DigestItem).c.story_id == mine.story_id),
            ~exists().where(table(Told).c.story_id == mine.story_id),
            ~alive,
        )
        .order_by(mine.stored_at, mine.id)
        .limit(limit)
    )
    return session.connection().execute(query).all()


def _let_go(session: Session, article_ids: Sequence[int], story_ids: Sequence[int]) -> int:
    """Deletes articles with all that hangs on them, then the stories that they leave empty; how many of these."""
    connection = session.connection()
    articles, entries, stories = table(Article).c, table(Entry).c, table(Story).c
    for ids in batches(article_ids):
        search.forget(session, ids)
        for model in (Assessment, Meaning, Version):
            connection.execute(delete(table(model)).where(among(session, table(model).c.article_id, ids)))
        copies = update(table(Article)).where(among(session, articles.duplicate_of, ids))
        connection.execute(copies.values(duplicate_of=None))
        led = update(table(Entry)).where(among(session, entries.article_id, ids))
        connection.execute(led.values(article_id=None))
        connection.execute(delete(table(Article)).where(among(session, articles.id, ids)))
    empty = ~exists().where(articles.story_id == stories.id)
    gone = 0
    for ids in batches(story_ids):
        gone += connection.execute(delete(table(Story)).where(among(session, stories.id, ids), empty)).rowcount
    return gone


def _empty_entries(session: Session, before: datetime, limit: int) -> int:
    entries = table(Entry).c
    old = (
        select(entries.id)
        .where(entries.first_seen < before, text(f"NOT ({WAITING})"), or_(entries.summary != "", entries.content != ""))
        .limit(limit)
    )
    statement = update(table(Entry)).where(entries.id.in_(old)).values(summary="", content="")
    return session.connection().execute(statement).rowcount


def _empty_deliveries(session: Session, before: datetime, limit: int) -> int:
    """Messages that were sent long ago lose their bodies; that they were sent, and to whom, stays."""
    columns = table(Delivery).c
    old = (
        select(columns.id)
        .where(columns.changed_at < before, columns.state == DeliveryState.SENT.value, columns.html != "")
        .limit(limit)
    )
    statement = update(table(Delivery)).where(columns.id.in_(old)).values(html="", text="", blocks=[])
    return session.connection().execute(statement).rowcount


def _old_models(session: Session, limit: int) -> int:
    models, judged = table(Model).c, table(Assessment).c
    latest = func.row_number().over(
        partition_by=(models.topic, models.accepted), order_by=(models.made_at.desc(), models.id.desc())
    )
    ranked = select(models.id, models.accepted, latest.label("place")).subquery().c
    late = _ids(session, select(ranked.id).where(or_(ranked.place > MODELS, and_(~ranked.accepted, ranked.place > 1))))
    if not late:
        return 0
    named = tuple_(models.topic, models.version).in_(select(judged.topic, judged.model_version).distinct())
    return _delete(session, table(Model), models.id, and_(models.id.in_(late), ~named), limit)


def _old_profiles(session: Session, limit: int) -> int:
    profiles, models, judged = table(Profile).c, table(Model).c, table(Assessment).c
    latest = func.row_number().over(partition_by=profiles.topic, order_by=(profiles.made_at.desc(), profiles.id.desc()))
    ranked = select(profiles.id, latest.label("place")).subquery().c
    late = _ids(session, select(ranked.id).where(ranked.place > 1))
    if not late:
        return 0
    mine = tuple_(profiles.topic, profiles.version)
    named = or_(
        mine.in_(select(judged.topic, judged.profile_version).distinct()),
        mine.in_(select(models.topic, models.profile_version)),
    )
    return _delete(session, table(Profile), profiles.id, and_(profiles.id.in_(late), ~named), limit)


def _ids(session: Session, query: Select[tuple[int]]) -> Sequence[int]:
    """The ids of what may be let go: asked first, for whether an assessment names it takes a look at all of them."""
    return session.connection().execute(query).scalars().all()


def _delete(session: Session, of: Table, key: ColumnElement[Any], condition: ColumnElement[bool], limit: int) -> int:
    old = select(key).where(condition).limit(limit)
    return session.connection().execute(delete(of).where(key.in_(old))).rowcount
