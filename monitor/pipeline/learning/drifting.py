"""Whether the stream of a topic changed under its profile: last week's scores beside those of the weeks before."""

from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.relevance.drift import Scored, drift
from monitor.store.judged import stored_within, surveyed

_WEEK = timedelta(days=7)
_WEEKS_BEFORE = 4
# Scores of so many articles of a span are compared, drawn evenly: by chance alone the index of two such samples is
# (10 - 1) * (1/400 + 1/400) = 0.045, and once in ten million times 0.25, which is told.
_SAMPLE = 400


def drift_of(session: Session, topic: str, now: datetime) -> str:
    """What changed in the stream of a topic, in words; "" where nothing did, or too little is known."""
    week = _scored(session, topic, now - _WEEK, now)
    earlier = _scored(session, topic, now - (1 + _WEEKS_BEFORE) * _WEEK, now - _WEEK)
    found = drift(week, earlier)
    return found.warning if found else ""


def _scored(session: Session, topic: str, since: datetime, until: datetime) -> Scored:
    scores, counted = surveyed(session, topic, stored_within(session, since, until), _SAMPLE)
    return Scored(scores, counted.relevant, counted.articles)
