"""What a root holds after a collect, and what must hold of it, by looking into its database past the program.

In: a root, and what another holds that nobody disturbed. Out: what speaks against it, nothing where all is well.
"""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from replayed import TOPIC, place, unless
from running import Ran, database

STORIES_APART = 0.05
"""Share by which the number of stories may differ: what is grouped in two runs may meet in another order."""
_LOOK = """SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM entry),
    (SELECT count(*) FROM entry WHERE state NOT IN ('pending')), (SELECT count(*) FROM article),
    (SELECT count(*) FROM article WHERE story_id IS NOT NULL), (SELECT count(*) FROM assessment)"""


@dataclass(frozen=True)
class Progress:
    """How far a run is, by the rows in its database."""

    runs: int = 0
    entries: int = 0
    settled: int = 0
    articles: int = 0
    placed: int = 0
    judged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.entries} entries, {self.settled} settled, {self.articles} stored, {self.placed} in stories, "
            f"{self.judged} judged"
        )


@dataclass(frozen=True)
class Kept:
    """An article at the end: its text, its story, and whether it was judged."""

    url: str
    text: str
    story: int | None
    judged: bool


@dataclass(frozen=True)
class End:
    """What a root holds in the end; `faults` is what SQLite finds wrong with it, `failures` what the run listed."""

    articles: tuple[Kept, ...]
    waiting: int
    faults: tuple[str, ...]
    failures: tuple[str, ...] = ()

    @property
    def stories(self) -> int:
        """How many stories there are."""
        return len({article.story for article in self.articles})


def look(root: Path) -> Progress:
    """How far a run is; nothing where there are no tables yet."""
    try:
        with database(root) as connection:
            return Progress(*connection.execute(_LOOK).fetchone())
    except sqlite3.Error:
        return Progress()


def end_of(root: Path, ran: Ran) -> End:
    """What a root holds after a run."""
    query = (
        "SELECT canonical_url, text, story_id, topic FROM article LEFT JOIN assessment ON article_id = id AND topic = ?"
    )
    with database(root) as connection:
        articles = tuple(
            Kept(url, text, story, bool(topic)) for url, text, story, topic in connection.execute(query, (TOPIC,))
        )
        (waiting,) = connection.execute("SELECT count(*) FROM entry WHERE state = 'pending'").fetchone()
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    failures = tuple(each["error"] for each in ran.report["failures"])
    return End(articles, waiting, tuple(faults), failures)


def different(end: End, right: End) -> list[str]:
    """Articles that are not there, too many, or with another text; entries that nobody took up."""
    here = {article.url: article.text for article in end.articles}
    there = {article.url: article.text for article in right.articles}
    return (
        [f"lost: {url}" for url in there if url not in here]
        + [f"not there before: {url}" for url in here if url not in there]
        + [f"another text: {url}" for url in here if url in there and here[url] != there[url]]
        + unless(end.waiting == right.waiting, f"{end.waiting} entries still pending, not {right.waiting}")
        + [f"failed: {failure}" for failure in end.failures if failure not in right.failures]
    )


def doubled(end: End) -> list[str]:
    """Articles kept twice: under one address, or under two that differ in scheme or parameters alone."""
    counts = Counter(place(article.url) for article in end.articles)
    return [f"{count} times: {where}" for where, count in counts.items() if count > 1]


def unjudged(end: End, right: End) -> list[str]:
    """Articles without a story or a judgement, and a number of stories that is far from the right one."""
    apart = abs(end.stories - right.stories) <= STORIES_APART * right.stories
    return (
        [f"in no story: {article.url}" for article in end.articles if article.story is None]
        + [f"not judged: {article.url}" for article in end.articles if not article.judged]
        + unless(apart, f"{end.stories} stories, not about {right.stories}")
    )
