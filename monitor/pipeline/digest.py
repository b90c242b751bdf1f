"""Composes the digests that are due and delivers them: first all is kept, in one transaction, then it is sent.

    slot ──> stories not yet told to each audience ──compose──> digest, items
                                                     ──render──> a message for each audience
         ──> digest + items + deliveries + told, committed ──> claim ──> channel ──> settle

A delivery is claimed before it is sent and settled after: whoever finds it in between knows that its outcome is
unknown, says so, and leaves sending again to a person.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.config.reach import reaches, unreached
from monitor.deliver import Outcome, deliver
from monitor.deliver.outcome import failed
from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError, StoreError
from monitor.models import ALERT, Delivery, DeliveryState
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.polling.rhythm import after_failure
from monitor.pipeline.schedule import latest
from monitor.pipeline.telling.instant import is_quiet
from monitor.pipeline.trouble import is_expected
from monitor.store.database import Database
from monitor.store.digests import digest as digest_of
from monitor.store.outbox import (
    Kept,
    claim,
    deliveries,
    delivery,
    due_deliveries,
    interrupted,
    kept_at,
    reopen,
    settle,
)

# After so many attempts, the last of them about a day after the first, a delivery is left to a person.
DELIVERY_ATTEMPTS = 8


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
    naming digest, channel and remedy.
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

    @property
    def all_sent(self) -> bool:
        """No delivery failed, none is unknown, and every channel has somebody to send to."""
        return not unsent(self.deliveries) and not self.unreached

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
        }


def unsent(posted: Sequence[Delivery]) -> list[str]:
    """A line for each delivery that failed or is unknown: where to, why, and where it can be sent again."""
    return [
        f"{each.channel} to {each.recipient}: {each.state}: {each.detail}; `monitor deliveries` says what becomes of it"
        for each in posted
        if each.state != DeliveryState.SENT
    ]


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
    when all that was done, StoreError where the database cannot be used, or several digests met expected errors.
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
        attempted: frozenset[int | None] = frozenset()
        with _put_off(errors, "delivering what is due"):
            attempted = frozenset(each.id for each in deliver_due(settings, database, now))
        if errors:
            raise _as_one(errors)
        return [
            replace(
                _sent(database, slot),
                earlier=slot in earlier,
                attempted=attempted,
                unreached=tuple(unreached(settings, settings.digest(slot.digest))),
            )
            for slot in slots
        ]


def deliver_waiting(settings: Settings, now: Callable[[], datetime] = clock) -> list[Delivery]:
    """Send what is pending, or due to be tried again, whatever digest it belongs to; returned as it stands then."""
    with opened_database(settings) as database:
        return deliver_due(settings, database, now)


def deliver_due(settings: Settings, database: Database, now: Callable[[], datetime] = clock) -> list[Delivery]:
    """The same with a database at hand: each delivery at most once, those that were interrupted first said so."""
    with database.writing(durable=True) as session:
        lost = interrupted(session, now())
        waiting = [each for each in due_deliveries(session, now()) if not _waits(settings, session, each, now())]
    for each in waiting:
        _deliver_one(settings, database, each, now)
    with database.reading() as session:
        ids = [each.id for each in (*lost, *waiting) if each.id is not None]
        return [found for identity in ids if (found := delivery(session, identity)) is not None]


def resend(settings: Settings, delivery_id: int, now: Callable[[], datetime] = clock) -> None:
    """Send a delivery again, by hand: the same message with the same Message-ID.

    Raises ConfigurationError where there is none of that id, or it is waiting to be sent as it is.
    """
    with opened_database(settings) as database:
        send_again(settings, database, delivery_id, now)


def send_again(settings: Settings, database: Database, delivery_id: int, now: Callable[[], datetime] = clock) -> None:
    """The same with a database at hand."""
    with database.writing(durable=True) as session:
        if not reopen(session, delivery_id, now()):
            message = f"deliveries: {delivery_id} is none that has ended; `monitor deliveries` lists them"
            raise ConfigurationError(message)
    deliver_due(settings, database, now)


def outbox(settings: Settings) -> list[tuple[str, Delivery]]:
    """The latest deliveries, each with its digest's name."""
    with opened_database(settings) as database, database.reading() as session:
        return [(each.digest.name, each.delivery) for each in deliveries(session)]


def delivery_json(each: Delivery, name: str) -> dict[str, Any]:
    """One delivery of `monitor deliveries --json`."""
    return {
        "id": each.id,
        "digest": name,
        "channel": each.channel,
        "recipient": each.recipient,
        "state": str(each.state),
        "attempts": each.attempts,
        "message_id": each.message_id,
        "changed_at": each.changed_at.isoformat(),
        "next_attempt": each.next_attempt.isoformat() if each.next_attempt else None,
        "detail": each.detail,
    }


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


def _waits(settings: Settings, session: Session, due: Delivery, moment: datetime) -> bool:
    """Whether it is an alert within its digest's quiet hours: one that failed before, too. By hand nothing waits."""
    if due.state == DeliveryState.PENDING and due.attempts:
        return False
    told = digest_of(session, due.digest_id)
    named = [each for each in settings.digests if told is not None and each.name == told.name]
    return told is not None and told.slot.startswith(ALERT) and any(is_quiet(each, moment) for each in named)


def _deliver_one(settings: Settings, database: Database, waiting: Delivery, now: Callable[[], datetime]) -> None:
    identity = waiting.id or 0
    with database.writing(durable=True) as session:
        if not claim(session, identity, now()):
            return
    outcome = _attempt(settings, waiting)
    later = _next_attempt(waiting.attempts + 1, outcome, now()) if outcome.state == DeliveryState.FAILED else None
    with database.writing(durable=True) as session:
        settle(session, identity, outcome.state, outcome.detail, next_attempt=later, now=now())


def _attempt(settings: Settings, waiting: Delivery) -> Outcome:
    channel = next((each for each in settings.channels if each.name == waiting.channel), None)
    if channel is None:
        return failed(f'config/monitor.toml has no channel "{waiting.channel}" any more', permanent=True)
    return deliver(channel, waiting, settings.root)


def _next_attempt(attempts: int, outcome: Outcome, now: datetime) -> datetime | None:
    if outcome.permanent or attempts >= DELIVERY_ATTEMPTS:
        return None
    return after_failure(attempts, now, now + outcome.retry_after if outcome.retry_after else None)


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
