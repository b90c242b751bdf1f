import email
from email import policy

from monitor.deliver import ChannelSettings, deliver, recipients
from monitor.models import DeliveryState

DESK = ChannelSettings(name="desk", kind="file", path="var/digests")


def test_page_text_and_mail_stand_under_the_path(make_delivery, tmp_path):
    delivery = make_delivery(channel="desk", recipient="var/digests")

    outcome = deliver(DESK, delivery, tmp_path)

    assert outcome.state is DeliveryState.SENT
    assert outcome.detail == "var/digests/morning-2026-11-24T0700Z.html"
    folder = tmp_path / "var" / "digests"
    assert (tmp_path / outcome.detail).read_text(encoding="utf-8") == delivery.html
    assert (folder / "morning-2026-11-24T0700Z.txt").read_text(encoding="utf-8") == delivery.text
    mail = email.message_from_bytes((folder / "morning-2026-11-24T0700Z.eml").read_bytes(), policy=policy.default)
    assert mail.get_body(("plain",)).get_content().splitlines() == delivery.text.splitlines()
    assert mail["Message-ID"] == delivery.message_id
    assert {path.suffix for path in folder.iterdir()} == {".html", ".txt", ".eml"}


def test_written_twice_it_is_the_same(make_delivery, tmp_path):
    delivery = make_delivery(channel="desk", recipient="var/digests")
    deliver(DESK, delivery, tmp_path)
    folder = tmp_path / "var" / "digests"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    deliver(DESK, delivery, tmp_path)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_said(make_delivery, tmp_path):
    (tmp_path / "var").write_text("a file stands here")

    outcome = deliver(DESK, make_delivery(channel="desk", recipient="var/digests"), tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent
    assert "var" in outcome.detail


def test_half_a_surrogate_pair_stops_nothing(make_delivery, tmp_path):
    delivery = make_delivery(recipient="var/digests", html="<p>\ud800</p>", text="\ud800", subject="\udfff")

    assert deliver(DESK, delivery, tmp_path).state is DeliveryState.SENT


def test_its_recipient_is_its_path():
    assert recipients(DESK) == ("var/digests",)
