"""Never twice: one transaction for all of a digest, one winner for each delivery, and honesty about what is unknown."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from keeping import NOW, delivery, digest, item, keep_story, source_told, told
from sqlmodel import SQLModel, select

from monitor.models import Delivery, DeliveryState, Digest, DigestItem, SourceTold, Told
from monitor.models import audience as audience_of
from monitor.store import Database
from monitor.store.outbox import (
    Kept,
    claim,
    deliveries,
    deliveries_of,
    digest_at,
    due_deliveries,
    interrupted,
    keep_digest,
    reopen,
    settle,
    unsubscribe,
    unsubscribed,
)
from monitor.store.outbox import delivery as delivery_of

MINUTE = timedelta(minutes=1)


def keep(database: Database, slot: str = "monday", **changes: object) -> Kept | None:
    """A digest of one story for two readers."""
    with database.writing(durable=True) as session:
        return keep_digest(
            session,
            digest(slot),
            [item(1, 1, position=2), item(1, 1, position=1)],
            [delivery(slot), delivery(slot, "b@example.org")],
            [told(1, **changes), told(1, "b@example.org", **changes), told(1, **changes)],
        )


@pytest.fixture
def one(database: Database) -> int:
    """The id of a delivery that is pending; the database holds one story."""
    keep_story(database, "s")
    kept = keep(database)
    return kept.deliveries[0].id


def count(database: Database, model: type[SQLModel]) -> int:
    with database.reading() as session:
        return len(session.exec(select(model)).all())


def state(database: Database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return delivery_of(session, delivery_id)


def test_a_digest_is_kept_whole(database: Database) -> None:
    keep_story(database, "s")
    kept = keep(database)
    assert kept.new
    assert [each.position for each in kept.items] == [1, 2]
    assert [(each.recipient, each.state) for each in kept.deliveries] == [
        ("a@example.org", "pending"),
        ("b@example.org", "pending"),
    ]
    with database.reading() as session:
        assert digest_at(session, "morning", "monday") == kept.digest
        assert deliveries_of(session, kept.digest.id) == list(kept.deliveries)
        rows = session.exec(select(Told).order_by(Told.audience)).all()
    assert [each.delivery_id for each in rows] == [each.id for each in kept.deliveries]


def test_the_same_slot_again_doubles_nothing(database: Database) -> None:
    keep_story(database, "s")
    first, again = keep(database), keep(database)
    assert not again.new
    assert (again.digest, again.items, again.deliveries) == (first.digest, first.items, first.deliveries)
    assert [count(database, model) for model in (Digest, DigestItem, Delivery, Told)] == [1, 2, 2, 2]


def test_what_another_digest_told_meanwhile_undoes_all_of_this_one(database: Database) -> None:
    keep_story(database, "s")
    keep(database)
    assert keep(database, "tuesday") is None
    assert [count(database, model) for model in (Digest, DigestItem, Delivery, Told)] == [1, 2, 2, 2]
    assert keep(database, "tuesday", revision=2).new


def test_what_another_digest_said_of_a_source_meanwhile_undoes_all_of_this_one(database: Database) -> None:
    def say(slot: str, *said: SourceTold) -> Kept | None:
        with database.writing() as session:
            return keep_digest(session, digest(slot), [], [delivery(slot)], said)

    assert say("monday", source_told("broken"), source_told("broken")).new
    assert say("tuesday", source_told("recovered"), source_told("broken")) is None
    assert [count(database, model) for model in (Digest, Delivery, SourceTold)] == [1, 1, 1]
    assert say("tuesday", source_told("recovered")).new


def test_a_digest_with_nothing_to_tell_may_be_kept(database: Database) -> None:
    with database.writing() as session:
        kept = keep_digest(session, digest(), [], [], [])
    assert (kept.new, kept.items, kept.deliveries) == (True, (), ())


def test_who_is_told_must_have_a_delivery(database: Database) -> None:
    keep_story(database, "s")
    with pytest.raises(KeyError), database.writing() as session:
        keep_digest(session, digest(), [], [delivery()], [told(1, "nobody@example.org")])
    assert [count(database, model) for model in (Digest, Delivery, Told)] == [0, 0, 0]


def test_many_that_keep_one_slot_at_once_keep_it_once(database: Database) -> None:
    keep_story(database, "s")
    with ThreadPoolExecutor(4) as workers:
        kept = list(workers.map(lambda _: keep(database), range(8)))
    assert sum(each.new for each in kept) == 1
    assert len({each.digest.id for each in kept}) == 1
    assert count(database, Delivery) == 2


def test_many_that_tell_one_story_at_once_tell_it_once(database: Database) -> None:
    keep_story(database, "s")
    with ThreadPoolExecutor(4) as workers:
        kept = list(workers.map(lambda number: keep(database, f"slot {number}"), range(8)))
    assert sum(each is not None for each in kept) == 1
    assert count(database, Delivery) == 2


def test_a_claim_has_one_winner(database: Database, one: int) -> None:
    def work(_number: int) -> bool:
        with database.writing(durable=True) as session:
            return claim(session, one, NOW)

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(8))) == 1
    kept = state(database, one)
    assert (kept.state, kept.attempts, kept.changed_at) == ("sending", 1, NOW)


CLAIMER = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from monitor.store import Database
    from monitor.store.outbox import claim
    database = Database.open(sys.argv[1], root=Path())
    print("ready", flush=True)
    sys.stdin.readline()
    won = []
    for delivery in range(1, 41):
        with database.writing(durable=True) as session:
            if claim(session, delivery, datetime(2026, 11, 24, tzinfo=UTC)):
                won.append(delivery)
    database.close()
    print(*won)
"""


def test_of_two_programs_exactly_one_sends_each(database: Database, database_url: str, tmp_path: Path) -> None:
    with database.writing() as session:
        many = [delivery(recipient=f"{number}@example.org") for number in range(40)]
        keep_digest(session, digest(), [], many, [])
    command = [sys.executable, "-c", textwrap.dedent(CLAIMER), database_url]
    programs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        for _ in range(2)
    ]
    assert [program.stdout.readline() for program in programs] == ["ready\n"] * 2
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    won = [program.communicate(timeout=60)[0].split() for program in programs]
    assert sorted(won[0] + won[1], key=int) == [str(number) for number in range(1, 41)]


def test_a_failed_delivery_is_tried_again_when_due_and_a_sent_one_never(database: Database, one: int) -> None:
    with database.writing() as session:
        assert claim(session, one, NOW)
        assert settle(session, one, DeliveryState.FAILED, "421 busy\0", next_attempt=NOW + MINUTE, now=NOW)
        assert [each.id for each in due_deliveries(session, NOW)] == [one + 1]
        assert not claim(session, one, NOW)
        assert [each.id for each in due_deliveries(session, NOW + MINUTE)] == [one, one + 1]
        assert claim(session, one, NOW + MINUTE)
        assert settle(session, one, DeliveryState.SENT, "250 ok", next_attempt=None, now=NOW + MINUTE)
        assert not claim(session, one, NOW + timedelta(days=9))
        assert not settle(session, one, DeliveryState.FAILED, "late", next_attempt=None, now=NOW)
    kept = state(database, one)
    assert (kept.state, kept.detail, kept.attempts) == ("sent", "250 ok", 2)


def test_a_delivery_that_failed_for_good_is_never_tried_again(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW)
        settle(session, one, DeliveryState.FAILED, "550 no such user", next_attempt=None, now=NOW)
        assert one not in [each.id for each in due_deliveries(session, NOW + timedelta(days=900))]
        assert not claim(session, one, NOW + timedelta(days=900))


def test_an_interrupted_delivery_is_unknown_and_goes_again_only_by_hand(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW)
        assert interrupted(session, NOW + 14 * MINUTE) == []
        found = interrupted(session, NOW + 15 * MINUTE)
        assert [(each.id, each.state) for each in found] == [(one, "unknown")]
        assert one not in [each.id for each in due_deliveries(session, NOW + timedelta(days=9))]
        assert not claim(session, one, NOW + timedelta(days=9))
        message_id = delivery_of(session, one).message_id
        assert reopen(session, one, NOW)
        assert not reopen(session, one, NOW)
        assert claim(session, one, NOW)
    assert state(database, one).message_id == message_id


def test_who_holds_the_lease_need_not_wait_to_say_interrupted(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW)
        assert [each.id for each in interrupted(session, NOW, older_than=timedelta(0))] == [one]


def test_a_claim_from_the_future_was_left_by_a_clock_that_was_set_back(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW + timedelta(days=1))
        assert [each.id for each in interrupted(session, NOW)] == [one]


def test_a_slow_sender_still_settles_what_was_given_up(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW)
        interrupted(session, NOW + 20 * MINUTE)
        assert settle(session, one, DeliveryState.SENT, "250 ok", next_attempt=None, now=NOW + 21 * MINUTE)
    assert state(database, one).state == "sent"


def test_the_outbox_is_listed_with_its_digests(database: Database, one: int) -> None:
    with database.writing() as session:
        claim(session, one, NOW + MINUTE)
        keep_digest(session, digest("x", name="evening"), [], [delivery("x", created_at=NOW + MINUTE)], [])

        def listed(**choice: object) -> list[tuple[int, str]]:
            return [(each.delivery.id, each.digest.name) for each in deliveries(session, **choice)]

        assert listed() == [(one + 2, "evening"), (one + 1, "morning"), (one, "morning")]
        assert listed(states=[DeliveryState.SENDING]) == [(one, "morning")]
        assert listed(digest="evening") == [(one + 2, "evening")]
        assert listed(since=NOW + MINUTE) == [(one, "morning")]
        assert listed(limit=1) == [(one + 2, "evening")]


def test_who_wants_no_more_is_remembered(database: Database) -> None:
    reader, other = audience_of("morning", "mail", "a@example.org"), audience_of("morning", "mail", "b@example.org")
    with database.writing() as session:
        unsubscribe(session, reader, NOW)
        unsubscribe(session, reader, NOW + MINUTE)
        assert unsubscribed(session, [reader, other]) == {reader}
