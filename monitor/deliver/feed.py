"""A delivery as entries of a feed that any reader takes: `NAME.atom` (Atom 1.0) and `NAME.json` (JSON Feed 1.1).

What the JSON file holds is what is kept: new entries come before it, up to a limit, and both files are written anew.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from monitor.deliver.identity import list_name
from monitor.deliver.outcome import Outcome, failed, sent
from monitor.deliver.settings import ChannelSettings
from monitor.deliver.whole import write_whole
from monitor.models import Delivery

# Entries kept: at twenty a day more than a week, for readers that ask seldom; a few hundred kilobytes.
MOST_ENTRIES = 200
_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = "https://jsonfeed.org/version/1.1"
# Names the feeds of this program among all others (RFC 9562, version 5).
_FEEDS = uuid.UUID("0b7a3a44-6a0f-5e39-9f0e-5f2f8f6f5c11")


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """The folder, as it is written in the settings."""
    return (settings.path,)


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:  # noqa: ARG001 - as every channel
    """Put the delivery's entries (`monitor.digest.entries`) first in both files; the detail is the Atom file's path.

    Each file is renamed into place when it is whole, Atom last. Done again, nothing changes: an entry that is there
    is left where it is.
    """
    folder = root / delivery.recipient
    name = list_name(delivery.message_id)
    atom, listed = folder / f"{name}.atom", folder / f"{name}.json"
    try:
        new = [_item(each) for each in delivery.blocks]
    except KeyError:
        return failed("this delivery was made for a channel of another kind: it holds no entries", permanent=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / f".{name}.lock"):
            items = _merged(new, _kept(listed))
            feed = _feed(name, delivery, items)
            write_whole(listed, json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
            write_whole(atom, _atom(feed, uuid.uuid5(_FEEDS, name).urn, delivery.created_at.isoformat()))
    except OSError as error:
        return failed(f"{error.filename or folder}: {error.strerror or error}")
    except ValueError as error:
        return failed(f"{folder}: {error}", permanent=True)
    return sent(str(atom.relative_to(root) if atom.is_relative_to(root) else atom))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While open, no other process changes the feed: of two digests delivered at once, neither loses its entries."""
    with path.open("w") as file:
        flock(file, LOCK_EX)
        yield


def _kept(listed: Path) -> list[dict[str, Any]]:
    """The items that the JSON file holds, none where there is none, or it is none of ours."""
    try:
        feed = json.loads(listed.read_text(encoding="utf-8"))
        return [item for item in feed["items"] if {"id", "title", "date_published", "date_modified"} <= item.keys()]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, LookupError, AttributeError):
        return []


def _merged(new: Sequence[dict[str, Any]], kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    there = {item["id"] for item in kept}
    fresh = {item["id"]: item for item in new if item["id"] not in there}
    return [*fresh.values(), *kept][:MOST_ENTRIES]


def _feed(name: str, delivery: Delivery, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    title = next((str(each["feed"]) for each in delivery.blocks if each.get("feed")), name)
    return {
        "version": _JSON_FEED,
        "title": title,
        "description": f"What the digest “{name}” of the news monitor told",
        "language": "en",
        "items": list(items),
    }


def _item(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An item of a JSON Feed, without what is empty; it holds a page's text, or a plain one."""
    content = {"content_html": entry["html"]} if entry["html"] else {"content_text": entry["text"] or entry["title"]}
    optional = {
        "url": entry["url"],
        "summary": entry["text"] if entry["html"] else "",
        "authors": [{"name": entry["source"]}] if entry["source"] else [],
        "language": entry["language"],
        "tags": list(entry["tags"]),
    }
    return {
        "id": entry["id"],
        "title": entry["title"],
        **content,
        "date_published": entry["published"],
        "date_modified": entry["updated"],
        **{key: value for key, value in optional.items() if value},
    }


def _atom(feed: Mapping[str, Any], identity: str, since: str) -> bytes:
    """The same as Atom (RFC 4287), which wants an id, and when it changed: with its latest entry, or `since`."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _text(root, "id", identity)
    _text(root, "title", feed["title"])
    _text(root, "subtitle", feed["description"])
    _text(root, "updated", max((item["date_modified"] for item in feed["items"]), default=since))
    _text(ET.SubElement(root, f"{{{_ATOM}}}author"), "name", "News monitor")
    for item in feed["items"]:
        root.append(_entry(item))
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(item: Mapping[str, Any]) -> ET.Element:
    language = {"{http://www.w3.org/XML/1998/namespace}lang": item["language"]} if item.get("language") else {}
    entry = ET.Element(f"{{{_ATOM}}}entry", language)
    _text(entry, "id", item["id"])
    _text(entry, "title", item["title"])
    if item.get("url"):
        ET.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": item["url"]})
    _text(entry, "published", item["date_published"])
    _text(entry, "updated", item["date_modified"])
    for author in item.get("authors", []):
        _text(ET.SubElement(entry, f"{{{_ATOM}}}author"), "name", author["name"])
    for tag in item.get("tags", []):
        ET.SubElement(entry, f"{{{_ATOM}}}category", {"term": tag})
    if item.get("summary"):
        _text(entry, "summary", item["summary"])
    kind = "html" if "content_html" in item else "text"
    _text(entry, "content", item.get("content_html") or item.get("content_text", "")).set("type", kind)
    return entry


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    element.text = text
    return element
