"""The model that a topic is judged with: the last good one whose bytes are those that were kept, for its present seeds.

One that was tampered with is forgotten, and the good one before it counts again; where there is none, the verdicts are
learnt from anew at once.

What learns is imported where a model is made or opened: it takes seconds, and most topics have no verdicts.
"""

import asyncio
import logging
from datetime import datetime

from sqlmodel import Session

from monitor.errors import StoreError
from monitor.models import Article, Model, Profile, Topic
from monitor.pipeline.context import Context
from monitor.pipeline.judging.archive import ARCHIVE, ARCHIVE_AGE, items
from monitor.relevance.items import Archive
from monitor.store.articles import articles_of, recent_articles
from monitor.store.database import Database
from monitor.store.topics import drop_model, keep_model, models, verdicts

_log = logging.getLogger(__name__)


async def current_model(context: Context, topic: Topic, profile: Profile) -> Model | None:
    """The model to judge a topic by its profile with; None where none was taught, or none earned its place."""
    with context.database.reading() as session:
        kept = models(session, topic.name)
    model = last_good(context.database, profile)
    if model is not None or not any(each.accepted for each in kept):
        return model
    if any(each.profile_version == profile.version and not each.accepted for each in kept):
        return None  # it was tried with these seeds, and the seeds alone were better
    archive = lesson_of(context.database, topic.name, context.now())
    if not archive.verdicts:
        return None
    from monitor.relevance.learn import fit

    made = await asyncio.to_thread(fit, profile, topic, archive, context.now())
    with context.database.writing() as session:
        keep_model(session, made)
    _log.info("topic %s: learnt anew from %d verdicts", topic.name, len(archive.verdicts))
    return made if made.accepted else None


def kept_version(database: Database, profile: Profile) -> str:
    """The version of the model that `last_good` opens, told without opening it; "" where there is none."""
    with database.reading() as session:
        made = models(session, profile.topic)
    mine = (each for each in made if each.accepted and each.profile_version == profile.version)
    return next((each.version for each in mine if each.is_whole), "")


def last_good(database: Database, profile: Profile) -> Model | None:
    """The last model that earned its place with this profile; those tampered with are forgotten on the way."""
    with database.reading() as session:
        made = [each for each in models(session, profile.topic) if each.profile_version == profile.version]
    accepted = [each for each in made if each.accepted]
    if not accepted:
        return None
    from monitor.relevance.learn import open_model

    for model in accepted:
        try:
            open_model(model, profile)
        except StoreError as error:
            _log.warning("%s", str(error).replace("run `monitor train`", "it is forgotten"))
            with database.writing() as session:
                drop_model(session, model)
        else:
            return model
    return None


def lesson_of(database: Database, topic: str, now: datetime) -> Archive:
    """What a topic's verdicts can be learnt from: recent articles, those judged, and the verdicts."""
    with database.reading() as session:
        given = verdicts(session, topic)
        known = items(session, _articles(session, list(given), now))
    return Archive(
        items=known,
        verdicts={str(identity): verdict.relevant for identity, verdict in given.items()},
    )


def _articles(session: Session, judged: list[int], now: datetime) -> list[Article]:
    recent = recent_articles(session, since=now - ARCHIVE_AGE, limit=ARCHIVE)
    known = {article.id for article in recent}
    return [*recent, *articles_of(session, [identity for identity in judged if identity not in known])]
