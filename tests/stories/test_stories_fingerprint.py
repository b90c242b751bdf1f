"""Signatures: the same everywhere, and near where texts are."""

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import BRIDGE

from monitor.stories import signature
from monitor.stories.fingerprint import PERMUTATIONS, runs_of, values_of

# What BRIDGE's signature begins with: kept signatures are compared with new ones, so a change here needs all anew.
BEGINNING = "4bc42e02fd857f023e923c00"


def test_a_signature_is_the_same_in_every_process() -> None:
    program = "from invented import BRIDGE; from monitor.stories import signature; print(signature(BRIDGE).hex())"
    answers = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, cwd=__file__.rsplit("/", 1)[0], text=True
        ).stdout.strip()
        for _ in range(2)
    }
    assert answers == {signature(BRIDGE).hex()}


def test_kept_signatures_stay_comparable() -> None:
    assert signature(BRIDGE).hex().startswith(BEGINNING)
    assert len(signature(BRIDGE)) == 4 * PERMUTATIONS


def test_importing_grouping_loads_no_heavy_library() -> None:
    program = (
        "import sys, monitor.stories; print([name for name in ('sklearn', 'scipy', 'numpy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"


def test_agreement_estimates_resemblance() -> None:
    words = BRIDGE.split()
    half = " ".join(words[: len(words) // 2])
    agreeing = float(np.mean(values_of(signature(BRIDGE)) == values_of(signature(half))))
    assert 0.35 < agreeing < 0.65


def test_case_and_marks_do_not_count() -> None:
    assert signature(BRIDGE.upper().replace('"', "“")) == signature(BRIDGE)


def test_too_few_words_have_no_signature() -> None:
    assert [signature(text) for text in ("", "Log in", "one two three")] == [b"", b"", b""]
    assert signature("one two three four") != b""


def test_scripts_without_spaces_have_runs() -> None:
    assert len(runs_of("東京で強い地震があり、津波の心配はない。")) > 8


def test_a_signature_of_another_make_is_not_compared() -> None:
    assert len(values_of(b"12345678")) == 0


def test_a_book_takes_no_more_than_an_article() -> None:
    book = " ".join(f"word{number}" for number in range(400_000))
    assert len(runs_of(book)) < 10_000


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_a_signature(text: str) -> None:
    assert len(signature(text)) in (0, 4 * PERMUTATIONS)
    assert signature(text) == signature(text)
