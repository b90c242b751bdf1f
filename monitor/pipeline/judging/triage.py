"""Judges what sources list by title and summary, before any page is asked: what comes first, and what is left unread.

    entries that wait, or were left unread of late ──each topic that looks in their sources──> prospects
        any topic with fetch = "all", or with reason to read it    ──> waits, the most promising first
        hopeless for all of them, one in sixteen by its address    ──> waits, with the chance that it was drawn by
        hopeless for all of them                                   ──> unpromising, with the reason

Each entry carries a mark of all that it was judged by: topics, seeds, thresholds, models, verdicts as they double. One
whose mark is another is judged again, as long as it is recent, so that a seed that changed today finds what was left
unread yesterday. Nothing here stops a run: what cannot be judged is read.

What judges is imported once something is there to be judged (see `assessing.py`).
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import ConfigurationError, FetchError
from monitor.models import EntryState, Profile, Topic
from monitor.pipeline.context import Context
from monitor.pipeline.judging.archive import items
from monitor.pipeline.judging.profiles import profile_at_hand
from monitor.pipeline.judging.taught import current_model, kept_version
from monitor.pipeline.memory import give_back
from monitor.pipeline.polling.letters import is_letter
from monitor.pipeline.tally import Tally
from monitor.relevance.items import NOTHING, Archive, Item
from monitor.store.articles import articles_of
from monitor.store.topics import verdicts
from monitor.store.triage import Listed, Triaged, keep_triaged, shares_relevant, untriaged

if TYPE_CHECKING:
    from monitor.relevance.triage import Prospect

# Judged and kept at once; a killed run judges no more than these again.
ENTRIES_A_BATCH = 2000
# Over which a source is taken for one that is mostly on a topic.
_SHARES_OVER = timedelta(days=60)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standard:
    """A topic as entries are judged by it; without a profile everything of its sources is read.

    `sources` is where it looks, None for everywhere. `taught` names its model and counts its verdicts; `known` holds
    both, once there is something to judge.
    """

    topic: Topic
    sources: frozenset[str] | None
    profile: Profile | None = None
    taught: tuple[str, int] = ("", 0)
    known: Archive = NOTHING

    @property
    def saves(self) -> bool:
        """Whether it leaves pages unread; of any other it counts only which are read first."""
        return self.topic.fetch != "all"

    @property
    def mark(self) -> Sequence[object]:
        """What its judgements depend on."""
        topic, (model, verdicts_given) = self.topic, self.taught
        profile = self.profile.version if self.profile else ""
        where = sorted(self.sources) if self.sources is not None else "*"
        taught = (model, verdicts_given.bit_length())
        return (topic.name, topic.fetch, topic.threshold, topic.must_not, where, profile, taught)

    def looks_in(self, sources: frozenset[str]) -> bool:
        """Whether the topic looks in any of these sources."""
        return self.sources is None or not self.sources.isdisjoint(sources)


async def triage(context: Context, sources: Sequence[str] | None = None) -> Tally:
    """Judge every entry that waits, or was left unread of late, and was not judged by the present topics yet.

    Only such as one of `sources` listed, where these are named. Returns how many more are left unread.
    """
    if not _listed(context, None, sources, 1):
        return Tally()
    standards = [await _standard(context, topic) for topic in context.settings.topics]
    mark = _mark(standards)
    left, informed = 0, list[Standard]()
    while batch := _listed(context, mark, sources, ENTRIES_A_BATCH):
        try:
            informed = informed or [await _informed(context, each) for each in standards]
            decided = await _decided(context, informed, batch)
        except Exception:  # noqa: BLE001 - recorded, with its traceback
            _log.exception("an error that nobody expects, judging by title and summary; what waits is read")
            break
        with context.writing() as session:
            keep_triaged(session, decided, mark)
        was = sum(each.state == EntryState.UNPROMISING for each in batch)
        left += sum(each.state == EntryState.UNPROMISING for each in decided) - was
    if any(each.saves for each in informed):
        _unload_encoder()
    give_back()
    return Tally(unpromising=max(0, left))


def decide(entry: Listed, wanted: Sequence[tuple[Topic, "Prospect | None"]], rich: bool) -> Triaged:
    """What becomes of an entry that these topics look at, each with what it promises them (None: it was not judged).

    `rich` says that its source is one that is read whole.
    """
    from monitor.relevance.triage import SAMPLED, is_drawn

    known = [prospect for _, prospect in wanted if prospect]
    nearest = max(known, key=lambda prospect: prospect.score, default=None)
    waits = Triaged(entry.id, EntryState.PENDING, nearest.score if nearest else None, 0.0)
    if nearest is None or rich:
        return waits
    if any(topic.fetch == "all" or not (prospect and prospect.hopeless) for topic, prospect in wanted):
        return waits
    if is_drawn(entry.canonical_url):
        return Triaged(entry.id, EntryState.PENDING, nearest.score, SAMPLED)
    reason = f"it promises {nearest.topic} most, {nearest.score:.4f} where {nearest.least:.4f} is the least to be read"
    return Triaged(entry.id, EntryState.UNPROMISING, nearest.score, 0.0, reason)


def _listed(context: Context, mark: str | None, sources: Sequence[str] | None, limit: int) -> list[Listed]:
    now = context.now()
    since = now - context.settings.collect.max_age
    with context.database.reading() as session:
        return untriaged(session, mark, now=now, since=since, sources=sources, limit=limit)


async def _standard(context: Context, topic: Topic) -> Standard:
    where = None if "*" in topic.sources else context.settings.sources_of(topic)
    try:
        profile = await profile_at_hand(context, topic)
    except (FetchError, ConfigurationError):  # told where it judges articles
        return Standard(topic, where)
    if topic.fetch == "all":
        return Standard(topic, where, profile)
    with context.database.reading() as session:
        given = len(verdicts(session, topic.name))
    return Standard(topic, where, profile, (kept_version(context.database, profile), given))


async def _informed(context: Context, standard: Standard) -> Standard:
    """The same with all that it was taught: seconds, where a model has to be opened or made anew."""
    topic = standard.topic
    if standard.profile is None or not standard.saves:
        return standard
    model = await current_model(context, topic, standard.profile)
    with context.database.reading() as session:
        given = verdicts(session, topic.name)
        judged = items(session, articles_of(session, list(given)))
    said = {str(identity): verdict.relevant for identity, verdict in given.items()}
    return replace(standard, known=Archive(judged, said, model))


def _mark(standards: Sequence[Standard]) -> str:
    """A mark of all that entries are judged by."""
    reads_meaning = any(each.saves for each in standards)
    judged_by = json.dumps([[each.mark for each in standards], _encoder_name() if reads_meaning else ""])
    return hashlib.sha256(judged_by.encode()).hexdigest()[:16]


def _unload_encoder() -> None:
    """Pages are read next, which takes memory; what is judged after that loads the encoder again, in 0.7 s."""
    from monitor.relevance.encoders import unload

    unload()


def _encoder_name() -> str:
    from monitor.relevance.encoders import encoder_name

    return encoder_name()


async def _decided(context: Context, standards: Sequence[Standard], batch: Sequence[Listed]) -> list[Triaged]:
    languages = {source.name: source.language for source in context.settings.sources}
    readable = {
        each.id: Item(f"entry {each.id}", each.title, each.text, languages.get(each.source, ""))
        for each in batch
        if each.title and not is_letter(each.url)
    }
    found: list[tuple[Standard, Mapping[int, Prospect]]] = []
    for standard in standards:
        mine = [each.id for each in batch if each.id in readable and standard.looks_in(each.sources)]
        found.append((standard, await _prospects(standard, mine, readable)))
    wanted = {
        each.id: [(one.topic, promised.get(each.id)) for one, promised in found if one.looks_in(each.sources)]
        for each in batch
    }
    rich = _rich(context, standards, batch, wanted)
    return [decide(each, wanted[each.id], each.source in rich) for each in batch]


async def _prospects(standard: Standard, mine: Sequence[int], readable: Mapping[int, Item]) -> "Mapping[int, Prospect]":
    if standard.profile is None or not mine:
        return {}
    from monitor.relevance.triage import by_words, prospects

    entries = [readable[identity] for identity in mine]
    profile, topic = standard.profile, standard.topic
    if standard.saves:
        promised = await asyncio.to_thread(prospects, profile, topic, entries, standard.known)
    else:
        promised = await asyncio.to_thread(by_words, profile, topic, entries)
    return dict(zip(mine, promised, strict=True))


def _rich(
    context: Context,
    standards: Sequence[Standard],
    batch: Sequence[Listed],
    wanted: Mapping[int, Sequence[tuple[Topic, "Prospect | None"]]],
) -> frozenset[str]:
    """The sources of hopeless entries of which a topic takes so much that they are read whole."""
    from monitor.relevance.triage import is_relevant_source

    doubted = {each.source for each in batch if any(known and known.hopeless for _, known in wanted[each.id])}
    saving = [standard for standard in standards if standard.saves]
    found: set[str] = set()
    with context.database.reading() as session:
        for standard in saving if doubted else ():
            mine = sorted(name for name in doubted if standard.looks_in(frozenset({name})))
            shares = shares_relevant(session, standard.topic.name, mine, since=context.now() - _SHARES_OVER)
            found |= {name for name, share in shares.items() if is_relevant_source(*share)}
    return frozenset(found)
