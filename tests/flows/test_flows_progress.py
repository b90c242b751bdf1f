"""How far a long run is stands in Prefect's pages, and a short run leaves nothing there."""

from typing import Any


def test_a_short_run_leaves_nothing(ran: dict[str, Any]) -> None:
    assert ran["a short run"] == ["ended", {}]


def test_a_long_one_has_a_bar_a_stage_that_ends_where_the_stage_did(ran: dict[str, Any]) -> None:
    bars = {"progress-reading": [90.0, "reading: 900 of 1,000"], "progress-polling": [0.0, "polling: 0 of 0"]}
    assert ran["a long run"] == ["ended", bars]


def test_a_run_goes_on_where_prefect_does_not_take_it(ran: dict[str, Any]) -> None:
    assert ran["a run whose artifact is refused"] == "ended"
