"""How the workers of one collect share it out: by host, so that a host is asked by one of them at a time. Pure.

Every host is one worker's own by a hash of its name. A worker begins with its own and, when nothing of these is left,
goes on with what no other is asking: so one that was killed, or has not begun yet, holds up nothing, and a collect in
two parts is whole where only one of them runs.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from monitor.errors import ConfigurationError
from monitor.pipeline.reading.queue import host_of

Item = TypeVar("Item")

# What the leases of hosts are called, before the host's name.
HOST = "host "
# Characters of an address without a host that stand for it.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Part:
    """The part `number` (1 to `of`) of a collect; the only one of 1 is a whole collect."""

    number: int = 1
    of: int = 1

    @classmethod
    def of_text(cls, text: str) -> Self:
        """The part that "1/2" names; the whole for "". Raises ConfigurationError for anything else."""
        if not text:
            return cls()
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            message = f'part "{text}": write which of how many workers this is, from 1/2 and 2/2 for two of them'
            raise ConfigurationError(message)
        return cls(int(found[1]), int(found[2]))

    @property
    def lease(self) -> str:
        """The name of the lease that a worker of this part holds."""
        return "collect" if self.of == 1 else f"collect {self.number}/{self.of}"

    def distance(self, lease: str) -> int:
        """How late a host's turn comes here: 0 for this part's own, then those of the next part, up to `of` - 1.

        The hash is the same on every machine and in every process, which Python's own is not.
        """
        digest = hashlib.blake2b(lease.encode("utf-8", "replace"), digest_size=4).digest()
        return (int.from_bytes(digest, "big") - self.number) % self.of


def lease_of(url: str) -> str:
    """The name of the lease without which an address must not be asked.

    `www.` is left out, for sites lead from one name to the other. What names no host (a folder, a message) stands for
    itself.
    """
    return HOST + (host_of(url).rstrip(".").removeprefix("www.") or url[:_LONGEST])


def batch(
    part: Part, items: Iterable[Item], url: Callable[[Item], str], taken: Collection[str], size: int
) -> list[Item]:
    """The next of `items` for this part to take, in the order given; `taken` are the leases that cannot be had.

    At most `size` on hosts of its own; where there are none, at most a quarter of that of the next part that has some,
    for the worker of that part may be about to come.
    """
    free: dict[int, list[Item]] = {}
    for item in items:
        if (lease := lease_of(url(item))) not in taken:
            free.setdefault(part.distance(lease), []).append(item)
    nearest = min(free, default=0)
    return free.get(nearest, [])[: size if nearest == 0 else -(-size // 4)]


def granted(items: Sequence[Item], url: Callable[[Item], str], leases: Collection[str]) -> list[Item]:
    """Those whose hosts' leases were given."""
    return [item for item in items if lease_of(url(item)) in leases]
