"""Proposals: whose texts are compared; what is left out could not have been one text."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from invented import BRIDGE, candidate

from monitor.stories.fingerprint import signature
from monitor.stories.proposals import _Neighbours, by_claim, by_signature

WORDS = st.lists(st.sampled_from(["river", "bridge", "mayor", "harbour", "vote", "tunnel", "ferry"]), max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_the_shared_pairs_of_words_are_counted_as_sets_are(texts: list[list[str]]) -> None:
    kept = [signature(" ".join(words), "en") for words in texts]
    found = _Neighbours(kept)
    sets = [set(found._of(row).tolist()) for row in range(len(kept))]
    ones, others = np.nonzero(~np.eye(len(kept), dtype=bool))
    expected = [
        len(sets[one] & sets[other]) / max(1, min(len(sets[one]), len(sets[other])))
        for one, other in zip(ones.tolist(), others.tolist(), strict=True)
    ]
    assert found.shares(ones, others).tolist() == expected


def test_of_a_text_that_many_print_in_part_the_partners_that_share_most_are_proposed() -> None:
    chance = random.Random(5)
    words = [f"{first}{last}" for first in ("ba", "do", "fu", "ki", "mo") for last in ("lan", "tor", "wick", "mere")]
    tails = [" ".join(chance.choices(words, k=300)) for _ in range(40)]
    articles = [candidate(number, "Bridge", f"{BRIDGE} {tail}", number) for number, tail in enumerate(tails)]
    best = candidate(90, "Bridge", f"{BRIDGE} {tails[7]} {tails[8]}", 90)
    pairs = set(by_signature([*articles, best], range(41), 40))
    assert len(pairs) == 20
    assert {(7, 40), (8, 40)} <= pairs


def test_a_pair_is_proposed_once_with_the_earlier_place_first() -> None:
    articles = [candidate(number, "Bridge", BRIDGE + " Later." * number, number) for number in range(4)]
    pairs = list(by_signature(articles, range(4), 2))
    assert {(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)} == set(pairs)


def test_claims_are_found_whoever_stands_first() -> None:
    owner = candidate(1, "Bridge", BRIDGE)
    claiming = [
        replace(candidate(number, "Bridge", "", number), declared_canonical=owner.canonical_url) for number in (2, 3)
    ]
    assert set(by_claim([claiming[0], owner, claiming[1]], 0)) == {(0, 1), (1, 2)}
    assert set(by_claim(claiming, 0)) == {(0, 1)}  # both name a third, which is not there
    assert list(by_claim([*claiming, candidate(4, "Ferry", "")], 2)) == []
