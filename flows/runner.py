"""The process of `monitor serve` that holds the deployments and starts a process for each run that is due."""

import os
import sys
from pathlib import Path

from prefect import serve

from flows.deployments import deployments
from monitor.config import load

if __name__ == "__main__":
    # monitor serve's arguments: the root, how many runs at once, and whether others use the API too.
    root, limit, shared = sys.argv[1:]
    made = deployments(load(Path(root), os.environ), shared=shared == "shared")
    serve(*made, limit=int(limit), print_starting_message=False)
