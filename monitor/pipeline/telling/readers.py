"""What a message needs to know of whom it is for: where they answer and leave, and how much their channel takes."""

from datetime import datetime
from urllib.parse import urlsplit

from monitor.config import Settings
from monitor.deliver import longest
from monitor.digest.reader import Reader
from monitor.links import VERDICT_LIFETIME, Ballot, ballot_token, unsubscribe_url, verdict_url
from monitor.pipeline.context import on_loopback
from monitor.pipeline.secret import secret


def reader_of(settings: Settings, channel_name: str, key: str, now: datetime) -> Reader:
    """The reader behind an audience's key, for a message composed at `now`.

    Links to the reading page are signed for that audience. There are none where the page is on this machine alone, and
    none in a feed, which anybody may read. Raises ConfigurationError for a secret that cannot sign.
    """
    channel = settings.channel(channel_name)
    size, threaded = longest(channel), channel.kind == "slack" and bool(channel.bot_token)
    public = settings.web.public_url
    if channel.kind == "feed" or not is_public(public):
        return Reader(longest=size, threaded=threaded)
    signing, expires = secret(settings), now + VERDICT_LIFETIME

    def verdict(article_id: int, topic: str, probability: float, relevant: bool) -> str:
        ballot = Ballot(article_id, topic, key, probability)
        return verdict_url(public, signing, ballot, relevant=relevant, expires=expires)

    def ballot(article_id: int, topic: str, probability: float) -> str:
        return ballot_token(signing, Ballot(article_id, topic, key, probability), expires)

    leave = unsubscribe_url(public, signing, key) if channel.kind == "email" else ""
    return Reader(verdict, leave, size, threaded, ballot if threaded and channel.signing_secret else None)


def is_public(url: str) -> bool:
    """Whether the reading page's address leads others to it: it names neither a loopback address nor localhost."""
    host = (urlsplit(url).hostname or "").lower()
    return bool(host) and not on_loopback(url) and host != "localhost" and not host.endswith(".localhost")
