"""A topic is tended: what is written is what commands and flows read, and a moved threshold holds at once."""

import pytest
from pipeline_house import NOW, TOPIC, House

from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment
from monitor.pipeline.topics import tending
from monitor.store.articles import article as article_of
from monitor.store.topics import unassessed


def relevant(house: House) -> dict[int, bool]:
    return {each.article_id: each.relevant for each in house.rows(Assessment)}


def test_a_moved_threshold_decides_what_is_kept_and_lets_the_next_collect_judge_anew(house: House) -> None:
    high, low = house.keep("One", 0.8), house.keep("Two", 0.4)
    with house.database() as database:
        line = tending.move_threshold(house.settings, database, TOPIC, "0.9", NOW)
        assert line == f"the threshold of {TOPIC} is 0.9; config/topics/{TOPIC}.toml says so"
        assert house.settings.topic(TOPIC).threshold == "0.9"
        assert relevant(house) == {high: False, low: False}
        tending.move_threshold(house.settings, database, TOPIC, "0.3", NOW)
        assert relevant(house) == {high: True, low: True}
        assert {each.threshold for each in house.rows(Assessment)} == {0.3}
        with database.reading() as session:
            again = unassessed(session, TOPIC, ("v1", ""), since=NOW.replace(year=2020))
        assert [each.id for each in again] == [high, low]
        tending.move_threshold(house.settings, database, TOPIC, "recall 0.9", NOW)
        assert relevant(house) == {high: True, low: True}


def test_a_guard_is_stronger_than_a_threshold(house: House) -> None:
    house.keep("One", 0.0)
    with house.database() as database:
        with database.writing() as session:
            kept = session.get(Assessment, (TOPIC, 1))
            assert kept is not None
            kept.reasons = {**kept.reasons, "rule": 'must_not "fish"'}
        tending.move_threshold(house.settings, database, TOPIC, "0", NOW)
    assert relevant(house) == {1: False}


def test_a_term_is_added_muted_or_neither(house: House) -> None:
    tending.add_term(house.settings, TOPIC, "  open   weights ", muted=False)
    assert house.settings.topic(TOPIC).terms[""].add == ("open weights",)
    tending.add_term(house.settings, TOPIC, "Open Weights", muted=True)
    assert house.settings.topic(TOPIC).terms[""] == tending.Terms((), ("Open Weights",))
    tending.drop_term(house.settings, TOPIC, "open weights")
    assert house.settings.topic(TOPIC).terms[""] == tending.Terms()
    for odd in ("", " ", "x" * 81, "a\x00b"):
        with pytest.raises(ConfigurationError, match="a term is a word"):
            tending.add_term(house.settings, TOPIC, odd, muted=False)


def test_an_article_becomes_a_seed_and_leaves_again(house: House) -> None:
    identity = house.keep("A crane without a driver", 0.8)
    with house.database() as database, database.reading() as session:
        article = article_of(session, identity)
        assert article is not None
    before = house.settings.topic(TOPIC).seeds
    tending.add_seed(house.settings, TOPIC, article)
    seed = f"seeds/{TOPIC}-article-{identity}.txt"
    assert house.settings.topic(TOPIC).seeds == (*before, seed)
    assert (house.root / seed).read_text(encoding="utf-8").startswith(f"{article.title}\n\n{article.text}")
    with pytest.raises(ConfigurationError, match="a seed already"):
        tending.add_seed(house.settings, TOPIC, article)
    for each in before:
        tending.drop_seed(house.settings, TOPIC, each)
    with pytest.raises(ConfigurationError, match="is the only one"):
        tending.drop_seed(house.settings, TOPIC, seed)
    assert (house.root / seed).exists()


def test_a_seed_that_cannot_be_named_leaves_no_file(house: House) -> None:
    article = Article.model_validate(
        {"id": 7, "canonical_url": "https://a.example/", "source": "a", "title": "A", "text": " ", "published": NOW}
    )
    with pytest.raises(ConfigurationError, match="no text"):
        tending.add_seed(house.settings, TOPIC, article)
    article.text = "Text."
    settings = house.settings
    (house.root / f"config/topics/{TOPIC}.toml").write_text("title =", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        tending.add_seed(settings, TOPIC, article)
    assert not list((house.root / "seeds").glob("*article*"))
