"""Processes that end with whoever started them, however that ends: SIGKILL leaves nobody behind.

    start(MODULE, ...)  ──pipe──>  python -m flows.tether MODULE ARGUMENTS...  ──>  the module, as `python -m` runs it

The parent alone holds the writing end of the pipe. The system closes it when the parent is gone, the reading end then
ends, and so does the whole group of the child: what it started itself as well. A pipe works wherever there are process
groups; Linux's death signal (prctl(2), PR_SET_PDEATHSIG) comes when the thread that started the child ends.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

Process = subprocess.Popen[bytes]


def start(
    module: str,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
) -> Process:
    """A running process, in a session of its own: Ctrl-C is the parent's to handle. Ended by `flows.server.end`.

    `variables` are its environment, ours where None; `output` is where it writes, to our own streams where None;
    `folder` is where it works, where we do where None.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "flows.tether", module, *arguments],
        env=variables,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def _main() -> None:
    # Whoever was started in the background of a script has Ctrl-C's signal ignored, and so would all that we end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    line = os.dup(sys.stdin.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with(line: int) -> None:
    """Wait for the end of the pipe, then end this process and all that it started.

    At once and without asking: whoever asks may be gone before what it started, and all of it survives being killed.
    """
    while os.read(line, 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    _main()
