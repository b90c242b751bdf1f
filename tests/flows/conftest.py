"""Prefect as these tests import it: nothing of the developer's profile, and no word to anybody."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

# Prefect reads its settings when it is imported, and the modules of this folder import it.
HOME = tempfile.TemporaryDirectory(prefix="monitor-prefect-")
os.environ["PREFECT_HOME"] = HOME.name
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"


@pytest.fixture(scope="session")
def ran() -> dict[str, Any]:
    """What came of the flows of `flow_runs.py`, run once."""
    program = Path(__file__).with_name("flow_runs.py")
    ended = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said
