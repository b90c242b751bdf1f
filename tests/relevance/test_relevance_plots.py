"""Plots that any program can read, whatever was measured."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.relevance.evaluate import reliability
from monitor.relevance.plots import calibration_plot, histogram_plot, precision_recall_plot

TITLE = "chips & <models>"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(relevant: list[bool], scores: list[float], threshold: float = 0.5) -> list[ElementTree.Element]:
    plots = (
        precision_recall_plot(TITLE, relevant, scores, threshold),
        calibration_plot(TITLE, reliability(relevant, scores)),
        histogram_plot(TITLE, relevant, scores, threshold),
    )
    return [ElementTree.fromstring(plot) for plot in plots]


def test_each_says_in_words_what_it_shows() -> None:
    curve, calibration, histogram = drawn([True, False, True], [0.9, 0.6, 0.2])
    assert curve.findtext(f"{SVG}title") == TITLE
    assert curve.findtext(f"{SVG}desc") == "at the threshold precision is 0.50 and recall 0.50"
    assert calibration.findtext(f"{SVG}desc") == "1.00 of 1 scored 0.20; 0.00 of 1 scored 0.60; 1.00 of 1 scored 0.90"
    assert "2 relevant of 3 articles" in (histogram.findtext(f"{SVG}desc") or "")
    assert len(histogram.findall(f"{SVG}rect")) == 3


@pytest.mark.parametrize("relevant", [[], [False, False], [True, True]])
def test_nothing_or_one_kind_alone_can_be_drawn(relevant: list[bool]) -> None:
    for plot in drawn(relevant, [0.4] * len(relevant), threshold=1.1):
        assert plot.tag == f"{SVG}svg"


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=30), st.floats(0, 1))
def test_everything_is_drawn_within_the_frame(pairs: list[tuple[bool, float]], threshold: float) -> None:
    for plot in drawn([yes for yes, _ in pairs], [score for _, score in pairs], threshold):
        for shape in plot.iter():
            for name in ("x", "cx", "x1", "x2"):
                assert 0 <= float(shape.get(name, 0)) <= 480
            for name in ("y", "cy", "y1", "y2"):
                assert 0 <= float(shape.get(name, 0)) <= 360
