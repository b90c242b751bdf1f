"""Text to words that carry meaning: stems, the language a text seems to be in, and a hash of what it says."""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from monitor.text.codes import two_letters
from monitor.text.stop_words import stop_words
from monitor.text.tokens import tokens

_SNOWBALL = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "hu", "tr", "id", "ca")

# A share of stop words that no other language reaches by chance: running English, German or French has 0.35 to 0.5.
_SURELY = 0.25

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that carry meaning, in order.

    `terms` are stems without stop words; `surfaces`, of the same length, the words as written (lower-cased), for
    whoever shows them; `language` is ISO 639-1, guessed where none was given, "" where nothing speaks for one.
    """

    terms: tuple[str, ...]
    surfaces: tuple[str, ...]
    language: str = ""


_lock = threading.Lock()  # a Snowball stemmer keeps its word in itself, so two threads must not share one at once


@cache
def _stemmer(language: str) -> "object | None":
    name = _SNOWBALL.get(language)
    if name is None:
        return None
    import snowballstemmer  # noqa: PLC0415 - as above

    stemmer: object = snowballstemmer.stemmer(name)
    if hasattr(stemmer, "maxCacheSize"):
        stemmer.maxCacheSize = 0  # PyStemmer's own, which `_stem` replaces: to keep it costs more than to stem
    return stemmer


# As many as what else is remembered of each word (`stories/wording.py`, `fingerprint.py`): after 715 pages in 30
# languages, with 80,000 different words, these four held 50 MB without a bound. With 16,000 words each a worker had
# 44 MB less, and made 29% of all stems anew for 23%, which the processor's time did not show.
@lru_cache(maxsize=20_000)
def _stem(token: str, language: str) -> str:
    with _lock:
        stemmer = _stemmer(language)
        return token if stemmer is None else str(stemmer.stemWord(token))  # type: ignore[attr-defined]


def stems(tokens: Iterable[str], language: str) -> list[str]:
    """Each token's stem by the language's Snowball stemmer; unchanged where it has none, and for digits."""
    code = two_letters(language)
    return [token if token.isdigit() else _stem(token, code) for token in tokens]


def guess_language(text: str) -> str:
    """The ISO 639-1 code a text seems to be in, by its script, then by whose stop words it holds; "" when none.

    A guess for choosing stop words and stems, from the first 600 characters (some 50 µs); extraction asks py3langid.
    """
    sample = text[:600]
    if not sample.isascii():
        letters = sum(character.isalpha() for character in sample)
        for language, script in _SCRIPTS:
            if len(script.findall(sample)) > 0.2 * letters:
                return language
    words = sample.lower().split()
    best, most = "", 0
    for language in _LATIN:
        known = sum(map(stop_words(language).__contains__, words))
        if known > most:
            best, most = language, known
        if best == language and known > _SURELY * len(words):
            return language
    return best


def read(text: str, language: str = "") -> Words:
    """The words of a text that carry meaning: no stop words, no single Latin letter, stemmed."""
    code = two_letters(language) or guess_language(text)
    stop = stop_words(code)
    kept = [token for token in tokens(text, code) if token not in stop and (len(token) > 1 or not token.isascii())]
    return Words(tuple(stems(kept, code)), tuple(kept), code)


def content_hash(text: str) -> str:
    """The SHA-256, in hex, of what a text says: case, spacing, punctuation and the form of its quotes do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words: Sequence[str] = re.findall(r"\w+", folded)
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
