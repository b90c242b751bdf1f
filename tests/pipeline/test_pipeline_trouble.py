"""Errors as failures that a person can read."""

import pytest

from monitor.errors import Cause, FetchError, ParseError, Refused
from monitor.pipeline.trouble import Trouble, is_expected, trouble_of
from monitor.pipeline.workers import NoWorker, WorkerLost

URL = "https://a.example/b.xml"


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (FetchError(URL, "answered 500", Cause.STATUS, 500), Trouble(f"{URL}: answered 500", Cause.STATUS, 500)),
        (Refused(URL, "is not a public address"), Trouble(f"{URL}: is not a public address", Cause.ADDRESS)),
        (ParseError("lists no news"), Trouble(f"{URL}: lists no news", Cause.LISTING)),
        (WorkerLost("took too long"), Trouble(f"{URL}: took too long", Cause.ANSWER)),
        (ValueError("odd\n  words"), Trouble(f"{URL}: unexpected ValueError: odd words", Cause.FAULT)),
        (KeyError(), Trouble(f"{URL}: unexpected KeyError", Cause.FAULT)),
    ],
)
def test_a_failure_names_the_address_and_its_kind(error: Exception, trouble: Trouble) -> None:
    assert trouble_of(error, URL) == trouble
    assert is_expected(error) is (trouble.cause is not Cause.FAULT)


def test_a_reader_that_cannot_be_started_is_no_fault_of_what_was_to_be_read() -> None:
    assert trouble_of(NoWorker("found no process"), URL).cause == Cause.FAULT


def test_a_fault_without_an_end_is_cut() -> None:
    assert len(trouble_of(ValueError("x" * 9000)).text) == 300
