"""In which order pages are asked, where they cannot all be asked at once. Pure.

A run takes them in batches, and a batch ends when the slowest of its hosts has answered. So every batch holds some of
each host that still has pages to give: the one with the most, or the longest pauses, is busy from the first batch to
the last, and no other waits for it longer than the whole would take anyway. Of what may be asked at one time the most
promising comes first: what a run that is cut short, or bounded, leaves for the next one is the rest.
"""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from monitor.store.entries import DueEntry

# An entry that no topic could judge, for it has no title, is as likely wanted as not.
_UNKNOWN = 0.5


def in_turns(entries: Iterable[DueEntry]) -> list[int]:
    """The entries' ids, a round for each host's first, then for each host's second, and so on; promising ones first.

    Promise counts to the tenth, of equals the newest come first: what all topics think little of is read as it comes
    in. Of two of one moment the one that was listed first, for feeds begin with the newest.
    """
    rounds: Counter[str] = Counter()
    turns: list[tuple[int, int]] = []
    for entry in sorted(entries, key=lambda entry: (-_promise(entry), -entry.moment.timestamp(), entry.id)):
        host = host_of(entry.url)
        turns.append((rounds[host], entry.id))
        rounds[host] += 1
    return [identity for _, identity in sorted(turns, key=lambda turn: turn[0])]


def _promise(entry: DueEntry) -> float:
    return round(_UNKNOWN if entry.promise is None else entry.promise, 1)


def host_of(url: str) -> str:
    """The host that an address names, "" where it names none: whoever asks it is told so."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
