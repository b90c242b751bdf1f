"""Signatures: the same everywhere, and near where texts are."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import BRIDGE, candidate

from monitor.stories import signature
from monitor.stories.fingerprint import MINHASH_BYTES, runs_of, signed

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
    assert len(signature(BRIDGE)) > MINHASH_BYTES


@pytest.mark.parametrize("words", [5, 300, 9_000])
def test_a_signature_is_that_of_datasketch(words: int) -> None:
    text = " ".join(f"word{number}" for number in range(words))
    sketch = MinHash(num_perm=128, seed=1, hashfunc=int, scheme="affine32")
    sketch.update_batch([run & 0xFFFFFFFF for run in runs_of(text).tolist()])
    assert signature(text, "en")[:MINHASH_BYTES] == sketch.hashvalues.astype("<u4").tobytes()


def test_importing_grouping_loads_no_heavy_library() -> None:
    program = (
        "import sys, monitor.stories; print([name for name in ('sklearn', 'scipy', 'numpy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "[]"


def test_agreement_estimates_resemblance() -> None:
    words = BRIDGE.split()
    half = " ".join(words[: len(words) // 2])
    one, other = (np.frombuffer(signature(text)[:MINHASH_BYTES], dtype="<u4") for text in (BRIDGE, half))
    agreeing = float(np.mean(one == other))
    assert 0.35 < agreeing < 0.65


def test_case_and_marks_do_not_count() -> None:
    shouted = signature(BRIDGE.upper().replace('"', "“"), "en")
    assert shouted[:MINHASH_BYTES] == signature(BRIDGE, "en")[:MINHASH_BYTES]


def test_too_few_words_have_no_signature() -> None:
    assert [signature(text) for text in ("", "Log in", "one two three")] == [b"", b"", b""]
    assert signature("one two three four") != b""


def test_scripts_without_spaces_have_runs() -> None:
    assert len(runs_of("東京で強い地震があり、津波の心配はない。")) > 8


@pytest.mark.parametrize("kept", [b"", b"12345678", signature(BRIDGE)[: MINHASH_BYTES + 9], signature(BRIDGE, "de")])
def test_a_signature_that_cannot_be_used_is_made_anew(kept: bytes) -> None:
    article = replace(candidate(1, "Bridge stays open", BRIDGE), signature=kept)
    assert signed([article]) == [replace(article, signature=signature(BRIDGE, "en"))]


def test_a_book_takes_no_more_than_an_article() -> None:
    book = " ".join(f"word{number}" for number in range(400_000))
    assert len(runs_of(book)) < 10_000


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_a_signature(text: str) -> None:
    made = signature(text)
    assert made == b"" or len(made) >= MINHASH_BYTES
    assert made == signature(text)
    article = replace(candidate(1, "", text, language=""), signature=made)
    assert signed([article]) == [article]
