"""The table of known numbers: it answers as a dictionary would, whatever is asked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.hashing import HashIndex, distinct, may_recur, numbered

NUMBERS = st.integers(0, 2**64 - 1)


@given(st.lists(NUMBERS, max_size=60), st.lists(NUMBERS, max_size=60), st.integers(1, 3))
def test_known_numbers_are_found_and_no_others(known: list[int], others: list[int], columns: int) -> None:
    index = HashIndex(np.array(known, dtype=np.uint64))
    asked = [*known, *others, 0, 1, 2**64 - 1]
    asked += asked[:1] * (-len(asked) % columns)
    found_columns, found = index.find(np.array(asked, dtype=np.uint64).reshape(-1, columns))
    assert found.ravel().tolist() == [number in set(known) for number in asked]
    column_of = dict(zip(asked, found_columns.ravel().tolist(), strict=True))
    assert (
        sorted(column_of[number] for number in set(known)) == list(range(index.columns)) == list(range(len(set(known))))
    )


def test_numbers_of_one_bucket_are_told_apart() -> None:
    # Multiples of what the multiplier's inverse makes of small numbers: all of them fall into the first bucket.
    inverse = pow(11400714819323198485, -1, 2**64)
    known = [inverse * number % 2**64 for number in range(200)]
    index = HashIndex(np.array(known[::2], dtype=np.uint64))
    columns, found = index.find(np.array(known, dtype=np.uint64))
    assert found.tolist() == [True, False] * 100
    assert sorted(columns[found].tolist()) == list(range(100))


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3), max_size=60))
def test_values_are_numbered_in_order(values: list[int]) -> None:
    given_values = np.array(values, dtype=np.uint32)
    known, places = numbered(given_values)
    assert known.tolist() == distinct(given_values).tolist() == sorted(set(values))
    assert [known[place] for place in places.tolist()] == values
    # What takes such places as columns may sort them in place: they must be its own copy of another size of number.
    assert places.dtype == np.intp


@given(st.lists(NUMBERS | st.integers(0, 3), max_size=60))
def test_no_value_that_occurs_twice_is_taken_for_one_that_does_not(values: list[int]) -> None:
    again = may_recur(np.array(values, dtype=np.uint64)).tolist()
    assert len(again) == len(values)
    assert all(found for found, value in zip(again, values, strict=True) if values.count(value) > 1)


def test_most_values_that_occur_once_are_known_to() -> None:
    values = np.arange(20_000, dtype=np.uint64) * np.uint64(7_919)
    assert may_recur(values).mean() < 0.02
