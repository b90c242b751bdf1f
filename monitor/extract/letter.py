"""A newsletter -> an entry whose text is whole: who sent it, under which list, when, and what it says.

In: the bytes of a message (RFC 5322, MIME). Out: an `Entry`, known by its Message-ID, so that a message that comes
twice is one. Nothing is fetched: pictures, pages and the addresses behind links that count clicks stay what they are.
Never raises.
"""

import hashlib
import re
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from urllib.parse import quote

from monitor.dates import moment
from monitor.extract.decoding import decode
from monitor.extract.document import extract
from monitor.models import Entry
from monitor.urls import MESSAGE

_HALF = 0.5
"""Share of the plain text below which the text of the HTML is given up: what is left of a layout of pictures."""

_LONGEST_HEADER, _LONGEST_SITE = 1_000, 100
_ID = re.compile(r"<([^<>\s]{1,400})>")
_LIST = re.compile(r"^\s*\"?([^<\"]*?)\"?\s*<([^<>]+)>")
_MANAGEMENT = re.compile(
    r"\W*(?:view (?:this (?:e-?mail|message) )?(?:in|on) (?:your |the )?(?:browser|web)|(?:to )?unsubscribe|update your"
    r" (?:e-?mail )?preferences|manage (?:your )?(?:subscription|preferences)|you(?:.re| are) receiving this|was this"
    r" (?:e-?mail )?forwarded to you|im browser (?:ansehen|öffnen|anzeigen)|newsletter abbestellen|hier abmelden"
    r"|voir (?:cet e-?mail )?dans (?:le|votre) navigateur|se désabonner|ver en (?:el|tu|su) navegador|darse de baja"
    r"|cancelar (?:la )?suscripción|annulla iscrizione)\b",
    re.IGNORECASE,
)
_LONGEST_MANAGEMENT = 250


def from_message(content: bytes, source: str) -> Entry:
    """The entry that a message makes, its text in `content`, "" where it has none."""
    message = message_from_bytes(content, policy=compat32)
    identity = _ID.search(_header(message, "Message-ID"))
    address = MESSAGE + quote(identity[1] if identity else hashlib.sha256(content).hexdigest(), safe="@.-_+=~$!")
    sender, mail = _sender(message)
    return Entry.model_validate(
        {
            "url": address,
            "canonical_url": address,
            "source": source,
            "title": _header(message, "Subject"),
            "content": _without_management(_text(message)),
            "authors": [sender] if sender else [],
            "published": moment(_header(message, "Date")),
            "site": (_list_name(message) or sender or mail.rpartition("@")[2])[:_LONGEST_SITE],
        }
    )


def _header(message: Message, name: str) -> str:
    """A header as people read it, white space folded."""
    try:
        written = str(message.get(name, ""))
        parts = (
            part.decode(_charset(encoding), "replace") if isinstance(part, bytes) else part
            for part, encoding in decode_header(written)
        )
        text = "".join(parts)
    except (MessageError, ValueError, LookupError):
        text = str(message.get(name, ""))
    return " ".join(_storable(text).split())[:_LONGEST_HEADER]


def _charset(name: str | None) -> str:
    try:
        "".encode(name or "utf-8")
    except (LookupError, ValueError):
        return "latin-1"
    return name or "utf-8"


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _sender(message: Message) -> tuple[str, str]:
    """The name and the address that a message is from; "" for what it does not say."""
    pairs = getaddresses([_header(message, "From")])
    return next(((name.strip(), mail.strip()) for name, mail in pairs if name or mail), ("", ""))


def _list_name(message: Message) -> str:
    """What the list calls itself (RFC 2919): its name, else its id."""
    found = _LIST.match(_header(message, "List-ID"))
    return (found[1] or found[2]).strip() if found else ""


def _text(message: Message) -> str:
    """The text of the first HTML part as a page is read, or of the plain one where that says twice as much."""
    plain, page = _part(message, "text/plain"), _part(message, "text/html")
    shown = extract(page.encode(), "", "text/html; charset=utf-8").text if page else ""
    told = "\n".join(line for line in map(str.strip, plain.splitlines()) if line)
    return shown if len(shown) >= _HALF * len(told) else told


def _part(message: Message, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return _storable(decode(content, f"{kind}; charset={part.get_content_charset() or ''}"))
    return ""


def _without_management(text: str) -> str:
    """The text without the lines that only speak of the subscription."""
    lines = (line for line in text.split("\n") if len(line) > _LONGEST_MANAGEMENT or not _MANAGEMENT.match(line))
    return "\n".join(lines)
