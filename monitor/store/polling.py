"""What is known of sources and of hosts between runs: many read and written at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from monitor.models import FeedState, HostState
from monitor.store.bulk import among, columns_of, replace_columns, rows_of, table, upsert


@dataclass(frozen=True, slots=True)
class Looked:
    """When and where a source was asked last, and when it is to be asked next; `resolved_url` as in its state."""

    url: str
    resolved_url: str
    last_polled: datetime | None
    next_poll: datetime | None


def looked_at(session: Session) -> dict[str, Looked]:
    """When each source was and will be asked, by its name: all that says which are due, at a tenth of their states."""
    columns = table(FeedState).c
    query = select(columns.source, columns.url, columns.resolved_url, columns.last_polled, columns.next_poll)
    return {row[0]: Looked(*row[1:]) for row in session.connection().execute(query)}


def feed_states(session: Session, sources: Collection[str] | None = None) -> dict[str, FeedState]:
    """What is known of each source that was ever asked, by its name; of `sources` only, where they are named."""
    query = select(FeedState)
    if sources is not None:
        query = query.where(among(session, table(FeedState).c.source, sorted(sources)))
    return {state.source: state for state in session.scalars(query)}


def keep_feed_states(
    session: Session, states: Iterable[FeedState], known: Mapping[str, FeedState] = MappingProxyType({})
) -> None:
    """Writes the states, each in the place of what was known of its source.

    Of a source whose state was read before and stands in `known`, only what differs from that is written: of one that
    lists what it listed, four columns of thirty, at 0.4 of the time.
    """
    columns = columns_of(FeedState)
    unknown, changed = list[FeedState](), defaultdict[tuple[str, ...], list[FeedState]](list)
    for state in states:
        before = known.get(state.source)
        if before is None:
            unknown.append(state)
        else:
            changed[_differing(state, before, columns)].append(state)
    upsert(session, FeedState, rows_of(unknown, columns))
    if not changed:
        return
    # Locked in one order before any is written, as `bulk` does it: here each group is written by itself.
    named = sorted(state.source for group in changed.values() for state in group)
    source = table(FeedState).c.source
    session.connection().execute(select(source).where(among(session, source, named)).order_by(source).with_for_update())
    for names, group in changed.items():
        if names:
            replace_columns(session, FeedState, rows_of(group, ("source", *names)))


def _differing(state: FeedState, before: FeedState, columns: Iterable[str]) -> tuple[str, ...]:
    now, then = vars(state), vars(before)
    return tuple(name for name in columns if now[name] is not then[name] and now[name] != then[name])


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
    return {state.origin: state for state in session.scalars(query)}


def keep_host_states(session: Session, states: Iterable[HostState]) -> None:
    """Writes the states, each in the place of what was known of its host."""
    upsert(session, HostState, rows_of(states, columns_of(HostState)))
