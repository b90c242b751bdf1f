"""The hosts that one worker of a shared collect may ask: taken for a batch, held while it lasts, given back after it.

    take ──> what other workers learned of these hosts is recalled ──> batch ──> what was learned is kept ──> give back

A redirect may lead to a host that was not taken: it is taken then, or, where another worker asks it, `Held` is raised
and what led there is tried again when that worker is done. A heartbeat holds everything while a batch lasts.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from monitor.errors import Held, MonitorError, Refused
from monitor.fetch.address import address_of
from monitor.fetch.client import Client
from monitor.pipeline.reading.parts import HOST, lease_of
from monitor.store.database import Database
from monitor.store.leases import (
    acquire_each,
    free_the_dead,
    lock_leases,
    release_each,
    renew_each,
    taken,
)
from monitor.store.polling import host_states, keep_host_states

# A worker of which nothing was heard for so long is dead: others take its hosts. A page may take 20 s of a processor, a
# transaction waits up to 30 s; nothing holds the heartbeat up for longer.
TTL = timedelta(minutes=3)
BEAT = timedelta(seconds=20)
# How soon what led to a host of another worker is tried again; its batch may take a minute.
HELD_BACK = timedelta(seconds=5)

_log = logging.getLogger(__name__)


class Hosts:
    """What this worker holds, by the names of the leases; `held_back` is until when something waits for another."""

    def __init__(self, database: Database, client: Client, holder: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._client = client
        self._holder = holder
        self._now = now
        self._mine: set[str] = set()
        self._until = now() + TTL
        self.held_back = now()
        client.ask_only(self._admit)

    def taken(self) -> dict[str, bool]:
        """The leases that cannot be taken now: whether another worker holds each, or only its pause is not over.

        Those of the dead are freed, after the pause that each host is due.
        """
        now = self._now()
        with self._database.writing() as session:
            lock_leases(session)
            free_the_dead(session, HOST, now + self._client.pause_of(""))
            return taken(session, HOST, self._holder, now)

    def take(self, urls: Collection[str]) -> set[str]:
        """Take the hosts of these addresses, as far as they are free; returns the leases given."""
        now = self._now()
        with self._database.writing() as session:
            lock_leases(session)
            given = acquire_each(session, {lease_of(url) for url in urls}, self._holder, now, TTL)
            origins = {_origin(url) for url in urls if lease_of(url) in given} - {""}
            self._client.recall(host_states(session, origins).values())
        self._mine |= given
        return given

    def give_back(self) -> None:
        """Keep what was learned of all hosts taken, and let them go, each for others after its pause."""
        pauses = {lease: self._pause(lease.removeprefix(HOST)) for lease in self._mine}
        learned = self._client.changed_hosts()
        with self._database.writing() as session:
            keep_host_states(session, learned)
            release_each(session, pauses, self._holder, self._now())
        self._client.recall(learned)  # kept, and another's to change from now on
        self._mine.clear()

    def _pause(self, host: str) -> timedelta:
        return max(self._client.pause_of(host), self._client.pause_of(f"www.{host}"))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Holds everything for longer, again and again, until the block ends."""
        beating = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT.total_seconds())
            now = self._now()
            try:
                with self._database.writing() as session:
                    kept = renew_each(session, self._holder, now, TTL)
            except MonitorError as error:
                _log.warning("leases could not be renewed just now: %s", error)
                continue
            if kept:
                self._until = now + TTL

    def _admit(self, origin: str) -> None:
        """Nothing where an origin may be asked. Raises Held where it is another worker's."""
        now = self._now()
        if lease_of(origin) in self._mine and now < self._until:
            return
        if now >= self._until or not self.take([origin]):
            self.held_back = now + HELD_BACK
            raise Held(origin, "another worker of this collect is asking that host", self.held_back)


def _origin(url: str) -> str:
    try:
        return address_of(url).origin
    except Refused:
        return ""
