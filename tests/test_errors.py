"""The tree of errors: what it says it is, whole across the border of a process, and one line each."""

import copy
import inspect
import pickle
import re
from datetime import UTC, datetime

import pytest

from monitor import errors
from monitor.errors import Deferred, FetchError, Gone, MonitorError, Refused

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, MonitorError)]
MOMENT = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def made(kind: type[MonitorError]) -> MonitorError:
    if issubclass(kind, Deferred):
        return kind("https://a.example/", "answered 429", MOMENT)
    if issubclass(kind, FetchError):
        return kind("https://a.example/", "answered 500")
    return kind("what is wrong, and what to do")


def drawn() -> dict[str, int]:
    """The names in the tree of the module's docstring, with how deep each stands."""
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"    ([│├└─ ]*)([A-Z]\w+)  ", line):
            found[match[2]] = len(match[1]) // 4
    return found


def test_the_tree_is_drawn_as_it_is() -> None:
    depth = {kind.__name__: len(kind.__mro__) - len(MonitorError.__mro__) for kind in CLASSES}
    assert drawn() == depth


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_crosses_the_border_of_a_process_whole(kind: type[MonitorError]) -> None:
    error = made(kind)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", [FetchError, Refused, Gone, Deferred])
def test_a_fetch_that_failed_says_what_and_why_on_one_line(kind: type[FetchError]) -> None:
    error = made(kind)
    assert isinstance(error, FetchError)
    assert str(error) == f"{error.url}: {error.reason}"


def test_deferred_carries_the_moment() -> None:
    error = made(Deferred)
    assert isinstance(error, Deferred)
    assert error.until == MOMENT


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_says_what_it_means(kind: type[MonitorError]) -> None:
    assert (kind.__doc__ or "").endswith((".", "do."))
