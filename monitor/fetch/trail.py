"""The way that redirects lead: how far it is followed, and how much of the time limit it leaves."""

from dataclasses import dataclass, field

from monitor.fetch.address import Address, redirected
from monitor.fetch.answers import PERMANENT, described
from monitor.fetch.exchange import Answer

MAX_REDIRECTS = 5
"""Hops followed: what RFC 9309, section 2.3.1.2, asks at least of robots.txt, and more than an honest page needs."""


@dataclass(slots=True)
class Trail:
    """The way so far: where it stands now, with the `seconds` that are left of the time limit.

    `moved` is whether any redirect was followed, `permanent` whether all of them were for good, `astray` why it ended.
    """

    address: Address
    seconds: float
    moved: bool = False
    permanent: bool = True
    astray: str = ""
    seen: set[str] = field(default_factory=set)

    def follow(self, answer: Answer) -> bool:
        """Whether there is an address to go on to; where there is none, `astray` says why."""
        self.seen.add(self.address.text)
        self.seconds = max(0.0, self.seconds - answer.seconds)
        location = answer.headers.get("location", "")
        if not location:
            self.astray = f"{described(answer.status)} with no address to go to"
            return False
        if len(self.seen) > MAX_REDIRECTS:
            self.astray = f"more than {MAX_REDIRECTS} redirects"
            return False
        target = redirected(self.address, location)
        if target.text in self.seen:
            self.astray = "its redirects lead in a circle"
            return False
        self.permanent = self.permanent and answer.status in PERMANENT
        self.moved = True
        self.address = target
        return True
