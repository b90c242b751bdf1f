"""Upkeep, a copy, and the way back."""

from datetime import timedelta
from pathlib import Path

import pytest
from pipeline_house import House

from monitor.errors import StoreError
from monitor.models import Article, Run, Story
from monitor.pipeline.context import clock
from monitor.pipeline.lookup import Query, lookup
from monitor.pipeline.maintain import back_up, maintain, put_back


@pytest.fixture
def aged(house: House) -> House:
    """Two articles of two years ago, one of today."""
    house.clock.time = clock() - timedelta(days=730)
    house.keep("an old ship")
    house.keep("an older ship")
    house.clock.time = clock()
    house.keep("cranes")
    return house


def test_one_of_a_kind_is_told_as_one(house: House) -> None:
    house.clock.time = clock() - timedelta(days=730)
    house.keep("an old ship")
    house.clock.time = clock()
    house.keep("cranes")
    assert maintain(house.settings).summary.startswith("let go of 1 article and 1 story older than 365 days;")


def test_a_clock_that_runs_ahead_lets_go_of_nothing(house: House) -> None:
    """Nothing came in for two years: the machine was off, or it is two years ahead."""
    house.clock.time = last = clock() - timedelta(days=730)
    house.keep("an old ship")
    house.clock.time = last - timedelta(days=400)
    house.keep("an older ship")
    done = maintain(house.settings)
    assert (done.articles, done.stories) == (1, 1), (
        "a year before the last that came in is old, whatever the clock says"
    )
    assert done.summary == (
        f"let go of 1 article and 1 story older than 365 days on {last + timedelta(days=7):%Y-%m-%d}, for no article "
        f"came in after {last:%Y-%m-%d} (does the clock run right?); the database is sound"
    )
    house.clock.time = clock()
    house.keep("cranes")
    assert maintain(house.settings).articles == 1


def test_what_is_too_old_is_let_go_and_the_rest_is_found(aged: House) -> None:
    done = maintain(aged.settings)
    assert (done.articles, done.stories, done.faults) == (2, 2, ())
    assert done.summary == "let go of 2 articles and 2 stories older than 365 days; the database is sound"
    assert [article.title for article in aged.rows(Article)] == ["What happened to cranes"]
    assert len(aged.rows(Story)) == 1
    (run,) = aged.rows(Run)
    assert (run.kind, run.succeeded, run.figures) == ("maintain", True, done.to_json())
    assert len(lookup(aged.settings, Query("cranes"))) == 1
    assert maintain(aged.settings).articles == 0


def test_how_long_is_long_is_configured(aged: House) -> None:
    text = (aged.root / "config/monitor.toml").read_text(encoding="utf-8")
    aged.write("config/monitor.toml", text.replace('url = "sqlite', 'keep = "1000d"\nurl = "sqlite'))
    assert maintain(aged.settings).articles == 0
    assert len(aged.rows(Article)) == 3


def test_a_copy_is_the_way_back(aged: House, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "today.db"
    assert back_up(aged.settings, copy).summary == f"copied the database to {copy}"
    maintain(aged.settings)
    assert len(aged.rows(Article)) == 1
    assert put_back(aged.settings, copy).summary.startswith(f"restored the database from {copy}")
    assert len(aged.rows(Article)) == 3


def test_what_is_no_copy_changes_nothing(aged: House, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(b"no database" * 999)
    for path in (wrong, tmp_path / "nowhere.db"):
        with pytest.raises(StoreError):
            put_back(aged.settings, path)
    assert len(aged.rows(Article)) == 3
