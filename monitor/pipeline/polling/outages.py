"""When a source failed, as a whole or in part: kept with its state, so that it is known how it fared at a past moment.

Pure: a state before it was asked and its state since come in, the latter goes out with its outages; the time is given.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from monitor.models import FeedState
from monitor.pipeline.polling.health import FAILURES

# As many as a source that breaks and recovers every week has in a year.
MOST = 50
_MOMENTS = ("since", "until", "broke")


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a source failed; `until` is None while it lasts, `cause` and `status` are those of its state.

    `broke` is when it had failed so often running that it counts as broken, None before. With `in_part` a part of it
    failed alone: that lasts on while the whole fails, for nobody can know better then.
    """

    since: datetime
    until: datetime | None = None
    broke: datetime | None = None
    in_part: bool = False
    error: str = ""
    cause: str = ""
    status: int = 0

    def covers(self, moment: datetime) -> bool:
        """Whether it lasted at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        moments = {name: moment.isoformat() for name in _MOMENTS if (moment := getattr(self, name))}
        return {name: value for name, value in asdict(self).items() if value} | moments

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        return cls(**kept | {name: datetime.fromisoformat(kept[name]) for name in _MOMENTS if name in kept})


def failing_in_part_since(state: FeedState) -> datetime | None:
    """Since when a part of a source has failed, also while the whole of it does; None where none does."""
    return next((each.since for each in _outages_of(state) if each.in_part and each.until is None), None)


def recorded(before: FeedState, heard: FeedState, now: datetime) -> FeedState:
    """The state of a source that was asked, with the outage that began, went on or ended."""
    outages = _outages_of(before)
    whole = _lasting(outages, in_part=False)
    part = _lasting(outages, in_part=True)
    ended = [each for each in outages if each.until is not None]
    begun = Outage(heard.failing_since or now)
    lasting: list[Outage] = []
    if heard.failures:
        failing = _failing(whole or begun, heard)
        broke = failing.broke or (now if heard.failures >= FAILURES else None)
        lasting = [*([part] if part else []), replace(failing, broke=broke)]
    else:
        ended += [replace(whole, until=now)] if whole else []
        if heard.error:
            lasting = [_failing(part or replace(begun, in_part=True), heard)]
        else:
            ended += [replace(part, until=now)] if part else []
    kept = [each.to_json() for each in (*ended, *lasting)][-MOST:]
    return heard if kept == heard.outages else heard.model_copy(update={"outages": kept})


def as_of(state: FeedState, moment: datetime) -> FeedState:
    """What was known of how a source fares at a moment, as far as it is kept; what it lists stays as it is now.

    A silence or a gap that ended since, or began since, is none.
    """
    outages = [each for each in _outages_of(state) if each.covers(moment)]
    whole, part = _last(outages, in_part=False), _last(outages, in_part=True)
    outage = whole or part
    broke = whole is not None and whole.broke is not None and whole.broke <= moment
    return state.model_copy(
        update={
            "failures": (FAILURES if broke else 1) if whole else 0,
            "failing_since": outage.since if outage else None,
            "error": outage.error if outage else "",
            "cause": outage.cause if outage else "",
            "status": outage.status if outage else 0,
            "last_fresh": _until(state.last_fresh, moment),
            "last_rolled_off": _until(state.last_rolled_off, moment),
        }
    )


def _outages_of(state: FeedState) -> list[Outage]:
    """The outages of a source, the one among them in which it was found before they were kept."""
    kept = [Outage.from_json(each) for each in state.outages]
    in_part = not state.failures
    if not state.error or state.failing_since is None or _lasting(kept, in_part=in_part):
        return kept
    broke = state.failing_since if state.failures >= FAILURES else None
    return [*kept, _failing(Outage(state.failing_since, broke=broke, in_part=in_part), state)]


def _failing(outage: Outage, state: FeedState) -> Outage:
    """The outage with what is known of it now."""
    return replace(outage, error=state.error, cause=state.cause, status=state.status)


def _lasting(outages: Sequence[Outage], *, in_part: bool) -> Outage | None:
    return _last([each for each in outages if each.until is None], in_part=in_part)


def _last(outages: Sequence[Outage], *, in_part: bool) -> Outage | None:
    return next((each for each in reversed(outages) if each.in_part is in_part), None)


def _until(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None
