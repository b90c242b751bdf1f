"""What every step of a run works with: the settings, the one database, the one client, the workers, the clock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from sqlmodel import Session

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.fetch.client import Client
from monitor.pipeline.workers import Workers
from monitor.relevance.encoders import choose
from monitor.store.database import Database
from monitor.store.polling import host_states, keep_host_states
from monitor.text.shelf import keep_in
from monitor.urls import names_address

Result = TypeVar("Result")
# Told how far a stage is: the stage, and how many items of how many are done.
Progress = Callable[[str, int, int], None]


class Caller(Protocol):
    """Runs a step; a flow's caller runs it as a task named `label`."""

    async def __call__(self, label: str, step: Callable[..., Awaitable[Result]], *arguments: object) -> Result:
        """The step's result."""


async def plainly(label: str, step: Callable[..., Awaitable[Result]], *arguments: object) -> Result:  # noqa: ARG001
    """Run a step as the function it is; `label` is for callers that show it."""
    return await step(*arguments)


def quietly(stage: str, done: int, total: int) -> None:
    """Show no progress."""


def freely(session: Session) -> None:
    """Let a run write that holds no lease."""


def clock() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """The tools of one run. `now` is asked anew wherever a moment is kept.

    `hold` is called in each transaction of `writing` before anything else: a run that must be the only one renews its
    lease there, and raises where it lost it. `held` takes down which sources and entries led to a host that another
    worker of the same collect is asking: they are left as they were.
    """

    settings: Settings
    database: Database
    client: Client
    workers: Workers
    now: Callable[[], datetime] = clock
    progress: Progress = quietly
    call: Caller = field(default=plainly)
    hold: Callable[[Session], None] = freely
    held: set[str | int] = field(default_factory=set)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of this run (see `Database.writing`), once it is sure that the run may still write."""
        with self.database.writing() as session:
            self.hold(session)
            yield session


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """The database of a configuration, closed at the end. Raises StoreError where it cannot be used.

    What is judged meanwhile is read by the configuration's encoder.
    """
    choose(settings.sentence_model)
    database = Database.open(settings.store.url, root=settings.root)
    try:
        yield database
    finally:
        database.close()


@asynccontextmanager
async def opened(
    settings: Settings, *, now: Callable[[], datetime] = clock, progress: Progress = quietly, call: Caller = plainly
) -> AsyncIterator[Context]:
    """A context whose database is open and whose client is polite; all of it is closed at the end.

    Raises StoreError where the database cannot be used.
    """
    tables = settings.var / "words"
    keep_in(tables)
    workers = Workers(tables=tables)
    with opened_database(settings) as database:
        with database.reading() as session:
            hosts = host_states(session)
        try:
            async with Client(settings.fetch, hosts=hosts, now=now) as client:
                try:
                    yield Context(settings, database, client, workers, now=now, progress=progress, call=call)
                finally:
                    with database.writing() as session:
                        keep_host_states(session, client.changed_hosts())
        finally:
            await workers.close()


def refuse_nameless(settings: Settings) -> None:
    """Publishers must be able to reach whoever asks: a collect from the live web does not run under the example's name.

    Raises ConfigurationError while it does. Sources on this machine's own loopback addresses are nobody's.
    """
    web = (source.url for source in settings.sources if not source.paused and names_address(source.url))
    live = any(not on_loopback(url) for url in web)
    if live and "example.org" in settings.fetch.user_agent:
        message = (
            "config/monitor.toml: fetch.user_agent: it still names example.org; put an address there where publishers "
            "can reach you, then collect again"
        )
        raise ConfigurationError(message)


def on_loopback(url: str) -> bool:
    """Whether an address names a loopback IP address, and so this machine."""
    try:
        return ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False
