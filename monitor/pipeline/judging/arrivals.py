"""Groups what is new into stories, and judges it for each topic. Both take up whatever an earlier run left.

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
from monitor.store.stories import (
    GroupedArticle,
    Placed,
    articles_by_story,
    grouped_articles,
    keep_placements,
    unplaced_articles,
)
from monitor.store.topics import decide_anew, decided_by_another, keep_assessments, unassessed, verdicts
from monitor.stories import Candidate, StorySettings, lead, place, rounds

if TYPE_CHECKING:
    from monitor.relevance.scorer import Judgement

# Articles judged at once: enough that the batch shows what its words are worth, small enough to stay in memory.
ARTICLES_A_BATCH = 2000
# Where a topic or its profile changed, what was stored in these days is judged anew: the next digest follows the seed.
REJUDGED_AGE = timedelta(days=7)


async def group(context: Context) -> Tally:
    """Put every article that has no story yet into one. Returns how many of them are near-duplicates."""
    settings = StorySettings()
    found = 0
    while True:
        with context.database.reading() as session:
            new = unplaced_articles(session, limit=ARTICLES_A_BATCH)
        if not new:
            return Tally(near_duplicates=found)
        for parts in rounds(map(_candidate, new), settings):
            found += await _place(context, parts, settings)
        give_back()


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
    since = context.now() - max(REJUDGED_AGE, context.settings.collect.max_age)
    return unassessed(session, topic.name, versions, since=since, sources=_sources(context, topic), limit=limit)


async def _place(context: Context, parts: Sequence[Sequence[Candidate]], settings: StorySettings) -> int:
    """Put the articles of one round of slices into stories; returns how many of them are near-duplicates."""
    placed: list[Placed] = []
    for new in parts:
        since, until = new[0].published - settings.window, new[-1].published + settings.window
        with context.database.reading() as session:
            kept = [_candidate(each) for each in grouped_articles(session, since=since, until=until)]
        placements = await asyncio.to_thread(place, new, kept, settings)
        placed += [Placed(each.id, each.group, each.story, each.duplicate_of) for each in placements]
    with context.writing() as session:
        stories = keep_placements(session, placed)
        together = articles_by_story(session, sorted(set(stories.values())))
        keep_placements(session, [], leads=[_lead(articles) for articles in together.values()])
    return sum(each.duplicate_of is not None for each in placed)


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


def _candidate(article: Article | GroupedArticle) -> Candidate:
    return Candidate(
        id=article.id or 0,
        title=article.title,
        text=article.text,
        published=article.published,
        language=article.language,
        source=article.source,
        declared_canonical=article.declared_canonical,
        canonical_url=article.canonical_url,
        content_hash=article.content_hash,
        signature=article.signature,
        story=article.story_id,
        duplicate_of=article.duplicate_of,
    )


def _lead(articles: Sequence[Article]) -> int:
    duplicates = {a.id: a.duplicate_of for a in articles if a.id is not None and a.duplicate_of is not None}
    return int(lead([_candidate(article) for article in articles], duplicates))
