"""Upkeep: what is older than `store.keep` is let go, the index is brought up to date, the file tidied; copies made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.config import Settings
from monitor.digest.wording import counted
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.indexing import index_all
from monitor.store.database import Database
from monitor.store.retention import SILENCE, prune, reckoned_from
from monitor.store.runs import finish_run, start_run


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done; the counts are of rows let go."""

    summary: str
    articles: int = 0
    stories: int = 0
    faults: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor maintain --json`."""
        return {
            "summary": self.summary,
            "articles": self.articles,
            "stories": self.stories,
            "faults": list(self.faults),
        }


def maintain(settings: Settings) -> Upkeep:
    """Let go of what is too old, index what is new, tidy the database and check it. Raises StoreError."""
    with opened_database(settings) as database:
        now = clock()
        with database.writing() as session:
            run = start_run(session, "maintain", now)
            reached = reckoned_from(session, now)
        articles = stories = 0
        while True:
            with database.writing() as session:
                gone = prune(session, before=reached - settings.store.keep)
            articles, stories = articles + gone.articles, stories + gone.stories
            if not gone.any:
                break
        index_all(database)
        database.tidy()
        faults = tuple(database.faults())
        summary = (
            f"let go of {counted(articles, 'article')} and {counted(stories, 'story', 'stories')} older than "
            f"{counted(settings.store.keep.days, 'day')}{_silence(reached, now)}; {_soundness(faults)}"
        )
        done = Upkeep(summary, articles, stories, faults)
        with database.writing() as session:
            finish_run(session, run, clock(), succeeded=not faults, figures=done.to_json())
    return done


def _silence(reached: datetime, now: datetime) -> str:
    """What is said where ages are not reckoned from now."""
    if reached >= now:
        return ""
    latest = f"{reached - SILENCE:%Y-%m-%d}"
    return f" on {reached:%Y-%m-%d}, for no article came in after {latest} (does the clock run right?)"


def _soundness(faults: Sequence[str]) -> str:
    if not faults:
        return "the database is sound"
    return f"the database has {counted(len(faults), 'fault')}: `monitor maintain --restore FILE` with the latest backup"


def back_up(settings: Settings, path: Path) -> Upkeep:
    """Copy the whole database to `path`, while others may go on. Raises StoreError."""
    with opened_database(settings) as database:
        database.backup(path)
    return Upkeep(f"copied the database to {path}")


def put_back(settings: Settings, path: Path) -> Upkeep:
    """Put a copy in the place of the database, and say where what was there is kept. Raises StoreError."""
    kept = Database.restore(settings.store.url, root=settings.root, path=path)
    before = f"what was there before is {kept}" if kept else "nothing was there before"
    return Upkeep(f"restored the database from {path}; {before}")
