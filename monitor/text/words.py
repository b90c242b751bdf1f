"""Text to words: tokens, stop words, stems, the language a text seems to be in, and a hash of what it says.

Scripts that are written without spaces between words (Chinese, Japanese, Thai and their like), and Korean, whose
particles cling to the word, become overlapping pairs of characters: no dictionary, and a phrase still matches itself
(the practice of Lucene's CJKAnalyzer).
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

# Function words of English: closed classes only (articles, pronouns, prepositions, conjunctions, auxiliaries, degree
# adverbs) and the verbs of reporting, which every news text holds. scikit-learn's list says nearly the same but costs
# 1.8 s to import, and counts "system", "fire", "bill" and "interest" among the words that mean nothing.
_ENGLISH = frozenset(
    """a about above across after afterwards again against all almost along already also although always am amid among
    amongst an and another any anyone anything anywhere are around as at away back be became because become becomes
    been before behind being below beside besides between beyond both but by can cannot could did do does doing done
    down due during each either else enough etc even ever every everyone everything except few first for former from
    further get gets getting give given go goes going gone got had has have having he hence her here hers herself him
    himself his how however i ie if in indeed instead into is it its itself just last latter least less let like likely
    made make makes making many may maybe me meanwhile might mine more moreover most mostly much must my myself
    namely near nearly need neither never nevertheless next no nobody none nor not nothing now nowhere of off often on
    once one ones only onto or other others otherwise our ours ourselves out over own per perhaps please put quite
    rather really same say saying says said see seem seemed seems several shall she should since so some somehow
    someone something sometimes somewhere still such take taken takes than that the their theirs them themselves then
    there therefore these they this those though through throughout thus to together told too took toward towards two
    under until up upon us use used using very via was way we well went were what whatever when where whereas whether
    which while who whoever whole whom whose why will with within without would yet you your yours yourself
    yourselves""".split()  # noqa: SIM905 - prose is readable, a list of 250 quoted words is not
)
_REPORTING_NOUNS = frozenset({"mr", "mrs", "ms", "dr"})

# How many of a language's most frequent words count as function words: among the first 75 of wordfreq's lists for
# German, French, Spanish and Russian stands no noun of the news; "france" comes 98th in French.
_FREQUENT_WORDS = 75
_FREQUENT_CHARACTERS = 45

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
_THREE_LETTERS = {"eng": "en", "fra": "fr", "deu": "de", "spa": "es", "zho": "zh", "jpn": "ja", "por": "pt"}

# A share of stop words that no other language reaches by chance: running English, German or French has 0.35 to 0.5.
_SURELY = 0.25

# Scripts without spaces, and Hangul. Ranges from the Unicode block list.
_RUN = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
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

_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
_WITHIN_INITIALS = re.compile(r"\.[A-Za-z]\.")
_UNITED_STATES = re.compile(r"\b(?:US|USA)\b")
_ELISIONS = frozenset(
    "c d j l m n s t qu jusqu lorsqu puisqu quoiqu quelqu aujourd dell nell all sull dall coll un gl quell".split()  # noqa: SIM905
)
_CONTRACTIONS = frozenset({"s", "ll", "re", "ve", "d", "m"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that carry meaning, in order.

    `terms` are stems without stop words; `surfaces`, of the same length, the words as written (lower-cased), for
    whoever shows them; `language` is ISO 639-1, guessed where none was given, "" where nothing speaks for one.
    """

    terms: tuple[str, ...]
    surfaces: tuple[str, ...]
    language: str = ""


@cache
def _marks() -> str:
    """Combining marks, which belong to their word though `\\w` leaves them out (Devanagari vowels, Arabic points)."""
    marks = [chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    return "".join(mark for mark in marks if not re.match(f"[{_RUN}]", mark))


@cache
def _uncommon() -> re.Pattern[str]:
    return re.compile(f"[{_RUN}{_marks()}]")


@cache
def _pattern(*, common: bool) -> re.Pattern[str]:
    """The words of a text: `common` where no script needs runs or marks, at a third of the cost."""
    letter = r"[^\W_]" if common else f"(?:(?![{_RUN}])[^\\W_]|[{_marks()}])"
    return re.compile(f"\\d+(?:[.,]\\d+)+[^\\W\\d_]*|{letter}+(?:'{letter}+)*" + ("" if common else f"|[{_RUN}]+"))


def tokens(text: str, language: str = "") -> list[str]:
    """The words of a text in order, lower-cased, with nothing left out.

    Possessives and contractions lose their ending, French and Italian elisions are taken apart, initials are joined
    ("A.I." is "ai"), "US", "U.S." and "USA" all become "usa" (so that the country survives lower-casing), thousands
    separators go. Runs of Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese become overlapping pairs of
    characters, a single character stays alone. `language` is taken for the day when one needs more than its script.
    """
    del language
    text = text.replace("’", "'")
    # Most texts hold neither, and to look for what they begin with costs a tenth.
    if _WITHIN_INITIALS.search(text):
        text = _INITIALS.sub(_joined, text)
    if "US" in text:
        text = _UNITED_STATES.sub("usa", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    common = text.isascii() or _uncommon().search(text) is None
    found: list[str] = _pattern(common=common).findall(text.lower())
    if common and "'" not in text and "," not in text:
        return found
    return list(_parts(found))


def _joined(match: re.Match[str]) -> str:
    letters = match.group().replace(".", "")
    return "usa" if letters in ("US", "USA") else letters


def _parts(found: Iterable[str]) -> Iterable[str]:
    for token in found:
        if token.isascii():
            if "'" in token:
                yield from _apostrophe(token)
            else:
                yield token.replace(",", "") if "," in token else token
        elif _is_run(token[0]):
            yield from (token[at : at + 2] for at in range(max(1, len(token) - 1)))
        elif "'" in token:
            yield from _apostrophe(token)
        else:
            yield token


@lru_cache(maxsize=20_000)
def _is_run(character: str) -> bool:
    return re.match(f"[{_RUN}]", character) is not None


def _apostrophe(token: str) -> list[str]:
    head, _, tail = token.rpartition("'")
    if tail in _CONTRACTIONS:
        return _apostrophe(head) if "'" in head else [head]
    if tail == "t":
        return ["not"]
    first, _, rest = token.partition("'")
    if first in _ELISIONS:
        return [first, *(_apostrophe(rest) if "'" in rest else [rest])]
    return [token]


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a language that say nothing of the subject, as `tokens` gives them; empty for an unknown language.

    English is a list of our own, the others are wordfreq's most frequent words, for Chinese and Japanese also the
    pairs of their most frequent characters.
    """
    language = _two_letters(language)
    if language == "en":
        return _ENGLISH | _REPORTING_NOUNS
    import wordfreq  # noqa: PLC0415 - 0.14 s that tokens and sentences can do without

    if language not in wordfreq.available_languages():
        return frozenset()
    frequent = wordfreq.top_n_list(
        language, 3 * _FREQUENT_WORDS, wordlist="small"
    )  # the same at the top, a tenth to load
    words = {token for word in frequent[:_FREQUENT_WORDS] for token in tokens(word, language)}
    characters = [word for word in frequent if len(word) == 1 and _is_run(word)][:_FREQUENT_CHARACTERS]
    words.update(first + second for first, second in product(characters, repeat=2))
    return frozenset(words | set(characters))


def _two_letters(language: str) -> str:
    code = language.lower().replace("_", "-").partition("-")[0]
    return _THREE_LETTERS.get(code, code)


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


@lru_cache(maxsize=400_000)
def _stem(token: str, language: str) -> str:
    with _lock:
        stemmer = _stemmer(language)
        return token if stemmer is None else str(stemmer.stemWord(token))  # type: ignore[attr-defined]


def stems(tokens: Iterable[str], language: str) -> list[str]:
    """Each token's stem by the language's Snowball stemmer; unchanged where it has none, and for digits."""
    code = _two_letters(language)
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
    code = _two_letters(language) or guess_language(text)
    stop = stop_words(code)
    kept = [token for token in tokens(text, code) if token not in stop and (len(token) > 1 or not token.isascii())]
    return Words(tuple(stems(kept, code)), tuple(kept), code)


def content_hash(text: str) -> str:
    """The SHA-256, in hex, of what a text says: case, spacing, punctuation and the form of its quotes do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words: Sequence[str] = re.findall(r"\w+", folded)
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()
