"""Words, sentences and vectors of a text: what grouping, relevance, digests and search have in common.

Text comes in as plain text in any language; words, sentences and sparse vectors go out. Nothing here asks the network,
or reads a file but wordfreq's tables, which come with its wheel, and those made of them where a run keeps them
(`frequencies.py`). Importing it loads neither scikit-learn nor SciPy.
"""

from monitor.text.calendar import CALENDAR
from monitor.text.sentences import sentences
from monitor.text.vectors import Vectors, document_share
from monitor.text.words import Words, content_hash, guess_language, read, stems, stop_words, tokens

__all__ = [
    "CALENDAR",
    "Vectors",
    "Words",
    "content_hash",
    "document_share",
    "guess_language",
    "read",
    "sentences",
    "stems",
    "stop_words",
    "tokens",
]
