"""One Chromium for all tests of this folder, and the reading page's own site to look at."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chromium import Chromium

# The site that the tests of the reading page ask without a browser is the one to look at with one.
sys.path.append(str(Path(__file__).parents[1] / "web"))

Shown = Callable[[str], str]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser that reaches loopback alone."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """Writes a page to a file; its address."""

    def write(page: str) -> str:
        path = tmp_path / "page.html"
        path.write_text(page, encoding="utf-8")
        return path.as_uri()

    return write


@pytest.fixture(scope="session")
def morning() -> datetime:
    """The moment at which what is shown is composed."""
    return datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
