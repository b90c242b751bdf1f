"""What is known of sources and of hosts between runs: read whole, written in one statement."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, select

from monitor.models import FeedState, HostState
from monitor.store.bulk import among, columns_of, rows_of, table, upsert


def feed_states(session: Session, sources: Collection[str] | None = None) -> dict[str, FeedState]:
    """What is known of each source that was ever asked, by its name; of `sources` only, where they are named."""
    query = select(FeedState)
    if sources is not None:
        query = query.where(among(session, table(FeedState).c.source, sorted(sources)))
    return {state.source: state for state in session.exec(query)}


def keep_feed_states(session: Session, states: Iterable[FeedState]) -> None:
    """Writes the states, each in the place of what was known of its source."""
    upsert(session, FeedState, rows_of(states, columns_of(FeedState)))


def record_news(session: Session, sources: Collection[str], now: datetime) -> None:
    """Writes that these sources listed something new; of those whose states are not kept, nothing."""
    if sources:
        columns = table(FeedState).c
        these = update(table(FeedState)).where(among(session, columns.source, sorted(sources)))
        session.connection().execute(these.values(last_new=now))


def count_articles(session: Session, stored: Mapping[str, int]) -> None:
    """Adds to each source how many more of its articles were stored; to those whose states are not kept, nothing."""
    if stored:
        columns = table(FeedState).c
        one = update(table(FeedState)).where(columns.source == bindparam("of_source"))
        more = one.values(articles_stored=columns.articles_stored + bindparam("more"))
        session.connection().execute(more, [{"of_source": name, "more": stored[name]} for name in sorted(stored)])


def host_states(session: Session, origins: Collection[str] | None = None) -> dict[str, HostState]:
    """What is known of each host, by its origin (scheme://host[:port]); of `origins` only, where they are named."""
    query = select(HostState)
    if origins is not None:
        query = query.where(among(session, table(HostState).c.origin, sorted(origins)))
    return {state.origin: state for state in session.exec(query)}


def keep_host_states(session: Session, states: Iterable[HostState]) -> None:
    """Writes the states, each in the place of what was known of its host."""
    upsert(session, HostState, rows_of(states, columns_of(HostState)))
