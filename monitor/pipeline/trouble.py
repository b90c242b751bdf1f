"""What went wrong with one page or one source, in a line, and what kind of failure it was.

An error outside our own tree is a fault of this program: where many pages or sources are read side by side it is
recorded like any other failure, and whoever records it logs its traceback.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from monitor.errors import Cause, FetchError, MonitorError, ParseError
from monitor.pipeline.tally import Tally
from monitor.pipeline.workers import NoWorker, WorkerLost

Outcome = TypeVar("Outcome")

_log = logging.getLogger(__name__)

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
    unreadable = isinstance(error, WorkerLost) and not isinstance(error, NoWorker)
    return Trouble(text, Cause.ANSWER if unreadable else Cause.FAULT)


def keep_each(
    outcomes: Sequence[Outcome],
    settle: Callable[[Sequence[Outcome]], Tally],
    failed: Callable[[Outcome, Exception], Outcome],
    url: Callable[[Outcome], str],
) -> Tally:
    """What `settle` keeps of many outcomes at once; one that cannot be kept is `failed` alone, and then settled so.

    Raises MonitorError as `settle` does: then it is the database that keeps nothing.
    """
    try:
        return settle(outcomes)
    except MonitorError:
        raise
    except Exception as error:  # noqa: BLE001 - told by the last call, where it is one page's
        if len(outcomes) > 1:
            return sum((keep_each([outcome], settle, failed, url) for outcome in outcomes), Tally())
        _log.exception("an error that nobody expects, keeping %s", url(outcomes[0]))
        return settle([failed(outcomes[0], error)])


def _with_type(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"unexpected {type(error).__name__}{': ' if said else ''}{said}"[:_LONGEST]
