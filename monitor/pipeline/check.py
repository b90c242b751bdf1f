"""`monitor check`: what is wrong, or will be, one line and one remedy each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.config import Settings
from monitor.config.checks import warnings
from monitor.fetch.client import Client
from monitor.pipeline.seeds import seed_warnings
from monitor.pipeline.trial import Trial, try_source
from monitor.store.database import Database


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. The configuration itself is sound, or it would not have loaded."""

    sources: int
    topics: int
    digests: int
    warnings: tuple[str, ...]
    trials: tuple[Trial, ...] = ()

    @property
    def failed(self) -> bool:
        """More than a fifth of the sources asked did not list anything."""
        return sum(bool(trial.error) for trial in self.trials) * 5 > len(self.trials) > 0

    def lines(self) -> Sequence[str]:
        """What a person reads."""
        head = f"configuration sound: {self.sources} sources, {self.topics} topics, {self.digests} digests"
        asked = [("FAILED  " if trial.error else "ok      ") + trial.summary for trial in self.trials]
        return [head, *(f"warning: {warning}" for warning in self.warnings), *asked]

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor check --json`."""
        return {
            "sources": self.sources,
            "topics": self.topics,
            "digests": self.digests,
            "warnings": list(self.warnings),
            "asked": [
                {"source": t.source.name, "feed": t.feed, "kind": t.kind, "entries": len(t.entries), "error": t.error}
                for t in self.trials
            ],
        }


def check(settings: Settings, *, online: bool) -> Report:
    """Open the database, and ask every source once where `online`. Raises StoreError, ConfigurationError."""
    Database.open(settings.store.url, root=settings.root).close()
    trials = asyncio.run(_trials(settings)) if online else ()
    told = (*warnings(settings), *seed_warnings(settings))
    return Report(len(settings.sources), len(settings.topics), len(settings.digests), told, trials)


async def _trials(settings: Settings) -> tuple[Trial, ...]:
    async with Client(settings.fetch) as client:
        asked = (try_source(client, source) for source in settings.sources if not source.paused)
        return tuple(await asyncio.gather(*asked))
