"""Signed links: what a digest makes and the reading page checks. Pure: the secret and the moment are arguments.

    verdict_url(public_url, secret, ballot, ...) ──mail, chat──> reader ──> read_ballot(secret, token, now) ──> Ballot

A link says who is asked what, signed (HMAC with SHA-256, by itsdangerous), under a key of its own for each purpose: one
made for a verdict opens nothing else. It is signed, not encrypted: whoever holds a link can read the audience in it.
The same arguments make the same link, so that a digest rendered again is the same message.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeSerializer

# How long a reader may answer: a quarter, for whoever comes back from a long leave and reads old mail.
VERDICT_LIFETIME = timedelta(days=90)

# Longer tokens are none of ours: a mail address has at most 254 characters, and names of topics and digests are short.
_LONGEST_TOKEN = 2_000

Held = TypeVar("Held")


class Unusable(StrEnum):
    """Why a token is not taken."""

    FORGED = "forged"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one link asks of one reader: is this article relevant for this topic?

    `probability` is the chance with which the article was drawn to be asked about, 0 where it was told as relevant.
    """

    article_id: int
    topic: str
    audience: str
    probability: float = 0.0


def verdict_url(public_url: str, secret: str, ballot: Ballot, *, relevant: bool, expires: datetime) -> str:
    """The address of the page whose one button records the verdict; `relevant` is what that button says.

    `public_url` is the reading page's own address; nobody may answer from `expires` on (see VERDICT_LIFETIME).
    """
    fields = {"token": ballot_token(secret, ballot, expires), "verdict": "yes" if relevant else "no"}
    return f"{public_url.rstrip('/')}/verdict?{urlencode(fields)}"


def unsubscribe_url(public_url: str, secret: str, audience: str) -> str:
    """The address where an audience can say that it wants no more.

    GET shows a page with a button; POST is the one click of RFC 8058. It never expires: mail is kept, and whoever finds
    an old one must still be able to leave.
    """
    return f"{public_url.rstrip('/')}/unsubscribe?{urlencode({'token': unsubscribe_token(secret, audience)})}"


def ballot_token(secret: str, ballot: Ballot, expires: datetime) -> str:
    """The token of a ballot, of characters that need no quoting in an address."""
    fields = (ballot.article_id, ballot.topic, ballot.audience, ballot.probability)
    return _sealed(secret, "verdict", [*fields, _seconds(expires)])


def read_ballot(secret: str, token: str, now: datetime) -> Ballot | Unusable:
    """The ballot of a token that this secret signed and whose time has not passed; else why it is not taken."""
    match _opened(secret, "verdict", token):
        case [int(article_id), str(topic), str(audience), int() | float() as probability, int(expires)]:
            ballot = Ballot(article_id, topic, audience, float(probability))
            return _in_time(ballot, expires, now)
    return Unusable.FORGED


def withdrawal_token(secret: str, feedback_id: int, expires: datetime) -> str:
    """The token with which the reader who has just given a verdict takes it back."""
    return _sealed(secret, "withdrawal", [feedback_id, _seconds(expires)])


def read_withdrawal(secret: str, token: str, now: datetime) -> int | Unusable:
    """The id of the verdict to take back, else why the token is not taken."""
    match _opened(secret, "withdrawal", token):
        case [int(feedback_id), int(expires)]:
            return _in_time(feedback_id, expires, now)
    return Unusable.FORGED


def unsubscribe_token(secret: str, audience: str) -> str:
    """The token with which an audience leaves."""
    return _sealed(secret, "unsubscribe", [audience])


def read_unsubscribe(secret: str, token: str) -> str | Unusable:
    """The audience that leaves, else why the token is not taken; it never expires."""
    match _opened(secret, "unsubscribe", token):
        case [str(audience)]:
            return audience
    return Unusable.FORGED


def feed_token(secret: str, topic: str) -> str:
    """The token with which a reader of feeds, who cannot sign in, asks for a topic's feeds; it never expires."""
    return _sealed(secret, "feed", [topic])


def read_feed(secret: str, token: str) -> str | Unusable:
    """The topic whose feeds a token opens, else why it is not taken."""
    match _opened(secret, "feed", token):
        case [str(topic)]:
            return topic
    return Unusable.FORGED


def _in_time(held: Held, expires: int, now: datetime) -> Held | Unusable:
    return held if now.astimezone(UTC).timestamp() < expires else Unusable.EXPIRED


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _sealed(secret: str, purpose: str, fields: Sequence[object]) -> str:
    return str(_serializer(secret, purpose).dumps(list(fields)))


def _opened(secret: str, purpose: str, token: str) -> Any:
    """What a token holds, None where nobody with this secret made it for this purpose."""
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    try:
        return _serializer(secret, purpose).loads(token)
    except BadData:
        return None


def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    """Signs for one purpose. An empty secret would sign for anybody, so it is refused.

    The expiry stands in what is signed, and not, as URLSafeTimedSerializer has it, in the moment of signing: that reads
    the clock, and leaves it to whoever checks how long a link lives.
    """
    if not secret:
        message = "links cannot be signed with an empty secret"
        raise ValueError(message)
    return URLSafeSerializer(
        secret,
        salt=f"monitor.links.{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
