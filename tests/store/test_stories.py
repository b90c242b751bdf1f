"""Stories: made, joined and counted; the same placements twice change nothing; two workers place once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from keeping import NOW, article, keep, place

from monitor.models import Story
from monitor.store import Database
from monitor.store.articles import articles_of
from monitor.store.stories import (
    Placed,
    articles_by_story,
    count_anew,
    grouped_articles,
    keep_placements,
    raise_revisions,
    stories_of,
    unplaced_articles,
)


def story(database: Database, story_id: int) -> Story:
    with database.reading() as session:
        return stories_of(session, [story_id])[story_id]


def test_groups_become_stories_with_counts_dates_and_lead(database: Database) -> None:
    hours = [timedelta(hours=hour) for hour in (0, 1, 2, 3)]
    a, b, c, d = keep(
        database,
        article("a", published=NOW - hours[3], source="wire", language="de"),
        article("b", published=NOW - hours[2], source="daily"),
        article("c", published=NOW - hours[1], source="wire"),
        article("d", published=NOW, source="daily"),
    )
    found = place(database, Placed(a, 7), Placed(b, 7, duplicate_of=a), Placed(c, 7), Placed(d, 9), leads=(c,))
    first, second = found[a], found[d]
    assert found == {a: first, b: first, c: first, d: second}
    assert first != second
    kept = story(database, first)
    assert (kept.headline, kept.lead_article_id, kept.language) == ("Title of c", c, "en")
    assert (kept.articles, kept.sources, kept.revision) == (3, 1, 1)
    assert (kept.first_published, kept.last_published) == (NOW - hours[3], NOW - hours[1])
    assert story(database, second).lead_article_id == d
    with database.reading() as session:
        assert [each.duplicate_of for each in articles_of(session, [a, b, c])] == [None, a, None]
        assert unplaced_articles(session) == []
        assert [each.id for each in articles_by_story(session, [first])[first]] == [a, b, c]


def test_a_story_that_nobody_named_a_lead_for_is_led_by_the_first_original(database: Database) -> None:
    reprint, late, early = keep(
        database,
        article("reprint", published=NOW - timedelta(days=2)),
        article("late", published=NOW),
        article("early", published=NOW - timedelta(days=1)),
    )
    found = place(database, Placed(reprint, 1, duplicate_of=late), Placed(late, 1), Placed(early, 1))
    assert story(database, found[late]).lead_article_id == early


def test_joining_raises_the_revision_once_and_only_for_what_is_new(database: Database) -> None:
    a, b, c, d = keep(database, article("a"), article("b", source="daily"), article("c"), article("d", source="third"))
    first = place(database, Placed(a, 1))[a]
    place(database, Placed(b, 0, story_id=first, duplicate_of=a))
    assert (story(database, first).revision, story(database, first).articles) == (1, 2)
    place(database, Placed(c, 0, story_id=first), Placed(d, 0, story_id=first), leads=(d,))
    kept = story(database, first)
    assert (kept.revision, kept.articles, kept.sources, kept.headline) == (2, 4, 2, "Title of d")
    with database.writing() as session:
        raise_revisions(session, [first])
        raise_revisions(session, [])
    assert story(database, first).revision == 3


def test_each_article_notes_the_revision_that_it_came_in_with(database: Database) -> None:
    a, b, c, d, e = keep(database, *(article(name) for name in "abcde"))
    first = place(database, Placed(a, 1))[a]
    place(database, Placed(b, 0, story_id=first, duplicate_of=a))
    place(database, Placed(c, 0, story_id=first), Placed(d, 0, story_id=first, duplicate_of=c))
    place(database, Placed(a, 4), Placed(e, 4), Placed(d, 4))
    with database.reading() as session:
        (members,) = articles_by_story(session, [first]).values()
    assert {each.id: each.story_revision for each in members} == {a: 1, b: 1, c: 2, d: 2, e: 3}


def test_groups_of_articles_that_join_different_stories_are_not_mixed(database: Database) -> None:
    a, b, c, d = keep(database, *(article(name) for name in "abcd"))
    found = place(database, Placed(a, 1), Placed(b, 2))
    joined = place(database, Placed(c, 0, story_id=found[a]), Placed(d, 0, story_id=found[b]))
    assert joined == {c: found[a], d: found[b]}


def test_the_same_placements_twice_change_nothing(database: Database) -> None:
    a, b, c = keep(database, *(article(name) for name in "abc"))
    batch = (Placed(a, 1), Placed(b, 1), Placed(c, 2))
    first = place(database, *batch)
    before = [story(database, first[a]).model_dump(), story(database, first[c]).model_dump()]
    assert place(database, *batch) == first
    joined = place(database, Placed(b, 5, story_id=first[c]))
    assert joined == {b: first[a]}
    assert [story(database, first[a]).model_dump(), story(database, first[c]).model_dump()] == before
    assert place(database) == {}


def test_an_article_that_has_a_story_draws_its_group_into_it(database: Database) -> None:
    a, b = keep(database, article("a"), article("b"))
    first = place(database, Placed(a, 1))[a]
    assert place(database, Placed(a, 4), Placed(b, 4)) == {a: first, b: first}
    assert story(database, first).revision == 2


def test_what_others_are_compared_with_is_a_window_of_those_that_have_a_story_oldest_first(database: Database) -> None:
    names = "abcde"
    ids = keep(
        database,
        *(
            article(name, published=NOW - timedelta(hours=hour), signature=b"s", language="de")
            for hour, name in enumerate(names)
        ),
    )
    placed = ids[0], ids[1], ids[2], ids[4]
    found = place(database, *(Placed(each, 1) for each in placed), Placed(ids[2], 1, duplicate_of=ids[4]))
    with database.reading() as session:
        held = grouped_articles(session, since=NOW - timedelta(hours=4), until=NOW)
        [whole] = articles_of(session, [ids[2]])
    assert [each.id for each in held] == [ids[4], ids[2], ids[1]]
    assert {name: getattr(whole, name) for name in held[1]._fields} == held[1]._asdict()
    assert held[1].story_id == found[ids[2]]


def test_articles_that_are_not_kept_any_more_are_passed_over(database: Database) -> None:
    [a] = keep(database, article("a"))
    assert place(database, Placed(99, 1), Placed(a, 2), Placed(98, 2)).keys() == {a}


def test_a_story_of_reprints_alone_counts_one_source(database: Database) -> None:
    a, b = keep(database, article("a"), article("b"))
    found = place(database, Placed(a, 1), Placed(b, 2, duplicate_of=a))
    assert story(database, found[b]).sources == 1
    with database.writing() as session:
        count_anew(session, [])


def test_two_workers_that_place_the_same_articles_make_one_story(database: Database) -> None:
    ids = keep(database, *(article(f"{number}") for number in range(20)))

    def work(offset: int) -> dict[int, int]:
        with database.writing() as session:
            return keep_placements(session, [Placed(identity, offset) for identity in ids])

    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(work, range(4)))
    assert all(each == found[0] for each in found)
    assert len(set(found[0].values())) == 1
    assert story(database, found[0][ids[0]]).articles == 20


@pytest.mark.parametrize("limit", [None, 2])
def test_unplaced_articles_come_in_the_order_they_were_published(database: Database, limit: int | None) -> None:
    keep(database, *(article(f"{day}", published=NOW - timedelta(days=day)) for day in (1, 3, 2)))
    with database.reading() as session:
        assert [each.title[-1] for each in unplaced_articles(session, limit=limit)] == ["3", "2", "1"][:limit]
