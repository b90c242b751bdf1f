"""One worker of a collect that several share: it polls, reads and asks again, host by host, until nothing is left.

    due sources ┐                     ┌─ hosts of its own part first, then any that no other worker holds
    due entries ├─ next batch ─ take ─┤
    due checks  ┘                     └─ step ─ give back ─ next batch ...          the last one out judges it all

Before a batch of pages whatever came in meanwhile, here or elsewhere, is judged by title and summary (`triage.py`); two
workers that judge the same at one time decide the same.
What another worker holds is that worker's to finish. One that was killed leaves what it had in hand, and whoever still
runs, or the next collect, takes it up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.models import Source
from monitor.pipeline.context import Context
from monitor.pipeline.judging.triage import triage
from monitor.pipeline.polling import asking
from monitor.pipeline.reading import fetching, rechecking
from monitor.pipeline.reading.hosts import Hosts
from monitor.pipeline.reading.parts import Part, batch, granted, lease_of
from monitor.pipeline.reading.queue import in_turns
from monitor.pipeline.steps import timed
from monitor.pipeline.tally import Tally
from monitor.sources.search import address
from monitor.store.entries import due_entries
from monitor.store.polling import Looked, looked_at
from monitor.store.triage import any_unjudged

# Small enough that the workers end at about the same time, large enough to hold many hosts side by side.
ITEMS_A_BATCH = 200
# How soon it is looked again whether a host's pause is over.
_LOOK_AGAIN = 0.25


@dataclass(frozen=True, slots=True)
class Share:
    """What is collected, by whom: the sources, whether all of them are asked whatever their rhythm, at most how many
    pages, and of `restricted` sources only.
    """

    part: Part
    sources: tuple[Source, ...]
    everything: bool = False
    restricted: Sequence[str] | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class _Due:
    """Something to be done, by the name or id that its step takes, and where it will ask."""

    key: Any
    url: str


@dataclass
class _Kind:
    """One kind of work: what is due of it now, the step that does a batch, and what was done already."""

    label: str
    due: Callable[[], Sequence[_Due]]
    step: Callable[..., Awaitable[Tally]]
    is_bounded: bool = True
    done: set[Any] = field(default_factory=set)
    held: set[Any] = field(default_factory=set)


async def work(context: Context, share: Share, hosts: Hosts) -> Tally:
    """Poll, read and ask again until nothing is left that no other worker holds; judges nothing."""
    return await _Worker(context, share, hosts, context.now()).work()


@dataclass
class _Worker:
    context: Context
    share: Share
    hosts: Hosts
    started: datetime
    tally: Tally = field(default_factory=Tally)
    looked: bool = False

    async def work(self) -> Tally:
        """What came of all of it."""
        polls = _Kind("poll", self._sources, asking.poll, is_bounded=False)
        pages = _Kind("read", self._entries, fetching.read)
        while await self._batch(polls) or await self._pages(pages) or await self._later(polls, pages):
            pass
        again = self._checks()
        checks = _Kind("recheck", lambda: again, rechecking.recheck)
        while await self._batch(checks):
            pass
        return self.tally

    async def _pages(self, pages: _Kind) -> bool:
        """The next batch of pages, once all that waits is judged by title and summary."""
        with self.context.database.reading() as session:
            unjudged = any_unjudged(session, self.context.now())
        if unjudged or not self.looked:
            self.looked = True  # at what was left unread, once; at what came in, whenever something did
            self.tally += await timed(self.context, "triage", triage, self.share.restricted)
        return await self._batch(pages)

    async def _batch(self, kind: _Kind) -> bool:
        """Do the next batch of a kind; False where nothing of it is free."""
        chosen = batch(self.share.part, self._waiting(kind), _url, self.hosts.taken(), self._room(kind))
        if not chosen:
            return False
        keys = [each.key for each in granted(chosen, _url, self.hosts.take([each.url for each in chosen]))]
        try:
            if keys:
                label = f"{kind.label} {len(kind.done) + 1}-{len(kind.done) + len(keys)}"
                self.tally += await timed(self.context, label, kind.step, keys)
        finally:
            self.hosts.give_back()
        kind.held = self.context.held & set(keys)
        kind.done |= set(keys) - kind.held
        self.context.held.difference_update(keys)
        return True

    def _waiting(self, kind: _Kind) -> list[_Due]:
        """What is due of a kind and was not done here: everything once, for what asks to be asked soon has its time."""
        back = kind.held if self.context.now() < self.hosts.held_back else set()
        return [each for each in kind.due() if each.key not in kind.done and each.key not in back]

    def _room(self, kind: _Kind) -> int:
        if self.share.limit is None or not kind.is_bounded:
            return ITEMS_A_BATCH
        return min(ITEMS_A_BATCH, max(0, self.share.limit - self.tally.pages))

    async def _later(self, *kinds: _Kind) -> bool:
        """Wait a moment where something is due whose host is free soon; whether there is."""
        taken = self.hosts.taken()
        soon = any(
            each.key not in kind.done and not taken.get(lease_of(each.url), False)
            for kind in kinds
            if self._room(kind)
            for each in kind.due()
        )
        if soon:
            await asyncio.sleep(_LOOK_AGAIN)
        return soon

    def _sources(self) -> list[_Due]:
        """The sources to ask still: those due, or, where all are asked, those that nobody asked since this began."""
        now = self.context.now()
        with self.context.database.reading() as session:
            looked = looked_at(session)
        due = asking.due(self.share.sources, looked, now, everything=self.share.everything)
        if self.share.everything:
            due = tuple(each for each in due if self._is_old(looked.get(each.name)))
        return [_Due(each.name, _asked_at(each, looked.get(each.name))) for each in due]

    def _is_old(self, known: Looked | None) -> bool:
        return known is None or known.last_polled is None or known.last_polled < self.started

    def _entries(self) -> list[_Due]:
        with self.context.database.reading() as session:
            due = due_entries(session, now=self.context.now(), sources=self.share.restricted)
        urls = {each.id: each.url for each in due}
        return [_Due(identity, urls[identity]) for identity in in_turns(due)]

    def _checks(self) -> list[_Due]:
        room = None if self.share.limit is None else max(0, self.share.limit - self.tally.pages)
        chosen = rechecking.due(self.context, self.share.restricted, room)
        return [_Due(each.id, each.url) for each in chosen]


def _url(due: _Due) -> str:
    return due.url


def _asked_at(source: Source, known: Looked | None) -> str:
    return (known.resolved_url if known else "") or address(source)
