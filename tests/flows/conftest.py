"""Prefect as these tests import it: nothing of the developer's profile, and no word to anybody."""

import os
import tempfile
from collections.abc import Iterator

import pytest

# Prefect reads its settings when it is imported, and the modules of this folder import it.
HOME = tempfile.TemporaryDirectory(prefix="monitor-prefect-")
os.environ["PREFECT_HOME"] = HOME.name
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"


@pytest.fixture(scope="module")
def harness() -> Iterator[None]:
    """A temporary server, to which flows and tasks report."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield
