"""Why an article was or was not sent: from the store, or fetched and judged afresh."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.config import Settings
from monitor.errors import ConfigurationError
from monitor.models import Article, Assessment, Grade, Reasons, Topic
from monitor.pipeline.context import Context, opened
from monitor.pipeline.judging.archive import item
from monitor.pipeline.judging.profiles import current_profile
from monitor.pipeline.judging.taught import current_model, lesson_of
from monitor.pipeline.reading.fuller import read_whole
from monitor.pipeline.workers import WorkerLost
from monitor.relevance.change import Decision, what_would_change
from monitor.relevance.items import Item
from monitor.relevance.scorer import judge
from monitor.store.articles import article_by_url
from monitor.store.digests import digests_with
from monitor.store.topics import assessments_of
from monitor.store.triage import why_unread
from monitor.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one topic makes of the article, what would change that, and which versions judged it ("": no model)."""

    topic: str
    score: float
    threshold: float
    relevant: bool
    reasons: Reasons
    changes: tuple[str, ...] = ()
    profile_version: str = ""
    model_version: str = ""

    def lines(self) -> list[str]:
        """What a person reads."""
        reasons = self.reasons
        told = [
            f"{self.topic}: {'relevant' if self.relevant else 'not relevant'}, "
            f"{self.score:.2f} at a threshold of {self.threshold:.2f}"
        ]
        if reasons.rule:
            told.append(f"  rule       {reasons.rule}")
        if reasons.facet:
            told.append(f"  facet      {reasons.facet}")
        if reasons.seed_sentence:
            told += [f"  seed       {reasons.seed_sentence}", f"  article    {reasons.article_sentence}"]
        if reasons.terms:
            told.append("  terms      " + ", ".join(f"{term} {share:.0%}" for term, share in reasons.terms))
        if reasons.neighbours:
            told.append("  beside     " + "; ".join(reasons.neighbours))
        told += [f"  otherwise  {change}" for change in self.changes]
        if not self.relevant and not reasons.rule:
            told.append(f"  it would take {self.threshold - self.score:.2f} more, or a lower threshold")
        if self.profile_version:
            told.append(f"  judged by  profile {self.profile_version}, {_model(self.model_version)}")
        return told


@dataclass(frozen=True, slots=True)
class Explained:
    """An article and what was made of it; `told` are the digests that told its story, `kept` whether it is kept.

    `unread` says why a collect left its page unread, "" where none did.
    """

    url: str
    title: str
    kept: bool
    told: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    unread: str = ""

    def lines(self) -> Sequence[str]:
        """What a person reads."""
        where = "from the store" if self.kept else "fetched afresh, not kept"
        sent = "told in " + ", ".join(self.told) if self.told else "never told"
        left = [f"left unread by the collects: {self.unread}"] if self.unread else []
        return [f"{self.title} ({where}; {sent})", *left, *(line for each in self.verdicts for line in each.lines())]

    def to_json(self) -> dict[str, Any]:
        """The document of `monitor explain --json`."""
        return {
            "url": self.url,
            "title": self.title,
            "kept": self.kept,
            "told": list(self.told),
            "unread": self.unread,
            "topics": [
                {
                    "topic": each.topic,
                    "score": each.score,
                    "threshold": each.threshold,
                    "relevant": each.relevant,
                    "reasons": each.reasons.to_json(),
                    "would_change_it": list(each.changes),
                    "profile_version": each.profile_version,
                    "model_version": each.model_version,
                }
                for each in self.verdicts
            ],
        }


def explain(settings: Settings, url: str, topic: str = "") -> Explained:
    """Explain an address, for one topic or for all.

    Raises AddressError for none, ConfigurationError for a topic that is not there, FetchError for a page not to be had.
    """
    topics = (settings.topic(topic),) if topic else settings.topics
    return asyncio.run(_explain(settings, url, topics))


async def _explain(settings: Settings, url: str, topics: Sequence[Topic]) -> Explained:
    async with opened(settings) as context:
        with context.database.reading() as session:
            article = article_by_url(session, canonical_url(url))
            known = {each.topic: each for each in assessments_of(session, article.id or 0)} if article else {}
            unread = why_unread(session, canonical_url(url))
            told = tuple(each.name + " " + each.slot for each in digests_with(session, _story(article)))
        if article is not None and (judged_before := [topic for topic in topics if topic.name in known]):
            kept = [await _kept(context, topic, item(article), known[topic.name]) for topic in judged_before]
            return Explained(article.canonical_url, article.title, True, told, tuple(kept))
        fresh = item(article) if article else await _fetched(context, url)
        verdicts = tuple([await _judged(context, topic, fresh) for topic in topics])
        return Explained(canonical_url(url), fresh.title, article is not None, told, verdicts, unread)


async def _kept(context: Context, topic: Topic, article: Item, thought: Assessment) -> Verdict:
    """What was thought of an article when it was judged."""
    reasons = Reasons.from_json(thought.reasons)
    profile = await current_profile(context, topic)
    changes = await asyncio.to_thread(
        what_would_change, profile, topic, article, Decision(thought.score, thought.threshold, reasons)
    )
    return Verdict(
        topic.name,
        thought.score,
        thought.threshold,
        thought.relevant,
        reasons,
        changes,
        thought.profile_version,
        thought.model_version,
    )


def _model(version: str) -> str:
    return f"model {version}" if version else "no model taught by verdicts"


def _story(article: Article | None) -> int:
    return article.story_id or 0 if article else 0


async def _fetched(context: Context, url: str) -> Item:
    try:
        _, reading = await read_whole(context, url)
    except WorkerLost as error:
        message = f"{url}: {error}"
        raise ConfigurationError(message) from error
    document = reading.document
    if document.grade == Grade.EMPTY:
        message = f"{url}: the page holds no text"
        raise ConfigurationError(message)
    return Item(id=url, title=document.title, text=document.text, language=document.language)


async def _judged(context: Context, topic: Topic, fresh: Item) -> Verdict:
    """What is thought of an article now, as a collect would: with the archive, the verdicts and the model."""
    profile = await current_profile(context, topic)
    model = await current_model(context, topic, profile)
    known = replace(lesson_of(context.database, topic.name, context.now()), model=model)
    made = (await asyncio.to_thread(judge, profile, topic, [fresh], known))[0]
    decision = Decision(made.score, made.threshold, made.reasons)
    changes = await asyncio.to_thread(what_would_change, profile, topic, fresh, decision)
    version = model.version if model else ""
    return Verdict(
        topic.name, made.score, made.threshold, made.relevant, made.reasons, changes, profile.version, version
    )
