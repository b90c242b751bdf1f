"""What is asked at every run goes through an index: it costs the same after years."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from keeping import NOW, article, keep, place
from sqlalchemy import event
from sqlmodel import Session

from monitor.models import Entry
from monitor.store import (
    Database,
    articles,
    checks,
    digests,
    entries,
    judged,
    outbox,
    reading_page,
    retention,
    search,
    standing,
    stories,
    topics,
    triage,
    yields,
)
from monitor.store.bulk import ids_of
from monitor.store.digests import Window
from monitor.store.stories import Placed

YESTERDAY = NOW - timedelta(days=1)
QUESTIONS: dict[str, tuple[Callable[[Session], object], str]] = {
    "due": (lambda s: entries.due_entries(s, now=NOW), "ix_entry_waiting"),
    "due-some": (lambda s: entries.due_entries(s, now=NOW, sources=["wire"]), "ix_entry_waiting"),
    "known": (lambda s: ids_of(s, Entry, "canonical_url", ["https://news.example/1"]), "sqlite_autoindex_entry"),
    "recent": (lambda s: articles.recent_articles(s, since=YESTERDAY), "ix_article_published"),
    "held": (lambda s: stories.grouped_articles(s, since=YESTERDAY, until=NOW), "ix_article_published"),
    "counted": (lambda s: stories.count_anew(s, [1, 2]), "ix_article_story_id"),
    "unplaced": (stories.unplaced_articles, "ix_article_story_id"),
    "unassessed": (lambda s: topics.unassessed(s, "ai", ("p1", ""), since=YESTERDAY), "ix_article_stored_at"),
    "checks": (lambda s: checks.due_checks(s, now=NOW, topics=["ai"]), "ix_article_next_check"),
    "unchecked": (
        lambda s: checks.drop_checks(s, now=NOW, topics=["ai"], patience=timedelta(days=2)),
        "ix_article_next_check",
    ),
    "relevant": (
        lambda s: digests.relevant_stories(s, "ai", Window(YESTERDAY, NOW)),
        r"ix_assessment_taken \(topic=\? AND article_id>\? AND article_id<\?\)",
    ),
    "left-out": (lambda s: judged.left_out_of(s, "ai", [1, 2]), "INTEGER PRIMARY KEY"),
    "counted-left-out": (
        lambda s: topics.count_left_out(s, "ai", since=YESTERDAY, until=NOW),
        r"article USING INDEX ix_article_stored_at \(stored_at>\? AND stored_at<\?\)",
    ),
    "judged": (
        lambda s: judged.judged(s, "ai", range(1, 9)),
        r"COVERING INDEX sqlite_autoindex_assessment_1 \(topic=\? AND article_id>\? AND article_id<\?\)",
    ),
    "took": (
        lambda s: judged.judged(s, "ai", range(1, 9)),
        r"ix_assessment_taken \(topic=\? AND article_id>\? AND article_id<\?\)",
    ),
    "sampled": (
        lambda s: judged.sampled(s, "ai", range(1, 9), 9, 3),
        r"COVERING INDEX sqlite_autoindex_assessment_1 \(topic=\? AND article_id>\? AND article_id<\?\)",
    ),
    "stored-within": (
        lambda s: judged.stored_within(s, YESTERDAY, NOW),
        r"COVERING INDEX ix_article_stored_at \(stored_at>\? AND stored_at<\?\)",
    ),
    "border": (
        lambda s: topics.borderline(s, "ai", limit=9, ids=[1, 2]),
        "feedback USING INDEX ix_feedback_article_id",
    ),
    "yields": (
        lambda s: yields.yields(s, ["wire"], YESTERDAY, NOW),
        r"entry USING COVERING INDEX ix_entry_source \(source=\? AND grade=\? AND first_seen>\?\)",
    ),
    "walled": (
        lambda s: yields.sources_with(s, ["wire"], ["teaser"], YESTERDAY, 3),
        r"entry USING COVERING INDEX ix_entry_source \(source=\? AND grade=\? AND first_seen>\?\)",
    ),
    "worth": (
        lambda s: triage.shares_relevant(s, "ai", ["wire"], since=YESTERDAY),
        r"entry USING COVERING INDEX ix_entry_source \(source=\? AND grade=\? AND first_seen>\?\)",
    ),
    "waiting": (standing.backlog, "ix_entry_waiting"),
    "looked": (lambda s: digests.looked(s, ["ai"], Window(YESTERDAY, NOW)), "ix_article_stored_at"),
    "today": (
        lambda s: reading_page.stories_of_topic(s, "ai", since=YESTERDAY, limit=9, first=7),
        r"ix_assessment_taken \(topic=\? AND article_id>\?\)",
    ),
    "published": (lambda s: reading_page.counts(s, "ai", since=YESTERDAY), "COVERING INDEX ix_article_published"),
    "newer": (
        lambda s: reading_page.newer_stories(s, "ai", since=YESTERDAY, after=YESTERDAY),
        "COVERING INDEX ix_article_stored_at",
    ),
    "deliveries": (lambda s: outbox.due_deliveries(s, NOW), "ix_delivery_state"),
    "unindexed": (search.index_new, "INTEGER PRIMARY KEY"),
    "old": (lambda s: retention._old_articles(s, YESTERDAY, 9), "ix_article_stored_at"),
}


@pytest.fixture(scope="module", params=["made", "opened"])
def large(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database whose planner believes that much is in it, for so the first migration says."""
    root = tmp_path_factory.mktemp("large")
    if request.param == "opened":
        (root / "m.db").write_bytes(sqlite_template.read_bytes())
    database = Database.open("sqlite:///m.db", root=root)
    database.tidy()
    yield database
    database.close()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_goes_through_its_index(name: str, large: Database) -> None:
    ask, index = QUESTIONS[name]
    asked: list[tuple[str, object]] = []

    def note(*call: object) -> None:
        asked.append((str(call[2]), call[3]))

    event.listen(large._engine, "before_cursor_execute", note)
    with large.writing() as session:
        ask(session)
        connection = session.connection()
        plans = [
            "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in asked.copy()
            if statement.startswith(("SELECT", "UPDATE"))
        ]
    event.remove(large._engine, "before_cursor_execute", note)
    assert any(re.search(index, plan) for plan in plans), plans
    first = plans[0] if name != "unindexed" else plans[1]
    whole = [line for line in first.splitlines() if line.startswith(("SCAN entry", "SCAN article", "SCAN assessment"))]
    assert [line for line in whole if "INDEX" not in line] == [], first


def test_a_flood_of_articles_without_stories_is_placed_in_seconds(tmp_path: Path) -> None:
    database = Database.open("sqlite:///m.db", root=tmp_path)
    ids = keep(database, *(article(f"{number}") for number in range(8000)))
    database.tidy()
    started = time.process_time()
    place(database, *(Placed(identity, number // 2) for number, identity in enumerate(ids)))
    assert time.process_time() - started < 8  # it takes 0.5 s; by a plan that walks all articles for each story, 40
    database.close()
