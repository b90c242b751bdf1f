"""What a digest would tell, rendered and sent to nobody: now, or as of a past moment; with another threshold or seed.

It stands beside what was sent then: the last digest composed until an hour after that moment, for a run takes its time.
Everything is as it would be for somebody who was told nothing yet: what the window holds, whoever knows of it already,
and what was not well with sources then (`monitor.pipeline.polling.outages`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.digest.beside import Difference, beside, difference
from monitor.digest.compose import Composition
from monitor.digest.material import Seen, StoryView
from monitor.digest.render import render
from monitor.digest.settings import DigestSettings
from monitor.digest.wording import moment as moment_in_words
from monitor.models import Assessment, Topic
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.judging.archive import items
from monitor.pipeline.judging.profiles import local_seed
from monitor.pipeline.polling.outages import as_of as as_it_fared
from monitor.pipeline.telling.composing import composed
from monitor.pipeline.telling.gathering import gather
from monitor.pipeline.telling.remembering import as_of
from monitor.pipeline.telling.source_news import source_news, states_of
from monitor.pipeline.telling.wanted import decided_at, minimum_of, window_of
from monitor.relevance.items import Archive, Item
from monitor.relevance.profile import build
from monitor.relevance.scorer import judge
from monitor.relevance.threshold import parse
from monitor.store.database import Database
from monitor.store.digests import Window, digests, relevant_stories
from monitor.store.outbox import Kept, kept_at

# Stored in the window and judged anew by another seed: as many as a live run judges at once.
_MOST = 2000
_LATE = timedelta(hours=1)
# The key of an audience that was told nothing.
_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A page that shows a preview beside what was sent, when that was, and how they differ."""

    path: Path
    sent_at: str
    told: Difference

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "path": str(self.path),
            "only_preview": list(self.told.only_preview),
            "only_sent": list(self.told.only_sent),
            "both": list(self.told.both),
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """A digest as it would be, and the page it was written to."""

    digest: str
    path: Path
    items: int
    first_line: str
    topics: tuple[str, ...]
    beside: Beside | None = None

    @property
    def summary(self) -> str:
        """A line for a person, and one about what was sent then, where something was."""
        told = f"{self.digest}: {self.first_line} ({self.path})"
        if self.beside is None:
            return told
        return f"{told}\nbeside what was sent {self.beside.sent_at}: {self.beside.told.summary} ({self.beside.path})"

    @property
    def opened(self) -> Path:
        """The page to look at."""
        return self.beside.path if self.beside else self.path

    def to_json(self) -> dict[str, Any]:
        """One digest of `monitor digest --preview --json`."""
        return {
            "digest": self.digest,
            "topics": list(self.topics),
            "items": self.items,
            "path": str(self.path),
            "deliveries": [],
            "beside": self.beside.to_json() if self.beside else None,
        }


def preview(
    settings: Settings, name: str, as_of: datetime | None = None, threshold: str = "", seeds: Sequence[str] = ()
) -> Preview:
    """Render a digest under var/previews.

    Raises ConfigurationError for a name, a threshold or a seed that cannot be used.
    """
    digest = settings.digest(name)
    if threshold:
        parse(threshold)
        digest = replace(digest, threshold=threshold)
    moment = as_of or clock()
    with opened_database(settings) as database:
        with database.reading() as session:
            states = states_of(settings, session, digest)
            if as_of:
                states = {name: as_it_fared(state, as_of) for name, state in states.items()}
            gathered = gather(settings, session, digest, f"preview {moment.isoformat()}", moment, states)
            news = source_news(session, states, moment, [_NOBODY])
        views = _views(settings, database, digest, moment, seeds)
        with database.reading() as session:
            sent = _sent_then(session, name, moment)
    seen = _seen(gathered.seen, views, window_of(digest, moment)) if seeds else gathered.seen
    # What was told at once is among the stories here: to whom nothing was told, it is as new as they are.
    remarks = replace(gathered.remarks, alerted=())
    made = composed(replace(gathered, stories=tuple(views), news=news, remarks=remarks, seen=seen))
    message = render(made.digest, made.items, digest)
    path = settings.var / "previews" / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(message.html, encoding="utf-8")
    path.with_suffix(".txt").write_text(message.text, encoding="utf-8")
    shown = _beside(path, made, sent, digest) if sent else None
    return Preview(name, path, len(made.items), made.digest.first_line, tuple(made.digest.topics), shown)


def _sent_then(session: Session, name: str, moment: datetime) -> Kept | None:
    """The digest that was sent last until an hour after a moment."""
    for told in digests(session, name, until=moment + _LATE, sent=True, alerts=False, limit=1):
        return kept_at(session, name, told.slot)
    return None


def _beside(path: Path, made: Composition, sent: Kept, digest: DigestSettings) -> Beside:
    """Write what was sent as it was, and the page that shows both."""
    page = path.with_name(f"{path.stem}-beside.html")
    copy = path.with_name(f"{path.stem}-sent.html")
    copy.write_text(next((each.html for each in sent.deliveries if each.html), ""), encoding="utf-8")
    told = difference(made.items, sent.items)
    sent_at = moment_in_words(sent.digest.composed_at, digest.timezone, made.digest.composed_at)
    page.write_text(beside(made.digest.title, sent_at, told, path.name, copy.name), encoding="utf-8")
    return Beside(page, sent_at, told)


def _views(
    settings: Settings, database: Database, digest: DigestSettings, moment: datetime, seeds: Sequence[str]
) -> list[StoryView]:
    """The stories of the window as if nobody had been told of any."""
    window, minimum = window_of(digest, moment), minimum_of(digest)
    views: list[StoryView] = []
    for topic in settings.topics_of(digest):
        with database.reading() as session:
            # With another seed every story of the window is a candidate: what was thought of it before says nothing.
            rows = relevant_stories(session, topic.name, window, minimum=0.0 if seeds else minimum)
            then = [tuple(as_of(session, row.articles, moment)) for row in rows]
        articles = [article for group in then for article in group]
        thought: dict[int, Assessment] = {}
        if seeds:
            with database.reading() as session:
                known = items(session, articles[:_MOST])
            thought = _judged(topic, seeds, known, digest)
        for row, group in zip(rows, then, strict=True):
            kept = thought if seeds else row.assessments
            views.append(StoryView(row.story, group, decided_at(kept, minimum), topic))
    return views


def _seen(seen: Seen, views: Sequence[StoryView], window: Window) -> Seen:
    """What is said of the articles that were judged anew by another seed: all of the window."""
    judged = [
        (article, thought)
        for view in views
        for article in view.articles
        if article.news and (thought := view.assessments.get(article.id or 0)) is not None
    ]
    articles = {article.id for article, _ in judged}
    relevant = {article.id for article, thought in judged if thought.relevant}
    told = replace(seen, since=window.since, articles=len(articles), relevant_articles=len(relevant), nearest_miss="")
    missed = [each for each in judged if each[0].id not in relevant]
    if not missed:
        return told
    article, thought = max(missed, key=lambda each: (each[1].score, -(each[0].id or 0)))
    return replace(
        told,
        nearest_miss=article.title,
        nearest_miss_url=article.canonical_url,
        nearest_miss_score=thought.score,
        nearest_miss_threshold=thought.threshold,
    )


def _judged(
    topic: Topic, seeds: Sequence[str], articles: Sequence[Item], digest: DigestSettings
) -> dict[int, Assessment]:
    """What the topic would think of the articles with other seeds."""
    asked = replace(topic, seeds=tuple(seeds), threshold=digest.threshold or topic.threshold)
    profile = build(asked, [local_seed(seed) for seed in seeds])
    thought: dict[int, Assessment] = {}
    for each in judge(profile, asked, articles, Archive()):
        thought[int(each.id)] = Assessment.model_validate(
            {
                "topic": topic.name,
                "article_id": int(each.id),
                "score": each.score,
                "relevant": each.relevant,
                "threshold": each.threshold,
                "reasons": each.reasons.to_json(),
                "assessed_at": clock(),
            }
        )
    return thought
