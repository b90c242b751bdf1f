"""Whether a page says in its headline something else than it did: a claim corrected or withdrawn there. Pure.

Headlines are rewritten all the time, to be read more, and what a new one leaves out stands in the text as before. So
what counts is what the headline said that neither the new one nor the text says: a name, a number, a verb.
"""

from collections.abc import Iterable, Sequence

from monitor.digest.changes import NEGATIONS, Change, overlap, spelt_twice
from monitor.digest.cleaning import source_of
from monitor.models import Article
from monitor.text import NUMBERS, stems, stop_words, tokens

# Half of the words shared make one headline the other's correction (the same share as of sentences): there a word that
# gave way to another, and stands nowhere any more, is a claim taken back. Of two that share less only a number is, or
# so many words: a headline rewritten to be read more may hold a word or two of its own. Both were chosen on the cases
# of the tests: real headlines with their corrections were not at hand to measure on.
_CORRECTED = 0.5
_FEW = 3


def headline_corrected(before: str, article: Article) -> bool:
    """Whether an article that was called `before` says something else by what it is called now.

    The name of a site that came or went says nothing, nor does a headline that is missing.
    """
    language = article.language
    old, new = tokens(before, language), tokens(article.title, language)
    come = [word for word in new if word not in old]
    said = {*stems([*new, *tokens(article.text, language)], language)}
    ignored = stop_words(language) - NUMBERS
    lost = [word for word in old if word not in ignored and stems([word], language)[0] not in said]
    lost = [word for word in lost if not any(spelt_twice([word], [other]) for other in come)]
    if not old or not new or overlap(old, new) < _CORRECTED:
        return bool(old and new and (_numbers(lost) or len(set(lost)) >= _FEW))
    denied = bool(NEGATIONS & {*old}) != bool(NEGATIONS & {*new})
    replaced = lost or _numbers(old) - _numbers(new)
    return denied or bool(_numbers(lost) or (replaced and come))


def headline_changes(article: Article, before: str, textual: Sequence[Change]) -> list[Change]:
    """The correction of the headline of an article that was called `before`; none where it says nothing else.

    Nor is there one where the changes of its text hold the words that came and went: that would be told twice.
    """
    if not headline_corrected(before, article):
        return []
    language = article.language
    changed = {*tokens(before, language)} ^ {*tokens(article.title, language)}
    if changed <= {word for change in textual for word in tokens(f"{change.before} {change.after}", language)}:
        return []
    return [Change("corrected", before, article.title, source_of(article), article.canonical_url)]


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if word[0].isdigit() or word in NUMBERS}
