"""What a bench is given to measure on: there, or said to be missing in a line."""

import sys
from pathlib import Path

SHARED = Path("../shared")
"""The folder that the benches look in where none is named."""


def needed(*paths: Path, option: str) -> None:
    """Nothing where all of these are there; else one line that names the first that is not, and exit code 2."""
    for path in paths:
        if not path.exists():
            print(f"nothing to measure on: {path} is not there; name where it is with {option}", file=sys.stderr)
            raise SystemExit(2)
