import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from monitor.deliver import ChannelSettings, deliver, recipients, slack
from monitor.models import DeliveryState

PATH = "/services/T0AAAAAAA/B0BBBBBBB/notarealtokenatall"
POST = "/api/chat.postMessage"
TOKEN = "xoxb-not-a-real-token"


def webhook(server, path=PATH):
    return ChannelSettings(name="team", kind="slack", webhook_url=server.url_for(path))


def bot(server):
    return ChannelSettings(name="team", kind="slack", bot_token=TOKEN, channel="#ai", url=server.url_for("/api"))


def bodies(server):
    return [json.loads(request.data) for request, _ in server.log]


def test_the_webhook_is_posted_blocks_and_a_fallback(httpserver, delivery, tmp_path):
    httpserver.expect_request(PATH, method="POST").respond_with_data("ok")

    outcome = deliver(webhook(httpserver), delivery, tmp_path)

    assert outcome.state is DeliveryState.SENT
    (body,) = bodies(httpserver)
    assert body["blocks"] == delivery.blocks
    assert body["text"] == delivery.subject
    assert body["unfurl_links"] is False


def test_the_fallback_is_escaped(httpserver, make_delivery, tmp_path):
    httpserver.expect_request(PATH).respond_with_data("ok")

    deliver(webhook(httpserver), make_delivery(subject="<!channel> a & <https://x.example|b>\nc"), tmp_path)

    assert bodies(httpserver)[0]["text"] == "&lt;!channel&gt; a &amp; &lt;https://x.example|b&gt; c"


@pytest.mark.parametrize(
    ("status", "answer", "state", "permanent"),
    [
        (400, "invalid_blocks", "failed", True),
        (403, "action_prohibited", "failed", True),
        (404, "no_service", "failed", True),
        (410, "channel_is_archived", "failed", True),
        (302, "elsewhere", "failed", True),
        (500, "rollup_error", "failed", False),
        (503, "later", "failed", False),
        (502, "bad gateway", "unknown", False),
        (504, "gateway timeout", "unknown", False),
    ],
)
def test_what_slack_answers_is_an_outcome(httpserver, delivery, status, answer, state, permanent):
    httpserver.expect_request(PATH).respond_with_data(answer, status=status, headers={"Location": "/elsewhere"})

    outcome = deliver(webhook(httpserver), delivery, None)

    assert (outcome.state, outcome.permanent) == (state, permanent)
    assert answer in outcome.detail
    assert len(httpserver.log) == 1


def test_retry_after_is_passed_on(httpserver, delivery, tmp_path):
    httpserver.expect_request(PATH).respond_with_data("ratelimited", status=429, headers={"Retry-After": "37"})

    outcome = deliver(webhook(httpserver), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent
    assert outcome.retry_after == timedelta(seconds=37)


def test_no_answer_in_time_leaves_it_unknown(delivery, tmp_path, silent_port, monkeypatch):
    monkeypatch.setattr("monitor.deliver.post.ask.__defaults__", (0.2,))
    settings = ChannelSettings(name="team", kind="slack", webhook_url=f"http://127.0.0.1:{silent_port}{PATH}")

    assert deliver(settings, delivery, tmp_path).state is DeliveryState.UNKNOWN


def test_a_server_that_is_not_there_has_failed(delivery, tmp_path, unused_port):
    settings = ChannelSettings(name="team", kind="slack", webhook_url=f"http://127.0.0.1:{unused_port}{PATH}")

    outcome = deliver(settings, delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED
    assert not outcome.permanent


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "no address", "http://", "http://[::1", "http://\ud800/"])
def test_an_address_that_is_none_has_failed(delivery, tmp_path, address):
    outcome = deliver(ChannelSettings(name="team", kind="slack", webhook_url=address), delivery, tmp_path)

    assert outcome.state is DeliveryState.FAILED


def test_the_webhook_is_never_shown(httpserver, delivery, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(PATH).respond_with_data(f"no such hook: {PATH}", status=404)
    settings = webhook(httpserver)

    outcome = deliver(settings, delivery, tmp_path)

    logged = "".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert "notarealtokenatall" not in logged + repr(settings) + repr(outcome)


def test_a_bot_posts_a_short_message_and_its_thread(httpserver, delivery, tmp_path):
    httpserver.expect_request("/api/chat.postMessage").respond_with_json({"ok": True, "ts": "1764.001"})

    outcome = deliver(bot(httpserver), delivery, tmp_path)

    assert outcome.state is DeliveryState.SENT
    first, second = bodies(httpserver)
    assert first["channel"] == "analyst@example.org"
    assert [block["type"] for block in first["blocks"]] == ["header"]
    assert second["thread_ts"] == "1764.001"
    assert [block["type"] for block in second["blocks"]] == ["section"]
    assert httpserver.log[0][0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("error", "state", "permanent"),
    [
        ("channel_not_found", "failed", True),
        ("invalid_auth", "failed", True),
        ("service_unavailable", "failed", False),
        ("internal_error", "unknown", False),
    ],
)
def test_what_the_bot_is_told_is_an_outcome(httpserver, delivery, error, state, permanent):
    httpserver.expect_request("/api/chat.postMessage").respond_with_json({"ok": False, "error": error})

    outcome = deliver(bot(httpserver), delivery, None)

    assert (outcome.state, outcome.permanent) == (state, permanent)
    assert error in outcome.detail
    assert TOKEN not in repr(outcome)


@pytest.mark.parametrize("answer", ["", "[]", "null", '{"ok": true}', "<html>"])
def test_an_answer_that_says_nothing_leaves_it_unknown(httpserver, delivery, tmp_path, answer):
    httpserver.expect_request("/api/chat.postMessage").respond_with_data(answer)

    assert deliver(bot(httpserver), delivery, tmp_path).state is DeliveryState.UNKNOWN


def test_a_thread_that_fails_is_not_begun_again(httpserver, delivery, tmp_path):
    httpserver.expect_ordered_request("/api/chat.postMessage").respond_with_json({"ok": True, "ts": "1764.001"})
    httpserver.expect_ordered_request("/api/chat.postMessage").respond_with_json({"ok": False, "error": "ratelimited"})

    outcome = deliver(bot(httpserver), delivery, tmp_path)

    assert outcome.state is DeliveryState.UNKNOWN
    assert "ratelimited" in outcome.detail


def test_a_thread_waits_its_turn_as_long_as_slack_says(httpserver, delivery, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(slack, "sleep", waited.append)
    httpserver.expect_ordered_request(POST).respond_with_json({"ok": True, "ts": "1764.001"})
    for seconds in ("2", "1"):
        httpserver.expect_ordered_request(POST).respond_with_data("", 429, headers={"Retry-After": seconds})
    httpserver.expect_ordered_request(POST).respond_with_json({"ok": True, "ts": "1764.002"})

    assert deliver(bot(httpserver), delivery, tmp_path).state is DeliveryState.SENT
    assert waited == [2.0, 1.0]
    assert [body.get("thread_ts") for body in bodies(httpserver)] == [None, *["1764.001"] * 3]


def test_a_thread_that_would_wait_too_long_is_left(httpserver, delivery, tmp_path, monkeypatch):
    monkeypatch.setattr(slack, "sleep", lambda seconds: pytest.fail(f"waited {seconds}"))
    httpserver.expect_ordered_request(POST).respond_with_json({"ok": True, "ts": "1764.001"})
    httpserver.expect_ordered_request(POST).respond_with_data("", 429, headers={"Retry-After": "60"})

    assert deliver(bot(httpserver), delivery, tmp_path).state is DeliveryState.UNKNOWN


def test_a_delivery_without_blocks_is_posted_as_text(httpserver, make_delivery, tmp_path):
    httpserver.expect_request(PATH).respond_with_data("ok")

    deliver(webhook(httpserver), make_delivery(blocks=[]), tmp_path)

    assert "blocks" not in bodies(httpserver)[0]


def test_the_recipient_is_no_secret(httpserver):
    assert recipients(webhook(httpserver)) == ("webhook",)
    assert recipients(bot(httpserver)) == ("#ai",)


def test_a_date_in_retry_after_is_understood(httpserver, delivery, tmp_path):
    later = datetime.now(UTC) + timedelta(minutes=5)
    header = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    httpserver.expect_request(PATH).respond_with_data("", status=429, headers={"Retry-After": header})

    outcome = deliver(webhook(httpserver), delivery, tmp_path)

    assert timedelta(minutes=4) < outcome.retry_after <= timedelta(minutes=5)
