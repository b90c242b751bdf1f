"""The process of `monitor serve` that holds the deployments and starts a process for each run that is due."""

import os
import sys
from pathlib import Path

from prefect import serve

from flows.deployments import deployments
from monitor.config import load

if __name__ == "__main__":
    serve(*deployments(load(Path(sys.argv[1]), os.environ)), limit=int(sys.argv[2]), print_starting_message=False)
