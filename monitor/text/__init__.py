"""Words, sentences and vectors of a text: what grouping, relevance, digests and search have in common.

Text comes in as plain text in any language; words, sentences and sparse vectors go out. Nothing here asks the network,
or reads a file but wordfreq's lists, which come with its wheel, and what is made of them where a run keeps that
(`shelf.py`). Importing it loads neither scikit-learn nor SciPy.
"""

from monitor.text.calendar import CALENDAR
from monitor.text.datelines import without_dateline
from monitor.text.numbers import NUMBERS, figures, other_numbers
from monitor.text.sentences import sentences
from monitor.text.stop_words import stop_words
from monitor.text.tokens import tokens
from monitor.text.vectors import Vectors, document_share, document_shares
from monitor.text.words import Words, content_hash, guess_language, read, stems

__all__ = [
    "CALENDAR",
    "NUMBERS",
    "Vectors",
    "Words",
    "content_hash",
    "document_share",
    "document_shares",
    "figures",
    "guess_language",
    "other_numbers",
    "read",
    "sentences",
    "stems",
    "stop_words",
    "tokens",
    "without_dateline",
]
