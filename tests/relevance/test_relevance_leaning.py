"""Where likes and dislikes point."""

import numpy as np

from monitor.relevance.leaning import leaning

RANDOM = np.random.default_rng(5)
# Two clouds about opposite directions, and a seed between them.
VECTORS = np.vstack([RANDOM.normal(side, 0.3, (20, 8)) for side in (1.0, -1.0)]).astype(np.float32)
SEED = np.ones(8, dtype=np.float32)


def test_what_is_like_the_liked_leans_to_it() -> None:
    found = leaning(VECTORS, SEED, {0: True, 1: True, 20: False})
    assert found[:20].min() > found[20:].max()


def test_dislikes_turn_it_away_from_the_seed() -> None:
    alone = leaning(VECTORS, SEED, {30: False})
    turned = leaning(VECTORS, SEED, dict.fromkeys(range(8), False) | dict.fromkeys(range(20, 28), True))
    assert alone[:20].mean() > alone[20:].mean()
    assert turned[:20].mean() < turned[20:].mean()


def test_equal_input_gives_equal_output() -> None:
    verdicts = {3: True, 25: False}
    assert (leaning(VECTORS, SEED, verdicts) == leaning(VECTORS, SEED, verdicts)).all()


def test_where_all_is_liked_nothing_leans() -> None:
    assert not leaning(VECTORS[:3], SEED, {0: True, 1: True, 2: True}).any()
