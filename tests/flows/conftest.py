"""Prefect as these tests import it: nothing of the developer's profile, and no word to anybody."""

import os
import tempfile

# Prefect reads its settings when it is imported, and the modules of this folder import it.
HOME = tempfile.TemporaryDirectory(prefix="monitor-prefect-")
os.environ["PREFECT_HOME"] = HOME.name
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
