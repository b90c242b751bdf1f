"""The program `monitor`: also `python -m monitor`."""

import sys

import click

from monitor.cli import application
from monitor.errors import MonitorError


def main() -> None:
    """Run the command line; an error of our own is one line on standard error and exit code 2, never a traceback."""
    try:
        code = application()(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except MonitorError as error:
        sys.stderr.write(f"monitor: {error}\n")
        code = 2
    except BrokenPipeError:
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
