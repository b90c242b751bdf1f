"""What an entry's title and summary promise, before its page is asked: the scorer's judgement on the little there is.

The same scorer that decides on articles reads what a feed says of one, and a topic takes for hopeless what lies so far
below its own cut that the page would hardly bring it up there. How far that is was measured (`bench/triage.py`). Never
hopeless is what says too little, and nothing is where texts cannot be read for their meaning. A guard that an article
must hold is not asked for, since the page may hold what its summary does not; one that it must not hold is, for what
stands in the headline stands in the article.

Of what is hopeless a random part is read all the same, so that what is lost can be estimated: `is_drawn` decides by
the address alone, so that an entry looked at again is drawn again or never (permanent random numbers, see `asking`).

Pure: values in, values out, and equal input gives equal judgements.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.models import Profile, Topic
from monitor.relevance import encoders, threshold
from monitor.relevance.asking import Answer, Missed, missed
from monitor.relevance.evidence import measure, question
from monitor.relevance.guards import broken_rule
from monitor.relevance.items import NOTHING, Archive, Item, words_of
from monitor.relevance.profile import interest
from monitor.relevance.scorer import scores
from monitor.relevance.threshold import INCLUSIVE, STEP

# The share of hopeless entries that is read all the same: one in sixteen costs 3% of all pages where half are hopeless,
# and of 8,000 left in two months gives 500 answers, which bound what is missed of them to 0.6% where none is relevant.
SAMPLED = 1 / 16
# A source of whose entries such a share was relevant, of so many at least, is read whole. Chosen, not measured, for our
# labelled texts name no sources: it can only raise recall, and costs at most four pages in five of a source that is
# mostly worth it.
RELEVANT_SOURCE = 0.2
ENOUGH_ENTRIES = 10

# Evidence between a topic's cut and what is hopeless. Of 598 articles that the balanced cut takes by their whole text
# 3.0, 3.5 and 4.0 kept 0.990, 0.998 and 1.000, and left 60%, 47% and 33% of pages unread, in the mean of eight streams;
# of 322 at the precise cut 0.978, 0.994 and 0.997.
_BELOW = 3.5
# Words that carry meaning in title and summary together. With the title and twelve words of text (some twelve of these)
# 3.5 kept 0.977, with the title alone 0.875: no distance kept 0.99 and saved much.
_ENOUGH_WORDS = 18


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an entry promises a topic: its score in [0, 1], and the least score at which it is not hopeless (0: any)."""

    topic: str
    score: float
    least: float

    @property
    def hopeless(self) -> bool:
        """Whether the topic has no reason to read it."""
        return self.score < self.least


def prospects(profile: Profile, topic: Topic, entries: Sequence[Item], known: Archive = NOTHING) -> list[Prospect]:
    """What each entry promises the topic, in their order; their texts are what feeds say of them.

    `known` are articles with a verdict, the verdicts, and the model: not an archive, for summaries are told from
    summaries. Raises ConfigurationError for a threshold that says nothing.
    """
    least = least_promising(topic.threshold)
    return [
        Prospect(topic.name, _unless_barred(topic, entry, float(score)), least if _says_enough(entry) else 0.0)
        for entry, score in zip(entries, scores(profile, entries, known), strict=True)
    ]


def by_words(profile: Profile, topic: Topic, entries: Sequence[Item]) -> list[Prospect]:
    """What each entry promises by the seed's words alone, none of them hopeless, in their order.

    For topics that read everything, where it says only what is read first: a fiftieth of the time of `prospects`, and
    no vectors in memory beside the pages.
    """
    found = threshold.score(measure(question(interest(profile)), [words_of(entry) for entry in entries]).total)
    return [
        Prospect(topic.name, _unless_barred(topic, entry, float(score)), 0.0)
        for entry, score in zip(entries, found, strict=True)
    ]


def least_promising(asked: str) -> float:
    """The least score of an entry that is not hopeless at a topic's threshold, as text; 0 where meaning is not read.

    A threshold that makes a promise may come to cut anywhere: there the inclusive one counts. Raises ConfigurationError
    for one that says nothing.
    """
    cut = threshold.parse(asked).cut
    cut = INCLUSIVE if cut is None else cut
    if not encoders.available() or cut <= 0.0:
        return 0.0
    if cut >= 1.0:
        cut = 1.0 - 1e-12
    odds = cut / (1.0 - cut) * math.exp(-_BELOW / STEP)
    return odds / (1.0 + odds)


def is_drawn(address: str) -> bool:
    """Whether a hopeless entry is read all the same: one in `1 / SAMPLED`, by its canonical address."""
    digest = hashlib.sha256(f"unread\0{address}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56 < SAMPLED


def is_relevant_source(relevant: int, entries: int) -> bool:
    """Whether so many of a source's entries were relevant that none of them is hopeless."""
    return entries >= ENOUGH_ENTRIES and relevant >= RELEVANT_SOURCE * entries


def lost_unread(drawn: Sequence[tuple[bool, float]], left: int, found: int) -> Missed | None:
    """What a topic loses to reading the promising alone; None where none that was drawn was read.

    `drawn` are the hopeless entries that were read: whether each was relevant, and the chance with which it was drawn;
    `left` is how many were not read, `found` how many relevant articles were read in all.
    """
    return missed([Answer(relevant, chance) for relevant, chance in drawn], left, float(found))


def _unless_barred(topic: Topic, entry: Item, score: float) -> float:
    return 0.0 if broken_rule(f"{entry.title}\n{entry.text}", (), topic.must_not) else score


def _says_enough(entry: Item) -> bool:
    return len(words_of(entry).terms) >= _ENOUGH_WORDS
