"""A delivery as the mail that is sent, or kept beside it as .eml; the same delivery always gives the same bytes."""

import base64
import hashlib
import quopri
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any, Literal
from urllib.parse import quote

from monitor.deliver.identity import ascii_domain, list_name
from monitor.errors import DeliveryError
from monitor.models import Delivery

# Python folds these at 78 characters by encoding them (RFC 2047), which their grammars forbid; RFC 5322 allows 998.
_WHOLE = frozenset({"message-id", "list-id", "list-unsubscribe"})


class _Policy(EmailPolicy):
    """SMTP's policy, with identifiers left on one line."""

    def fold(self, name: str, value: Any) -> str:
        """The header as it is written; identifiers are ASCII by construction."""
        return f"{name}: {value}{self.linesep}" if name.lower() in _WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same, in bytes."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _Policy(linesep=SMTP.linesep, utf8=False)


def mail(delivery: Delivery, from_address: str, to: str) -> EmailMessage:
    """The mail of a delivery: multipart/alternative, text first, with the headers of a list.

    These are RFC 2919, 2369, 3834 and 8058. Message-ID and Date (the moment the delivery was made) are those kept, so a
    retry is the same mail. Raises DeliveryError where an address is none.
    """
    sender = address(from_address)
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = address(to)
    message["Subject"] = " ".join("".join(char if char.isprintable() else " " for char in delivery.subject).split())
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = delivery.message_id
    message["List-ID"] = f"<{list_name(delivery.message_id)}.{sender.domain}>"
    by_page = _asked_by_itself(delivery.unsubscribe_url)
    by_mail = _unsubscribe(sender, list_name(delivery.message_id))
    message["List-Unsubscribe"] = ", ".join(filter(None, (by_page, by_mail)))
    if by_page:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    text, html = _encodable(delivery.text), _encodable(delivery.html)
    message.set_content(text, charset="utf-8", cte=_encoding(text))
    if html:
        message.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding(html))
        # A boundary is otherwise drawn at random.
        message.set_boundary("=_" + hashlib.sha256(delivery.message_id.encode()).hexdigest()[:32])
    message["Content-Language"] = "en"  # last, or it would be taken for a header of the first part
    return message


def address(text: str) -> Address:
    """A mail address with or without a name, as "Name <user@host>", its domain in ASCII (IDNA).

    Raises DeliveryError where it is none. A part before the @ beyond ASCII is refused too: few servers take one, and
    with those that do not the mail could not be answered.
    """
    name, spec = parseaddr(text)
    user, at, domain = spec.rpartition("@")
    try:
        if not at or not user.isascii() or any(not char.isprintable() for char in text):
            raise ValueError  # noqa: TRY301 - the same remedy as what the library refuses
        return Address(name, addr_spec=f"{user}@{ascii_domain(domain)}")
    except (ValueError, IndexError, HeaderParseError) as error:
        message = f'{text!r} is no mail address: write "user@example.org" or "Name <user@example.org>"'
        raise DeliveryError(message) from error


def _asked_by_itself(url: str) -> str:
    """Where a mail program may unsubscribe by one click (RFC 8058), "" where there is no such page; fit for a line."""
    return f"<{url}>" if re.fullmatch(r"https://[!-;=?-~]{1,700}", url) else ""


def _unsubscribe(sender: Address, name: str) -> str:
    return f"<mailto:{quote(sender.username, safe='')}@{sender.domain}?subject={quote('unsubscribe ' + name)}>"


def _encodable(text: str) -> str:
    """The text without halves of surrogate pairs, which no encoding has."""
    return text.encode("utf-8", "replace").decode()


def _encoding(text: str) -> Literal["quoted-printable", "base64"]:
    """The shorter of the two transfer encodings: the library looks at the first ten lines only."""
    data = text.encode()
    return "quoted-printable" if len(quopri.encodestring(data)) <= len(base64.encodebytes(data)) else "base64"
