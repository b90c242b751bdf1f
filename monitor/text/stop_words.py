"""The words of a language that say nothing of a text's subject.

English is a list of our own, the others are wordfreq's most frequent words. Its lists take 30 to 90 ms and some 3 MB a
language to load, so the words are kept where tables are (`shelf.py`).
"""

from functools import cache
from itertools import product
from mmap import mmap
from pathlib import Path

from monitor.text import shelf
from monitor.text.codes import two_letters
from monitor.text.tokens import is_run, tokens

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
# In the name of what is kept: another way of choosing needs another.
_FORM = 1


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a language that say nothing of the subject, as `tokens` gives them.

    Empty for a language that is unknown. For Chinese and Japanese also the pairs of their most frequent characters.
    """
    language = two_letters(language)
    if language == "en":
        return _ENGLISH | _REPORTING_NOUNS
    import wordfreq  # noqa: PLC0415 - 0.14 s that tokens and sentences can do without

    source = wordfreq.available_languages("small").get(language)
    if source is None:
        return frozenset()
    name = f"stop-{shelf.name_of(Path(source), _FORM)}"
    kept = shelf.taken(name, lambda: "".join(f"{word}\n" for word in _frequent(language)).encode(), _is_whole)
    return frozenset(bytes(kept).decode().split())


def _is_whole(content: bytes | mmap) -> bool:
    return content[-1:] == b"\n" and bytes(content).count(b"\n") >= _FREQUENT_WORDS // 2


def _frequent(language: str) -> list[str]:
    import wordfreq  # noqa: PLC0415 - as above

    # The small list is the same at the top, and a tenth to load.
    frequent = wordfreq.top_n_list(language, 3 * _FREQUENT_WORDS, wordlist="small")
    wordfreq.get_frequency_list.cache_clear()  # it would keep all of the list
    words = {token for word in frequent[:_FREQUENT_WORDS] for token in tokens(word)}
    characters = [word for word in frequent if len(word) == 1 and is_run(word)][:_FREQUENT_CHARACTERS]
    words.update(first + second for first, second in product(characters, repeat=2))
    return sorted(words | set(characters))
