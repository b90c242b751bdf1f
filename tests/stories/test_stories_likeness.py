"""Likeness: what an article opens with counts for more than what stands last, and days are no names."""

from invented import candidate

from monitor.stories.fingerprint import MINHASH_BYTES
from monitor.stories.likeness import Likeness
from monitor.stories.wording import Wording, wording_of

FERRY = (
    "The ferry Morwenna ran aground off Skellan harbour in fog before dawn and 84 passengers were taken off by "
    "lifeboats, the coastguard said. Captain Idris Penhallow had reported a failed radar to the port of Skellan."
)
RESCUE = (
    "Lifeboats from Skellan harbour carried 84 passengers ashore after the ferry Morwenna struck rocks in fog, the "
    "coastguard said. Captain Penhallow told Skellan that his radar had failed shortly before."
)
HISTORY = (
    "Shipbuilding once employed half of the county. Three yards closed within a decade, and the last slipway became a "
    "museum of rope making with a cafe, where apprentices carve oars for visitors on summer evenings. "
) * 6
FARMING = (
    "Wheat farmers expect a poor harvest as spring was dry and seed dear. Millers have bought grain abroad, bakers "
    "raise the price of bread and the ministry considers a subsidy for irrigation ponds on clay soils. "
) * 6


def wording(number: int, title: str, text: str) -> Wording:
    article = candidate(number, title, text)
    return wording_of(article, article.signature[MINHASH_BYTES:])


def likeness(one: Wording, other: Wording) -> float:
    pairs = Likeness([one, other]).pairs(1, 0.0)
    return float(pairs.values[0]) if len(pairs.values) else 0.0


def test_an_opening_counts_for_more_than_what_stands_last() -> None:
    first = wording(1, "Ferry aground off Skellan", FERRY + HISTORY)
    second = wording(2, "Passengers of Morwenna safe", RESCUE + FARMING)
    late = wording(3, "Bread to cost more", FARMING + RESCUE)
    later = wording(4, "A museum of rope", HISTORY + FERRY)
    assert likeness(first, second) > 2 * likeness(late, later)


def test_one_opening_is_enough_where_the_other_article_comes_to_it_late() -> None:
    first = wording(1, "Ferry aground off Skellan", FERRY)
    digest = wording(2, "Bread to cost more", FARMING + RESCUE)
    assert likeness(first, digest) > likeness(wording(3, "A museum of rope", HISTORY), digest)


def test_days_are_no_names() -> None:
    same_day = [
        wording(1, "Court rules on canal toll", "The court in Drumlea ruled on Wednesday that barges owe no toll."),
        wording(2, "Court rules on school fee", "The court in Ashcombe ruled on Wednesday that pupils owe no fee."),
    ]
    other_day = wording(
        3, "Court rules on school fee", "The court in Ashcombe ruled on Thursday that pupils owe no fee."
    )
    named = [
        set(each.terms[each.names].tolist()) & set(other.terms[other.names].tolist())
        for each, other in ((same_day[0], same_day[1]), (same_day[0], other_day))
    ]
    assert named == [set(), set()]
