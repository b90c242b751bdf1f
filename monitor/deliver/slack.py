"""A delivery to Slack: by incoming webhook as one message, or by a bot as a short message with its thread.

Slack's answers are documented at https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ and
https://docs.slack.dev/reference/methods/chat.postMessage/.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from time import sleep
from typing import Any

import httpx

from monitor.deliver.outcome import Outcome, failed, pause, sent, unknown
from monitor.deliver.post import NOT_SENT, Answer, ask
from monitor.deliver.settings import ChannelSettings
from monitor.models import Delivery

_API = "https://slack.com/api"
# Errors of the Web API after which "some aspect of the operation" may have succeeded.
_UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout"})
_PASSING = frozenset({"ratelimited", "rate_limited", "service_unavailable", "message_limit_exceeded"})

# Seconds that a thread may wait for its turn: a run sends other messages after it.
_LONGEST_WAIT = 30.0

Blocks = Sequence[Mapping[str, Any]]


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """The channel a bot posts to, or "webhook": its address names the channel, and is a secret."""
    return (settings.channel if settings.bot_token else "webhook",)


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:  # noqa: ARG001 - as every channel
    """Post one digest; SENT once Slack says ok."""
    if settings.bot_token:
        return _by_bot(settings, delivery)
    return _by_webhook(settings, delivery)


def _by_webhook(settings: ChannelSettings, delivery: Delivery) -> Outcome:
    answer = _post(settings, settings.webhook_url, _message(delivery.subject, delivery.blocks))
    if isinstance(answer, Outcome):
        return answer
    return _judged(settings, answer) or sent("posted through the webhook")


def _by_bot(settings: ChannelSettings, delivery: Delivery) -> Outcome:
    """What stands before the first divider is the message, the rest its thread."""
    opening, detail = _parted(delivery.blocks)
    first = _chat(settings, delivery.recipient, _message(delivery.subject, opening))
    if isinstance(first, Outcome):
        return first
    if detail:
        second = _in_thread(settings, delivery.recipient, _message(delivery.subject, detail) | {"thread_ts": first})
        if isinstance(second, Outcome):
            # Retried, the message would stand there twice.
            return unknown(f"the message was posted, its thread was not: {second.detail}", settings.secrets)
    return sent(f"posted to {delivery.recipient} as {first}", settings.secrets)


def _in_thread(settings: ChannelSettings, channel: str, message: Mapping[str, Any]) -> Outcome | str:
    """Post the detail; Slack takes a message a second from each channel, and says how long it wants to be left alone.

    That is waited for here, up to half a minute: the first message stands there already, and cannot be taken back.
    """
    left = _LONGEST_WAIT
    while True:
        outcome = _chat(settings, channel, message)
        wait = outcome.retry_after.total_seconds() if isinstance(outcome, Outcome) and outcome.retry_after else 0.0
        if not 0 < wait <= left:
            return outcome
        left -= wait
        sleep(wait)


def _parted(blocks: Blocks) -> tuple[Blocks, Blocks]:
    for position, block in enumerate(blocks):
        if block.get("type") == "divider":
            return blocks[:position], blocks[position + 1 :]
    return blocks, ()


def _message(subject: str, blocks: Blocks) -> dict[str, Any]:
    """What notifications and screen readers are given is `text`, in which Slack would also obey <!channel>."""
    text = escape(" ".join(subject.split()), quote=False)
    body: dict[str, Any] = {"text": text, "unfurl_links": False, "unfurl_media": False}
    return body | {"blocks": list(blocks)} if blocks else body


def _chat(settings: ChannelSettings, channel: str, message: Mapping[str, Any]) -> Outcome | str:
    """Post with the bot's token; the message's timestamp, which is its name, or what went wrong."""
    address = f"{(settings.url or _API).rstrip('/')}/chat.postMessage"
    headers = {"Authorization": f"Bearer {settings.bot_token}"}
    answer = _post(settings, address, {**message, "channel": channel}, headers)
    if isinstance(answer, Outcome):
        return answer
    if outcome := _judged(settings, answer):
        return outcome
    try:
        said = json.loads(answer.text)
        if said["ok"] is True:
            return str(said["ts"])
        error = str(said.get("error", "no reason"))
    except (ValueError, TypeError, LookupError):
        return unknown("Slack's answer could not be read", settings.secrets)
    if error in _UNSURE:
        return unknown(f"Slack said {error}", settings.secrets)
    return failed(f"Slack said {error}", settings.secrets, permanent=error not in _PASSING)


def _post(
    settings: ChannelSettings, address: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer | Outcome:
    try:
        request = httpx.Request("POST", address, json=body, headers={"User-Agent": "news-monitor", **(headers or {})})
        return ask(request)
    except (*NOT_SENT, UnicodeError, ValueError) as error:
        return failed(f"Slack could not be reached: {error or type(error).__name__}", settings.secrets)
    except (httpx.TransportError, OSError) as error:
        return unknown(f"Slack did not answer: {error or type(error).__name__}", settings.secrets)


def _judged(settings: ChannelSettings, answer: Answer) -> Outcome | None:
    """What a status other than success means, None for success.

    A gateway that got no good answer (502, 504) does not know what became of the message; any other 5xx says that it
    failed.
    """
    detail = f"Slack answered {answer.status}: {answer.text[:200]}"
    match answer.status:
        case status if 200 <= status < 300:
            return None
        case 429:
            wait = pause(answer.retry_after, datetime.now(UTC))
            return failed(detail, settings.secrets, retry_after=wait)
        case 502 | 504:
            return unknown(detail, settings.secrets)
        case status:
            return failed(detail, settings.secrets, permanent=status < 500)
