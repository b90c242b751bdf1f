"""Digests sent: through a mail server, a Slack endpoint and files at once; once, whatever happens."""

import asyncio
import email
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from mailing import Mailbox
from pipeline_house import DESK, House, mail_channel, send_now
from pytest_httpserver import HTTPServer
from sqlmodel import Session

from monitor.digest.settings import DigestSettings
from monitor.errors import ConfigurationError, StoreError
from monitor.models import Delivery, Digest, Told
from monitor.pipeline.delivering import DELIVERY_ATTEMPTS, deliver_waiting, delivery_json, outbox, resend
from monitor.pipeline.digest import Sent, Slot, by_hand, scheduled, send
from monitor.pipeline.telling import composing
from monitor.store.outbox import Kept, claim, keep_digest

HOOK = "/services/T0/B0/not-a-real-one"
MailServer = Callable[..., int]


@pytest.fixture
def told_in_three_ways(house: House, mail_server: MailServer, httpserver: HTTPServer) -> House:
    """A digest of one story for files, mail and Slack."""
    httpserver.expect_request(HOOK, method="POST").respond_with_data("ok")
    slack = '\n[channels.team]\nkind = "slack"\n'
    house.environment["MONITOR_CHANNELS__TEAM__WEBHOOK_URL"] = httpserver.url_for(HOOK)
    house.monitor(DESK, mail_channel(mail_server()), slack)
    house.digest(channels=["desk", "analyst", "team"])
    house.keep("cranes")
    house.clock.move(hours=1)
    house.collected()
    return house


@pytest.fixture
def mailed(house: House, mail_server: MailServer) -> House:
    """A digest of one story for one reader of mail."""
    house.monitor(DESK, mail_channel(mail_server()))
    house.digest(channels=["analyst"])
    house.keep("cranes")
    house.clock.move(hours=1)
    house.collected()
    return house


def sent_now(house: House, slot: str = "by hand one") -> Sent:
    return send(house.settings, [Slot("morning", slot)], house.clock)[0]


def states(house: House) -> dict[str, str]:
    return {each.channel: str(each.state) for each in house.rows(Delivery)}


def message(mailbox: Mailbox, number: int = 0) -> EmailMessage:
    return email.message_from_bytes(mailbox.kept[number].content or b"", policy=policy.default)  # type: ignore[return-value]


def test_each_channel_is_sent_the_digest_once(
    told_in_three_ways: House, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    house = told_in_three_ways
    sent = sent_now(house)
    assert sent.all_sent
    assert states(house) == {"desk": "sent", "analyst": "sent", "team": "sent"}
    assert sent.items == 1
    assert sent.first_line == "1 story from 1 article"
    page = (house.root / sent.path).read_text(encoding="utf-8")
    assert "What happened to cranes" in page
    assert message(mailbox)["Subject"] == "Morning news: What happened to cranes"
    assert "What happened to cranes" in message(mailbox).get_body(("plain",)).get_content()
    ((request, _),) = httpserver.log
    assert "What happened to cranes" in json.dumps(json.loads(request.data)["blocks"])


def test_the_same_slot_again_is_the_same_digest_and_sends_nothing(
    told_in_three_ways: House, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    first = sent_now(told_in_three_ways)
    told_in_three_ways.keep("a second story")
    told_in_three_ways.clock.move(hours=1)
    again = sent_now(told_in_three_ways)
    assert [each.message_id for each in again.deliveries] == [each.message_id for each in first.deliveries]
    assert (again.items, again.first_line, again.path) == (first.items, first.first_line, first.path)
    assert (len(mailbox.kept), len(httpserver.log)) == (1, 1)


@pytest.mark.parametrize("channel", ['kind = "file"', 'kind = "email"\nhost = "127.0.0.1"\nfrom = "a@b.c"'])
def test_a_digest_that_reaches_nobody_is_a_fault_and_tells_nothing_until_it_is_mended(
    house: House, channel: str
) -> None:
    house.monitor(DESK, f"[channels.reader]\n{channel}\n")
    house.digest(channels=["reader"])
    house.keep("cranes")
    house.clock.move(hours=1)
    house.collected()
    sent = sent_now(house)
    assert not sent.all_sent
    (line,) = sent.unreached
    assert line.startswith('config/monitor.toml: channels.reader: digest "morning" reaches nobody there: ')
    assert "name another channel in config/digests/morning.toml" in line
    assert [*house.rows(Digest), *house.rows(Told), *house.rows(Delivery)] == []
    house.digest(channels=["desk"])
    mended = sent_now(house)  # the same slot
    assert (mended.items, mended.all_sent, mended.unreached) == (1, True, ())


def test_where_one_channel_reaches_nobody_the_others_are_told_and_it_is_said(house: House) -> None:
    house.monitor(DESK, '[channels.reader]\nkind = "feed"\n[channels.folder]\nkind = "file"\n')
    house.digest(channels=["reader", "folder", "desk"])
    house.keep("cranes")
    house.clock.move(hours=1)
    house.collected()
    sent = sent_now(house)
    assert states(house) == {"desk": "sent"}
    assert not sent.all_sent
    assert [line.split(":")[1] for line in sent.unreached] == [" channels.reader", " channels.folder"]


def test_another_slot_with_nothing_new_sends_nothing(
    told_in_three_ways: House, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    sent_now(told_in_three_ways)
    told_in_three_ways.clock.move(minutes=10)
    again = sent_now(told_in_three_ways, "by hand two")
    assert (again.items, again.deliveries, again.path) == (0, (), "")
    assert again.all_sent
    assert (len(mailbox.kept), len(httpserver.log)) == (1, 1)


def test_a_channel_that_fails_is_tried_again_later_with_the_same_id_and_the_others_are_not(
    told_in_three_ways: House, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    house = told_in_three_ways
    mailbox.replies["DATA"] = "452 4.3.1 out of space"
    sent = sent_now(house)
    assert not sent.all_sent
    assert states(house) == {"desk": "sent", "analyst": "failed", "team": "sent"}
    failed = next(each for each in house.rows(Delivery) if each.channel == "analyst")
    assert failed.next_attempt is not None
    assert timedelta(minutes=7) < failed.next_attempt - house.clock() <= timedelta(minutes=15)
    del mailbox.replies["DATA"]
    assert deliver_waiting(house.settings, house.clock) == []  # not yet
    house.clock.time = failed.next_attempt
    (again,) = deliver_waiting(house.settings, house.clock)
    assert (again.state, again.attempts, again.message_id) == ("sent", 2, failed.message_id)
    refused, taken = message(mailbox, 0), message(mailbox, 1)
    assert refused["Message-ID"] == taken["Message-ID"] == failed.message_id
    assert refused.as_bytes() == taken.as_bytes()
    assert len(httpserver.log) == 1
    assert deliver_waiting(house.settings, house.clock) == []


def test_what_would_fail_again_is_left_to_a_person(mailed: House, mailbox: Mailbox) -> None:
    mailbox.replies["RCPT"] = "550 5.1.1 no such user"
    (delivery,) = sent_now(mailed).deliveries
    assert (delivery.state, delivery.next_attempt) == ("failed", None)
    assert "no such user" in delivery.detail
    mailed.clock.move(days=30)
    assert deliver_waiting(mailed.settings, mailed.clock) == []


def test_after_so_many_attempts_it_is_left_to_a_person_too(mailed: House, mailbox: Mailbox) -> None:
    mailbox.replies["RCPT"] = "450 4.2.0 greylisted"
    sent_now(mailed)
    started = mailed.clock()
    for attempt in range(2, DELIVERY_ATTEMPTS + 1):
        waiting = mailed.rows(Delivery)[0]
        assert waiting.next_attempt is not None
        mailed.clock.time = waiting.next_attempt
        assert deliver_waiting(mailed.settings, mailed.clock)[0].attempts == attempt
    assert mailed.rows(Delivery)[0].next_attempt is None
    assert timedelta(hours=12) < mailed.clock() - started < timedelta(days=3)


def test_how_long_a_channel_asks_to_wait_is_obeyed(house: House, httpserver: HTTPServer) -> None:
    httpserver.expect_request(HOOK).respond_with_data("slow down", status=429, headers={"Retry-After": "7200"})
    house.monitor('[channels.team]\nkind = "slack"\n')
    house.environment["MONITOR_CHANNELS__TEAM__WEBHOOK_URL"] = httpserver.url_for(HOOK)
    house.digest(channels=["team"])
    house.keep("cranes")
    house.clock.move(hours=1)
    house.collected()
    (delivery,) = sent_now(house).deliveries
    assert delivery.next_attempt == house.clock() + timedelta(hours=2)


def test_a_connection_lost_after_the_text_is_unknown_and_never_sent_again_by_itself(
    mailed: House, mailbox: Mailbox
) -> None:
    mailbox.drops_after_text = True
    sent = sent_now(mailed)
    (delivery,) = sent.deliveries
    assert not sent.all_sent
    assert (delivery.state, delivery.next_attempt) == ("unknown", None)
    mailbox.drops_after_text = False
    for _ in range(3):
        mailed.clock.move(days=1)
        assert deliver_waiting(mailed.settings, mailed.clock) == []
        sent_now(mailed)
    assert len(mailbox.kept) == 1
    resend(mailed.settings, delivery.id or 0, mailed.clock)
    assert states(mailed) == {"analyst": "sent"}
    assert message(mailbox, 1)["Message-ID"] == message(mailbox, 0)["Message-ID"] == delivery.message_id


def killed_while_sending(mailed: House, mailbox: Mailbox) -> None:
    """Leave a delivery that was refused once, and then claimed by one who was killed."""
    mailbox.replies["RCPT"] = "450 4.2.0 greylisted"
    (delivery,) = sent_now(mailed).deliveries
    mailbox.replies.clear()
    mailed.clock.move(hours=1)
    with mailed.database() as database, database.writing() as session:
        assert claim(session, delivery.id or 0, mailed.clock())


def test_one_found_in_sending_was_interrupted_and_becomes_unknown(mailed: House, mailbox: Mailbox) -> None:
    killed_while_sending(mailed, mailbox)
    mailed.clock.move(minutes=14)
    assert deliver_waiting(mailed.settings, mailed.clock) == []  # it may still live
    mailed.clock.move(minutes=2)
    (lost,) = deliver_waiting(mailed.settings, mailed.clock)
    assert lost.state == "unknown"
    assert "interrupted" in lost.detail
    mailed.clock.move(days=2)
    assert deliver_waiting(mailed.settings, mailed.clock) == []
    assert mailbox.kept == []


def test_a_digest_tells_of_an_earlier_delivery_that_it_finds_interrupted(mailed: House, mailbox: Mailbox) -> None:
    killed_while_sending(mailed, mailbox)
    mailed.clock.move(hours=1)
    found = sent_now(mailed, "by hand two")
    assert found.deliveries == ()
    assert not found.all_sent
    (line,) = found.besides
    assert "unknown: interrupted while sending" in line
    assert "`monitor deliveries`" in line
    assert sent_now(mailed, "by hand three").besides == ()


def test_only_what_has_ended_is_sent_again_by_hand(mailed: House, mailbox: Mailbox) -> None:
    (delivery,) = sent_now(mailed).deliveries
    with pytest.raises(ConfigurationError, match="99 is none that has ended"):
        resend(mailed.settings, 99, mailed.clock)
    resend(mailed.settings, delivery.id or 0, mailed.clock)
    assert len(mailbox.kept) == 2
    with mailed.database() as database, database.writing() as session:
        assert not claim(session, delivery.id or 0, mailed.clock())


def test_a_channel_that_is_declared_no_more_has_failed(mailed: House, mailbox: Mailbox) -> None:
    mailbox.replies["RCPT"] = "450 4.2.0 greylisted"
    sent_now(mailed)
    mailed.monitor(DESK)
    mailed.digest(channels=["desk"])
    mailed.clock.move(days=1)
    (delivery,) = deliver_waiting(mailed.settings, mailed.clock)
    assert (delivery.state, delivery.next_attempt) == ("failed", None)
    assert 'no channel "analyst" any more' in delivery.detail


@pytest.mark.parametrize("slots", [("one", "one"), ("one", "two")], ids=["one-slot", "two-slots"])
async def test_two_processes_at_once_send_each_message_once(
    house: House, database_url: str, mail_server: MailServer, mailbox: Mailbox, slots: tuple[str, str]
) -> None:
    recipients = [f"reader-{number}@reader.example" for number in range(5)]
    house.monitor(mail_channel(mail_server(), *recipients))
    text = (house.root / "config/monitor.toml").read_text(encoding="utf-8")
    house.write("config/monitor.toml", text.replace("sqlite:///var/monitor.db", database_url))
    house.digest(channels=["analyst"])
    for number in range(3):
        house.keep(f"story {number}")
    house.clock.move(minutes=50)
    house.collected()
    await asyncio.gather(*(house.workers.run(send_now, house.root, "morning", slot) for slot in slots))
    assert sorted(envelope.rcpt_tos[0] for envelope in mailbox.kept) == recipients
    assert {str(delivery.state) for delivery in house.rows(Delivery)} == {"sent"}
    assert len(house.rows(Told)) == 3 * len(recipients)


def test_what_is_told_of_a_digest_stands_in_words_and_in_json(mailed: House) -> None:
    sent = sent_now(mailed)
    assert sent.to_json() == {
        "digest": "morning",
        "topics": ["harbours"],
        "items": 1,
        "composed_at": mailed.clock().isoformat(),
        "earlier": False,
        "path": "",
        "deliveries": [{"channel": "analyst", "recipient": "a@reader.example", "state": "sent"}],
        "unreached": [],
        "besides": [],
    }
    assert all(line.startswith("    ") for line in sent.markdown.splitlines())
    assert "What happened to cranes" in sent.markdown
    assert Sent("morning", "slot").markdown == "    Nothing to tell."
    ((name, delivery),) = outbox(mailed.settings)
    told = delivery_json(delivery, name)
    assert (told["digest"], told["state"], told["attempts"]) == ("morning", "sent", 1)
    assert re.fullmatch(r"<morning\.by-hand-one-\w+\.\w+@monitor\.example>", told["message_id"])


def test_a_digest_that_is_not_there_is_named_before_anything_is_done(mailed: House) -> None:
    with pytest.raises(ConfigurationError, match='there is no digest "evening"'):
        send(mailed.settings, [Slot("morning", "one"), Slot("evening", "one")], mailed.clock)
    assert mailed.rows(Digest) == []


class Stumbling:
    """Keeps digests, but for those of some names, whose keeping meets an error, or is never settled (None)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **errors: Exception | None) -> None:
        self.errors = errors
        monkeypatch.setattr(composing, "keep_digest", self)

    def __call__(self, session: Session, made: Digest, *rest: Any) -> Kept | None:
        if made.name not in self.errors:
            return keep_digest(session, made, *rest)
        if error := self.errors[made.name]:
            raise error
        return None


def test_a_digest_that_cannot_be_composed_stops_no_other_and_is_told_once_it_can(
    mailed: House, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("evening", "noon"):
        mailed.digest(name, channels=["analyst"])
    slots = [Slot(name, "one") for name in ("morning", "evening", "noon")]
    with monkeypatch.context() as broken:
        Stumbling(broken, morning=None)
        with pytest.raises(StoreError, match=r"^digest morning: other runs kept telling"):
            send(mailed.settings, slots, mailed.clock)
        assert sorted(each.name for each in mailed.rows(Digest)) == ["evening", "noon"]
        assert len(mailbox.kept) == 2
        Stumbling(broken, morning=None, noon=None)
        with pytest.raises(StoreError, match=r"^digest morning: .*; digest noon: "):
            send(mailed.settings, [Slot(each.digest, "two") for each in slots], mailed.clock)
    assert [each.all_sent for each in send(mailed.settings, slots, mailed.clock)] == [True] * 3
    assert len(mailbox.kept) == 3


def test_an_interrupted_delivery_is_told_of_beside_a_digest_that_cannot_be_composed(
    mailed: House, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_while_sending(mailed, mailbox)
    mailed.clock.move(hours=1)
    Stumbling(monkeypatch, morning=None)
    with pytest.raises(StoreError, match=r"^digest morning: .*; analyst to .*: unknown: interrupted while sending"):
        send(mailed.settings, [Slot("morning", "two")], mailed.clock)


def test_an_error_that_nobody_expects_is_raised_when_the_other_digests_were_sent(
    mailed: House, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("evening", "noon"):
        mailed.digest(name, channels=["analyst"])
    Stumbling(monkeypatch, morning=None, evening=ZeroDivisionError("a fault"))
    with pytest.raises(ZeroDivisionError) as raised:
        send(mailed.settings, [Slot(name, "one") for name in ("morning", "evening", "noon")], mailed.clock)
    assert raised.value.__notes__[0] == "composing the digest evening"
    assert "digest morning: other runs kept telling" in raised.value.__notes__[1]
    assert len(mailbox.kept) == 1


def test_a_slot_by_hand_is_of_its_own_and_a_trigger_names_it() -> None:
    moments = iter([datetime(2026, 11, 24, 7, 0, 0, number, tzinfo=UTC) for number in range(4)])

    def now() -> datetime:
        return next(moments)

    assert by_hand("morning", now=now) != by_hand("morning", now=now)
    assert by_hand("morning", "run-7") == by_hand("morning", "run-7") == Slot("morning", "by hand run-7")


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        # the clocks went forward at 01:00 UTC on 29 March 2026
        ("2026-03-28T06:59:59", "2026-03-27T07:00"),
        ("2026-03-28T07:00:00", "2026-03-28T07:00"),
        ("2026-03-29T05:59:59", "2026-03-28T07:00"),
        ("2026-03-29T06:00:00", "2026-03-29T06:00"),
        ("2026-03-30T06:00:00", "2026-03-30T06:00"),
        # and back at 01:00 UTC on 25 October 2026
        ("2026-10-24T06:00:00", "2026-10-24T06:00"),
        ("2026-10-25T06:00:00", "2026-10-24T06:00"),
        ("2026-10-25T06:59:59", "2026-10-24T06:00"),
        ("2026-10-25T07:00:00", "2026-10-25T07:00"),
        ("2026-10-26T07:00:00", "2026-10-26T07:00"),
    ],
)
def test_the_slot_is_the_latest_scheduled_instant_by_the_wall_clock(now: str, slot: str) -> None:
    digest = DigestSettings("morning", schedule="0 7 * * *", timezone="Europe/London")
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert scheduled(digest, moment) == Slot("morning", f"{slot}:00+00:00")


@pytest.mark.parametrize("schedule", ["0 7 * * 1-5", "15 22 1 * *"])
def test_the_slot_of_a_moment_is_its_own_slot(schedule: str) -> None:
    digest = DigestSettings("morning", schedule=schedule, timezone="Asia/Kolkata")
    slot = scheduled(digest, datetime(2026, 11, 24, 7, 3, 12, 345, tzinfo=UTC))
    assert scheduled(digest, datetime.fromisoformat(slot.slot)) == slot
