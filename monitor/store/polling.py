"""What is known of sources and of hosts between runs: read whole, written in one statement."""

from collections.abc import Iterable

from sqlmodel import Session, select

from monitor.models import FeedState, HostState
from monitor.store.bulk import columns_of, rows_of, upsert


def feed_states(session: Session) -> dict[str, FeedState]:
    """What is known of each source that was ever asked, by its name."""
    return {state.source: state for state in session.exec(select(FeedState))}


def keep_feed_states(session: Session, states: Iterable[FeedState]) -> None:
    """Writes the states, each in the place of what was known of its source."""
    upsert(session, FeedState, rows_of(states, columns_of(FeedState)))


def host_states(session: Session) -> dict[str, HostState]:
    """What is known of each host, by its origin (scheme://host[:port])."""
    return {state.origin: state for state in session.exec(select(HostState))}


def keep_host_states(session: Session, states: Iterable[HostState]) -> None:
    """Writes the states, each in the place of what was known of its host."""
    upsert(session, HostState, rows_of(states, columns_of(HostState)))
