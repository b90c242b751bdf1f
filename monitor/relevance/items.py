"""What is judged, and what is known around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern

from monitor.models import Model
from monitor.relevance.remembered import Remembered
from monitor.text import Words, read

# News says what it is about at the top. Beyond 250 words that carry meaning (some 450 in all) average precision from
# one seed did not change (0.467 and 0.462 on BBC, 0.311 and 0.315 on MasakhaNEWS English), and long articles, which
# touch on everything, no longer gather more matches than short ones. It also bounds the cost.
LEAD_WORDS = 250
_LEAD_CHARACTERS = 3600
# A batch and the archive that it is judged against, so that each further topic finds them read: at most 4 kB each.
_REMEMBERED = 8_000


@dataclass(frozen=True, slots=True)
class Item:
    """An article to judge; `language` is ISO 639-1, "" to have it guessed.

    `vector` is what `meaning.vectors_of` made of it before, so that nothing is read twice; b"" where it did not.
    """

    id: str
    title: str
    text: str
    language: str = ""
    vector: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Archive:
    """What is known besides the items: articles kept, not labelled; verdicts by id, on either; what was taught."""

    items: tuple[Item, ...] = ()
    verdicts: Mapping[str, bool] = field(default_factory=dict)
    model: Model | None = None


NOTHING = Archive()


_read = Remembered[Words](_REMEMBERED)


def words_of(item: Item) -> Words:
    """The words of an item's title and lead; remembered, for an archive is judged against again and again."""
    lead = f"{item.title}\n\n{item.text[:_LEAD_CHARACTERS]}"
    known = _read.of(f"{item.language}\n{lead}")
    if known is not None:
        return known
    words = read(lead, item.language)
    # Interned, for the words of one article are those of others: 4 kB are left of 14.
    terms, surfaces = (tuple(map(intern, each[:LEAD_WORDS])) for each in (words.terms, words.surfaces))
    found = Words(terms, surfaces, words.language)
    _read.keep(f"{item.language}\n{lead}", found)
    return found
