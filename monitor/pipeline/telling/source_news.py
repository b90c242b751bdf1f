"""What a digest says of its sources: each trouble once to each audience, and once more when what broke works again.

A trouble is one source since one moment. It is told when the source fails, with cause and remedy, and as an alarm when
it counts as broken; between that and the recovery a digest's first line counts it, and nothing names it again. So it is
with a silence and with a part that fails: told once, and counted for as long as they last.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from monitor.config import Settings
from monitor.config.settings import selected
from monitor.digest.material import BROKEN, FAILING, RECOVERED, SourceNews
from monitor.digest.settings import DigestSettings
from monitor.models import FeedState, SourceTold
from monitor.pipeline.polling.health import (
    Remark,
    failing_in_part,
    is_broken,
    remarks_on,
    remedy,
    yields_to_remark_on,
)
from monitor.store.digests import told_of_sources
from monitor.store.polling import feed_states
from monitor.store.yields import Yield


def source_news(
    session: Session, states: Mapping[str, FeedState], now: datetime, keys: Sequence[str]
) -> dict[str, tuple[SourceNews, ...]]:
    """What is news of these sources to each of the audiences, by their `keys`."""
    told = told_of_sources(session, keys, states)
    came = yields_to_remark_on(session, states, now)
    remarked = {name: tuple(_remarks(state, came.get(name), now)) for name, state in states.items()}
    return {
        key: tuple(
            news
            for name, state in states.items()
            for before in (told[key].get(name, ()),)
            for news in (*_trouble(state, before, now), *_not_well(name, remarked[name], before, now))
        )
        for key in keys
    }


def states_of(settings: Settings, session: Session, digest: DigestSettings) -> dict[str, FeedState]:
    """What is known of the sources of the digest's topics, without paused ones."""
    selectors = {selector for topic in settings.topics_of(digest) for selector in topic.sources}
    names = selected(selectors, [source for source in settings.sources if not source.paused])
    return {name: state for name, state in feed_states(session).items() if name in names}


def _trouble(state: FeedState, told: Sequence[SourceTold], now: datetime) -> Iterator[SourceNews]:
    """That a source fails, broke, or recovered from what it was last told as, where that was not said yet."""
    said = {each.state for each in told if state.failing_since in (each.since, None)}
    if state.failures:
        label = BROKEN if is_broken(state, now) else FAILING
        if said.isdisjoint({BROKEN, label}):
            yield SourceNews(state.source, label, state.failing_since, state.error, remedy(state))
    elif next((each.state for each in reversed(told) if each.state in (BROKEN, RECOVERED)), RECOVERED) == BROKEN:
        yield SourceNews(state.source, RECOVERED, state.last_success)


def _remarks(state: FeedState, came: Yield | None, now: datetime) -> Iterator[Remark]:
    """What is not well with a source though it answers."""
    yield from remarks_on(state, came, now)
    if (part := failing_in_part(state, now)) is not None:
        yield part


def _not_well(
    source: str, remarks: Sequence[Remark], told: Sequence[SourceTold], now: datetime
) -> Iterator[SourceNews]:
    """The remarks that were not made yet: of the same since one moment, or of late where nobody knows since when."""
    for remark in remarks:
        alike = [each for each in told if each.state == remark.kind]
        if remark.since is None:
            made = any(each.told_at > now - remark.said_for for each in alike)
        else:
            made = any(each.since == remark.since for each in alike)
        if not made:
            yield SourceNews(source, remark.kind, remark.since, remark.text, remark.remedy)
