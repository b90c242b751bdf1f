"""Houses to run the pipeline in, and the processes that all of them share."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_house import House, a_house

from monitor.pipeline.workers import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Processes that read, started once: that takes a second."""
    shared = Workers(count=2)
    yield shared
    asyncio.run(shared.close())


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, workers: Workers) -> House:
    """A house with one topic, no source, no digest and an empty database."""
    return a_house(tmp_path, sqlite_template, workers)
