"""When the sample newsroom first opened, and at which port: kept, so that a second run sees the same one."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.demo.articles import Newsroom
from monitor.demo.site import Site
from monitor.errors import ConfigurationError

_FILE = "newsroom.json"


@dataclass(frozen=True, slots=True)
class Opening:
    """The first run: its moment (aware), and the port that addresses in the demo's database hold."""

    first_run: datetime
    port: int

    @classmethod
    def read(cls, folder: Path) -> "Opening | None":
        """The opening kept in a folder, or None before the first run; ConfigurationError where it cannot be read."""
        path = folder / _FILE
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            opening = cls(datetime.fromisoformat(kept["first_run"]), int(kept["port"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{path}: the demo's first run cannot be read back; start over with --fresh"
            raise ConfigurationError(message) from error
        if opening.first_run.tzinfo is None:
            message = f"{path}: first_run has no time zone; start over with --fresh"
            raise ConfigurationError(message)
        return opening

    def keep(self, folder: Path) -> None:
        """Written to a folder, which is made where it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"first_run": self.first_run.isoformat(), "port": self.port}
        (folder / _FILE).write_text(json.dumps(kept) + "\n", encoding="utf-8")


@asynccontextmanager
async def open_newsroom(folder: Path, now: datetime) -> AsyncIterator[Site]:
    """The newsroom served for as long as the context lasts: as it stood at the first run in `folder`, or opened now.

    Raises ConfigurationError where the first run cannot be read back or its port is taken.
    """
    opening = Opening.read(folder)
    first_run = opening.first_run if opening else now
    async with Site(Newsroom.load(first_run), port=opening.port if opening else 0) as site:
        if opening is None:
            Opening(site.newsroom.first_run, site.port).keep(folder)
        yield site
