"""Names for a delivery that a retry makes again: its Message-ID, and from that its files and its list.

The id reads `<digest.slot.hash@domain>`, so that whoever has only the kept delivery still knows what it tells of.
"""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parseaddr

import idna

# Where no address of ours names a domain (files, chats): reserved for names that must not resolve (RFC 2606).
_NOWHERE = "news-monitor.invalid"
# Longer names are cut and get a hash: they stand in file names and in one unfolded header line.
_LONGEST_NAME = 40
# How the slot of a trigger by hand begins.
_BY_HAND = "by hand "


def message_id(digest: str, slot: str, channel: str, recipient: str, from_address: str = "") -> str:
    """The Message-ID of a delivery: the same five always give the same id, and others another (SHA-256 of them).

    The domain is that of `from_address`, else one that cannot exist.
    """
    domain = _domain(from_address)
    unique = _hash("\0".join((digest, slot, channel, recipient, domain)), 16)
    return f"<{_name(digest)}.{_slot_name(slot)}.{unique}@{domain}>"


def ascii_domain(domain: str) -> str:
    """A domain as DNS has it, in ASCII by IDNA 2008, with which straße.example is not strasse.example.

    Raises UnicodeError where no name is made so.
    """
    return (domain.encode("idna") if domain.isascii() else idna.encode(domain, uts46=True)).decode("ascii")


def list_name(message_id: str) -> str:
    """The digest's name within a Message-ID, "digest" where it is none of ours."""
    return _parts(message_id)[0] or "digest"


def file_stem(message_id: str) -> str:
    """What the files of a delivery are called, without ending: digest and slot; safe in any folder."""
    name, slot, unique = _parts(message_id)
    return f"{name}-{slot}" if name and slot else f"digest-{unique}"


def _parts(message_id: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"<([a-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([0-9a-f]{16})@[a-z0-9.-]+>", message_id)
    if match:
        return match[1], match[2], match[3]
    return "", "", _hash(message_id, 16)


def _slot_name(slot: str) -> str:
    """A slot as part of a name: a moment as UTC where it is one, else its letters, with a hash where they changed.

    Slots that differ give names that differ, for files are called by them; two ways to write one moment do not.
    """
    by_hand = slot.startswith(_BY_HAND)
    try:
        moment = datetime.fromisoformat(slot.removeprefix(_BY_HAND))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return _name(slot)
    seconds = "%S-%f" if moment.microsecond else "%S" if moment.second else ""
    name = moment.astimezone(UTC).strftime(f"%Y-%m-%dT%H%M{seconds}Z")
    return f"by-hand-{name}" if by_hand else name


def _name(text: str) -> str:
    """Small letters, digits, - and _, at most 40; a hash is added where that is not the whole text."""
    plain = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")
    if plain == text and 0 < len(plain) <= _LONGEST_NAME:
        return plain
    return f"{plain[: _LONGEST_NAME - 7].strip('-')}-{_hash(text, 6)}".lstrip("-")


def _hash(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _domain(from_address: str) -> str:
    """The domain of an address, in letters that a header may hold; the reserved one where there is none."""
    _, address = parseaddr(from_address)
    domain = address.rpartition("@")[2] if "@" in address else ""
    try:
        domain = ascii_domain(domain).lower()
    except UnicodeError:
        domain = ""
    return domain if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", domain) else _NOWHERE
