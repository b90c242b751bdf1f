"""What a collect that did not do its job says of itself in Prefect."""

import pytest

from flows.collect import _wrong
from monitor.pipeline.tally import Tally


@pytest.mark.parametrize(
    ("tally", "undelivered", "wrong"),
    [
        (Tally(polled=10, sources_failed=2), 0, ""),
        (Tally(polled=10, sources_failed=3), 0, "more than a fifth of the sources failed"),
        (Tally(topics_failed=1), 0, "1 topic could not be judged"),
        (Tally(), 2, "2 deliveries not sent"),
        (
            Tally(polled=10, sources_failed=3, topics_failed=2),
            1,
            "more than a fifth of the sources failed, 2 topics could not be judged, 1 delivery not sent",
        ),
    ],
)
def test_it_names_what_it_failed_by(tally: Tally, undelivered: int, wrong: str) -> None:
    assert _wrong(tally, undelivered) == wrong
