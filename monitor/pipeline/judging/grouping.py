"""Puts what is new into stories; takes up whatever an earlier run left.

What short articles mean counts beside their words (`monitor.stories.meaning`). So what will be judged anyway, and what
is short, is read for its meaning first; the vectors are kept, and no article is read twice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from monitor.models import Article
from monitor.pipeline.context import Context
from monitor.pipeline.judging.archive import items, understand
from monitor.pipeline.judging.assessing import ARTICLES_A_BATCH, judged_since
from monitor.pipeline.memory import give_back
from monitor.pipeline.tally import Tally
from monitor.store.database import Database
from monitor.store.meanings import meanings
from monitor.store.stories import (
    GroupedArticle,
    Placed,
    articles_by_story,
    grouped_articles,
    keep_placements,
    unplaced_articles,
)
from monitor.stories import Candidate, StorySettings, is_short, lead, place, rounds


async def group(context: Context) -> Tally:
    """Put every article that has no story yet into one. Returns how many of them are near-duplicates."""
    settings = StorySettings()
    found = 0
    while True:
        with context.database.reading() as session:
            new = unplaced_articles(session, limit=ARTICLES_A_BATCH)
        if not new:
            return Tally(near_duplicates=found)
        await _read_meanings(context, new)
        for parts in rounds(map(_candidate, new), settings):
            found += await _place(context, parts, settings)
        give_back()


async def _read_meanings(context: Context, new: Sequence[Article]) -> None:
    """Keep what those articles mean that are short, or recent enough to be judged."""
    from monitor.relevance import encoders

    if not encoders.measured():
        return
    since = judged_since(context) if context.settings.topics else None
    wanted = [each for each in new if (since and each.published >= since) or is_short(_candidate(each))]
    with context.database.reading() as session:
        known = items(session, wanted)
    await understand(context, known)


async def _place(context: Context, parts: Sequence[Sequence[Candidate]], settings: StorySettings) -> int:
    """Put the articles of one round of slices into stories; returns how many of them are near-duplicates."""
    placed: list[Placed] = []
    for new in parts:
        since, until = new[0].published - settings.window, new[-1].published + settings.window
        with context.database.reading() as session:
            kept = [_candidate(each) for each in grouped_articles(session, since=since, until=until)]
        placements = await asyncio.to_thread(place, new, kept, settings, partial(_vectors, context.database))
        placed += [Placed(each.id, each.group, each.story, each.duplicate_of) for each in placements]
    with context.writing() as session:
        stories = keep_placements(session, placed)
        together = articles_by_story(session, sorted(set(stories.values())))
        keep_placements(session, [], leads=[_lead(articles) for articles in together.values()])
    return sum(each.duplicate_of is not None for each in placed)


def _vectors(database: Database, ids: Sequence[int]) -> Mapping[int, bytes]:
    """The vectors that are kept of articles; none where those of the encoder in use say nothing of events."""
    from monitor.relevance import encoders

    if not encoders.measured():
        return {}
    with database.reading() as session:
        return meanings(session, ids, encoders.encoder_name())


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
