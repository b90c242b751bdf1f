"""How long whoever guesses passwords has to wait: decided on counts and moments alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

# Errors that a person makes in a row; after them each wait is twice the last, so that a day is worth a hundred guesses.
FREE = 5
LONGEST_WAIT = timedelta(minutes=15)

# Of many addresses together, for whoever has many: more than a household mistypes, and a wait that a person can bear.
FREE_TOGETHER = 50
LONGEST_WAIT_TOGETHER = timedelta(seconds=30)

# Addresses remembered; past it those that failed longest ago are forgotten.
MOST_ADDRESSES = 10_000

_TOGETHER = ""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row it failed, and when last."""

    count: int
    last: datetime


class Throttle:
    """Remembers who failed. Of IPv6 the first 64 bits are one place, for a single customer is given that many."""

    def __init__(self) -> None:
        self._failures: dict[str, Failures] = {}

    def wait(self, address: str, now: datetime) -> timedelta:
        """How long the address must wait until it may try again; zero where it may now."""
        alone = self._wait(place(address), FREE, LONGEST_WAIT, now)
        return max(alone, self._wait(_TOGETHER, FREE_TOGETHER, LONGEST_WAIT_TOGETHER, now))

    def failed(self, address: str, now: datetime) -> None:
        """It tried and was wrong."""
        for key in (place(address), _TOGETHER):
            before = self._failures.pop(key, None)
            # What failed a day ago says nothing of today.
            count = before.count if before and now - before.last < timedelta(days=1) else 0
            self._failures[key] = Failures(count + 1, now)
        if len(self._failures) > MOST_ADDRESSES:
            oldest = next(key for key in self._failures if key != _TOGETHER)
            del self._failures[oldest]

    def succeeded(self, address: str) -> None:
        """It was right: its failures are forgotten."""
        self._failures.pop(place(address), None)

    def _wait(self, key: str, free: int, longest: timedelta, now: datetime) -> timedelta:
        failures = self._failures.get(key)
        if failures is None or failures.count < free:
            return timedelta(0)
        # Doubling beyond the longest wait would overflow a timedelta in time.
        doublings = min(failures.count - free, 20)
        until = failures.last + min(longest, timedelta(seconds=2**doublings))
        return max(timedelta(0), until - now)


def place(address: str) -> str:
    """What counts as one guesser: an IPv4 address, the first 64 bits of an IPv6 one, or the text as it is."""
    try:
        read = ip_address(address)
    except ValueError:
        return address or "?"
    if not isinstance(read, IPv6Address):
        return str(read)
    return str(read.ipv4_mapped) if read.ipv4_mapped else str(IPv6Address(int(read) >> 64 << 64))
