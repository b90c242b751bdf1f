"""What a topic judged of late: counted, and sampled evenly, of a range of ids."""

import random
from datetime import timedelta

import pytest
from keeping import NOW, article, assess, assessment, keep

from monitor.models import Article
from monitor.store import Database
from monitor.store.bulk import table
from monitor.store.judged import Judged, judged, left_out_of, sampled, scores_of, stored_within, surveyed

DAY = timedelta(days=1)


def test_the_articles_of_a_span_are_a_range_of_ids(database: Database) -> None:
    keep(database, article("old", stored_at=NOW - 3 * DAY))
    first, last = keep(database, article("a", stored_at=NOW - DAY), article("b", stored_at=NOW - DAY))
    keep(database, article("new"))
    with database.reading() as session:
        assert stored_within(session, NOW - DAY, NOW) == range(first, last + 1)
        assert list(stored_within(session, NOW - 3 * DAY, NOW + DAY)) == [first - 1, first, last, last + 1]
        assert not stored_within(session, NOW + DAY, NOW + 2 * DAY)


def test_a_span_goes_from_the_least_to_the_greatest_id_however_transactions_ended(database: Database) -> None:
    hours = timedelta(hours=1)
    before, late, first, last, early, after = keep(
        database,
        *(
            article(f"{number}", stored_at=NOW - each * hours)
            for number, each in enumerate((50, 23, 24, 1, 2, -1), start=1)
        ),
    )
    with database.reading() as session:
        assert stored_within(session, NOW - 24 * hours, NOW) == range(late, early + 1)
        assert stored_within(session, NOW - 24 * hours, NOW - hours) == range(late, early + 1)
    assert (before, after) == (late - 1, early + 1)
    assert (first, last) == (late + 1, early - 1)


def test_a_span_holds_all_rows_of_one_moment_in_whatever_order_they_were_last_written(database: Database) -> None:
    """More of them than are looked at, of which the first and the last were written again."""
    ids = sorted(keep(database, *(article(f"{number}", stored_at=NOW - DAY) for number in range(1200))))
    moved = table(Article).update().where(table(Article).c.id.in_([*ids[:300], *ids[-300:]]))
    with database.writing() as session:
        session.connection().execute(moved.values(stored_at=NOW))
        session.connection().execute(moved.values(stored_at=NOW - DAY))
    with database.reading() as session:
        assert stored_within(session, NOW - DAY, NOW) == range(ids[0], ids[-1] + 1)


def test_what_was_judged_taken_and_left_out_is_counted_by_topic(database: Database) -> None:
    ids = sorted(keep(database, *(article(f"{number}") for number in range(6))))
    assess(database, *(assessment(each, relevant=each == ids[0], score=each / 100) for each in ids[:4]))
    assess(database, assessment(ids[5], topic="other"))
    keep(database, article("copy", duplicate_of=ids[0]))
    with database.reading() as session:
        whole = range(ids[0], ids[-1] + 1)
        assert judged(session, "ai", whole) == Judged(4, 1)
        assert judged(session, "ai", whole).left_out == 3
        assert judged(session, "ai", range(ids[1], ids[3])) == Judged(2, 0)
        assert judged(session, "none", whole) == Judged(0, 0)
        assert left_out_of(session, "ai", ids) == ids[1:4]
        assert scores_of(session, "ai", ids[1:3]) == [ids[1] / 100, ids[2] / 100]


def test_a_reprint_is_among_those_judged_and_never_among_those_left_out(database: Database) -> None:
    (first,) = keep(database, article("first"))
    (copy,) = keep(database, article("copy", duplicate_of=first))
    assess(database, assessment(first, relevant=False), assessment(copy, relevant=False))
    with database.reading() as session:
        assert judged(session, "ai", range(first, copy + 1)).left_out == 2
        assert left_out_of(session, "ai", [first, copy]) == [first]


@pytest.mark.parametrize("step", [1, 2, 7])
def test_a_sample_is_even_whatever_recurs_among_ids(database: Database, step: int) -> None:
    ids = sorted(keep(database, *(article(f"{number}") for number in range(4000))))
    mine = ids[::step]
    assess(database, *(assessment(each) for each in mine))
    with database.reading() as session:
        whole = range(ids[0], ids[-1] + 1)
        assert set(sampled(session, "ai", whole, len(mine), len(mine))) >= set(mine)
        drawn = sampled(session, "ai", whole, 200, len(mine))
        assert drawn == sampled(session, "ai", whole, 200, len(mine))
    assert set(drawn) <= set(ids)
    found = [each for each in drawn if each in set(mine)]
    tenths = [sum(low <= each < low + len(ids) / 10 for each in found) for low in range(ids[0], ids[-1], 400)]
    assert 150 <= len(found) <= 250
    assert min(tenths) >= 15
    assert max(tenths) <= 25


def test_of_a_topic_that_judges_little_no_other_article_is_in_the_sample(database: Database) -> None:
    ids = sorted(keep(database, *(article(f"{number}") for number in range(400))))
    assess(database, *(assessment(each) for each in ids[::9]))
    with database.reading() as session:
        found = sampled(session, "ai", range(ids[0], ids[-1] + 1), 20, len(ids[::9]))
    assert 10 <= len(found) <= 30
    assert set(found) <= set(ids[::9])


def test_of_articles_taken_by_chance_a_sample_has_as_many_as_of_all(database: Database) -> None:
    ids = sorted(keep(database, *(article(f"{number}") for number in range(4000))))
    chance = random.Random(3)
    good = {each for each in ids if chance.random() < 0.3}
    assess(database, *(assessment(each, score=0.9 if each in good else 0.1) for each in ids))
    with database.reading() as session:
        scores = scores_of(session, "ai", sampled(session, "ai", range(ids[0], ids[-1] + 1), 1000, 4000))
    assert len(scores) == pytest.approx(1000, abs=50)
    assert sum(score > 0.5 for score in scores) / len(scores) == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("share", [1.0, 0.7, 0.1])
def test_what_a_topic_judged_is_surveyed_whatever_its_share_of_all(database: Database, share: float) -> None:
    ids = sorted(keep(database, *(article(f"{number}") for number in range(1000))))
    mine = ids[: int(len(ids) * share)] if share > 0.5 else ids[:: int(1 / share)]
    assess(database, *(assessment(each, relevant=each % 4 == 0, score=each % 4 / 4) for each in mine))
    with database.reading() as session:
        whole = range(ids[0], ids[-1] + 1)
        scores, found = surveyed(session, "ai", whole, 60)
        every, _ = surveyed(session, "ai", whole, 1000)
        assert surveyed(session, "none", whole, 60) == ([], Judged(0, 0))
    assert found == Judged(len(mine), sum(each % 4 == 0 for each in mine))
    assert 40 <= len(scores) <= 80
    assert sorted(every) == sorted(each % 4 / 4 for each in mine)
