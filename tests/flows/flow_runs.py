"""What tests that run real flows share."""

import pytest

# Prefect leaves the socket on which it logs to its temporary server to be collected.
PREFECTS_OWN = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]
