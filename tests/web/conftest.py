"""Sites to ask: one for a module that only looks, and new ones for a test that changes something."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from reading_files import Edited, site_with_files
from reading_material import SECRET
from reading_site import Site, Sites, making_sites


@pytest.fixture
def sites(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[Sites]:
    """Makes sites that are served until the test ends."""
    with making_sites(sqlite_template, tmp_path, now) as make:
        yield make


@pytest.fixture
def site(sites: Sites) -> Site:
    """A site of its own, for a test that changes something."""
    return sites()


@pytest.fixture(scope="module")
def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for the tests of a module that only look."""
    now = datetime.fromisoformat("2026-11-24T07:00:00+00:00")
    with making_sites(sqlite_template, tmp_path_factory.mktemp("shared"), now) as make:
        yield make()


@pytest.fixture
def edited(sqlite_template: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edited]:
    """A site whose configuration stands in files, as it does for everybody, and the root that holds them."""
    monkeypatch.setenv("MONITOR_SECRET", SECRET)
    with site_with_files(sqlite_template, tmp_path, now) as both:
        yield Edited(*both)
