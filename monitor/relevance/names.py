"""The proper names of a text: whom and what it is about, and whom its headings name."""

import re
from collections import Counter

from monitor.text import CALENDAR, document_share, sentences, stop_words, without_dateline

# Capitalised words in a row; a particle may join them (Bank of China, Ursula von der Leyen).
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’'-]*(?:\s+(?:(?:of|de|den|der|van|von|bin|al)\s+){0,2}[A-ZÀ-ÖØ-Þ][\w’'-]*)*")


def names(text: str) -> list[str]:
    """The proper names of a text in Latin script, most frequent first; a sentence's first word must prove itself one.

    Heuristic: capitalised words in a row that are no common word, a lone first word only where it also stands within.
    The town of a dateline is where a report was filed, and no name in it, nor is a day or a month.
    """
    counts: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for sentence in map(without_dateline, sentences(text, "")):
        for match in _NAME.finditer(sentence):
            name = _plain(match.group())
            if not name or name.casefold() in stop_words("en") or name.casefold() in CALENDAR:
                continue
            lone_first = not sentence[: match.start()].strip(" \"'“‘—-") and " " not in name
            (firsts if lone_first else counts)[name] += 1
    counts.update({name: count for name, count in firsts.items() if name in counts})
    return sorted(counts, key=lambda name: (-counts[name], text.find(name)))


def named_by(heading: str, text: str) -> str:
    """The rarest word of a heading that is a name in the text under it; "" where there is none.

    Headings are written with capitals by some: only what the text uses as a name is one.
    """
    known = {word.casefold() for name in names(text) for word in name.split()}
    found = {_plain(word) for word in heading.split() if word[:1].isupper()}
    own = [word for word in found if word.casefold() in known]
    return min(own, key=lambda word: (document_share(word.casefold(), "en"), word), default="")


def _plain(name: str) -> str:
    """A name without the article before it and the possessive after it."""
    words = [re.sub(r"[’']s?$", "", word) for word in name.split()]
    while words and words[0].casefold() in stop_words("en"):
        words = words[1:]
    return " ".join(words)
