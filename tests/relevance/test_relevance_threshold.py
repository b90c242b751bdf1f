"""Scores to decisions."""

import numpy as np
import pytest

from monitor.errors import ConfigurationError
from monitor.relevance.threshold import (
    BALANCED,
    BALANCED_EVIDENCE,
    INCLUSIVE,
    PRECISE,
    Cut,
    decide,
    parse,
    promise,
    score,
)

SCORES = np.array([0.9, 0.8, 0.6, 0.4, 0.2, 0.1])
JUDGED = [(0.95, True), (0.85, True), (0.8, True), (0.7, True), (0.6, False), (0.55, True), (0.4, False), (0.3, False)]
ENOUGH = [*JUDGED, (0.2, False), (0.1, False)]


def test_names_and_numbers() -> None:
    assert [parse(text).cut for text in ("precise", "Balanced", "inclusive", "", "0.7", "0", "1")] == [
        PRECISE,
        BALANCED,
        INCLUSIVE,
        BALANCED,
        0.7,
        0.0,
        1.0,
    ]
    assert parse("recall 0.9").recall == 0.9
    assert parse("At  most 2").at_most == 2


@pytest.mark.parametrize("text", ["strict", "1.2", "-1", "nan", "recall", "recall 1.5", "recall 0", "at most x"])
def test_anything_else_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(ConfigurationError, match="precise, balanced, inclusive"):
        parse(text)


def test_a_score_is_monotone_and_a_half_at_the_balanced_cut() -> None:
    scores = score(np.array([-50.0, 0.0, BALANCED_EVIDENCE, 9.0, 500.0]))
    assert list(scores) == sorted(scores)
    assert scores[2] == 0.5
    assert 0.0 <= scores[0] < scores[-1] <= 1.0


def test_promises_need_ten_verdicts_of_both_kinds() -> None:
    assert decide(parse("recall 0.9"), SCORES, JUDGED).value == BALANCED
    assert "needs 10 verdicts" in decide(parse("at most 2"), SCORES, []).note
    assert decide(parse("at most 2"), SCORES, [(0.5, True)] * 12).value == BALANCED
    assert decide(parse("0.7"), SCORES, []) == Cut(0.7)


def test_recall_takes_as_far_down_as_it_promises() -> None:
    assert decide(parse("recall 0.5"), SCORES, ENOUGH).value > decide(parse("recall 1.0"), SCORES, ENOUGH).value
    assert decide(parse("recall 1.0"), SCORES, ENOUGH).value <= 0.6


def test_at_most_never_takes_part_of_a_tie() -> None:
    tied = np.array([0.9, 0.2, 0.2, 0.2])
    assert decide(parse("at most 1"), tied, ENOUGH).value == 0.9
    assert decide(parse("at most 9"), tied, ENOUGH).value == 0.2
    assert decide(parse("at most 0"), np.array([0.1]), ENOUGH).value > 1.0


def verdicts_of(seed: int, count: int) -> list[tuple[float, bool]]:
    """Verdicts on articles whose score is their chance."""
    random = np.random.default_rng(seed)
    return [(float(value), bool(random.random() < value)) for value in random.random(count)]


def test_a_promise_is_shown_with_its_interval() -> None:
    purpose = parse("recall 0.9")
    batch = np.random.default_rng(9).random(300)
    few, many = verdicts_of(1, 20), verdicts_of(1, 200)
    made = promise(purpose, decide(purpose, batch, few), batch, few)
    better = promise(purpose, decide(purpose, batch, many), batch, many)
    assert made is not None
    assert better is not None
    assert made.low < made.value <= made.high
    assert better.high - better.low < made.high - made.low
    assert better.low <= 0.9 <= better.high
    assert str(better).startswith('"recall 0.9": ')
    assert "from 200 verdicts" in str(better)


def test_no_promise_where_none_is_made_or_none_can_be_kept() -> None:
    assert promise(parse("balanced"), Cut(BALANCED), SCORES, ENOUGH) is None
    few = decide(parse("at most 2"), SCORES, JUDGED)
    assert promise(parse("at most 2"), few, SCORES, JUDGED) is None
    assert promise(parse("at most 2"), Cut(0.5), SCORES[:0], ENOUGH) is None


@pytest.mark.parametrize("seed", range(3))
def test_what_is_promised_is_kept(seed: int) -> None:
    """Of 2,000 articles whose score is their chance: the share taken of the relevant, and how many were not."""
    random = np.random.default_rng(seed + 50)
    scores = random.beta(1, 4, 2000)
    relevant = random.random(2000) < scores
    judged = verdicts_of(seed, 150)
    cut = decide(parse("recall 0.8"), scores, judged).value
    assert relevant[scores >= cut].sum() / relevant.sum() == pytest.approx(0.8, abs=0.12)
    cut = decide(parse("at most 40"), scores, judged).value
    assert (~relevant[scores >= cut]).sum() <= 80
    told = promise(parse("at most 40"), Cut(cut), scores, judged)
    assert told is not None
    assert told.low - 15 <= (~relevant[scores >= cut]).sum() <= told.high + 15
    assert "irrelevant ones are taken" in str(told)
