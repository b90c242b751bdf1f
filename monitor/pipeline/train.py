"""Learns from the verdicts of a topic; a new model is judged with only where it ranks them no worse than the seed."""

import asyncio
from dataclasses import dataclass
from typing import Any

from monitor.config import Settings
from monitor.models import Model, Profile, Topic
from monitor.pipeline.context import clock, opened
from monitor.pipeline.judging import ARCHIVE, ARCHIVE_AGE, item
from monitor.pipeline.profiles import current_profile
from monitor.relevance.items import Archive
from monitor.relevance.learn import fit
from monitor.store.articles import articles_of, recent_articles
from monitor.store.database import Database
from monitor.store.topics import keep_model, verdicts


@dataclass(frozen=True, slots=True)
class Training:
    """What one topic learnt: average precision on its verdicts held out, beside the seed's alone; None: not known."""

    topic: str
    verdicts: int
    before: float | None
    after: float | None
    done: str
    accepted: bool = False

    @property
    def row(self) -> tuple[object, ...]:
        """The row of a table."""
        return (self.topic, self.verdicts, _shown(self.before), _shown(self.after), self.done)

    def to_row(self) -> dict[str, object]:
        """The same with its columns' names."""
        return {
            "topic": self.topic,
            "verdicts": self.verdicts,
            "before": _shown(self.before),
            "after": _shown(self.after),
            "what was done": self.done,
        }

    def to_json(self) -> dict[str, Any]:
        """One topic of `monitor train --json`."""
        return {
            "topic": self.topic,
            "verdicts": self.verdicts,
            "average_precision_before": self.before,
            "average_precision_after": self.after,
            "accepted": self.accepted,
            "done": self.done,
        }


def train(settings: Settings, name: str) -> Training:
    """Refit one topic's model and keep it. Raises ConfigurationError for a topic that is not there."""
    return asyncio.run(_train(settings, settings.topic(name)))


async def _train(settings: Settings, topic: Topic) -> Training:
    async with opened(settings) as context:
        profile = await current_profile(context, topic)
        archive = _archive(context.database, topic.name)
        if not archive.verdicts:
            return Training(topic.name, 0, None, None, "no verdict yet: give some with `monitor feedback`")
        model = await asyncio.to_thread(fit, profile, topic, archive, clock())
        return _keep(context.database, profile, model)


def _archive(database: Database, topic: str) -> Archive:
    with database.reading() as session:
        given = verdicts(session, topic)
        recent = recent_articles(session, since=clock() - ARCHIVE_AGE, limit=ARCHIVE)
        known = {article.id for article in recent}
        older = articles_of(session, [identity for identity in given if identity not in known])
    return Archive(
        items=tuple(item(article) for article in (*recent, *older)),
        verdicts={str(identity): verdict.relevant for identity, verdict in given.items()},
    )


def _keep(database: Database, profile: Profile, model: Model) -> Training:
    figures = model.figures
    before, after = figures.get("average_precision_seed"), figures.get("average_precision")
    accepted = before is not None and after is not None and after >= before
    kept = Model.model_validate({**model.model_dump(), "accepted": accepted, "profile_version": profile.version})
    with database.writing() as session:
        keep_model(session, kept)
    if before is None:
        done = "kept, not used: it needs verdicts of both kinds"
    else:
        done = "used from the next collect on" if accepted else "kept, not used: the seed alone ranks better"
    return Training(model.topic, int(figures["verdicts"]), before, after, done, accepted)


def _shown(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}"
