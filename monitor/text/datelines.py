"""Where the place and day that wires begin with end."""

import re

# "HANGZHOU: ", "WASHINGTON, Sunday (Harbour Wire) - ", "PARIS (AFP) — ": a place in capitals, perhaps a day and the
# agency, then a dash or colon. What follows is the sentence, as exactly as before.
_DATELINE = re.compile(
    r"(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’/ -]{2,30})(?:, [\w .]{2,30})?(?: \([^()]{2,40}\))?(?: [-–—]{1,2} |: )(?=[\"“‘«\w])"
)


def without_dateline(sentence: str) -> str:
    """The sentence without the place and day that wires begin with."""
    found = _DATELINE.match(sentence)
    return sentence[found.end() :] if found else sentence
