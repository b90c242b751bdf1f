"""How far the cut sinks for an article that stands for its kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitor.models import Topic
from monitor.relevance.breadth import lowering
from monitor.relevance.profile import Interest, SeedText, build, interest
from monitor.relevance.threshold import BALANCED_EVIDENCE

TOPIC = Topic("grid", "", ("seed.txt",))
SENTENCE = "The operator joined a second cable to the substation before the winter peak and warned of outages. "
ORDINARY = np.random.default_rng(1).normal(-0.5, 0.8, 900)


def asked(text: str) -> Interest:
    """The interest of a seed given as text."""
    return interest(build(TOPIC, [SeedText("seed.txt", text, "en")]))


def test_the_cut_of_a_brief_stays() -> None:
    brief = "# Power grids\n\n- Cables: new links between countries\n- Outages: who went dark and why\n"
    assert asked(brief).brief
    assert lowering(asked(brief), ORDINARY) == 0.0


def test_the_cut_of_a_query_stays() -> None:
    assert lowering(asked("cable outages"), ORDINARY) == 0.0


def test_without_a_stream_it_stays() -> None:
    assert lowering(asked(SENTENCE), np.zeros(0)) == 0.0
    assert lowering(asked(SENTENCE), ORDINARY[:5]) < 0.2


def test_a_short_article_stands_for_its_kind() -> None:
    short, long = asked(SENTENCE * 2), asked(SENTENCE * 30)
    assert 1.5 < lowering(short, ORDINARY) < BALANCED_EVIDENCE
    assert lowering(long, ORDINARY) < lowering(short, ORDINARY)


def test_where_much_is_on_the_subject_it_stays() -> None:
    assert lowering(asked(SENTENCE * 5), ORDINARY + 4.0) == 0.0


@pytest.mark.parametrize("words", [1, 3, 200])
@given(evidence=arrays(np.float64, st.integers(0, 60), elements=st.floats(-20, 60)))
def test_it_never_rises_and_never_reaches_ordinary_news(words: int, evidence: np.ndarray) -> None:
    assert 0.0 <= lowering(asked(SENTENCE * words), evidence) < BALANCED_EVIDENCE
