"""Houses to run the pipeline in, and the processes that all of them share."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from mailing import mail_server_fixture, mailbox_fixture
from pipeline_house import House, a_house

from monitor.pipeline.workers import Workers

__all__ = ["mail_server_fixture", "mailbox_fixture"]


class SharedWorkers(Workers):
    """Workers that outlive the run that would close them."""

    async def close(self) -> None:
        """Nothing: other tests need them."""

    async def end(self) -> None:
        """End every process."""
        await super().close()


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Processes that read, started once: that takes seconds."""
    shared = SharedWorkers(count=2)
    yield shared
    asyncio.run(shared.end())


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, workers: Workers) -> House:
    """A house with one topic, no source, no digest and an empty database."""
    return a_house(tmp_path, sqlite_template, workers)
