"""What a person can know of every source: is it well, since when not, why, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.errors import Cause
from monitor.models import FeedState, Source
from monitor.pipeline.context import clock, opened_database
from monitor.store.polling import feed_states

# A source is told as broken after so many failures running, or after so long (DESIGN, "What a person should feel").
FAILURES = 3
FAILING_FOR = timedelta(days=1)

_TURNED_AWAY = "the publisher turns programs away: slow down with fetch.pause_per_host, or remove it"
_ASKED_TO_WAIT = "the publisher is asked too often: raise fetch.pause_per_host, or pause it for a while"
_BY_STATUS = {
    401: _TURNED_AWAY,
    402: _TURNED_AWAY,
    403: _TURNED_AWAY,
    404: "its address has moved: find the new one, or run `monitor sources --add` with the site's home page",
    410: "it was taken down for good: remove it from config/sources.toml",
    429: _ASKED_TO_WAIT,
    451: _TURNED_AWAY,
}
_BY_CAUSE: dict[str, str] = {
    Cause.UNREACHABLE: "its host does not answer: see in a browser whether the site is still there, or has moved",
    Cause.WAIT: _ASKED_TO_WAIT,
    Cause.ROBOTS: "the publisher does not want programs there: remove it, or find another address of theirs",
    Cause.ADDRESS: "correct its address in config/sources.toml; a private one must stand in fetch.allow_addresses",
    Cause.ANSWER: "what it answers is no document that can be read: run `monitor entries` on its address",
    Cause.LISTING: "its address shows no feed: run `monitor entries` on it, and name the feed's own address",
    Cause.FAULT: "this program is at fault, the log tells where: report it, and look for a newer version",
}


@dataclass(frozen=True, slots=True)
class Health:
    """One source and how it fares; `condition` is new, well, failing, broken or paused.

    One that fails in part alone, such as one sitemap of an index, is failing with no failures of its own.
    """

    source: Source
    condition: str
    last_success: datetime | None = None
    next_poll: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""
    remedy: str = ""
    kind: str = ""
    last_new: datetime | None = None
    articles: int = 0

    def to_row(self) -> dict[str, object]:
        """The row of a table, in a reader's words."""
        return {
            "source": self.source.name,
            "condition": self.condition,
            "last success": _shown(self.last_success),
            "last news": _shown(self.last_new),
            "next poll": _shown(self.next_poll),
            "kept": self.articles,
            "failures": self.failures,
            "kind": self.kind or self.source.kind,
            "cause": self.error,
        }


def health_of(source: Source, state: FeedState | None, now: datetime) -> Health:
    """How a source fares, decided on what is kept of it."""
    if state is None:
        return Health(source, "paused" if source.paused else "new")
    condition = "failing" if state.error else "well"
    if is_broken(state, now):
        condition = "broken"
    if source.paused:
        condition = "paused"
    return Health(
        source,
        condition,
        last_success=state.last_success,
        next_poll=state.next_poll,
        failures=state.failures,
        failing_since=state.failing_since,
        error=state.error,
        remedy=remedy(state),
        kind=state.kind,
        last_new=state.last_new,
        articles=state.articles_stored,
    )


def is_broken(state: FeedState, now: datetime) -> bool:
    """Whether a source failed often or long enough that a person should hear of it."""
    if not state.failures:
        return False
    return state.failures >= FAILURES or (state.failing_since is not None and now - state.failing_since >= FAILING_FOR)


def remedy(state: FeedState) -> str:
    """The one thing to try first for a source that failed, by the kind of its failure; "" where nothing did."""
    if not state.error:
        return ""
    by_itself = f"it is asked again by itself; `monitor sources --pause {state.source}` silences it"
    return _BY_STATUS.get(state.status) or _BY_CAUSE.get(state.cause) or by_itself


def sources_health(settings: Settings, now: datetime | None = None) -> Sequence[Health]:
    """The health of every declared source, in the order of the configuration."""
    with opened_database(settings) as database, database.reading() as session:
        states = feed_states(session)
    moment = now or clock()
    return [health_of(source, states.get(source.name), moment) for source in settings.sources]


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
