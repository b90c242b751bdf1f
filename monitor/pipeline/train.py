"""Learns from the verdicts of a topic; a new model is judged with only where it is no worse than the one before."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.config import Settings
from monitor.errors import ConfigurationError, FetchError
from monitor.models import Model, Topic
from monitor.pipeline.context import clock, opened
from monitor.pipeline.judging.profiles import current_profile
from monitor.pipeline.judging.taught import last_good, lesson_of
from monitor.pipeline.learning.drifting import drift_of
from monitor.relevance.learn import fit
from monitor.store.database import Database
from monitor.store.topics import keep_model, verdicts


@dataclass(frozen=True, slots=True)
class Training:
    """What one topic learnt: figures on its verdicts held out, beside those of the model before; None: not known.

    `before` and `after` are average precision, the losses nats a verdict; `drift` says what changed in the stream;
    `failed` that its seeds cannot be had, so that there is nothing to learn by.
    """

    topic: str
    verdicts: int
    before: float | None
    after: float | None
    done: str
    accepted: bool = False
    loss_before: float | None = None
    loss_after: float | None = None
    version: str = ""
    drift: str = ""
    failed: bool = False

    @property
    def row(self) -> tuple[object, ...]:
        """The row of a table."""
        return tuple(self.to_row().values())

    def to_row(self) -> dict[str, object]:
        """The same with its columns' names."""
        return {
            "topic": self.topic,
            "verdicts": self.verdicts,
            "before": _shown(self.loss_before, self.before),
            "after": _shown(self.loss_after, self.after),
            "what was done": self.done,
        }

    def to_json(self) -> dict[str, Any]:
        """One topic of `monitor train --json`."""
        return {
            "topic": self.topic,
            "verdicts": self.verdicts,
            "average_precision_before": self.before,
            "average_precision_after": self.after,
            "log_loss_before": self.loss_before,
            "log_loss_after": self.loss_after,
            "version": self.version,
            "accepted": self.accepted,
            "done": self.done,
            "drift": self.drift,
            "failed": self.failed,
        }


def train(settings: Settings, name: str) -> Training:
    """Refit one topic's model and keep it. Raises ConfigurationError for a topic that is not there."""
    return asyncio.run(_train(settings, settings.topic(name)))


async def _train(settings: Settings, topic: Topic) -> Training:
    async with opened(settings) as context:
        try:
            profile = await current_profile(context, topic)
        except (FetchError, ConfigurationError) as error:
            return Training(topic.name, 0, None, None, f"not trained: {error}", failed=True)
        archive = lesson_of(context.database, topic.name, clock())
        with context.database.reading() as session:
            changed = drift_of(session, topic.name, clock())
        if not archive.verdicts:
            done = "no verdict yet: give some with `monitor feedback`"
            return Training(topic.name, 0, None, None, done, drift=changed)
        before = last_good(context.database, profile)
        earlier = _verdicts_until(context.database, topic.name, before.made_at) if before else {}
        model = await asyncio.to_thread(fit, profile, topic, archive, clock(), earlier)
        with context.database.writing() as session:
            keep_model(session, model)
        return _told(model, before, changed)


def _verdicts_until(database: Database, topic: str, moment: datetime) -> Mapping[str, bool]:
    """The verdicts that the model made at a moment was taught by."""
    with database.reading() as session:
        given = verdicts(session, topic, until=moment)
    return {str(identity): verdict.relevant for identity, verdict in given.items()}


def _told(model: Model, before: Model | None, changed: str) -> Training:
    figures = model.figures
    if "log_loss" not in figures:
        done = "kept, not used: it needs verdicts of both kinds"
    elif model.accepted:
        done = "used from the next collect on"
    else:
        done = "kept, not used: " + (f"the one before ({before.version}) is better" if before else "the seed is better")
    return Training(
        model.topic,
        int(figures["verdicts"]),
        figures.get("average_precision_before"),
        figures.get("average_precision"),
        done,
        accepted=model.accepted,
        loss_before=figures.get("log_loss_before"),
        loss_after=figures.get("log_loss"),
        version=model.version,
        drift=changed,
    )


def _shown(loss: float | None, precision: float | None) -> str:
    return "" if loss is None or precision is None else f"loss {loss:.3f}, AP {precision:.3f}"
