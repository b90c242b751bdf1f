"""Slack's side of a button: whether a request is Slack's, and the words that answer it.

https://docs.slack.dev/authentication/verifying-requests-from-slack/ and
https://docs.slack.dev/interactivity/handling-user-interaction/
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlsplit

import httpx

from monitor.deliver.outcome import Outcome, failed, sent
from monitor.deliver.post import ask
from monitor.deliver.settings import ChannelSettings

# A request older than this is somebody's who recorded it (Slack's own advice).
FRESH = timedelta(minutes=5)
# Where Slack has its buttons answered; a channel with another API address is answered there.
_ANSWERED_AT = "hooks.slack.com"


def is_signed(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """Whether a request was signed with a channel's signing secret, a moment ago; compared in constant time."""
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        return False
    wanted = "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "surrogatepass"))


def answer(settings: ChannelSettings, url: str, text: str) -> Outcome:
    """Tell whoever pressed a button, and nobody else, what came of it; never asks any other host than Slack's."""
    parts = urlsplit(url)
    own = urlsplit(settings.url)
    ours = (parts.scheme, parts.netloc) in (("https", _ANSWERED_AT), (own.scheme, own.netloc))
    if not ours or not parts.netloc:
        return failed("the address to answer at is none of Slack's", permanent=True)
    body = {"response_type": "ephemeral", "replace_original": False, "text": escape(text, quote=False)}
    try:
        status = ask(httpx.Request("POST", url, json=body, headers={"User-Agent": "news-monitor"})).status
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return failed(f"Slack could not be answered: {error or type(error).__name__}", settings.secrets)
    return sent("answered") if 200 <= status < 300 else failed(f"Slack took no answer: {status}", settings.secrets)
