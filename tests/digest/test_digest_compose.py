from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.digest.compose import (
    TOP,
    Seen,
    SourceNews,
    arranged,
    compose,
    for_audience,
    worth_telling,
)
from monitor.models import Topic, Version

SLOT = "2026-11-24T07:00:00+00:00"
QUIET = Seen(articles=40, collects_ok=3)
BROKEN = SourceNews("paper-3", "broken", cause="404 Not Found", remedy="look for its new address")


@pytest.fixture(name="stories")
def _stories(make_article, make_view):
    """Ten stories of one article each, the least relevant first."""
    return [make_view([make_article(number)], [0.5 + number / 100]) for number in range(1, 11)]


def test_stories_are_told_most_relevant_first(settings, now, stories, seen):
    composition = compose(settings, SLOT, now, stories, [], seen)

    assert [item.story_id for item in composition.items] == list(range(10, 0, -1))
    assert [item.position for item in composition.items] == list(range(10))
    assert [item.section for item in composition.items] == ["top"] * TOP + ["also"] * 3


def test_of_equally_relevant_stories_what_more_sources_tell_comes_first(settings, now, make_article, make_view, seen):
    views = [
        make_view([make_article(number)], [score], story={"sources": sources})
        for number, score, sources in ((1, 0.994, 1), (2, 0.991, 3), (3, 0.972, 9))
    ]

    assert [item.story_id for item in compose(settings, SLOT, now, views, [], seen).items] == [2, 1, 3]


def test_the_digest_says_what_it_is(settings, now, stories, seen):
    digest = compose(settings, SLOT, now, stories, [], seen).digest

    assert (digest.name, digest.slot, digest.title) == ("morning", SLOT, "Harbours, every morning")
    assert digest.topics == ["harbours"]
    assert digest.composed_at == now
    assert digest.since == seen.since
    assert digest.first_line == "10 stories from 10 articles"
    assert digest.figures["items"] == 10


def test_an_item_shows_its_lead_and_names_the_others(settings, now, make_article, make_view, seen):
    lead, other, reprint = make_article(1), make_article(2), make_article(3, duplicate_of=1)
    view = make_view([lead, other, reprint], [0.7, 0.9, 0.9])

    (item,) = compose(settings, SLOT, now, [view], [], seen).items

    assert (item.article_id, item.url, item.headline) == (1, lead.canonical_url, lead.title)
    assert item.score == 0.7
    assert item.also_in == [{"source": "Paper 2", "title": other.title, "url": other.canonical_url}]
    assert item.reprints == 1
    assert item.reasons["facet"] == "Machines that count"
    assert 2 <= len(item.summary) <= 3
    assert compose(settings, SLOT, now, [view], [], seen).digest.first_line == "1 story from 3 articles"


def test_a_lead_that_is_not_relevant_gives_way(settings, now, make_article, make_view, seen):
    view = make_view([make_article(1), make_article(2), make_article(3)], [0.2, 0.6, 0.8])

    (item,) = compose(settings, SLOT, now, [view], [], seen).items

    assert item.article_id == 3


def test_a_story_without_a_relevant_article_is_not_told(settings, now, make_article, make_view):
    view = make_view([make_article(1)], [0.4])

    assert compose(settings, SLOT, now, [view], [], QUIET) is None


def test_a_story_of_two_topics_is_told_once(settings, now, make_article, make_view, seen):
    article = make_article(1)
    weaker = make_view([article], [0.6])
    stronger = replace(
        make_view([article], [0.9]), topic=Topic(name="machines", title="Machines", seeds=("seeds/machines.md",))
    )

    composition = compose(settings, SLOT, now, [weaker, stronger], [], seen)

    assert [item.topic for item in composition.items] == ["machines"]
    assert composition.digest.topics == ["harbours", "machines"]


def test_what_exceeds_max_items_is_still_an_item(settings, now, stories, seen):
    composition = compose(replace(settings, max_items=3), SLOT, now, stories, [], seen)

    assert len(composition.items) == 10


# What is told without a story


def test_nothing_relevant_no_digest(settings, now):
    assert compose(settings, SLOT, now, [], [], QUIET) is None


def test_a_source_that_broke_is_told(settings, now):
    composition = compose(settings, SLOT, now, [], [BROKEN], replace(QUIET, sources_failing=1))

    assert composition.items == ()
    assert composition.digest.first_line.endswith("1 source failing")


def test_a_source_that_recovered_waits_for_a_digest(settings, now):
    assert compose(settings, SLOT, now, [], [SourceNews("paper-3", "recovered")], QUIET) is None


def test_collects_that_all_failed_are_told(settings, now):
    seen = Seen(since=now - timedelta(days=1), collects_ok=0)

    composition = compose(settings, SLOT, now, [], [], seen)

    assert "no collect succeeded since Mon 23 Nov, 07:00" in composition.digest.first_line


@pytest.mark.parametrize(("days", "told"), [(6.9, False), (7, True), (30, True)])
def test_a_long_silence_is_broken(settings, now, days, told):
    seen = replace(QUIET, quiet_since=now - timedelta(days=days))

    assert (compose(settings, SLOT, now, [], [], seen) is not None) is told


def test_an_unknown_silence_is_not_broken(settings, now):
    assert compose(settings, SLOT, now, [], [], replace(QUIET, quiet_since=None)) is None


# Who was told what


@pytest.fixture(name="known")
def _known(make_article, make_view):
    """A story told at revision 1, to which an article came since."""
    old = make_article(1)
    text = "Fishermen at the northern pier blocked the cameras with nets on Tuesday evening."
    news = make_article(2, text=text, title="Nets!", story_revision=2)
    view = make_view([old, news], [0.8, 0.7], story={"revision": 2})
    return view, replace(view, told_revision=1)


def test_an_update_tells_only_what_is_new(settings, now, known, seen):
    (item,) = compose(settings, SLOT, now, [known[1]], [], seen).items

    assert item.section == "updates"
    assert (item.article_id, item.headline, item.revision) == (2, "Nets!", 2)
    assert [quote["sentence"] for quote in item.summary] == [
        "Fishermen at the northern pier blocked the cameras with nets on Tuesday evening."
    ]
    assert item.also_in == []


def test_what_was_old_when_it_was_read_is_no_update(settings, now, make_article, make_view):
    text = "Fishermen at the northern pier blocked the cameras with nets on Tuesday evening."
    articles = [make_article(1), make_article(2, text=text, story_revision=2, news=False)]
    view = replace(make_view(articles, [0.8, 0.8], story={"revision": 2}), told_revision=1)

    assert compose(settings, SLOT, now, [view], [], QUIET) is None


def test_an_update_quotes_what_is_new_though_its_headline_says_it(settings, now, make_article, make_view, seen):
    before = "At least 12 people died when the quay of Tannwick gave way, officials said on Tuesday."
    after = "The toll of the quay of Tannwick has risen to 45, officials said on Wednesday."
    told = make_article(1, title="Quay of Tannwick gives way", text=before, story_revision=1)
    risen = make_article(2, title="Toll of the quay of Tannwick has risen to 45", text=f"{after} {before}")
    view = make_view(
        [told, risen.model_copy(update={"story_revision": 2})], [0.9, 0.9], story={"revision": 2}, told_revision=1
    )

    (item,) = compose(settings, SLOT, now, [view], [], seen).items

    assert (item.section, [quote["sentence"] for quote in item.summary]) == ("updates", [after])


def test_an_update_that_says_nothing_new_is_none(settings, now, make_article, make_view):
    articles = [make_article(1), make_article(2, story_revision=2)]
    view = replace(make_view(articles, [0.8, 0.8], story={"revision": 2}), told_revision=1)

    assert compose(settings, SLOT, now, [view], [], QUIET) is None


def test_a_story_told_at_its_revision_is_not_told_again(settings, now, make_article, make_view):
    view = replace(make_view([make_article(1)], [0.8]), told_revision=1)

    assert compose(settings, SLOT, now, [view], [], QUIET) is None


def test_one_digest_serves_audiences_that_know_different_things(settings, now, known, stories, seen):
    composition = compose(settings, SLOT, now, [*known, *stories[4:6]], [], seen)
    items = composition.items

    assert [(item.section, item.story_id) for item in items] == [("top", 1), ("top", 6), ("top", 5), ("updates", 1)]
    assert [(item.section, item.story_id) for item in for_audience(items, {})] == [("top", 1), ("top", 6), ("top", 5)]
    assert [(item.section, item.story_id) for item in for_audience(items, {1: 1, 5: 1})] == [("top", 6), ("updates", 1)]
    assert for_audience(items, {1: 2, 5: 1, 6: 1}) == ()


def test_each_audience_is_told_what_is_new_to_it(settings, now, make_article, make_view, seen):
    texts = ("Old words that everybody knows about the harbour already.", "Fishermen blocked the cameras with nets.")
    articles = [
        make_article(number, text=text, story_revision=number)
        for number, text in enumerate([*texts, "A judge in Tannwick let the nets stay until Friday."], 1)
    ]
    view = make_view(articles, [0.8] * 3, story={"revision": 3})
    longer, shorter = (replace(view, told_revision=revision) for revision in (2, 1))

    composition = compose(settings, SLOT, now, [longer, shorter], [], seen)

    for revision, news in ((1, articles[1:]), (2, articles[2:])):
        (item,) = for_audience(composition.items, {1: revision})
        assert (item.section, item.revision) == ("updates", 3)
        assert {quote["sentence"] for quote in item.summary} == {article.text for article in news}
        assert len(item.also_in) == len(news) - 1
    assert for_audience(composition.items, {1: 3}) == ()
    assert composition.digest.first_line == "1 update from 2 articles"


def test_who_was_told_all_but_what_says_nothing_new_is_not_told_again(settings, now, known, make_article, seen):
    view, told_first = known
    copy = make_article(3, text=view.articles[1].text, title="Nets!", story_revision=3)
    story = view.story.model_copy(update={"revision": 3})
    thought = view.assessments[1].model_copy(update={"article_id": 3})
    views = [
        replace(each, story=story, articles=(*view.articles, copy), assessments={**view.assessments, 3: thought})
        for each in (told_first, replace(told_first, told_revision=2))
    ]

    items = compose(settings, SLOT, now, views, [], seen).items

    assert [item.told_revision for item in items] == [1]
    assert for_audience(items, {1: 2}) == ()


def test_an_audience_with_nothing_left_is_told_only_alarms(settings, now, stories, seen):
    without = compose(settings, SLOT, now, stories, [], seen).digest
    with_alarm = compose(settings, SLOT, now, stories, [BROKEN], seen).digest

    assert not worth_telling(without, ())
    assert worth_telling(with_alarm, ())


def test_reading_order_is_top_updates_also(settings, now, known, stories, seen):
    items = compose(settings, SLOT, now, [known[1], *stories[1:]], [], seen).items

    assert [item.section for item in items] == ["top"] * TOP + ["updates"] + ["also"] * 2
    assert arranged(items) == list(items)


def test_the_same_input_composes_the_same(settings, now, known, stories, seen):
    first = compose(settings, SLOT, now, [*known, *stories], [BROKEN], seen)
    second = compose(settings, SLOT, now, [*known, *stories], [BROKEN], seen)

    assert [item.model_dump() for item in first.items] == [item.model_dump() for item in second.items]
    assert first.digest.model_dump() == second.digest.model_dump()


# What pages say otherwise than when they were told of


@pytest.fixture(name="corrected")
def _corrected(make_article, make_view):
    """A story told at revision 1 whose one article changed a number since."""
    old = make_article(1)
    new = make_article(1, text=old.text.replace("one mistake", "nine mistakes"), story_revision=2)
    earlier = Version.model_validate({"article_id": 1, "content_hash": "", "text": old.text, "title": old.title})
    view = make_view([new], [0.8], story={"revision": 2})
    return replace(view, told_revision=1, earlier={1: earlier}, told=frozenset({old.canonical_url}))


BEFORE = "Two inspectors check every tenth count by hand and found one mistake in a week."
AFTER = BEFORE.replace("one mistake", "nine mistakes")


def test_a_correction_is_an_update_that_shows_both_wordings(settings, now, corrected, seen):
    (item,) = compose(settings, SLOT, now, [corrected], [], seen).items

    assert (item.section, item.summary) == ("updates", [])
    assert [(each["kind"], each["before"], each["after"]) for each in item.changes] == [("corrected", BEFORE, AFTER)]


def test_a_headline_that_was_corrected_is_an_update_though_the_text_stands(settings, now, corrected, seen):
    article = corrected.articles[0].model_copy(
        update={"text": corrected.earlier[1].text, "title": "The harbour of Sandhaven counts its ships by machine"}
    )

    (item,) = compose(settings, SLOT, now, [replace(corrected, articles=(article,))], [], seen).items

    assert (item.section, item.summary) == ("updates", [])
    assert [(each["kind"], each["before"], each["after"]) for each in item.changes] == [
        ("corrected", corrected.earlier[1].title, article.title)
    ]


def test_the_same_correction_in_a_reprint_is_told_once(settings, now, corrected, make_article, seen):
    shown = corrected.articles[0]
    copy = make_article(2, title=shown.title, text=shown.text, story_revision=2, duplicate_of=1)
    view = replace(
        corrected, articles=(*corrected.articles, copy), earlier={**corrected.earlier, 2: corrected.earlier[1]}
    )

    (item,) = compose(settings, SLOT, now, [view], [], seen).items

    assert len(item.changes) == 1
    assert item.changes[0]["url"] == corrected.articles[0].canonical_url


def test_what_was_told_is_corrected_though_it_is_not_relevant_any_more(settings, now, corrected, seen):
    thought = corrected.assessments[1].model_copy(update={"relevant": False})
    view = replace(corrected, assessments={1: thought})

    assert len(compose(settings, SLOT, now, [view], [], seen).items) == 1
    assert compose(settings, SLOT, now, [replace(view, told=frozenset())], [], QUIET) is None


def test_a_page_that_is_gone_is_told_to_those_alone_who_were_told_of_it(settings, now, corrected, make_article, seen):
    gone = make_article(1, withdrawn_at=now, story_revision=2)
    view = replace(corrected, articles=(gone,))

    (item,) = compose(settings, SLOT, now, [view], [], seen).items

    assert [(each["kind"], each["before"]) for each in item.changes] == [("gone", gone.title)]
    assert compose(settings, SLOT, now, [replace(view, told_revision=0, earlier={})], [], QUIET) is None
    assert compose(settings, SLOT, now, [replace(view, told=frozenset())], [], QUIET) is None


def test_no_more_than_three_changes_are_shown_of_one_story(settings, now, corrected, seen):
    lines = [
        f"Inspector number {number} counted {number} ships by hand in the second week." for number in range(10, 16)
    ]
    text = "\n".join(lines)
    earlier = corrected.earlier[1].model_copy(update={"text": text})
    article = corrected.articles[0].model_copy(update={"text": text.replace("ships", "hundred ships")})

    (item,) = compose(
        settings, SLOT, now, [replace(corrected, articles=(article,), earlier={1: earlier})], [], seen
    ).items

    assert len(item.changes) == 3
    assert item.summary == []
