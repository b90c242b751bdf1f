"""Full-text search, as `monitor search` asks for it."""

import re
from collections.abc import Callable
from contextlib import closing

import pytest
from pipeline_house import TOPIC, House

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.pipeline import indexing
from monitor.pipeline.lookup import Query, lookup
from monitor.pipeline.maintain import maintain
from monitor.store import Database
from monitor.store.search import search


@pytest.fixture
def filled(house: House) -> House:
    house.sources(paper="https://paper.example/", wire="https://wire.example/")
    house.keep("cranes", text="Forty driverless cranes for the quay of Eastmere.")
    house.keep("bread", score=0.1, text="The quay bakery sells its last loaf.", source="wire", language="de")
    return house


def titles(house: House, words: str, **more: str | int) -> list[str]:
    return sorted(found.title for found in lookup(house.settings, Query(words, **more)))  # type: ignore[arg-type]


def test_what_is_new_is_found_without_any_step_before(filled: House) -> None:
    assert titles(filled, "quay") == ["What happened to bread", "What happened to cranes"]
    filled.keep("gulls", text="Gulls on the quay.")
    assert len(titles(filled, "quay")) == 3
    assert titles(filled, "zebra") == []


@pytest.mark.parametrize("command", [maintain, lambda settings: lookup(settings, Query("quay"))])
def test_others_write_while_much_is_indexed(
    filled: House, monkeypatch: pytest.MonkeyPatch, command: Callable[[Settings], object]
) -> None:
    """As a collect does that meets the first search after an upgrade, for which the index is built anew."""
    monkeypatch.setattr(indexing, "BATCH", 1)
    pauses: list[float] = []

    def collect(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) < 3:
            filled.keep(f"gulls {len(pauses)}", text="Gulls on the quay.")

    monkeypatch.setattr(indexing, "sleep", collect)
    command(filled.settings)
    assert pauses == [indexing.PAUSE_SECONDS] * 4
    with closing(Database.open(filled.settings.store.url, root=filled.root)) as database, database.reading() as session:
        assert len(search(session, "quay")) == 4


def test_it_can_be_narrowed(filled: House) -> None:
    assert titles(filled, "quay", topic=TOPIC) == ["What happened to cranes"]
    assert titles(filled, "quay", source="wire") == ["What happened to bread"]
    assert titles(filled, "quay", language="de") == ["What happened to bread"]
    assert len(titles(filled, "quay", limit=1)) == 1


def test_a_hit_shows_where(filled: House) -> None:
    (found,) = lookup(filled.settings, Query('"driverless cranes"'))
    assert found.url == "https://paper.example/cranes"
    assert "driverless" in found.snippet
    assert found.row[:3] == ("2026-11-24", "paper", "What happened to cranes")
    assert set(found.to_json()) == {"url", "title", "source", "published", "snippet"}


def test_names_that_are_not_there_are_refused(filled: House) -> None:
    for query in (Query("quay", topic="harbour"), Query("quay", source="wires")):
        with pytest.raises(ConfigurationError, match="did you mean"):
            lookup(filled.settings, query)


@pytest.mark.parametrize("words", ["", "  ", "-quay", '"" !'])
def test_a_search_that_wants_no_word_is_refused(filled: House, words: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"search: {words.strip()!r} wants no word; write one")):
        lookup(filled.settings, Query(words))
