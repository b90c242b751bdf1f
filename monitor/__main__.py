"""The program `monitor`: also `python -m monitor`."""

import os
import sys

from monitor.cli import application
from monitor.cli.output import printable
from monitor.errors import MonitorError


def main() -> None:
    """Run the command line; an error of our own is one line on standard error and exit code 2, never a traceback."""
    # Readers, the reading page and Prefect's runs are processes that we start: they import what is installed, and not
    # what happens to lie in the folder where the command was called (docs.python.org, PYTHONSAFEPATH).
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        application()()
    except MonitorError as error:
        sys.stderr.write(f"monitor: {printable(error)}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        # Before the command itself began: within it the command line ends so.
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read us has gone, as `head` does; what Python would still flush has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
