"""Grouping and judging as steps: they take up whatever is left, and repeat without effect."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from made_models import DIMENSIONS, make_model
from pipeline_house import CRANES, LOAVES, NOW, SEED, TOPIC, House
from sqlalchemy import update

from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment, Meaning, Model, Profile, Story
from monitor.pipeline.context import opened
from monitor.pipeline.judging import assessing, grouping
from monitor.pipeline.judging.assessing import assess
from monitor.pipeline.judging.grouping import group
from monitor.pipeline.tally import Tally
from monitor.relevance import encoders, meaning
from monitor.store.articles import keep_articles
from monitor.store.stories import GroupedArticle, Placed, grouped_articles, keep_placements
from monitor.store.topics import assessments as assessments_kept
from monitor.store.topics import keep_assessments, keep_model
from monitor.stories import signature
from monitor.text import content_hash

OTHER_SEED = "# Bakeries\n\nSmall bakeries close because flour is dear; old ovens, sourdough loaves, rye rolls.\n"
EXTRA = "A pilot from Kolm said that she would miss the voices on the radio, and that the gulls would not notice."


def keep(house: House, name: str, sentences: tuple[str, ...], **changes: Any) -> int:
    """Keep an article that was not grouped or judged yet."""
    text = "\n\n".join(sentences)
    fields = {
        "canonical_url": f"https://{name}.example/story",
        "source": name,
        "title": sentences[0][:60],
        "text": text,
        "language": "en",
        "published": house.clock(),
        "stored_at": house.clock(),
        "content_hash": content_hash(text),
        "signature": signature(text),
    }
    with house.database() as database, database.writing() as session:
        return keep_articles(session, [Article.model_validate(fields | changes)])[0].id or 0


async def grouped(house: House) -> int:
    async with house.context() as context:
        return (await group(context)).near_duplicates


async def assessed_as_configured(house: House) -> None:
    """Judge by the encoder that the configuration names, as a command does."""
    async with opened(house.settings, now=house.clock) as context:
        await assess(context, TOPIC)


async def assessed(house: House, topic: str = TOPIC) -> int:
    async with house.context() as context:
        tally = await assess(context, topic)
    assert tally == Tally(relevant=dict(tally.relevant))
    return tally.relevant[topic]


async def test_a_threshold_moved_in_the_file_holds_for_what_was_judged_of_late(house: House) -> None:
    near, far = keep(house, "near", CRANES), keep(house, "far", LOAVES)
    old = keep(house, "old", CRANES, stored_at=house.clock() - timedelta(days=8))
    await assessed(house)
    with house.database() as database, database.writing() as session:
        (kept,) = assessments_kept(session, TOPIC, [near]).values()
        keep_assessments(session, [Assessment.model_validate(kept.model_dump() | {"article_id": old})])
    before = {each.article_id: each for each in house.rows(Assessment)}
    assert [before[each].relevant for each in (near, far)] == [True, False]
    house.topic(threshold="1")
    await assessed(house)
    after = {each.article_id: each for each in house.rows(Assessment)}
    assert [after[each].relevant for each in (near, far)] == [False, False]
    assert (after[near].threshold, after[near].profile_version) == (1.0, before[near].profile_version)
    assert (after[old].threshold, after[old].relevant) == (before[near].threshold, True)
    house.topic(threshold="at most 2")
    await assessed(house)
    assert {each.article_id: each for each in house.rows(Assessment)} == after


def article(house: House, identity: int) -> Article:
    return next(each for each in house.rows(Article) if each.id == identity)


def assessments(house: House) -> dict[int, Assessment]:
    return {each.article_id: each for each in house.rows(Assessment)}


async def test_copies_join_the_story_of_their_original_and_the_rest_found_their_own(house: House) -> None:
    original = keep(house, "herald", CRANES)
    other = keep(house, "courier", LOAVES)
    copy = keep(house, "reprint", CRANES, published=NOW + timedelta(hours=1))
    assert await grouped(house) == 1
    assert article(house, copy).duplicate_of == original
    assert article(house, copy).story_id == article(house, original).story_id
    assert article(house, other).story_id != article(house, original).story_id
    stories = {story.id: story for story in house.rows(Story)}
    cranes = stories[article(house, original).story_id or 0]
    assert (cranes.articles, cranes.sources, cranes.revision, cranes.lead_article_id) == (2, 1, 1, original)


async def test_a_later_copy_joins_the_story_that_is_kept_and_repeats_its_original_alone(house: House) -> None:
    original = keep(house, "herald", CRANES)
    keep(house, "reprint", CRANES, published=NOW + timedelta(minutes=1))
    await grouped(house)
    late = keep(house, "late", CRANES, published=NOW + timedelta(hours=2))
    assert await grouped(house) == 1
    assert article(house, late).duplicate_of == original
    assert len(house.rows(Story)) == 1
    assert house.rows(Story)[0].revision == 1  # a reprint is no news


async def test_what_repeats_a_reprint_repeats_its_original(house: House) -> None:
    original, reprint = keep(house, "herald", LOAVES), keep(house, "reprint", CRANES)
    with house.database() as database, database.writing() as session:
        keep_placements(session, [Placed(original, 1), Placed(reprint, 1, duplicate_of=original)])
    late = keep(house, "late", CRANES, published=NOW + timedelta(hours=2))
    assert await grouped(house) == 1
    assert article(house, late).duplicate_of == original


async def test_the_lead_is_the_fullest_and_grouping_again_changes_nothing(house: House) -> None:
    keep(house, "herald", CRANES[:3])
    full = keep(house, "courier", (*CRANES, EXTRA), published=NOW + timedelta(minutes=5))
    await grouped(house)
    before = [story.model_dump() for story in house.rows(Story)]
    assert [story["lead_article_id"] for story in before] == [full]
    assert await grouped(house) == 0
    assert [story.model_dump() for story in house.rows(Story)] == before


TITLE = (
    ("The schoolgirl from Breda needed only a draw in the final round, and is the youngest holder of the title.",
     "Sixteen-year-old Anneke Roos takes national chess crown"),
    ("With half a point against Pieter Vos, Anneke Roos finished first of fourteen players.",
     "Teenager Roos is youngest ever Dutch champion at the board"),
)  # fmt: skip


async def test_items_of_a_few_words_are_grouped_by_what_they_mean(house: House, monkeypatch) -> None:
    house.topic()
    keep(house, "herald", CRANES)
    for name, (text, title) in zip(("mill", "quay"), TITLE, strict=True):
        keep(house, name, (text,), title=title)
    with monkeypatch.context() as patched:
        patched.setattr(encoders, "in_use", lambda: None)
        await grouped(house)
    assert sorted(story.articles for story in house.rows(Story)) == [1, 1, 1]
    assert house.rows(Meaning) == []


async def test_what_is_new_is_read_for_its_meaning_before_it_is_grouped_and_not_again(
    house: House, monkeypatch
) -> None:
    for name, (text, title) in zip(("mill", "quay"), TITLE, strict=True):
        keep(house, name, (text,), title=title)
        await grouped(house)
    assert [story.articles for story in house.rows(Story)] == [2]
    assert len(house.rows(Meaning)) == 2
    monkeypatch.setattr(meaning, "vectors_of", lambda items: pytest.fail(str(items)))
    await assessed(house)


async def test_of_old_articles_the_short_alone_are_read_to_be_grouped(house: House) -> None:
    old = house.clock() - timedelta(days=90)
    long = tuple(f"{sentence} {' '.join(f'crane{number}{each}' for each in range(60))}"
                 for number, sentence in enumerate(CRANES))  # fmt: skip
    for name, days in (("late", 0), ("old", 90)):
        keep(house, name, (*long, name), published=house.clock() - timedelta(days=days))
    short = keep(house, "mill", (TITLE[0][0],), title=TITLE[0][1], published=old)
    await grouped(house)
    with house.database() as database, database.reading() as session:
        texts = {
            each: session.get_one(Article, each).source for each in (row.article_id for row in house.rows(Meaning))
        }
    assert sorted(texts.values()) == ["late", "mill"]
    assert short in texts


async def test_many_articles_are_grouped_batch_by_batch(house: House, monkeypatch) -> None:
    monkeypatch.setattr(grouping, "ARTICLES_A_BATCH", 1)
    for number in range(3):
        keep(house, f"paper-{number}", CRANES, published=NOW + timedelta(minutes=number))
    assert await grouped(house) == 2
    assert len(house.rows(Story)) == 1


async def test_a_straggler_of_last_year_does_not_read_what_was_kept_since(house: House, monkeypatch) -> None:
    for days in (1, 100, 200, 300, 399):
        house.keep(f"day {days}", published=NOW - timedelta(days=days))
    keep(house, "straggler", CRANES, published=NOW - timedelta(days=400))
    keep(house, "herald", LOAVES)
    read: list[str] = []

    def noted(*asked: Any, **window: Any) -> list[GroupedArticle]:
        found = grouped_articles(*asked, **window)
        read.extend(each.title.removeprefix("What happened to ") for each in found)
        return found

    monkeypatch.setattr(grouping, "grouped_articles", noted)
    await grouped(house)
    assert {"day 1", "day 399"} <= set(read)
    assert not {"day 100", "day 200", "day 300"} & set(read)
    assert all(article.story_id for article in house.rows(Article))


async def test_articles_parted_by_a_cut_still_find_one_another(house: House) -> None:
    for day in (9, 7, 5, 3):
        keep(house, f"day-{day}", (*LOAVES, str(day)), published=NOW - timedelta(days=day, hours=1))
    first = keep(house, "herald", CRANES, published=NOW - timedelta(hours=25))
    second = keep(house, "reprint", CRANES, published=NOW)  # more than nine days after the first of all
    assert await grouped(house) >= 1
    assert article(house, second).duplicate_of == first
    assert article(house, second).story_id == article(house, first).story_id


async def test_each_article_is_judged_once_with_reasons(house: House) -> None:
    cranes, loaves = keep(house, "herald", CRANES), keep(house, "courier", LOAVES)
    assert await assessed(house) == 1
    judged = assessments(house)
    assert judged[cranes].relevant
    assert not judged[loaves].relevant
    assert judged[cranes].score > judged[cranes].threshold > judged[loaves].score
    assert judged[cranes].reasons["facet"]
    assert judged[cranes].reasons["seed_sentence"] in SEED
    assert judged[cranes].assessed_at == NOW
    assert await assessed(house) == 0  # nothing is left
    keep(house, "late", CRANES, canonical_url="https://late.example/2")
    assert await assessed(house) == 1


async def test_a_changed_seed_makes_a_new_profile_and_recent_articles_are_judged_anew(house: House) -> None:
    old = keep(house, "old", LOAVES, stored_at=NOW - timedelta(days=8), published=NOW - timedelta(days=8))
    cranes, loaves = keep(house, "herald", CRANES), keep(house, "courier", LOAVES)
    await assessed(house)
    assert old not in assessments(house)  # stored before what is judged anew
    first = assessments(house)[loaves].profile_version
    house.write(f"seeds/{TOPIC}.md", OTHER_SEED)
    assert await assessed(house) == 1
    judged = assessments(house)
    assert judged[loaves].relevant
    assert not judged[cranes].relevant
    assert {each.profile_version for each in judged.values()} == {house.rows(Profile)[1].version}
    assert first == house.rows(Profile)[0].version
    house.write(f"seeds/{TOPIC}.md", SEED)
    assert await assessed(house) == 1
    assert assessments(house)[cranes].relevant
    assert len(house.rows(Profile)) == 2


async def test_a_changed_term_counts_as_a_changed_profile(house: House) -> None:
    keep(house, "courier", LOAVES)
    await assessed(house)
    house.topic(terms={"add": ["sourdough"]})
    await assessed(house)
    assert len(house.rows(Profile)) == 2


async def test_a_topic_judges_what_its_sources_list(house: House) -> None:
    keep(house, "herald", CRANES)
    keep(house, "courier", CRANES)
    house.sources({"herald": {"tags": ["quay"]}}, herald="https://herald.example/", courier="https://courier.example/")
    house.topic(sources=["tag:quay"])
    assert await assessed(house) == 1
    house.topic(sources=["*"])
    assert await assessed(house) == 1


async def test_what_an_article_means_is_read_once_whatever_judges_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = keep(house, "herald", CRANES)
    await assessed(house)
    (kept,) = house.rows(Meaning)
    assert (kept.article_id, kept.encoder, len(kept.vector)) == (known, encoders.encoder_name(), 1024)

    def read_again(items: object) -> list[bytes]:
        raise AssertionError(items)

    monkeypatch.setattr(meaning, "vectors_of", read_again)
    house.write(f"seeds/{TOPIC}.md", OTHER_SEED)
    assert await assessed(house) == 0


async def test_vectors_of_a_sentence_model_are_never_judged_beside_those_of_the_installed_encoder(house: House) -> None:
    make_model(house.root / "models" / "words")
    house.monitor('[relevance]\nsentence_model = "models/words"')
    keep(house, "herald", CRANES)
    await assessed_as_configured(house)
    (kept,) = house.rows(Meaning)
    assert (kept.encoder.partition(" ")[0], len(kept.vector)) == ("sentence", 2 * DIMENSIONS)
    house.monitor()
    keep(house, "courier", CRANES)
    await assessed_as_configured(house)
    installed = encoders.encoder_name()
    assert installed.startswith("fast-universal")
    assert [(each.encoder, len(each.vector)) for each in house.rows(Meaning)] == [(installed, 1024)] * 2


async def test_a_model_of_another_profile_is_left_aside(house: House) -> None:
    cranes = keep(house, "herald", CRANES)
    fields = {"topic": TOPIC, "version": "m1", "profile_version": "of another", "sha256": "", "accepted": True}
    with house.database() as database, database.writing() as session:
        keep_model(session, Model.model_validate(fields | {"made_at": NOW}))
    await assessed(house)
    assert assessments(house)[cranes].model_version == ""


async def test_a_topic_that_is_not_there_is_named(house: House) -> None:
    with pytest.raises(ConfigurationError, match='did you mean "harbours"'):
        await assessed(house, "harbour")


async def test_where_nothing_waits_no_model_is_opened(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cranes = keep(house, "herald", CRANES)
    await assessed(house)
    (profile,) = house.rows(Profile)
    content = b"whatever verdicts taught"
    fields = {"topic": TOPIC, "version": "m1", "profile_version": profile.version, "accepted": True, "made_at": NOW}
    whole = {"content": content, "sha256": sha256(content).hexdigest()}
    with house.database() as database, database.writing() as session:
        keep_model(session, Model.model_validate(fields | whole))
        given = assessments_kept(session, TOPIC, [cranes])[cranes]
        keep_assessments(session, [given.model_copy(update={"model_version": "m1"})])
    with monkeypatch.context() as patched:
        patched.setattr(assessing, "current_model", None)
        assert await assessed(house) == 0
    with house.database() as database, database.writing() as session:
        session.exec(update(Model).values(content=b"tampered with"))
    assert await assessed(house) == 1
    assert assessments(house)[cranes].model_version == ""
