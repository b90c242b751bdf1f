"""What topics judged of late, asked so that it costs the same however much is kept.

How many of a range of ids a topic judged, and took, stands in indexes; what needs the rows themselves is asked of so
many of them, spread evenly (see `monitor.store.sampling`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from monitor.models import Article, Assessment
from monitor.store.bulk import among, table
from monitor.store.sampling import evenly, ids_within, spread


@dataclass(frozen=True, slots=True)
class Judged:
    """How many articles a topic judged, and how many of them it took; reprints are among both."""

    articles: int
    relevant: int

    @property
    def left_out(self) -> int:
        """How many it left out."""
        return self.articles - self.relevant


def stored_within(session: Session, since: datetime, until: datetime) -> range:
    """The ids between which the articles lie that were stored from `since` to before `until`."""
    return ids_within(session, table(Article).c.stored_at, since, until)


def judged(session: Session, topic: str, ids: range) -> Judged:
    """How many articles of a range of ids a topic judged, and took."""
    return Judged(session.exec(_counted(topic, ids)).one(), taken(session, topic, ids))


def taken(session: Session, topic: str, ids: range) -> int:
    """How many articles of a range of ids a topic took."""
    return session.exec(_counted(topic, ids).where(col(Assessment.relevant).is_(True))).one()


def surveyed(session: Session, topic: str, ids: range, most: int) -> tuple[list[float], Judged]:
    """The scores of about `most` articles of a range of ids that a topic judged, of all of fewer; and what it judged.

    Where it judged every one of those drawn of the ids alone, it is held to have judged all: to count them would take
    longer than all else, and were one in a hundred not judged, 400 drawn would miss it twice in a hundred times.
    """
    drawn = spread(ids, most)
    scores = scores_of(session, topic, drawn)
    if len(scores) == len(drawn):
        return scores, Judged(len(ids), taken(session, topic, ids))
    counted = judged(session, topic, ids)
    return scores_of(session, topic, sampled(session, topic, ids, most, counted.articles)), counted


def sampled(session: Session, topic: str, ids: range, most: int, counted: int) -> list[int]:
    """Ids of a range, among them those of all `counted` articles that a topic judged, or of about `most` of more.

    Spread evenly, ascending, and the same each time. Where it judged half of the articles, they are drawn of the ids
    alone, and some may be of others; where it judged fewer, all that it judged are looked through.
    """
    if 2 * counted >= len(ids):
        return spread(ids, most * len(ids) // max(counted, 1))
    return evenly(session, table(Assessment).c.article_id, _within(topic, ids), most, counted)


def left_out_of(session: Session, topic: str, ids: Collection[int]) -> list[int]:
    """Which of the articles a topic judged and left out, reprints apart; ascending."""
    query = (
        select(Assessment.article_id)
        .join(Article, col(Assessment.article_id) == col(Article.id))
        .where(
            Assessment.topic == topic,
            among(session, table(Assessment).c.article_id, ids),
            col(Assessment.relevant).is_(False),
            col(Article.duplicate_of).is_(None),
        )
    )
    return sorted(session.exec(query))


def scores_of(session: Session, topic: str, ids: Collection[int]) -> list[float]:
    """The score of each of the articles that a topic judged."""
    query = select(Assessment.score).where(
        Assessment.topic == topic, among(session, table(Assessment).c.article_id, ids)
    )
    return [float(score) for score in session.exec(query)]


def _counted(topic: str, ids: range) -> SelectOfScalar[int]:
    return select(func.count()).select_from(table(Assessment)).where(*_within(topic, ids))


def _within(topic: str, ids: range) -> tuple[ColumnElement[bool], ...]:
    asked = table(Assessment).c
    return asked.topic == topic, asked.article_id >= ids.start, asked.article_id < ids.stop
