"""Random draws from what a topic left out, and the probability of each, worked out anew when its verdict comes in.

See `monitor.relevance.asking` for why nothing needs to be kept in between. The rate in a week is decided by how much
was left out the week before, or, in the first week, by how much was left out until now. A verdict nobody asked for, on
an article that happens to be drawn, counts as an answer: readers who search for what they missed make recall look worse
than it is, never better.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.models import Article
from monitor.relevance.asking import draw_number, draw_rate, drawn
from monitor.store.topics import assessments, count_left_out, left_out, verdicts

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draw:
    """An article drawn at random, by id, and the probability of that, in (0, 1]."""

    article_id: int
    probability: float


def draws(session: Session, topic: str, count: int, now: datetime) -> list[Draw]:
    """At most `count` of those drawn of what was left out in the week that is, then the week before, not judged yet."""
    known = verdicts(session, topic)
    found: list[Draw] = []
    for start in (week_of(now), week_of(now) - _WEEK):
        rate = _rate(session, topic, start)
        rejected = left_out(session, topic, since=start, until=start + _WEEK)
        found += [Draw(int(each), rate) for each in drawn(topic, map(str, rejected), rate) if int(each) not in known]
    return found[:count]


def drawn_with(session: Session, topic: str, article: Article) -> float:
    """The probability with which an article was drawn to be asked about; 0 where it was not, or was not left out."""
    identity = article.id or 0
    thought = assessments(session, topic, [identity]).get(identity)
    if thought is None or thought.relevant or article.duplicate_of is not None:
        return 0.0
    rate = _rate(session, topic, week_of(article.stored_at))
    return rate if draw_number(topic, str(identity)) < rate else 0.0


def reserved(session: Session, topic: str, articles: Iterable[Article]) -> set[int]:
    """Those of the articles left out that a draw is to decide on: asked for another reason they would spoil the sample.

    Where so little was left out that all of it is drawn, none: there would be nothing to learn from.
    """
    rates: dict[datetime, float] = {}
    found = set()
    for article in articles:
        week = week_of(article.stored_at)
        if week not in rates:
            rates[week] = _rate(session, topic, week)
        if rates[week] < 1.0 and draw_number(topic, str(article.id)) < rates[week]:
            found.add(article.id or 0)
    return found


def _rate(session: Session, topic: str, start: datetime) -> float:
    """The rate in the week from `start` on."""
    before = count_left_out(session, topic, since=start - _WEEK, until=start)
    return draw_rate(before or count_left_out(session, topic, since=start, until=start + _WEEK))


def week_of(moment: datetime) -> datetime:
    """The Monday on which a week began, in UTC."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
