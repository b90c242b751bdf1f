"""The program `monitor`: also `python -m monitor`."""

import errno
import os
import sys

from monitor.cli import application
from monitor.cli.output import printable
from monitor.errors import MonitorError

# What a machine refuses any program, and what a person can do about it.
_REFUSED = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room within this user's quota",
    errno.EROFS: "see that it may be written",
    errno.EACCES: "see that it may be read and written",
    errno.EPERM: "see that it may be read and written",
    errno.EMFILE: "let this user open more files at once (ulimit -n)",
    errno.ENFILE: "end programs that hold many files open",
    errno.EIO: "see to the disk",
}


def main() -> None:
    """Run the command line; what a person can mend is one line on standard error and exit code 2, never a traceback."""
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
        # Whoever read us has gone, as `head` does.
        _write_no_more()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        if not error.filename:  # perhaps standard output itself, as where it leads to a disk without room
            _write_no_more()
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"monitor: {printable(f'{place}{error.strerror}; {_REFUSED[error.errno]}')}\n")
        sys.exit(2)


def _write_no_more() -> None:
    """What Python would still flush to standard output at its end has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
