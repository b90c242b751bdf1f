"""What a person can know of every source: is it well, since when not, why, and what to do."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.config import Settings
from monitor.errors import Cause
from monitor.models import FeedState, Grade, Source
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.polling.learned_rhythm import Rhythm
from monitor.store.polling import feed_states
from monitor.store.yields import NO_ARTICLE, Yield, reasons, sources_with, yields

# A source is told as broken after so many failures running, or after so long (DESIGN, "What a person should feel").
FAILURES = 3
FAILING_FOR = timedelta(days=1)

# Silence is remarked on from two days on, where so many entries were to be expected meanwhile: by chance alone none
# comes once in 22,000 times, and what comes in bursts is silent oftener than chance.
SILENT_FOR = timedelta(days=2)
SILENT_ENTRIES = 10.0
# What rolled off is remarked on for so long, and yield is counted over so long; drift compares two weeks with what
# was before, where there are enough entries to tell.
REMARKED_FOR = timedelta(days=14)
YIELD_OVER = timedelta(days=60)
ENOUGH = 10
DRIFT = 0.3
# A source of whose pages at most so many give their whole article is one for headlines, whatever its feed promises.
_HARDLY_ANY = 0.1
WALLED = (Grade.PAYWALLED, Grade.TEASER)

SILENT = "silent"
_GONE_FOR_GOOD = 410
_AT_FAULT = 500  # from this status on (RFC 9110, 15.6)
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
_COLLECT_OFTENER = "let [collect] schedule run oftener, or add the site's news sitemap, which lists more"
_LOOK_AT_IT = "see in a browser whether it has news; where it does, run `monitor entries` on its address"
_SUBSCRIBE = "see in a browser whether its pages now ask for a subscription"
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
class Remark:
    """What does not fail and is not well: `kind` is rolled off, silent, walled or failing in part.

    A digest says it once, however long it lasts; another silence, since later, at once. Where it is not known since
    when, `since` is None, and it is said again after `said_for`, if it still holds.
    """

    kind: str
    text: str
    remedy: str
    since: datetime | None = None
    said_for: timedelta = YIELD_OVER


@dataclass(frozen=True, slots=True)
class Health:
    """One source and how it fares; `condition` is new, well, failing, broken or paused.

    One that fails in part alone, such as one sitemap of an index, is failing with no failures of its own. `daily` is
    how many entries it has a day, by its rhythm; `full` the share of its entries that became full articles, in [0, 1];
    both None where that is not known. `remarks` are what a person should look at though it does not fail.
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
    daily: float | None = None
    rolled_off: int = 0
    full: float | None = None
    remarks: tuple[str, ...] = ()

    def to_row(self) -> dict[str, object]:
        """The row of a table, in a reader's words."""
        return {
            "source": self.source.name,
            "condition": self.condition,
            "last success": _shown(self.last_success),
            "last news": _shown(self.last_new),
            "next poll": _shown(self.next_poll),
            "a day": "" if self.daily is None else f"{self.daily:.1f}",
            "kept": self.articles,
            "full": "" if self.full is None else f"{self.full:.0%}",
            "rolled off": self.rolled_off,
            "failures": self.failures,
            "kind": self.kind or self.source.kind,
            "cause": self.error,
            "remarks": "; ".join(self.remarks),
        }


def health_of(source: Source, state: FeedState | None, now: datetime, came: Yield | None = None) -> Health:
    """How a source fares, decided on what is kept of it and on what came of its entries."""
    if state is None:
        return Health(source, "paused" if source.paused else "new")
    condition = "failing" if state.error else "well" if state.last_polled else "new"
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
        daily=_daily(state),
        rolled_off=state.rolled_off,
        full=_full(came) if came else None,
        remarks=(*map(_shown_remark, remarks_on(state, came, now)), *_barred(came)),
    )


def is_unwell(state: FeedState, now: datetime) -> bool:
    """Whether a source that answers is silent, or a part of it has failed for a day."""
    return not state.failures and (is_silent(state, now) or failing_in_part(state, now) is not None)


def failing_in_part(state: FeedState, now: datetime) -> Remark | None:
    """What to say of a source of which a part has failed for as long as would make the whole a broken one."""
    if state.failures or not state.error or state.failing_since is None or now - state.failing_since < FAILING_FOR:
        return None
    text = f"a part of it fails: {state.error}"
    return Remark("failing in part", text, remedy(state), state.failing_since)


def is_broken(state: FeedState, now: datetime) -> bool:
    """Whether a source failed often or long enough that a person should hear of it."""
    if not state.failures:
        return False
    if state.status == _GONE_FOR_GOOD:
        return True
    return state.failures >= FAILURES or (state.failing_since is not None and now - state.failing_since >= FAILING_FOR)


def remedy(state: FeedState) -> str:
    """The one thing to try first for a source that failed, by the kind of its failure; "" where nothing did."""
    if not state.error:
        return ""
    by_itself = f"it is asked again by itself; `monitor sources --pause {state.source}` silences it"
    if state.status >= _AT_FAULT:
        by_itself = f"the publisher's server is at fault, which mostly passes: {by_itself}"
    return _BY_STATUS.get(state.status) or _BY_CAUSE.get(state.cause) or by_itself


def _daily(state: FeedState) -> float | None:
    rhythm = Rhythm.from_json(state.rhythm)
    return rhythm.level * 24 if rhythm.until else None


def _full(came: Yield) -> float | None:
    """The share of entries that became full articles, or reports that go on; None where there were none."""
    grades = _grades(came)
    return (grades[Grade.FULL] + grades[Grade.LIVE]) / grades.total() if grades else None


def _grades(came: Yield) -> Counter[str]:
    return Counter(came.lately) + Counter(came.before)


def is_barred(came: Yield | None) -> bool:
    """Whether hardly any page of a source gives its whole article: each stands behind a wall, or shows a notice."""
    return came is not None and _grades(came).total() >= ENOUGH and (_full(came) or 0.0) <= _HARDLY_ANY


def _barred(came: Yield | None) -> Iterator[str]:
    """That and why hardly any page gives its article: a matter of the configuration, and none that digests tell."""
    if came is None or not is_barred(came):
        return
    grades = _grades(came)
    counts = (
        (grades[Grade.PAYWALLED], "behind a wall"),
        (grades[Grade.TEASER], "known by a teaser alone"),
        (grades[NO_ARTICLE], "without an article"),
    )
    shown = ", ".join(f"{number:,} {what}" for number, what in counts if number)
    reason = f", the latest for this: {came.reason}" if came.reason else ""
    yield f"{_full(came) or 0.0:.0%} of its {grades.total():,} pages gave their whole article: {shown}{reason}"


def remarks_on(state: FeedState, came: Yield | None, now: datetime) -> Iterator[Remark]:
    """What does not fail and is not well: entries that rolled off, a silence, a wall that was not there before."""
    if state.last_rolled_off and now - state.last_rolled_off < REMARKED_FOR:
        text = f"entries rolled off unseen, last before {_shown(state.last_rolled_off)}"
        yield Remark("rolled off", text, _COLLECT_OFTENER, said_for=REMARKED_FOR)
    if not state.failures and is_silent(state, now):
        text = "silent for longer than its rhythm explains"
        yield Remark(SILENT, text, _LOOK_AT_IT, state.last_fresh)
    walled = (_walled(came.lately), _walled(came.before)) if came else (None, None)
    if walled[0] is not None and walled[1] is not None and walled[0] - walled[1] >= DRIFT:
        text = f"{walled[0]:.0%} behind a wall or cut short of late, {walled[1]:.0%} before"
        yield Remark("walled", text, _SUBSCRIBE)


def is_silent(state: FeedState, now: datetime) -> bool:
    """Whether a source that answers has listed nothing new for longer than its own rhythm explains.

    New to itself: what another source lists first is no silence of this one.
    """
    if state.last_fresh is None or now - state.last_fresh < SILENT_FOR:
        return False
    return Rhythm.from_json(state.rhythm).expected(state.last_fresh, now) >= SILENT_ENTRIES


def _walled(grades: Mapping[str, int]) -> float | None:
    """The share of articles that are not all there, of those stored; None where they are too few to tell."""
    stored = sum(number for grade, number in grades.items() if grade != NO_ARTICLE)
    walled = sum(grades.get(grade, 0) for grade in WALLED)
    return walled / stored if stored >= ENOUGH else None


def yields_to_remark_on(session: Session, sources: Collection[str], now: datetime) -> dict[str, Yield]:
    """What came of the entries of those sources of which that may be remarked on; the others are not counted.

    What is behind a wall is counted first, of two weeks, and is mostly little: all that a source listed is much.
    """
    suspects = sources_with(session, sources, WALLED, now - REMARKED_FOR, math.ceil(DRIFT * ENOUGH))
    return yields(session, suspects, now - YIELD_OVER, now - REMARKED_FOR) if suspects else {}


def sources_health(settings: Settings, now: datetime | None = None) -> Sequence[Health]:
    """The health of every declared source, in the order of the configuration."""
    moment = now or clock()
    with opened_database(settings) as database, database.reading() as session:
        return healths(session, settings.sources, feed_states(session), moment)


def healths(
    session: Session, sources: Iterable[Source], states: Mapping[str, FeedState], now: datetime
) -> list[Health]:
    """The health of these sources in their order, with a session at hand and what is kept of them."""
    came = yields(session, states, now - YIELD_OVER, now - REMARKED_FOR)
    why = reasons(session, [name for name, its in came.items() if is_barred(its)], now - YIELD_OVER)
    came |= {name: replace(came[name], reason=reason) for name, reason in why.items()}
    return [health_of(each, states.get(each.name), now, came.get(each.name)) for each in sources]


def _shown_remark(remark: Remark) -> str:
    return f"{remark.text}, since {_shown(remark.since)}" if remark.since else remark.text


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
