"""`monitor check`: what is wrong, or will be, one line and one remedy each."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.config import Settings
from monitor.config.remarks import silences, warnings
from monitor.digest.wording import counted
from monitor.errors import MonitorError
from monitor.fetch.client import Client
from monitor.models import HostState, Source
from monitor.pipeline.context import clock
from monitor.pipeline.judging.seeds import seed_report
from monitor.pipeline.parsing import read_messages
from monitor.pipeline.polling.letters import KIND, mailbox_of
from monitor.pipeline.polling.trial import Trial, try_source
from monitor.pipeline.secret import secret
from monitor.pipeline.telling.readers import is_public
from monitor.relevance import encoders
from monitor.store.database import Database
from monitor.store.polling import host_states


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. The configuration itself can be read, or it would not have loaded.

    `faults` are what stops every collect, seeds that say nothing, and what would be done in vain: digests and channels
    that tell nobody. `encoder` reads the meaning of texts,
    "" where none is installed.
    """

    sources: int
    topics: int
    digests: int
    warnings: tuple[str, ...]
    trials: tuple[Trial, ...] = ()
    faults: tuple[str, ...] = ()
    encoder: str = ""

    @property
    def failed(self) -> bool:
        """There is a fault, or more than a fifth of the sources asked did not list anything."""
        return bool(self.faults) or sum(bool(trial.error) for trial in self.trials) * 5 > len(self.trials) > 0

    def lines(self) -> Sequence[str]:
        """What a person reads."""
        found = "with faults" if self.faults else "sound"
        counts = ", ".join(
            counted(number, noun)
            for number, noun in ((self.sources, "source"), (self.topics, "topic"), (self.digests, "digest"))
        )
        head = f"configuration {found}: {counts}"
        asked = [("FAILED  " if trial.error else "ok      ") + trial.summary for trial in self.trials]
        faults = (f"fault: {fault}" for fault in self.faults)
        reads = f"meaning is read by {self.encoder}" if self.encoder else "no encoder is installed: words alone judge"
        return [head, *faults, *(f"warning: {warning}" for warning in self.warnings), *asked, reads]

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor check --json`."""
        return {
            "sources": self.sources,
            "topics": self.topics,
            "digests": self.digests,
            "encoder": self.encoder,
            "faults": list(self.faults),
            "warnings": list(self.warnings),
            "asked": [
                {"source": t.source.name, "feed": t.feed, "kind": t.kind, "entries": len(t.entries), "error": t.error}
                for t in self.trials
            ],
        }


def check(settings: Settings, *, online: bool) -> Report:
    """Open the database, and ask every source once where `online`; none of a host that wants to be left alone.

    Raises StoreError for a database that cannot be used, ConfigurationError for a secret that is too short.
    """
    hosts = _waiting(settings)
    if settings.secret:
        secret(settings)
    trials = asyncio.run(_trials(settings, hosts)) if online else ()
    encoders.choose(settings.sentence_model)
    seeds = seed_report(settings)
    told = (*warnings(settings), *_unused_model(), *_deaf_buttons(settings), *seeds.oddities)
    counts = len(settings.sources), len(settings.topics), len(settings.digests)
    return Report(*counts, told, trials, (*seeds.faults, *silences(settings)), encoders.encoder_name())


def _unused_model() -> Iterator[str]:
    """A sentence model that was chosen and cannot be used."""
    if why := encoders.fault():
        yield f"config/monitor.toml: relevance.sentence_model: {why}"


def _deaf_buttons(settings: Settings) -> Iterator[str]:
    """Channels that could have buttons, were there a page that Slack can reach."""
    public = settings.web.public_url
    for channel in settings.channels:
        if channel.signing_secret and channel.bot_token and not is_public(public):
            yield (
                f"config/monitor.toml: channels.{channel.name}: its messages have no buttons, for Slack cannot reach "
                f'web.public_url "{public}": write the address of the reading page from outside, as "https://..."'
            )


def _waiting(settings: Settings) -> dict[str, HostState]:
    """Until when hosts want to be left alone; their robots.txt is asked for anew, for it may be what was mended."""
    database = Database.open(settings.store.url, root=settings.root)
    try:
        with database.reading() as session:
            hosts = host_states(session)
    finally:
        database.close()
    return {origin: host.model_copy(update={"robots_expires": None}) for origin, host in hosts.items()}


async def _trials(settings: Settings, hosts: Mapping[str, HostState]) -> tuple[Trial, ...]:
    async with Client(settings.fetch, hosts) as client:
        asked = (_tried(settings, client, source) for source in settings.sources if not source.paused)
        return tuple(await asyncio.gather(*asked))


async def _tried(settings: Settings, client: Client, source: Source) -> Trial:
    """A source asked once; of newsletters it is known only whether there is something to read them from."""
    if source.kind != KIND:
        return await try_source(client, source)
    try:
        delivered = await mailbox_of(settings, source).since("", clock() - settings.collect.max_age)
    except MonitorError as error:
        return Trial(source, error=str(error))
    entries = read_messages(delivered.messages, source.name)
    return Trial(source, source.url, KIND, next((entry.site for entry in entries), ""), entries)
