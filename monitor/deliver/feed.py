"""A delivery as entries of a feed that any reader takes: `NAME.atom` (Atom 1.0) and `NAME.json` (JSON Feed 1.1).

What the JSON file holds is what is kept: new entries come before it, up to a limit, and both files are written anew.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from monitor.deliver.identity import list_name
from monitor.deliver.outcome import Outcome, failed, sent
from monitor.deliver.settings import ChannelSettings
from monitor.deliver.syndication import atom_feed, feed_item, json_feed
from monitor.models import Delivery
from monitor.whole import write_whole

# Entries kept: at twenty a day more than a week, for readers that ask seldom; a few hundred kilobytes.
MOST_ENTRIES = 200


def recipients(settings: ChannelSettings) -> tuple[str, ...]:
    """The folder, as it is written in the settings."""
    return (settings.path,)


def deliver(settings: ChannelSettings, delivery: Delivery, root: Path) -> Outcome:  # noqa: ARG001 - as every channel
    """Put the delivery's entries (`monitor.digest.entries`) first in both files; the detail is the Atom file's path.

    Each file is renamed into place when it is whole, Atom last. Done again, nothing changes: an entry that is there
    is left where it is, but where it is told later in other words: it comes first again, with its first `published`.
    """
    folder = root / delivery.recipient
    name = list_name(delivery.message_id)
    atom, listed = folder / f"{name}.atom", folder / f"{name}.json"
    try:
        new = [feed_item(each) for each in delivery.blocks]
    except KeyError:
        return failed("this delivery was made for a channel of another kind: it holds no entries", permanent=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / f".{name}.lock"):
            items = _merged(new, _kept(listed))
            title = next((str(each["feed"]) for each in delivery.blocks if each.get("feed")), name)
            feed = json_feed(title, f"What the digest “{name}” of the news monitor told", items)
            write_whole(listed, json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
            write_whole(atom, atom_feed(feed, name, delivery.created_at.isoformat()))
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
    there = {item["id"]: item for item in kept}
    fresh = {
        item["id"]: item | {"date_published": there.get(item["id"], item)["date_published"]}
        for item in new
        if item["id"] not in there or _is_update(item, there[item["id"]])
    }
    return [*fresh.values(), *(item for item in kept if item["id"] not in fresh)][:MOST_ENTRIES]


def _is_update(item: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether an item says later, and otherwise, what one that is there said: a source that failed has broken."""
    words = ("title", "content_html", "content_text")
    later = str(item["date_modified"]) > str(before["date_modified"])
    return later and any(item.get(each) != before.get(each) for each in words)
