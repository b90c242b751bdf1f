"""What a run did, added up and told."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.tally import Failure, Tally

COUNTS = st.integers(0, 1000)
BY_NAME = st.dictionaries(st.sampled_from(["a", "b", "c"]), COUNTS)
TALLIES = st.builds(
    Tally,
    polled=COUNTS,
    stored=COUNTS,
    relevant=BY_NAME,
    failures=st.lists(st.builds(Failure, st.text(), url=st.text())).map(tuple),
)


@given(TALLIES, TALLIES, TALLIES)
def test_adding_is_associative_and_nothing_is_its_zero(one: Tally, two: Tally, three: Tally) -> None:
    assert (one + two) + three == one + (two + three)
    assert one + Tally() == one == Tally() + one


def test_counts_by_name_are_added_name_by_name() -> None:
    whole = Tally(relevant={"a": 1, "b": 2}, seconds={"poll": 1.5}) + Tally(relevant={"b": 3}, seconds={"read": 2.0})
    assert whole.relevant == {"a": 1, "b": 5}
    assert whole.seconds == {"poll": 1.5, "read": 2.0}


def test_more_than_a_fifth_is_too_many() -> None:
    assert not Tally().too_many_sources_failed
    assert not Tally(polled=5, sources_failed=1).too_many_sources_failed
    assert Tally(polled=9, sources_failed=2).too_many_sources_failed


def test_a_run_is_in_doubt_where_too_many_sources_or_a_topic_failed() -> None:
    assert not Tally(polled=5, sources_failed=1).in_doubt
    assert Tally(polled=9, sources_failed=2).in_doubt
    assert Tally(topics_failed=1).in_doubt


def test_a_failure_is_told_under_the_name_of_what_failed() -> None:
    assert Failure("e", topic="ports").to_json() == {"topic": "ports", "error": "e"}


def test_one_of_a_kind_is_told_as_one() -> None:
    assert Tally(fetched=1, stored=1).read_and_stored == "1 page read, 1 article stored, 0 failures"
    many = Tally(fetched=1200, stored=2, failures=(Failure("e"),))
    assert many.read_and_stored == "1,200 pages read, 2 articles stored, 1 failure"


def test_its_json_is_the_documented_one() -> None:
    failures = (Failure("answered 500", source="wire"), Failure("https://a.example/: gone", url="https://a.example/"))
    document = Tally(polled=2, failures=failures, seconds={"poll": 0.12345}).to_json()
    assert document == {
        "sources": {"polled": 2, "not_modified": 0, "failed": 0, "put_off": 0},
        "entries": {"listed": 0, "new": 0, "unpromising": 0},
        "pages": {"fetched": 0, "failed": 0, "refused": 0, "deferred": 0},
        "articles": {"stored": 0, "near_duplicates": 0},
        "rechecks": {"asked": 0, "changed": 0, "withdrawn": 0, "failed": 0},
        "relevant": {},
        "failures": [
            {"source": "wire", "error": "answered 500"},
            {"url": "https://a.example/", "error": "https://a.example/: gone"},
        ],
        "seconds": {"poll": 0.123},
    }
