"""What databases cannot keep is taken out; one statement writes many; among() takes any number of values."""

from hypothesis import given
from hypothesis import strategies as st
from keeping import article

from monitor.models import Article, FeedState
from monitor.store import Database
from monitor.store.bulk import address_fits, among, batches, columns_of, insert_new, keepable, rows_of, table, upsert


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_keepable_once(text: str) -> None:
    kept = keepable(text)
    kept.encode()
    assert "\0" not in kept
    assert keepable(kept) == kept


@given(st.text())
def test_honest_text_is_kept_as_it_is(text: str) -> None:
    assert keepable(text) == text.replace("\0", "")


def test_lists_and_mappings_are_gone_through() -> None:
    assert keepable({"a\0": ["b\0", {"c": "\ud800"}, 1, None]}) == {"a": ["b", {"c": "?"}, 1, None]}


def test_addresses_that_cannot_be_kept() -> None:
    assert address_fits("https://a.example/")
    assert not address_fits("")
    assert not address_fits("https://a.example/" + "x" * 2000)
    assert not address_fits("https://a.example/" + "é" * 1000)
    assert not address_fits("https://a.example/\0")
    assert not address_fits("https://a.example/\ud800")


def test_batches_hold_everything_in_order() -> None:
    assert [list(batch) for batch in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(batches([])) == []


def test_hostile_text_is_kept_on_both_engines(database: Database) -> None:
    hostile = "nul \0, half a pair \ud83d, whole 😀, right-to-left \u202e, e\u0301"
    row = rows_of([article("x", title=hostile, text=hostile, authors=[hostile])], columns_of(Article))
    with database.writing() as session:
        insert_new(session, Article, row, key="canonical_url")
    with database.reading() as session:
        kept = session.get_one(Article, 1)
    assert kept.title == kept.text == kept.authors[0] == keepable(hostile)


def test_upsert_replaces_or_leaves(database: Database) -> None:
    with database.writing() as session:
        upsert(session, FeedState, [{"source": "a", **blank("one")}, {"source": "b", **blank("one")}])
        upsert(session, FeedState, [{"source": "a", **blank("two")}], replace=True)
        upsert(session, FeedState, [{"source": "b", **blank("two")}], replace=False)
        upsert(session, FeedState, [])
    with database.reading() as session:
        assert session.get_one(FeedState, "a").etag == "two"
        assert session.get_one(FeedState, "b").etag == "one"


def blank(etag: str) -> dict[str, object]:
    return rows_of([FeedState.model_validate({"source": "", "etag": etag})], columns_of(FeedState)[1:])[0]


def test_insert_new_says_which_were_new(database: Database) -> None:
    rows = rows_of([article(f"{number}") for number in range(2500)], columns_of(Article))
    with database.writing() as session:
        first = insert_new(session, Article, rows[:1500], key="canonical_url")
        second = insert_new(session, Article, rows[1000:], key="canonical_url")
        assert insert_new(session, Article, [], key="canonical_url") == {}
    assert set(first) == {row["canonical_url"] for row in rows[:1500]}
    assert set(second) == {row["canonical_url"] for row in rows[1500:]}
    assert len({*first.values(), *second.values()}) == 2500


def test_among_takes_more_values_than_a_statement_takes_parameters(database: Database) -> None:
    with database.writing() as session:
        insert_new(session, Article, rows_of([article("x")], columns_of(Article)), key="canonical_url")
        columns = table(Article).c
        many = [f"https://news.example/{number}" for number in range(70_000)]
        for column, values in ((columns.canonical_url, [*many, "https://news.example/x"]), (columns.id, range(70_000))):
            found = session.connection().execute(table(Article).select().where(among(session, column, values))).all()
            assert len(found) == 1
        assert session.connection().execute(table(Article).select().where(among(session, columns.id, []))).all() == []
