"""How much is kept and what waits: counts alone, for whoever runs the program. Nothing here changes a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, text
from sqlmodel import Session

from monitor.models import Article, Assessment, Delivery, DeliveryState, Entry, EntryState, Feedback, Story
from monitor.store.bulk import table
from monitor.store.conditions import UNREAD, WAITING
from monitor.store.location import Location


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: entries whose page is to be asked (`deferred` ones later), articles in no story, deliveries
    (those that failed and are tried again among them).

    `unread` is how many entries of all that are kept were left unread, for no topic had reason to ask for their pages.
    """

    pending: int
    deferred: int
    ungrouped: int
    deliveries: int
    unread: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many articles, stories and verdicts are kept, articles stored lately, and of these relevant ones by topic."""

    articles: int
    stories: int
    verdicts: int
    lately: int
    relevant: Mapping[str, int]


def backlog(session: Session) -> Backlog:
    """What waits at this moment."""
    entries, articles, deliveries = table(Entry).c, table(Article).c, table(Delivery).c
    under_way = deliveries.state.in_((DeliveryState.PENDING.value, DeliveryState.SENDING.value))
    again = and_(deliveries.state == DeliveryState.FAILED.value, deliveries.next_attempt.is_not(None))
    ask = session.connection().execute
    by_state = select(entries.state, func.count()).where(text(WAITING)).group_by(entries.state)
    waiting = {str(state): int(number) for state, number in ask(by_state)}
    return Backlog(
        pending=waiting.get(EntryState.PENDING.value, 0),
        deferred=waiting.get(EntryState.DEFERRED.value, 0),
        ungrouped=ask(select(func.count()).where(articles.story_id.is_(None))).scalar_one(),
        deliveries=ask(select(func.count()).where(or_(under_way, again))).scalar_one(),
        unread=ask(select(func.count()).select_from(table(Entry)).where(text(UNREAD))).scalar_one(),
    )


def holdings(session: Session, *, since: datetime) -> Holdings:
    """What is kept; `since` is from when on an article was stored lately."""
    articles, judged = table(Article).c, table(Assessment).c
    ask = session.connection().execute
    by_topic = (
        select(judged.topic, func.count())
        .join(table(Article), articles.id == judged.article_id)
        .where(articles.stored_at >= since, judged.relevant.is_(True))
        .group_by(judged.topic)
    )
    return Holdings(
        articles=ask(select(func.count()).select_from(table(Article))).scalar_one(),
        stories=ask(select(func.count()).select_from(table(Story))).scalar_one(),
        verdicts=ask(select(func.count()).select_from(table(Feedback))).scalar_one(),
        lately=ask(select(func.count()).where(articles.stored_at >= since)).scalar_one(),
        relevant={str(topic): int(number) for topic, number in ask(by_topic)},
    )


def size_of(session: Session, location: Location) -> int:
    """The bytes that the database takes on the disk, its write-ahead log included."""
    if location.path is None:
        return int(session.connection().execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    parts = (location.path, location.path.with_name(f"{location.path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
