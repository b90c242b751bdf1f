"""What a person can know of every source: is it well, since when not, why, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.models import FeedState, Source
from monitor.pipeline.context import clock, opened_database
from monitor.store.polling import feed_states

# A source is told as broken after so many failures running, or after so long (DESIGN, "What a person should feel").
FAILURES = 3
FAILING_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Health:
    """One source and how it fares; `condition` is new, well, failing, broken or paused."""

    source: Source
    condition: str
    last_success: datetime | None = None
    next_poll: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""
    kind: str = ""

    def to_row(self) -> dict[str, object]:
        """The row of a table, in a reader's words."""
        return {
            "source": self.source.name,
            "condition": self.condition,
            "last success": _shown(self.last_success),
            "next poll": _shown(self.next_poll),
            "failures": self.failures,
            "kind": self.kind or self.source.kind,
            "cause": self.error,
        }

    @property
    def remedy(self) -> str:
        """What a person can do about a source that is broken."""
        return remedy(self.source.name, self.error)


def health_of(source: Source, state: FeedState | None, now: datetime) -> Health:
    """How a source fares, decided on what is kept of it."""
    if state is None:
        return Health(source, "paused" if source.paused else "new")
    condition = "failing" if state.failures else "well"
    if is_broken(state, now):
        condition = "broken"
    if source.paused:
        condition = "paused"
    return Health(
        source,
        condition,
        state.last_success,
        state.next_poll,
        state.failures,
        state.failing_since,
        state.error,
        state.kind,
    )


def is_broken(state: FeedState, now: datetime) -> bool:
    """Whether a source failed often or long enough that a person should hear of it."""
    if not state.failures:
        return False
    return state.failures >= FAILURES or (state.failing_since is not None and now - state.failing_since >= FAILING_FOR)


def remedy(source: str, error: str) -> str:
    """The one thing to try first, for an error as the fetcher or the parser words it."""
    for sign, advice in (
        ("404", "its address has moved: find the new one, or run `monitor sources --add` with the site's home page"),
        ("410", "it was taken down for good: remove it from config/sources.toml"),
        ("robots.txt", "the publisher does not want programs there: remove it, or find another address of theirs"),
        ("403", "the publisher turns programs away: slow down with fetch.pause_per_host, or remove it"),
        ("lists no", "its address shows no feed: run `monitor entries` on it, and name the feed's own address"),
    ):
        if sign in error:
            return advice
    return f"it is asked again by itself; `monitor sources --pause {source}` silences it"


def sources_health(settings: Settings, now: datetime | None = None) -> Sequence[Health]:
    """The health of every declared source, in the order of the configuration."""
    with opened_database(settings) as database, database.reading() as session:
        states = feed_states(session)
    moment = now or clock()
    return [health_of(source, states.get(source.name), moment) for source in settings.sources]


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
