"""What went wrong with one page or one source, in a line, and what kind of failure it was. Pure.

An error outside our own tree is a fault of this program: where many pages or sources are read side by side it is
recorded like any other failure, and whoever records it logs its traceback.
"""

from dataclasses import dataclass

from monitor.errors import Cause, FetchError, MonitorError, ParseError
from monitor.pipeline.workers import WorkerLost

# The traceback tells the rest, in the log; a line of a table or a digest holds no more.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failure: what happened, its kind, and the HTTP status behind it (0 for none)."""

    text: str
    cause: Cause = Cause.FAULT
    status: int = 0


def is_expected(error: Exception) -> bool:
    """Whether an error is a failure that pages and sources have, and no fault of ours."""
    return isinstance(error, MonitorError | WorkerLost)


def trouble_of(error: Exception, url: str = "") -> Trouble:
    """An error as a failure; its text begins with `url`, where that is given and the error does not name it."""
    text = str(error) if is_expected(error) else _with_type(error)
    if url and not text.startswith(url):
        text = f"{url}: {text}"
    if isinstance(error, FetchError):
        return Trouble(text, error.cause, error.status)
    if isinstance(error, ParseError):
        return Trouble(text, Cause.LISTING)
    return Trouble(text, Cause.ANSWER if isinstance(error, WorkerLost) else Cause.FAULT)


def _with_type(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"unexpected {type(error).__name__}{': ' if said else ''}{said}"[:_LONGEST]
