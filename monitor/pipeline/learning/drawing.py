"""Random draws from what a topic left out, and the probability of each, worked out anew when its verdict comes in.

See `monitor.relevance.asking` for why nothing needs to be kept in between: an article's number is that of its id, so
that those drawn are known before a row of them is read. The rate in a week is decided by how much was left out the week
before, or, in the first week, by how much was left out until now; reprints count in it, though none is drawn: a rate
need not be exact, but the same when the answer comes. A verdict nobody asked for, on an article that happens to be
drawn, counts as an answer: readers who search for what they missed make recall look worse than it is, never better.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.models import Article
from monitor.relevance.asking import draw_numbers, draw_rate, drawn
from monitor.store.judged import judged, left_out_of, stored_within
from monitor.store.topics import assessments

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draw:
    """An article drawn at random, by id, and the probability of that, in (0, 1]."""

    article_id: int
    probability: float


@dataclass(frozen=True)
class Lottery:
    """The draws of a topic as the store stands: each week's rate is worked out once."""

    session: Session
    topic: str
    rates: dict[datetime, float] = field(default_factory=dict)

    def draws(self, count: int, now: datetime, known: Iterable[int]) -> list[Draw]:
        """At most `count` of those drawn of what was left out this week, then the week before, but for `known` ones."""
        found: list[Draw] = []
        for start in (week_of(now), week_of(now) - _WEEK):
            rate = self.rate(start)
            lots = drawn(self.topic, self._ids(start), rate)
            asked = set(left_out_of(self.session, self.topic, lots)).difference(known)
            found += [Draw(each, rate) for each in lots if each in asked]
        return found[:count]

    def reserved(self, articles: Iterable[Article]) -> set[int]:
        """Those of the articles left out that a draw is to decide on: asked for another reason they spoil the sample.

        Where so little was left out that all of it is drawn, none: there would be nothing to learn from.
        """
        rates = {article.id or 0: self.rate(week_of(article.stored_at)) for article in articles}
        numbers = dict(zip(rates, draw_numbers(self.topic, rates), strict=True))
        return {key for key, rate in rates.items() if rate < 1.0 and numbers[key] < rate}

    def rate(self, week: datetime) -> float:
        """The probability with which each article left out in the week from that moment on is drawn."""
        if week not in self.rates:
            before = judged(self.session, self.topic, self._ids(week - _WEEK)).left_out
            self.rates[week] = draw_rate(before or judged(self.session, self.topic, self._ids(week)).left_out)
        return self.rates[week]

    def _ids(self, week: datetime) -> range:
        return stored_within(self.session, week, week + _WEEK)


def drawn_with(session: Session, topic: str, article: Article) -> float:
    """The probability with which an article was drawn to be asked about; 0 where it was not, or was not left out."""
    identity = article.id or 0
    thought = assessments(session, topic, [identity]).get(identity)
    if thought is None or thought.relevant or article.duplicate_of is not None:
        return 0.0
    rate = Lottery(session, topic).rate(week_of(article.stored_at))
    return rate if draw_numbers(topic, [identity])[0] < rate else 0.0


def week_of(moment: datetime) -> datetime:
    """The Monday on which a week began, in UTC."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
