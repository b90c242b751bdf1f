"""What a site lets robots ask (RFC 9309): an address in; nothing and its pause out, or a refusal.

2xx is read, at most 500 KiB of it; 4xx means that anything may be asked, 5xx or silence that nothing may until it
answers. Asked once for each origin, however many requests wait for it, and kept for a day. How it is asked is the
client's business: through the same turns and the same guard as everything else.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from protego import Protego

from monitor.errors import Cause, Deferred, FetchError, Refused
from monitor.fetch.address import Address
from monitor.fetch.answers import ASKS_TO_WAIT, described, lifetime, waiting_until
from monitor.fetch.exchange import Answer
from monitor.fetch.memory import Known, Memory, moment

LONGEST = 500 * 1024
"""Bytes read of a robots.txt: the least that RFC 9309, section 2.5, lets a parser stop at."""

_KEPT = timedelta(days=1)  # RFC 9309, section 2.4: not used for more than 24 hours
_KEPT_AT_LEAST = timedelta(minutes=5)  # a max-age of 0 would have it asked before every page
_SILENCE = timedelta(minutes=15)
"""How long a silent robots.txt is not asked again: within a run once, at the next one (30 minutes) anew."""
_LONGEST_DELAY = timedelta(seconds=30)
"""The longest Crawl-delay kept: at 30 s the pages of a day still come in, and some sites write an hour."""


class Robots:
    """The rules of every origin, asked for when first needed.

    `ask` fetches a robots.txt: it raises Refused where the origin itself must not be asked, FetchError where no answer
    came; redirects are followed.
    """

    def __init__(
        self, memory: Memory, ask: Callable[[Address], Awaitable[Answer]], agent: str, now: Callable[[], datetime]
    ) -> None:
        self._memory = memory
        self._ask = ask
        self._agent = product_token(agent)
        self._now = now
        self._asking: dict[str, asyncio.Lock] = {}
        self._rules: dict[str, tuple[str, Protego]] = {}
        self._silences: dict[str, str] = {}

    async def admit(self, address: Address) -> timedelta:
        """The pause that the site asks for (0 to 30 s) where the address may be asked.

        Raises Refused where its robots.txt forbids it, Deferred where its robots.txt does not answer.
        """
        origin = address.origin
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._memory.robots(origin) or await self._learn(address)
        if not _answered(known.robots_status):
            until = known.robots_expires or self._now()
            status = known.robots_status
            why = self._silences.get(origin) or (f"it {described(status)}" if status else "it did not answer")
            told = f"the robots.txt of {address.host} gives no rules: {why}"
            reason = f"{told}; nothing there may be asked before {moment(until)}"
            raise Deferred(address.text, reason, until, Cause.STATUS if status else Cause.UNREACHABLE, status)
        rules = self._parsed(origin, known)
        if not rules.can_fetch(address.text, self._agent):
            raise Refused(address.text, f"{address.robots.text} forbids it", Cause.ROBOTS)
        return min(timedelta(seconds=min(rules.crawl_delay(self._agent) or 0.0, 3600)), _LONGEST_DELAY)

    def sitemaps(self, origin: str) -> tuple[str, ...]:
        """The sitemaps that an origin's robots.txt names, as written; none where it was not asked for or is stale."""
        known = self._memory.robots(origin)
        return tuple(self._parsed(origin, known).sitemaps) if known else ()

    async def _learn(self, address: Address) -> Known:
        now, origin = self._now(), address.origin
        try:
            answer = await self._ask(address.robots)
        except (Refused, Deferred):
            raise
        except FetchError as error:
            self._silences[origin] = error.reason
            return self._memory.keep_robots(origin, 0, "", now + _SILENCE)
        if answer.status in ASKS_TO_WAIT and (until := waiting_until(answer.headers, now)):
            self._memory.leave_alone(origin, until)
            reason = f"{address.robots.text} {described(answer.status)}, to be left alone until {moment(until)}"
            raise Deferred(address.text, reason, until, status=answer.status)
        if not _answered(answer.status):
            self._silences[origin] = f"it {described(answer.status)}"
            return self._memory.keep_robots(origin, answer.status, "", now + _SILENCE)
        text = answer.content.decode("utf-8-sig", "replace") if answer.status == 200 else ""
        kept = lifetime(answer.headers.get("cache-control", ""), _KEPT)
        return self._memory.keep_robots(origin, answer.status, text, now + min(max(kept, _KEPT_AT_LEAST), _KEPT))

    def _parsed(self, origin: str, known: Known) -> Protego:
        """The rules of a robots.txt, parsed when first asked for and again when it changed."""
        kept = self._rules.get(origin)
        if kept is None or kept[0] != known.robots:
            kept = self._rules[origin] = (known.robots, Protego.parse(known.robots))
        return kept[1]


def product_token(agent: str) -> str:
    """The name by which a robots.txt speaks to a user agent (RFC 9309, section 2.2.1), lower case.

    "news-monitor (+https://example.org/about)" is news-monitor, and no rule for "example" is meant for it.
    """
    match = re.search(r"compatible;\s*([\w-]+)", agent) or re.search(r"[\w-]+", agent)
    return match[1 if match.re.groups else 0].lower() if match else "*"


def _answered(status: int) -> bool:
    """Whether a status says what may be asked. 429 does not: it is about haste, as 5xx is about trouble."""
    return 200 <= status < 500 and status != 429
