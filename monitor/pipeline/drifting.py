"""Whether the stream of a topic changed under its profile: last week's scores beside those of the weeks before."""

from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.relevance.drift import Scored, drift
from monitor.store.topics import scores

_WEEK = timedelta(days=7)
_WEEKS_BEFORE = 4


def drift_of(session: Session, topic: str, now: datetime) -> str:
    """What changed in the stream of a topic, in words; "" where nothing did, or too little is known."""
    week = scores(session, topic, since=now - _WEEK, until=now)
    earlier = scores(session, topic, since=now - (1 + _WEEKS_BEFORE) * _WEEK, until=now - _WEEK)
    spans = [Scored([score for score, _ in span], sum(yes for _, yes in span)) for span in (week, earlier)]
    found = drift(spans[0], spans[1])
    return found.warning if found else ""
