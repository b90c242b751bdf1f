"""What hosts asked of us, from run to run: their robots.txt, and until when they want to be left alone.

In: the host states that the last run kept. Out: those that changed. Never asks anybody anything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import LeftAlone
from monitor.models import HostState

STRIKES = 3
"""Pages running that must ask to wait before the whole host is left alone: one may speak for itself alone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one origin told us; `robots_status` is 0 where its robots.txt did not answer."""

    robots: str = ""
    robots_status: int = 0
    robots_expires: datetime | None = None
    not_before: datetime | None = None


class Memory:
    """Remembers by origin (scheme, host and port): that is what a robots.txt and an answer speak for."""

    def __init__(self, hosts: Mapping[str, HostState], now: Callable[[], datetime]) -> None:
        self._now = now
        self._known = {host.origin: _known(host) for host in hosts.values()}
        self._changed: set[str] = set()
        self._strikes: dict[str, int] = {}

    def changed(self) -> tuple[HostState, ...]:
        """The origins of which something new was learned, as they are to be kept."""
        return tuple(_state(origin, self._known[origin]) for origin in sorted(self._changed))

    def recall(self, hosts: Iterable[HostState]) -> None:
        """Take up what others kept of these origins; what was learned here of the rest is still to be kept."""
        for host in hosts:
            self._known[host.origin] = _known(host)
            self._changed.discard(host.origin)

    def robots(self, origin: str) -> Known | None:
        """What is known of an origin while its robots.txt, or the silence in its place, is fresh; else None."""
        known = self._known.get(origin, Known())
        return known if known.robots_expires is not None and known.robots_expires > self._now() else None

    def keep_robots(self, origin: str, status: int, text: str, expires: datetime) -> Known:
        """Keep what an origin answered for its robots.txt."""
        return self._keep(origin, replace(self._of(origin), robots=text, robots_status=status, robots_expires=expires))

    def check(self, origin: str) -> None:
        """Nothing where an origin may be asked now; LeftAlone while it wants to be left alone."""
        until = self._of(origin).not_before
        if until is not None and until > self._now():
            raise LeftAlone(origin, f"{origin} asked to be left alone until {moment(until)}", until)

    def leave_alone(self, origin: str, until: datetime) -> None:
        """The whole origin waits until then, or longer where it asked for longer before."""
        known = self._of(origin)
        if known.not_before is None or known.not_before < until:
            self._keep(origin, replace(known, not_before=until))

    def strike(self, origin: str, until: datetime) -> None:
        """One page asked to wait; the third running speaks for the whole origin."""
        self._strikes[origin] = self._strikes.get(origin, 0) + 1
        if self._strikes[origin] >= STRIKES:
            self.leave_alone(origin, until)

    def calm(self, origin: str) -> None:
        """A page was answered without asking to wait: the count starts again."""
        self._strikes.pop(origin, None)

    def _of(self, origin: str) -> Known:
        return self._known.get(origin, Known())

    def _keep(self, origin: str, known: Known) -> Known:
        self._known[origin] = known
        self._changed.add(origin)
        return known


def moment(when: datetime) -> str:
    """A moment as people read it: "2026-03-01 14:05 UTC"."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _known(host: HostState) -> Known:
    return Known(host.robots, host.robots_status, host.robots_expires, host.not_before)


def _state(origin: str, known: Known) -> HostState:
    return HostState.model_validate(
        {
            "origin": origin,
            "robots": known.robots,
            "robots_status": known.robots_status,
            "robots_expires": known.robots_expires,
            "not_before": known.not_before,
        }
    )
