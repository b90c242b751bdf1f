"""Judges what is new for each topic; takes up whatever an earlier run left.

What judges (SciPy, the sentence encoder: 1.2 s; where there are verdicts scikit-learn, 0.9 s) is imported once it is
known that something waits.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

from monitor.errors import ConfigurationError, FetchError
from monitor.models import Article, Assessment, Topic
from monitor.pipeline.context import Context
from monitor.pipeline.judging.archive import ARCHIVE, ARCHIVE_AGE, items, understand
from monitor.pipeline.judging.profiles import standing_profile
from monitor.pipeline.judging.taught import current_model, kept_version
from monitor.pipeline.memory import give_back
from monitor.pipeline.tally import Failure, Tally
from monitor.relevance.items import Archive
from monitor.relevance.threshold import parse
from monitor.store.articles import articles_of, recent_articles
from monitor.store.topics import decide_anew, decided_by_another, keep_assessments, unassessed, verdicts

if TYPE_CHECKING:
    from monitor.relevance.scorer import Judgement

# Articles judged at once: enough that the batch shows what its words are worth, small enough to stay in memory.
ARTICLES_A_BATCH = 2000
# Where a topic or its profile changed, what was stored in these days is judged anew: the next digest follows the seed.
REJUDGED_AGE = timedelta(days=7)


async def assess(context: Context, name: str) -> Tally:
    """Judge for one topic every recent article of its sources that its present profile has not judged yet.

    A topic without a profile has failed, and no other has; one whose seeds cannot be had just now is told of.
    """
    topic = context.settings.topic(name)
    try:
        standing = await standing_profile(context, topic)
    except (FetchError, ConfigurationError) as error:
        return Tally(topics_failed=1, failures=(Failure(f"topic {name}: {error}", topic=name),))
    _follow_threshold(context, topic)
    profile = standing.profile
    warnings = (Failure(f"topic {name}: {standing.warning}", topic=name),) if standing.warning else ()
    versions = (profile.version, kept_version(context.database, profile))
    with context.database.reading() as session:
        if not _waiting(context, session, topic, versions, limit=1):
            return Tally(relevant={name: 0}, failures=warnings)
    model = await current_model(context, topic, profile)
    versions = (profile.version, model.version if model else "")
    relevant = 0
    while True:
        now = context.now()
        with context.database.reading() as session:
            batch = _waiting(context, session, topic, versions, limit=ARTICLES_A_BATCH)
            if not batch:
                return Tally(relevant={name: relevant}, failures=warnings)
            archive = _archive(batch, recent_articles(session, since=now - ARCHIVE_AGE, limit=ARCHIVE))
            given = verdicts(session, name)
            there = {article.id for article in (*batch, *archive)}
            archive += articles_of(session, [each for each in given if each not in there])
            known = items(session, [*batch, *archive])
        from monitor.relevance.scorer import judge

        known = await understand(context, known)
        judged = await asyncio.to_thread(
            judge,
            profile,
            topic,
            known[: len(batch)],
            Archive(
                items=known[len(batch) :],
                verdicts={str(identity): verdict.relevant for identity, verdict in given.items()},
                model=model,
            ),
        )
        with context.writing() as session:
            moment = context.now()
            keep_assessments(session, [_assessment(name, each, versions, moment) for each in judged])
        relevant += sum(each.relevant for each in judged)
        give_back()


def judged_since(context: Context) -> datetime:
    """What was published before this moment is judged no more."""
    return context.now() - max(REJUDGED_AGE, context.settings.collect.max_age)


def _follow_threshold(context: Context, topic: Topic) -> None:
    """Let a threshold moved in the topic's file hold for what was judged of late, as one moved on the page does.

    One that asks for a share or a number cuts elsewhere in each batch, and holds for what comes in.
    """
    cut, since = parse(topic.threshold).cut, context.now() - REJUDGED_AGE
    if cut is None:
        return
    with context.database.reading() as session:
        moved = decided_by_another(session, topic.name, since=since, cut=cut)
    if moved:
        with context.writing() as session:
            decide_anew(session, topic.name, since=since, cut=cut)


def _waiting(
    context: Context, session: Session, topic: Topic, versions: tuple[str, str], *, limit: int
) -> list[Article]:
    """Recent articles of a topic's sources that were not judged by these (profile version, model version) yet."""
    since = judged_since(context)
    return unassessed(session, topic.name, versions, since=since, sources=_sources(context, topic), limit=limit)


def _sources(context: Context, topic: Topic) -> frozenset[str] | None:
    """The sources that a topic looks in; None where it looks everywhere, backfilled archives included."""
    return None if "*" in topic.sources else context.settings.sources_of(topic)


def _archive(batch: Sequence[Article], recent: Sequence[Article]) -> list[Article]:
    judged_now = {article.id for article in batch}
    return [article for article in recent if article.id not in judged_now]


def _assessment(topic: str, judgement: "Judgement", versions: tuple[str, str], now: datetime) -> Assessment:
    return Assessment.model_validate(
        {
            "topic": topic,
            "article_id": int(judgement.id),
            "score": judgement.score,
            "relevant": judgement.relevant,
            "threshold": judgement.threshold,
            "reasons": judgement.reasons.to_json(),
            "profile_version": versions[0],
            "model_version": versions[1],
            "assessed_at": now,
        }
    )
