"""The one door to the network for all that is read: an address in, a `Page` out, or an error that says why not.

    get(url) ── address ── for each hop, five redirects at most:
                              host wants to be left alone?  memory     -> Deferred
                              robots.txt allows it?         robots     -> Refused, Deferred
                              its turn                      turns
                              a public machine?             guard      -> Refused
                              request, answer, body         exchange   -> FetchError
                           what the answer means            answers    -> Page, Gone, Deferred, FetchError

Never sends cookies, and no password to another origin than its own; never follows a redirect unchecked; never retries:
who asked knows when to ask again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from ssl import SSLContext
from types import MappingProxyType, TracebackType
from typing import Literal, Self

from monitor.errors import Cause, ConfigurationError, Deferred, FetchError, Gone, Refused
from monitor.fetch.address import Address, address_of, without_user
from monitor.fetch.answers import (
    ASKS_TO_WAIT,
    GONE,
    REDIRECTS,
    UNNAMED_WAIT,
    described,
    is_text,
    quoted,
    waiting_until,
)
from monitor.fetch.exchange import Answer, Ask, Exchange
from monitor.fetch.guard import Guard, Resolver, SystemResolver
from monitor.fetch.memory import Memory, moment
from monitor.fetch.robots import LONGEST, Robots
from monitor.fetch.room import Place, Room
from monitor.fetch.settings import FetchSettings
from monitor.fetch.trail import Trail
from monitor.fetch.transport import Transport
from monitor.fetch.turns import Turns
from monitor.models import HostState, Page

Purpose = Literal["feed", "page"]

TURNED_AWAY: Mapping[Purpose, frozenset[int]] = MappingProxyType(
    {"feed": frozenset({403, 429}), "page": frozenset({429})}
)
"""Answers that, without any Retry-After and three running, say that a host has had enough of us. Where a feed is
answered by 403 it is often for haste; where a page is, because it is not for programs, and no other need be."""

_ACCEPT: Mapping[Purpose, str] = MappingProxyType(
    {
        "feed": "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.8",
        "page": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    }
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _anybody(origin: str) -> None:
    """Nobody else asks: each host may be asked."""


class Client:
    """Fetches politely: `async with Client(settings, hosts) as client: page = await client.get(url)`.

    `hosts` are what the last run kept, by origin; `now` gives the time for all that is remembered. `resolver` and `tls`
    stand in for the machine's own name service and for the certificates of certifi.
    """

    def __init__(
        self,
        settings: FetchSettings,
        hosts: Mapping[str, HostState] = MappingProxyType({}),
        now: Callable[[], datetime] = _utc_now,
        *,
        resolver: Resolver | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        for key, problem in settings.faults():
            message = f"fetch.{key}: {problem}"
            raise ConfigurationError(message)
        self._settings = settings
        self._now = now
        self._memory = Memory(hosts, now)
        self._system = SystemResolver()
        guard = Guard(settings.allow_addresses, resolver or self._system)
        self._transport = Transport(guard, settings.proxy, tls)
        self._admit: Callable[[str], None] = _anybody
        self._pauses: dict[str, timedelta] = {}
        turns = Turns(settings.connections, settings.per_host)
        self._room = Room(settings)
        self._exchange = Exchange(self._transport, turns, settings)
        self._robots = Robots(self._memory, self._ask_robots, settings.user_agent, now)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._system.close()
        await self._transport.aclose()

    def changed_hosts(self) -> tuple[HostState, ...]:
        """What is to be kept of the hosts asked: robots.txt, and until when they want to be left alone."""
        return self._memory.changed()

    def recall(self, hosts: Iterable[HostState]) -> None:
        """Take up what was kept of hosts meanwhile; what this client knew of them was kept before."""
        self._memory.recall(hosts)

    def ask_only(self, admit: Callable[[str], None]) -> None:
        """From now on call `admit` with the origin before each request; it raises Held where nothing may be asked."""
        self._admit = admit

    def pause_of(self, host: str) -> timedelta:
        """The pause that is kept between two requests to a host: the settings', or longer where robots.txt asks it."""
        return self._pauses.get(host, self._settings.pause_per_host)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of an address' site names; none where it was not asked for yet.

        Raises Refused for what is no address.
        """
        return self._robots.sitemaps(address_of(url).origin)

    async def get(self, url: str, *, purpose: Purpose = "page", etag: str = "", last_modified: str = "") -> Page:
        """The page at an address, or a `Page` of status 304 where `etag` or `last_modified` still hold.

        The purpose decides how large it may be, whether it must be text, and whom a Retry-After speaks for: a feed's
        for its whole site, a page's for itself until three pages running send one. Addresses in pages and errors are
        without user and password.

        Raises Refused, Gone, Deferred, or else FetchError; nothing else for anything that a server can do.
        """
        async with self.holding(url, purpose=purpose, etag=etag, last_modified=last_modified) as page:
            return page

    @asynccontextmanager
    async def holding(
        self, url: str, *, purpose: Purpose = "page", etag: str = "", last_modified: str = ""
    ) -> AsyncIterator[Page]:
        """What `get` gives, held until the content was used: large pages wait for one another (`room.py`).

        Whoever holds one must not ask for another: all that are held might do so.
        """
        place = self._room.place()
        try:
            yield await self._got(url, purpose, _validators(etag, last_modified), place)
        finally:
            place.leave()

    async def _got(self, url: str, purpose: Purpose, validators: Mapping[str, str], place: Place) -> Page:
        shown = without_user(url)
        try:
            trail = self._trail(address_of(url))
        except Refused as error:
            raise Refused(shown, error.reason) from error.__cause__
        try:
            answer = await self._follow(trail, partial(self._ask_politely, purpose, validators, place))
            return self._page(shown, trail, answer, purpose, conditional=bool(validators))
        except FetchError as error:
            raise _retold(error, shown, trail) from error

    def _trail(self, address: Address) -> Trail:
        return Trail(address, self._settings.timeout.total_seconds())

    async def _follow(self, trail: Trail, ask: Callable[[Trail], Awaitable[Answer]]) -> Answer:
        """The answer at the end of all redirects, or the last redirect where they lead nowhere (`trail.astray`)."""
        answer = await ask(trail)
        while answer.status in REDIRECTS and trail.follow(answer):
            answer = await ask(trail)
        return answer

    async def _ask_politely(
        self, purpose: Purpose, validators: Mapping[str, str], place: Place, trail: Trail
    ) -> Answer:
        settings, address = self._settings, trail.address
        self._admit(address.origin)
        welcome = partial(self._memory.check, address.origin)
        welcome()
        delay = await self._robots.admit(address) if settings.respect_robots else timedelta(0)
        longest = self._pauses[address.host] = max(settings.pause_per_host, delay)
        pause = longest.total_seconds()
        limit = settings.max_feed if purpose == "feed" else settings.max_page
        headers = {"Accept": _ACCEPT[purpose], **validators}
        return await self._exchange.send(Ask(address, limit, trail.seconds, pause, headers, place=place), welcome)

    async def _ask_robots(self, address: Address) -> Answer:
        """A site's robots.txt, for `Robots`; one that leads astray leaves the last redirect for an answer."""

        async def ask(trail: Trail) -> Answer:
            self._admit(trail.address.origin)
            welcome = partial(self._memory.check, trail.address.origin)
            pause = self._settings.pause_per_host.total_seconds()
            return await self._exchange.send(Ask(trail.address, LONGEST, trail.seconds, pause, cut=True), welcome)

        trail = self._trail(address)
        try:
            return await self._follow(trail, ask)
        except Refused as error:
            if not trail.seen:
                raise
            reason = f"it redirects to where nothing may be asked: {error.reason}"
            raise FetchError(address.text, reason, Cause.ADDRESS) from error

    def _page(self, shown: str, trail: Trail, answer: Answer, purpose: Purpose, *, conditional: bool) -> Page:
        """The page that an answer makes; raises Gone, Deferred and FetchError where it makes none."""
        self._heed(trail.address, answer, purpose)
        address, status = trail.address.text, answer.status
        if status in GONE:
            raise Gone(address, described(status), status=status)
        if not (status == 200 or (status == 304 and conditional)):
            raise FetchError(address, trail.astray or described(status), Cause.STATUS, status)
        if status == 200 and not answer.content:
            raise FetchError(address, "the answer was empty")
        kind = answer.headers.get("content-type", "")
        if status == 200 and purpose == "page" and not is_text(kind, answer.content):
            raise FetchError(address, f"not html but {quoted(kind) or 'binary data'}")
        return Page(
            requested_url=shown,
            final_url=address,
            status=status,
            headers=answer.headers,
            content=answer.content,
            fetched_at=self._now(),
            moved_to=address if trail.moved and trail.permanent else "",
        )

    def _heed(self, address: Address, answer: Answer, purpose: Purpose) -> None:
        """Deferred where the answer names a time to come back at; the memory learns what it says of the whole host."""
        until = None
        if answer.status in ASKS_TO_WAIT:
            until = waiting_until(answer.headers, self._now())
        if until is None:
            if answer.status in TURNED_AWAY[purpose]:
                self._memory.strike(address.origin, self._now() + UNNAMED_WAIT)
            else:
                self._memory.calm(address.origin)
            return
        if purpose == "feed":
            self._memory.leave_alone(address.origin, until)
        else:
            self._memory.strike(address.origin, until)
        reason = f"{described(answer.status)}, to be asked again at {moment(until)}"
        raise Deferred(address.text, reason, until, status=answer.status)


def _validators(etag: str, last_modified: str) -> dict[str, str]:
    """The headers of a conditional request (RFC 9110, section 13.1); a value that no header can hold is left off."""
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in named.items() if value and value.isascii() and value.isprintable()}


def _retold(error: FetchError, shown: str, trail: Trail) -> FetchError:
    """The same failure for the address that was asked for; says so where it happened after a redirect."""
    reason = f"after a redirect to {trail.address.text}: {error.reason}" if trail.moved else error.reason
    return error.retold(shown, reason)
