"""Decides what is to be told at a slot: which stories, and in which order (`telling` says how each is told). Pure.

One digest serves audiences that were told different things. Its items are the union: a story that is new to some, and
an update to others, is an item for each revision of it that some audience was told last, so that to each only what is
new to it counts as new. `for_audience` picks those of one audience, and `render` shows what it is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.digest.material import Figures, Remarks, Seen, SourceNews, StoryView
from monitor.digest.settings import DigestSettings
from monitor.digest.telling import Telling, item_of, said_of, telling_of
from monitor.digest.wording import first_line
from monitor.models import Digest, DigestItem

__all__ = [
    "TOP",
    "Composition",
    "DigestSettings",
    "Figures",
    "Seen",
    "SourceNews",
    "StoryView",
    "arranged",
    "compose",
    "for_audience",
    "remarked",
    "worth_telling",
]

# Stories told in full; what follows gets a line each. Seven with their summaries are some 900 words: four minutes.
TOP = 7


@dataclass(frozen=True, slots=True)
class Composition:
    """A digest and its items, most relevant first, not yet saved: `digest_id` is 0 until the store knows better."""

    digest: Digest
    items: tuple[DigestItem, ...]


def compose(
    settings: DigestSettings,
    slot: str,
    now: datetime,
    stories: Sequence[StoryView],
    sources: Sequence[SourceNews],
    seen: Seen,
) -> Composition | None:
    """The digest of a slot, or None where nothing is to be told.

    Told are stories with a relevant article that are new to an audience, and those told before with something new in
    them. Without any, a digest is made only for a source that newly broke, when no collect succeeded since the last
    turn, or when the heartbeat is due. Every item is kept, so that nothing is carried over; how many of them are shown
    is `render`'s to say.
    """
    items = _items(stories, settings.timezone if settings.form == "weekly" else "")
    topics = {**seen.topics, **{view.topic.name: view.topic.title for view in stories}}
    figures = Figures(
        items=len(items),
        seen=replace(seen, topics=topics),
        alarms=tuple(_alarms(settings, now, seen)),
    ).naming(sources)
    if not items and not figures.alarms:
        return None
    digest = Digest.model_validate(
        {
            "name": settings.name,
            "slot": slot,
            "title": settings.title or settings.name,
            "form": settings.form,
            "topics": sorted(topics) or list(settings.topics),
            "first_line": first_line(items, figures, settings.timezone, now),
            "figures": figures.to_json(),
            "since": seen.since,
            "composed_at": now,
        }
    )
    return Composition(digest, items)


def remarked(made: Composition, remarks: Remarks) -> Composition:
    """The same with what it says beside its stories, which is never a reason to send it."""
    figures = replace(Figures.of(made.digest), asked=remarks.asked, alerted=remarks.alerted, drift=remarks.drift)
    return replace(made, digest=made.digest.model_copy(update={"figures": figures.to_json()}))


def for_audience(items: Sequence[DigestItem], told: Mapping[int, int]) -> tuple[DigestItem, ...]:
    """The items that an audience was not told yet, in order; `told` is the highest revision it knows of each story."""
    return tuple(item for item in items if told.get(item.story_id, 0) == item.told_revision < item.revision)


def worth_telling(digest: Digest, items: Sequence[DigestItem]) -> bool:
    """Whether an audience for whom only `items` are left is to be sent the digest at all."""
    return bool(items) or bool(Figures.of(digest).alarms)


def arranged(items: Sequence[DigestItem]) -> list[DigestItem]:
    """The items in the order of reading: the first stories in full, what is new in those told before, the rest."""
    fresh = [item for item in items if item.section != "updates"]
    updates = [item for item in items if item.section == "updates"]
    return [*fresh[:TOP], *updates, *fresh[TOP:]]


def _alarms(settings: DigestSettings, now: datetime, seen: Seen) -> Iterable[str]:
    if not seen.collects_ok:
        yield "collect"
    if seen.quiet_since is not None and now - seen.quiet_since >= settings.heartbeat:
        yield "heartbeat"


def _items(views: Sequence[StoryView], arcs_in: str) -> tuple[DigestItem, ...]:
    """One item for each story and each revision of it that was told last, in the order of reading.

    `arcs_in` is the time zone by whose days they tell how a story went on, "" where they do not.
    """
    best: dict[tuple[int, int], Telling] = {}
    for telling in filter(None, map(telling_of, views)):
        key = (telling.view.story.id or 0, telling.view.told_revision)
        if key not in best or telling.precedence < best[key].precedence:
            best[key] = telling
    ranked = [(each, said_of(each, arcs_in)) for each in sorted(best.values(), key=lambda each: each.rank)]
    fresh = [pair for pair in ranked if not pair[0].is_update]
    updates = [pair for pair in ranked if pair[0].is_update and (pair[1].summary or pair[1].changes)]
    sections = (("top", fresh[:TOP]), ("updates", updates), ("also", fresh[TOP:]))
    ordered = [(section, *pair) for section, pairs in sections for pair in pairs]
    return tuple(item_of(position, *each) for position, each in enumerate(ordered))
