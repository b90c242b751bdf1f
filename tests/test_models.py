"""The nouns: frozen values, rows that hold aware moments, and how they are made everywhere in the program."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel, select

from monitor import models
from monitor.models import (
    Article,
    Document,
    Entry,
    FeedState,
    Message,
    Page,
    Reasons,
    Source,
    Terms,
    Topic,
    UtcDateTime,
    audience,
)
from monitor.store import Database
from monitor.store.polling import feed_states, keep_feed_states

ROOT = Path(__file__).parents[1]
KEPT = {
    name
    for name, kind in vars(models).items()
    if isinstance(kind, type) and issubclass(kind, SQLModel) and kind is not SQLModel
}
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def names_of_kept_nouns(tree: ast.Module) -> dict[str, str]:
    """What a module calls the classes of kept nouns: the whole of a dotted name, to the class's own."""
    named = {f"monitor.models.{name}": name for name in KEPT}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "monitor.models":
            named |= {each.asname or each.name: each.name for each in node.names if each.name in KEPT}
        elif isinstance(node, ast.ImportFrom) and node.module == "monitor":
            prefixes = [each.asname or each.name for each in node.names if each.name == "models"]
            named |= {f"{prefix}.{name}": name for prefix in prefixes for name in KEPT}
        elif isinstance(node, ast.ClassDef) and node.name in KEPT:
            named[node.name] = node.name
    return named


def bare_constructions(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of each call of a kept noun's class: such a call validates nothing (see monitor.models)."""
    tree = ast.parse(text)
    named = names_of_kept_nouns(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := named.get(ast.unparse(node.func))):
            yield node.lineno, name


def test_kept_nouns_are_never_made_by_the_bare_constructor() -> None:
    files = [path for folder in ("monitor", "flows") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}(...)"
        for path in files
        for line, name in bare_constructions(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from monitor.models import Entry\nEntry(url='')", [(2, "Entry")]),
        ("from monitor.models import Model as Kept\n\n[Kept(topic='') for _ in ()]", [(3, "Model")]),
        ("from monitor import models\nmodels.Story()", [(2, "Story")]),
        ("import monitor.models\nmonitor.models.Run(kind='x')", [(2, "Run")]),
        ("from monitor.models import Entry\nEntry.model_validate({'url': ''})", []),
        ("from monitor.models import Source\nSource('a', 'b')", []),
        ("from elsewhere import Entry\nEntry()", []),
    ],
)
def test_a_bare_constructor_would_be_noticed(text: str, found: list[tuple[int, str]]) -> None:
    assert list(bare_constructions(text)) == found


def test_why_it_matters() -> None:
    Entry(published="yesterday")  # type: ignore[call-arg, arg-type] - SQLModel takes anything
    with pytest.raises(ValueError, match="published"):
        Entry.model_validate({"url": "", "canonical_url": "", "source": "", "published": "yesterday"})


def test_values_that_pass_through_are_frozen() -> None:
    values: list[Any] = [
        Source("a", "b"),
        Page("a", "a", 200, {}, b"", NOW),
        Document("", ""),
        Topic("a", "A", ()),
        Terms(),
        Reasons(),
        Message("", "", ""),
    ]
    for value in values:
        field = dataclasses.fields(value)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, "another")


def test_a_page_is_not_modified_where_the_server_says_so() -> None:
    assert Page("a", "a", 304, {}, b"", NOW).not_modified
    assert not Page("a", "a", 200, {}, b"", NOW).not_modified


REASONS = st.builds(
    Reasons,
    facet=st.text(),
    seed_sentence=st.text(),
    terms=st.lists(st.tuples(st.text(), st.floats(0, 1))).map(tuple),
    rule=st.text(),
    neighbours=st.lists(st.text()).map(tuple),
)


@given(REASONS)
def test_reasons_are_read_back_as_they_were_written(reasons: Reasons) -> None:
    assert Reasons.from_json(reasons.to_json()) == reasons


def test_reasons_of_another_version_still_read() -> None:
    assert Reasons.from_json({}) == Reasons()
    assert Reasons.from_json({"facet": "Cranes", "mood": "good"}) == Reasons(facet="Cranes")


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_kept_in_utc(moment: datetime) -> None:
    kept = UtcDateTime().process_bind_param(moment, None)  # type: ignore[arg-type] - the dialect is not looked at
    assert kept is not None
    assert kept.tzinfo is UTC
    assert kept == moment.astimezone(UTC)


def test_a_moment_comes_back_aware_from_every_database(database: Database) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    fields = {"source": "wire", "last_polled": datetime(2026, 11, 24, 12, 30, tzinfo=there), "next_poll": None}
    with database.writing() as session:
        keep_feed_states(session, [FeedState.model_validate(fields)])
    with database.reading() as session:
        state = feed_states(session)["wire"]
    assert state.last_polled == NOW
    assert state.last_polled is not None
    assert state.last_polled.utcoffset() == timedelta()
    assert state.next_poll is None


def test_a_moment_without_time_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 24)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="without time zone"), database.reading() as session:
        session.exec(select(Article).where(Article.published > naive)).all()


def test_an_audience_is_a_digest_a_channel_and_a_recipient() -> None:
    assert audience("morning", "analyst", "a@reader.example") == "morning analyst a@reader.example"


def test_every_kept_noun_is_in_the_designs_words() -> None:
    glossary = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").lower()
    words = {name: " ".join(re.findall("[A-Z][a-z]+", name)).lower() for name in KEPT}
    spoken = {"digest item": "item", "host state": "host"}
    missing = [name for name, word in words.items() if spoken.get(word, word) not in glossary]
    assert missing == []
