"""Delivers what is composed: each message is claimed before it is sent, and settled after.

    due or interrupted ──> claim ──> channel ──> sent, failed until its next attempt, or unknown

Whoever finds a claim in between knows that its outcome is unknown, says so, and leaves sending again to a person.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from monitor.config import Settings
from monitor.deliver import Outcome, deliver
from monitor.deliver.outcome import failed
from monitor.errors import ConfigurationError
from monitor.models import ALERT, Delivery, DeliveryState
from monitor.pipeline.context import clock, opened_database
from monitor.pipeline.polling.rhythm import after_failure
from monitor.pipeline.telling.instant import is_quiet
from monitor.store.database import Database
from monitor.store.digests import digest as digest_of
from monitor.store.outbox import claim, deliveries, delivery, due_deliveries, interrupted, reopen, settle

# After so many attempts, the last of them about a day after the first, a delivery is left to a person.
DELIVERY_ATTEMPTS = 8


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


def unsent(posted: Sequence[Delivery]) -> list[str]:
    """A line for each delivery that failed or is unknown: where to, why, and where it can be sent again."""
    return [
        f"{each.channel} to {each.recipient}: {each.state}: {each.detail}; `monitor deliveries` says what becomes of it"
        for each in posted
        if each.state != DeliveryState.SENT
    ]


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
