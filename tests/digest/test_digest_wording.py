from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.digest.material import Figures, Seen, SourceNews
from monitor.digest.wording import counted, first_line, long_date, moment, nothing_new, seen_line, subject, weights
from monitor.models import DigestItem


def item(section="top", also=0, reprints=0, story=1):
    return DigestItem.model_validate(
        {
            "digest_id": 0,
            "position": 0,
            "section": section,
            "topic": "harbours",
            "story_id": story,
            "article_id": 1,
            "also_in": [{"source": "x", "title": "y", "url": "z"}] * also,
            "reprints": reprints,
            "published": datetime(2026, 11, 24, tzinfo=UTC),
        }
    )


def line(items, seen, now):
    return first_line(items, Figures(seen=seen), "Europe/London", now)


def test_the_first_line_counts_stories_articles_and_failures(now, seen):
    items = [item(also=4, reprints=10), *[item(also=1, story=each) for each in range(2, 8)]]

    assert line(items, replace(seen, sources_failing=2), now) == "7 stories from 27 articles; 2 sources failing"
    both = replace(seen, sources_failing=2, sources_unwell=1)
    assert line(items, both, now) == "7 stories from 27 articles; 2 sources failing; 1 source not well"
    assert line([item()], seen, now) == "1 story from 1 article"
    assert line([item(), item("updates")], seen, now) == "1 story and 1 update from 2 articles"
    assert line([item("updates"), item("updates", story=2)], seen, now) == "2 updates from 2 articles"
    assert line([item("updates", also=2), item("updates")], seen, now) == "1 update from 3 articles"


def test_the_first_line_is_honest_about_collecting(now, seen):
    assert line([item()], replace(seen, collects_ok=0), now) == (
        "1 story from 1 article; no collect succeeded since Mon 23 Nov, 07:00"
    )
    assert line([], Seen(collects_ok=0), now) == "Nothing relevant: no new article was read; no collect succeeded yet"


def test_nothing_relevant_says_what_was_seen_and_what_came_nearest(seen):
    assert nothing_new(replace(seen, relevant_articles=0)) == (
        "Nothing relevant: 412 articles read, all fell below the threshold; the nearest miss was "
        "“A lighthouse keeper retires”, 0.47 of 0.50"
    )
    assert nothing_new(Seen(articles=1)) == "Nothing relevant: 1 article read, it fell below the threshold"
    assert nothing_new(seen) == "Nothing new to tell: 412 articles read, 31 relevant and told before"


def test_what_was_seen_is_said_under_every_digest(now, seen):
    assert seen_line(seen, "Europe/London", now) == (
        "412 articles read since Mon 23 Nov, 07:00; 381 below the threshold"
    )
    assert seen_line(Seen(), "UTC", now) == "0 articles read"


def test_times_are_those_of_the_reader(now):
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    assert moment(summer, "Europe/London", now) == "Thu 2 Jul, 00:30"
    assert moment(summer.replace(year=2025), "UTC", now) == "Tue 1 Jul 2025, 23:30"
    assert long_date(now + timedelta(hours=20), "Asia/Tokyo") == "Wednesday 25 November 2026"


def test_a_subject_begins_with_the_digest(seen):
    figures = Figures(seen=replace(seen, relevant_articles=0), sources=(SourceNews("paper-1", "broken"),))

    assert subject("Harbours", ["Ships counted"], figures) == "Harbours: Ships counted"
    assert subject("Harbours", ["Ships counted", "b", "c"], figures) == "Harbours: Ships counted, and 2 more"
    assert len(subject("Harbours", ["long headline " * 50, "b"], figures)) <= 110
    assert subject("Harbours", [], figures) == "Harbours: nothing relevant, 1 source broke"
    assert subject("Harbours", [], Figures(seen=Seen(collects_ok=0))).endswith("nothing relevant, no collect succeeded")


def test_numbers_are_read_easily():
    assert counted(1, "story", "stories") == "1 story"
    assert counted(1204, "article") == "1,204 articles"


def test_weights_that_are_all_the_same_are_left_out():
    space = "\N{NO-BREAK SPACE}"
    assert weights([("chips", 0.31), ("wafers", 0.12), ("none", 0.0)], 5) == (f"chips{space}31%", f"wafers{space}12%")
    assert weights([("chips", 0.052), ("wafers", 0.048)], 5) == ("chips", "wafers")
    assert weights([("chips", 0.31), ("wafers", 0.12)], 1) == ("chips",)
