"""Composes the digests that are due and delivers them: first all is kept, in one transaction, then it is sent.

    slot ──> stories not yet told to each audience ──compose──> digest, items
                                                     ──render──> a message for each audience
         ──> digest + items + deliveries + told, committed ──> delivered (`delivering.py`)

A slot is composed once: whoever comes to it again finds what is kept, and delivers what is due of it.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.config import Settings
from monitor.config.reach import reaches, unreached
from monitor.digest.settings import DigestSettings
from monitor.errors import DeliveryError, StoreError
from monitor.models import Delivery, DeliveryState
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.delivering import deliver_due, unsent
from monitor.pipeline.schedule import latest
from monitor.pipeline.trouble import is_expected
from monitor.store.database import Database
from monitor.store.outbox import Kept, kept_at


@dataclass(frozen=True, slots=True)
class Slot:
    """A digest and the one time that it is to be told: a scheduled instant, or the id of a trigger by hand."""

    digest: str
    slot: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one digest; `path` is the file a channel wrote, `items` is 0 where nothing was to be told.

    `composed_at` is None where nothing was composed; `earlier` tells that another run had done so, and `attempted` are
    the ids of the deliveries that this one tried. `unreached` has a line for each channel that has nobody to send to,
    naming digest, channel and remedy; `besides` one for each delivery of no digest asked for that was due or had been
    interrupted, and is not sent.
    """

    digest: str
    slot: str
    topics: tuple[str, ...] = ()
    items: int = 0
    first_line: str = ""
    deliveries: tuple[Delivery, ...] = ()
    unreached: tuple[str, ...] = ()
    composed_at: datetime | None = None
    earlier: bool = False
    attempted: frozenset[int | None] = frozenset()
    besides: tuple[str, ...] = ()

    @property
    def all_sent(self) -> bool:
        """No delivery failed, none is unknown, of earlier digests either, and every channel has somebody to send to."""
        return not unsent(self.deliveries) and not self.unreached and not self.besides

    @property
    def path(self) -> str:
        """The file that the digest was written to, else ""."""
        return next((each.detail for each in self.deliveries if each.detail.endswith(".html")), "")

    @property
    def news(self) -> tuple[Delivery, ...]:
        """The deliveries that a person has not heard of: tried just now, or not sent to this day."""
        return tuple(d for d in self.deliveries if d.id in self.attempted or d.state != DeliveryState.SENT)

    @property
    def markdown(self) -> str:
        """The digest as a person reads it in the Prefect UI: its plain text, untouched by any markup in it."""
        text = next((each.text for each in self.deliveries), self.first_line or "Nothing to tell.")
        return "\n".join(f"    {line}" for line in text.splitlines())

    def to_json(self) -> dict[str, Any]:
        """One digest of the document of `monitor digest --json`."""
        return {
            "digest": self.digest,
            "topics": list(self.topics),
            "items": self.items,
            "composed_at": self.composed_at.isoformat() if self.composed_at else None,
            "earlier": self.earlier,
            "path": self.path,
            "deliveries": [
                {"channel": each.channel, "recipient": each.recipient, "state": str(each.state)}
                for each in self.deliveries
            ],
            "unreached": list(self.unreached),
            "besides": list(self.besides),
        }


def scheduled(digest: DigestSettings, now: datetime) -> Slot:
    """The slot of the latest scheduled instant that is not later than `now`, by the wall clock of its time zone."""
    return Slot(digest.name, latest(digest.schedule, digest.timezone, now).isoformat())


def by_hand(name: str, trigger: str = "", now: Callable[[], datetime] = clock) -> Slot:
    """A slot of its own for a digest asked for by hand; the same `trigger` is the same slot."""
    return Slot(name, f"by hand {trigger or now().isoformat()}")


def send(settings: Settings, slots: Sequence[Slot], now: Callable[[], datetime] = clock) -> list[Sent]:
    """Compose the slots not yet composed, then deliver all that is due. Returns what became of each slot.

    A digest that reaches nobody is not composed, so that nothing counts as told; where only some of its channels do,
    the others are told. A digest that cannot be composed stops neither the others nor what is due: its error is raised
    when all that was done, StoreError where the database cannot be used, or several digests met expected errors; each
    delivery that was not sent is named with it.
    Raises ConfigurationError for a name that is not there, before anything is done.
    """
    from monitor.pipeline.telling.composing import compose_and_keep  # what was composed earlier is sent without it

    digests = [settings.digest(slot.digest) for slot in slots]
    errors: list[Exception] = []
    with opened_database(settings) as database:
        earlier = {slot for slot in slots if _kept(database, slot) is not None}
        for slot, digest in zip(slots, digests, strict=True):
            with _put_off(errors, f"composing the digest {digest.name}"):
                if heard := tuple(name for name in digest.channels if reaches(settings.channel(name))):
                    compose_and_keep(settings, database, replace(digest, channels=heard), slot.slot, now)
        tried: list[Delivery] = []
        with _put_off(errors, "delivering what is due"):
            tried = deliver_due(settings, database, now)
        if errors:
            # What was tried is returned to nobody then, and what became unknown is found but once.
            raise _as_one([*errors, *map(DeliveryError, unsent(tried))])
        told = [_sent(database, slot) for slot in slots]
        asked_for = {each.id for sent in told for each in sent.deliveries}
        besides = unsent([each for each in tried if each.id not in asked_for])
        return [
            replace(
                sent,
                earlier=slot in earlier,
                attempted=frozenset(each.id for each in tried),
                unreached=tuple(unreached(settings, settings.digest(slot.digest))),
                besides=tuple(besides),
            )
            for slot, sent in zip(slots, told, strict=True)
        ]


@contextmanager
def _put_off(errors: list[Exception], doing: str) -> Iterator[None]:
    """Keeps an error for later, with what was being done."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised when the rest was done
        error.add_note(doing)
        errors.append(error)


def _as_one(errors: Sequence[Exception]) -> Exception:
    """The error to raise for all of them: the only one, one that nobody expects, or one that says each once."""
    if len(errors) == 1:
        return errors[0]
    unexpected = next((each for each in errors if not is_expected(each)), None)
    if unexpected is None:
        return StoreError("; ".join(dict.fromkeys(map(str, errors))))
    for each in errors:
        if each is not unexpected:
            unexpected.add_note("".join(traceback.format_exception(each)))
    return unexpected


def _kept(database: Database, slot: Slot) -> Kept | None:
    with database.reading() as session:
        return kept_at(session, slot.digest, slot.slot)


def _sent(database: Database, slot: Slot) -> Sent:
    kept = _kept(database, slot)
    if kept is None:
        return Sent(slot.digest, slot.slot)
    digest = kept.digest
    return Sent(
        slot.digest,
        slot.slot,
        tuple(digest.topics),
        len(kept.items),
        digest.first_line,
        kept.deliveries,
        composed_at=digest.composed_at,
    )
