"""Entries (`monitor.digest.entries`) as a JSON Feed 1.1 and as Atom 1.0. Pure: values in, text out."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

_ATOM = "http://www.w3.org/2005/Atom"
_JSON_FEED = "https://jsonfeed.org/version/1.1"
# Names the feeds of this program among all others (RFC 9562, version 5).
_FEEDS = uuid.UUID("0b7a3a44-6a0f-5e39-9f0e-5f2f8f6f5c11")


def json_feed(title: str, description: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON Feed of some items (https://www.jsonfeed.org/version/1.1/)."""
    return {
        "version": _JSON_FEED,
        "title": title,
        "description": description,
        "language": "en",
        "items": list(items),
    }


def feed_item(entry: Mapping[str, Any]) -> dict[str, Any]:
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


def atom_feed(feed: Mapping[str, Any], name: str, since: str) -> bytes:
    """A JSON Feed as Atom (RFC 4287), which wants an id, made of its name, and when it changed.

    That is when its latest entry did, or `since`, ISO 8601, where it has none.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _text(root, "id", uuid.uuid5(_FEEDS, name).urn)
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
