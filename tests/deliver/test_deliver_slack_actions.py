"""Whether a request is Slack's: as Slack's own library says, and nothing else."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from slack_sdk.signature import Clock, SignatureVerifier

from monitor.deliver.settings import ChannelSettings
from monitor.deliver.slack_actions import FRESH, answer, is_signed

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
BODY = b"payload=%7B%22type%22%3A%22block_actions%22%7D"


class Still(Clock):
    """Slack's clock, at our moment."""

    def now(self) -> float:
        return NOW.timestamp()


def signed(at: datetime = NOW, body: bytes = BODY, secret: str = SECRET) -> tuple[str, str]:
    stamp = str(int(at.timestamp()))
    return stamp, SignatureVerifier(secret, Still()).generate_signature(timestamp=stamp, body=body)


def test_what_slacks_own_library_signs_is_taken() -> None:
    stamp, signature = signed()
    assert SignatureVerifier(SECRET, Still()).is_valid(BODY, stamp, signature)
    assert is_signed(SECRET, stamp, BODY, signature, NOW)


def test_what_it_did_not_sign_is_not() -> None:
    stamp, signature = signed()
    other_stamp, other = signed(body=BODY + b" ")
    assert not is_signed(SECRET, stamp, BODY + b" ", signature, NOW)
    assert not is_signed(SECRET, other_stamp, BODY, other, NOW)
    assert not is_signed("another", stamp, BODY, signature, NOW)
    unkeyed = "v0=" + hmac.new(b"", b"v0:" + stamp.encode() + b":" + BODY, hashlib.sha256).hexdigest()
    assert not is_signed("", stamp, BODY, unkeyed, NOW)
    for odd in ("", "v0=", signature.upper(), signature[:-1], "ü", "\ud800", "v1" + signature[2:]):
        assert not is_signed(SECRET, stamp, BODY, odd, NOW)
    for stamp_given in ("", "-1", "1e9", "²", "9" * 400, str(int(NOW.timestamp()) + 1)):
        assert not is_signed(SECRET, stamp_given, BODY, signature, NOW)


@pytest.mark.parametrize("late", [FRESH + timedelta(seconds=1), -FRESH - timedelta(seconds=1)])
def test_an_old_request_is_not_played_again(late: timedelta) -> None:
    stamp, signature = signed()
    assert not is_signed(SECRET, stamp, BODY, signature, NOW + late)
    assert is_signed(SECRET, stamp, BODY, signature, NOW + late / 2)


def test_who_pressed_is_answered_alone(httpserver: HTTPServer) -> None:
    channel = ChannelSettings("team", "slack", url=httpserver.url_for("/api"))
    httpserver.expect_request("/actions/1", method="POST").respond_with_data("ok")
    assert answer(channel, httpserver.url_for("/actions/1"), "Recorded: <!channel> & more").state == "sent"
    (asked, _) = httpserver.log[0]
    assert asked.get_json() == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": "Recorded: &lt;!channel&gt; &amp; more",
    }
    httpserver.expect_request("/actions/2").respond_with_data("no", status=500)
    assert answer(channel, httpserver.url_for("/actions/2"), "x").state == "failed"


@pytest.mark.parametrize(
    "url",
    ["http://hooks.slack.com/x", "https://hooks.slack.com.elsewhere.example/", "http://127.0.0.1:9/", "", "//", "x"],
)
def test_nobody_but_slack_is_asked(url: str) -> None:
    assert answer(ChannelSettings("team", "slack"), url, "x").detail == "the address to answer at is none of Slack's"
