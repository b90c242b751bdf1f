"""Vectors of articles: kept once, of one encoder."""

from keeping import article, keep

from monitor.store import Database
from monitor.store.meanings import keep_meanings, meanings


def test_vectors_are_kept_and_found_by_article(database: Database) -> None:
    a, b, c = keep(database, article("a"), article("b"), article("c"))
    with database.writing() as session:
        keep_meanings(session, {a: b"\0\x01", b: b"\x02"}, "first")
    with database.reading() as session:
        assert meanings(session, [a, b, c], "first") == {a: b"\0\x01", b: b"\x02"}
        assert meanings(session, [b], "first") == {b: b"\x02"}


def test_those_of_another_encoder_do_not_count_and_are_replaced(database: Database) -> None:
    (a,) = keep(database, article("a"))
    with database.writing() as session:
        keep_meanings(session, {a: b"old"}, "first")
    with database.reading() as session:
        assert meanings(session, [a], "second") == {}
    with database.writing() as session:
        keep_meanings(session, {a: b"new"}, "second")
    with database.reading() as session:
        assert meanings(session, [a], "second") == {a: b"new"}
        assert meanings(session, [a], "first") == {}
