"""Composes a digest at its slot and keeps it whole: items, a message for each audience, and what each is told.

    gather (gathering, seen, audiences) ──> compose (monitor.digest) ──> posted (audiences) ──> keep_digest, at once

Where another run told one of the audiences something meanwhile, nothing is kept and it is composed anew.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from monitor.config import Settings
from monitor.digest.compose import Composition, compose, remarked
from monitor.digest.material import Figures, Remarks
from monitor.digest.settings import DigestSettings
from monitor.digest.wording import first_line
from monitor.errors import StoreError
from monitor.models import Digest
from monitor.pipeline.telling.audiences import posted
from monitor.pipeline.telling.gathering import Gathered, gather
from monitor.store.database import Database
from monitor.store.outbox import Kept, keep_digest, kept_at

# Another run told something meanwhile: composing anew settles it, for that run has ended by then.
ATTEMPTS = 5


def compose_and_keep(
    settings: Settings,
    database: Database,
    digest: DigestSettings,
    slot: str,
    now: Callable[[], datetime],
    *,
    only: int | None = None,
) -> Kept:
    """The digest of a slot, kept: composed now, or found where the slot was told before.

    With `only` it tells of that story alone. A slot with nothing to tell is kept too, without deliveries: what was seen
    then, and that it was looked at. Raises StoreError where other runs kept changing what was told.
    """
    for _ in range(ATTEMPTS):
        with database.reading() as session:
            if (before := kept_at(session, digest.name, slot)) is not None:
                return before
            gathered = gather(settings, session, digest, slot, now())
        if only is not None:
            gathered = _of_one_story(gathered, only)
        made = composed(gathered)
        posting = posted(settings, digest, made, gathered.audiences, gathered.known, gathered.news)
        with database.writing(durable=True) as session:
            kept = keep_digest(session, made.digest, made.items, posting.deliveries, posting.told)
        if kept is not None:
            return kept
    message = f"digest {digest.name}: other runs kept telling its audiences something; it is composed at the next run"
    raise StoreError(message)


def composed(gathered: Gathered) -> Composition:
    """What `monitor.digest` makes of it; without items where there is nothing to tell."""
    sources = {each for news in gathered.news.values() for each in news}
    made = compose(gathered.settings, gathered.slot, gathered.now, gathered.stories, list(sources), gathered.seen)
    return remarked(made, gathered.remarks) if made else Composition(_silent(gathered), ())


def _of_one_story(gathered: Gathered, story_id: int) -> Gathered:
    """The same for an alert on one story, which reports on nothing else.

    It is composed within a collect, before that has ended well: that none has is no sign of a dead monitor.
    """
    return replace(
        gathered,
        stories=tuple(view for view in gathered.stories if view.story.id == story_id),
        news={},
        remarks=Remarks(),
        seen=replace(gathered.seen, collects_ok=max(1, gathered.seen.collects_ok), nearest_miss=""),
    )


def _silent(gathered: Gathered) -> Digest:
    """The record of a turn at which there was nothing to tell."""
    digest = gathered.settings
    figures = Figures(seen=gathered.seen)
    return Digest.model_validate(
        {
            "name": digest.name,
            "slot": gathered.slot,
            "title": digest.title or digest.name,
            "form": digest.form,
            "topics": sorted(gathered.seen.topics) or list(digest.topics),
            "first_line": first_line((), figures, digest.timezone, gathered.now),
            "figures": figures.to_json(),
            "since": gathered.seen.since,
            "composed_at": gathered.now,
        }
    )
